"""What a crew picks from a list instead of typing with gloves: why it declines, leaves or stops, causes, parts.

A key stays for ever; its words may be bettered. What is sent holds the key for figures and the words for people.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch_server.protocol.words import FaultKind

_HV, _LV, _QUALITY = FaultKind.HV, FaultKind.LV, FaultKind.POWER_QUALITY
_HOME, _OTHER, _METER = FaultKind.INSIDE_HOME, FaultKind.NOT_ELECTRIC, FaultKind.METERING


@dataclass(frozen=True, slots=True)
class Choice:
    """`kinds` are the classes of fault that it goes with; empty where it goes with any."""

    key: str
    zh: str
    en: str
    kinds: frozenset[FaultKind] = frozenset()

    def goes_with(self, kind: FaultKind | None) -> bool:
        return kind is None or not self.kinds or kind in self.kinds

    def words(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


def _choice(key: str, zh: str, en: str, *kinds: FaultKind) -> Choice:
    return Choice(key, zh, en, frozenset(kinds))


DECLINE_REASONS = (
    _choice("vehicle_out", "车辆故障", "vehicle out of order"),
    _choice("road_blocked", "道路不通，过不去", "road blocked, no way through"),
    _choice("people_short", "人员不足", "too few people aboard"),
    _choice("gear_missing", "缺少工器具或材料", "tools or material missing"),
    _choice("no_permit", "没有该电压等级许可", "no permit for this voltage"),
    _choice("busy_on_site", "现场工作走不开", "cannot leave the present site"),
    _choice("too_far", "太远，赶不上时限", "too far to be in time"),
    _choice("place_unclear", "地点不明", "place not clear"),
    _choice("rest_due", "连续工作时间过长，需要休息", "at work too long, rest is due"),
    _choice("other", "其他", "another reason"),
)

LEAVE_REASONS = (
    _choice("needs_crane", "需要吊车或大型机具", "needs a crane or heavy gear"),
    _choice("needs_material", "需要更换设备或材料", "needs equipment or material"),
    _choice("needs_outage_permit", "等待停电许可", "waits for permission to switch off"),
    _choice("needs_other_crew", "需要其他专业班组", "needs a crew with another skill"),
    _choice("unsafe_now", "现场条件不安全", "not safe to work now"),
    _choice("no_access", "进不去，无人开门", "no access, nobody opens"),
    _choice("nothing_found", "未发现故障", "no fault found"),
    _choice("customers_own", "用户产权设备，已告知用户", "the customer's own equipment, customer told"),
    _choice("other_outage_first", "调往更紧急的故障", "called to a more urgent outage"),
    _choice("other", "其他", "another reason"),
)

STOP_REASONS = (
    _choice("energised", "设备可能带电", "equipment may be live"),
    _choice("back_feed", "有反送电（光伏、发电机）", "back-feed from solar or a generator"),
    _choice("weather", "雷电、大风、暴雨", "thunder, storm or heavy rain"),
    _choice("injury", "有人受伤", "somebody is hurt"),
    _choice("people_near", "无关人员进入现场", "strangers inside the barrier"),
    _choice("ground", "塌方、水淹、杆塔不稳", "landslide, flood or an unsteady pole"),
    _choice("gear_unfit", "工器具不合格", "gear not fit for use"),
    _choice("steps_unclear", "安全措施不清楚", "safety measures not clear"),
    _choice("other", "其他", "another reason"),
)

CAUSES = (
    _choice("tree_on_line", "树木压线、碰线", "tree on the line", _HV, _LV),
    _choice("conductor_broken", "断线", "conductor broken", _HV, _LV, _OTHER),
    _choice("fuse_blown", "熔断器熔断", "fuse blown", _HV, _LV),
    _choice("insulator_failed", "绝缘子击穿", "insulator failed", _HV),
    _choice("arrester_failed", "避雷器损坏", "surge arrester failed", _HV),
    _choice("cable_failed", "电缆故障", "cable failed", _HV, _LV),
    _choice("transformer_failed", "配变故障", "transformer failed", _HV, _LV),
    _choice("transformer_overloaded", "配变过载", "transformer overloaded", _HV, _LV, _QUALITY),
    _choice("lightning", "雷击", "lightning", _HV, _LV),
    _choice("animal", "小动物短路", "animal on live parts", _HV, _LV),
    _choice("outside_force", "外力破坏（车辆、施工）", "damage by vehicles or works", _HV, _LV, _METER),
    _choice("joint_burnt", "接头烧断", "joint burnt", _HV, _LV, _QUALITY),
    _choice("breaker_tripped", "开关、漏保跳闸", "breaker or leakage switch tripped", _LV, _HOME, _METER),
    _choice("neutral_broken", "零线断开或接触不良", "neutral broken or loose", _LV, _QUALITY, _HOME),
    _choice("unbalanced_load", "三相负荷不平衡", "unbalanced load", _QUALITY),
    _choice("tap_position", "配变档位不合适", "transformer tap not right", _QUALITY),
    _choice("voltage_low_far", "线路过长、末端电压低", "line too long, low voltage at its end", _QUALITY),
    _choice("home_wiring", "户内线路故障", "wiring inside the home", _HOME, _LV, _QUALITY),
    _choice("home_leakage", "户内漏电", "leakage inside the home", _HOME),
    _choice("home_breaker", "用户空开损坏", "customer's breaker broken", _HOME),
    _choice("meter_failed", "电表故障", "meter failed", _METER),
    _choice("meter_arrears", "费控停电", "switched off for arrears", _METER),
    _choice("meter_box", "表箱、进线松脱", "meter box or its wiring loose", _METER, _LV),
    _choice("not_ours", "非电力设施（通信、广电）", "not electric: telephone or television lines", _OTHER),
    _choice("planned_work", "计划停电", "planned work"),
    _choice("upstream", "上级电源停电", "supply lost upstream", _HV, _LV),
    _choice("nothing_found", "未发现故障", "no fault found"),
    _choice("other", "其他", "another cause"),
)

PARTS = (
    _choice("line", "线路导线", "line conductor"),
    _choice("pole", "电杆、铁塔", "pole or tower"),
    _choice("insulator", "绝缘子", "insulator"),
    _choice("fuse", "熔断器", "fuse"),
    _choice("arrester", "避雷器", "surge arrester"),
    _choice("switch", "开关、断路器", "switch or breaker"),
    _choice("cable", "电缆", "cable"),
    _choice("joint", "接头、线夹", "joint or clamp"),
    _choice("transformer", "配电变压器", "service transformer"),
    _choice("leakage_switch", "漏电保护器", "leakage switch"),
    _choice("service_line", "接户线", "service line"),
    _choice("meter_box", "表箱", "meter box"),
    _choice("meter", "电表", "meter"),
    _choice("home", "户内设备", "equipment inside the home"),
    _choice("none", "无", "none"),
    _choice("other", "其他", "another part"),
)

LISTS: Mapping[str, tuple[Choice, ...]] = {
    "decline_reasons": DECLINE_REASONS,
    "leave_reasons": LEAVE_REASONS,
    "stop_reasons": STOP_REASONS,
    "causes": CAUSES,
    "parts": PARTS,
}


def choice_of(choices: tuple[Choice, ...], key: str) -> Choice | None:
    """None for what a crew typed itself."""
    return next((choice for choice in choices if choice.key == key), None)
