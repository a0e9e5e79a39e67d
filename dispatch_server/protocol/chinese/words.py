"""Single words inside sentences, by the blank that holds them."""

WORDS: dict[str, dict[str, str]] = {
    "outage_state": {"open": "未结", "restored": "已复电", "closed": "已结案", "cancelled": "已取消"},
    "job_state": {
        "offered": "待接单",
        "accepted": "已接单",
        "en_route": "在途中",
        "en route": "在途中",
        "on_site": "在现场",
        "on site": "在现场",
        "restored": "已复电",
        "closed": "已办结",
        "declined": "已拒单",
        "lapsed": "超时未接",
        "withdrawn": "已撤回",
    },
    "approval": {"proposed": "待审批", "approved": "已批准", "rejected": "未批准"},
    "answer": {"satisfied": "满意", "dissatisfied": "不满意", "still_out": "仍然没电", "no_answer": "无人接听"},
    "hazard": {"none": "无", "wire_down": "断线落地", "fire": "起火", "flood": "进水", "injury": "有人受伤"},
    "skill": {"hv": "高压", "lv": "低压", "power_quality": "电能质量", "metering": "计量"},
    "method": {"account": "户号地址", "pin": "定位点"},
    "trigger": {
        "not issued": "未按时派单",
        "no crew": "无班组可派",
        "not departed": "班组未按时出发",
        "at risk": "到达有超时风险",
        "missed": "已超过到达时限",
        "no survey": "未按时报故障原因和预计复电时间",
        "no call back": "未按时回访",
        "crew silent": "班组失联",
        "crew off duty": "班组未修复即离岗",
        "danger stands": "已复电但险情未解除",
    },
    "remedy": {
        "offer the job to further crews": "向更多班组派单",
        "the dispatcher is told": "已通知调度员",
        "the duty manager is told": "已通知值班经理",
        "the control room is told": "已通知配调",
    },
    "grade": {"A": "A", "B": "B", "C": "C", "declared": "申报"},
    "role": {
        "call_taker": "话务员",
        "dispatcher": "调度员",
        "crew": "抢修班组",
        "manager": "经理",
        "control_room": "配调",
        "admin": "管理员",
    },
    "reference": {
        "county": "县",
        "area": "区域",
        "feeder": "线路",
        "transformer": "变压器",
        "depot": "驻点",
        "crew": "班组",
        "node": "路口",
    },
    "place_kind": {"county": "县", "township": "乡镇", "village": "村"},
    "shapes": {"points": "点", "lines": "线"},
    "register": {"crews": "班组", "transformers": "变压器", "accounts": "用户"},
    "class": {"urban": "城区", "rural": "农村", "remote": "边远", "no area": "无区域"},
    "old_class": {"urban": "城区", "rural": "农村", "remote": "边远", "no area": "无区域"},
    "outline_flaw": {
        "Self-intersection": "自相交",
        "Ring Self-intersection": "环自相交",
        "Hole lies outside shell": "孔在外环之外",
        "Holes are nested": "孔相互嵌套",
        "Nested shells": "面相互嵌套",
        "Interior is disconnected": "内部不连通",
        "Duplicate Rings": "环重复",
        "Too few points in geometry component": "点数不足",
    },
    "subject": {"call": "来电", "outage": "故障", "job": "工单", "crew": "班组"},
    "shape": {
        "an object": "对象",
        "text": "文字",
        "a whole number": "整数",
        "a number": "数字",
        "true or false": " true 或 false",
        "seconds": "秒数",
    },
}

# A value that is itself a sentence, or several: put into Chinese by the whole catalogue.
SAID = frozenset(
    "because crew distance entry flaw held_one hint message note position reason reasons size source spot thing".split()
)

# A value that lists others: the blank each of them stands for, what stands between them, and what in Chinese.
LISTS: dict[str, tuple[str, str, str]] = {
    "roles": ("role", ", ", "、"),
    "places": ("place", " or ", "或"),
    "held": ("held_one", ", ", "、"),
    "spots": ("spot", ", ", "、"),
}

_NUMBER = r"-?(?:[0-9][0-9.,]*(?:e[+-]?[0-9]+)?|inf|nan)"
_OF_LAYERS = (
    "m2 square_km other_count crews transformers accounts added removed reshaped reclassed renamed changed absent "
    "opened elsewhere looked_at earlier later better worse"
)
_LAYER = r"[^\s:]+\.(?:csv|geojson|json|gpkg|shp|toml)(?: \([^)]*\))?"
_ONE_WORD = r"[^ ;]+"
# What a blank may hold, where that is less than any text. The same text in Python and in a browser.
HOLDS: dict[str, str] = {
    **dict.fromkeys("percent points hours rest_hours kv needed_kv".split(), _NUMBER),
    **dict.fromkeys("minutes seconds metres kilometres count most spare late factor id lon lat".split(), _NUMBER),
    **dict.fromkeys("call outage other time crs action key skill".split(), _ONE_WORD),
    **dict.fromkeys(_OF_LAYERS.split(), _NUMBER),
    **dict.fromkeys("layer other_layer manifest".split(), _LAYER),
    **dict.fromkeys("row other_row column version other_version thing_name".split(), r"[^\s:;,]+"),
    "entry": r"[^:]+",
    **dict.fromkeys("reference place_kind shapes register".split(), r"[a-z]+"),
    **dict.fromkeys("class old_class".split(), r"urban|rural|remote|no area"),
    **dict.fromkeys("outage_state job_state approval answer hazard trigger remedy".split(), r"[a-z_ ]+"),
    "where": r"[a-z][A-Za-z0-9_.\[\]]*",
    "distance": r"[0-9.]+ k?m",
}
