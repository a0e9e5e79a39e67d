"""What invented people say. Each list is drawn from at random."""

from dispatch_server.protocol.words import AreaClass, Category, FaultKind, Hazard

FAULTS: dict[FaultKind | None, tuple[str, ...]] = {
    FaultKind.HV: ("整个村都停电了", "变压器那边响了一声，一片都黑了", "这条线上的几家厂全停了"),
    FaultKind.LV: ("我们这一排房子没电了", "楼里停电了，对面还有电", "电线杆上冒了火花，之后就停电了"),
    FaultKind.POWER_QUALITY: ("电压很低，空调带不动", "灯一闪一闪的", "电压不稳，冰箱一直响"),
    FaultKind.INSIDE_HOME: ("就我们一家没电", "空开合不上，一合就跳", "厨房插座没电了"),
    FaultKind.NOT_ELECTRIC: ("门口有根线掉下来了，不知道是不是电线", "路边的箱子门开着"),
    FaultKind.METERING: ("电表不走字了", "电表黑屏，家里没电", "交了电费还是没来电"),
    None: ("没电了，什么时候来电", "突然停电了"),
}

HAZARDS: dict[Hazard, tuple[str, ...]] = {
    Hazard.WIRE_DOWN: ("电线断了掉在路上，有小孩经过", "台风把线刮断了，落在田里"),
    Hazard.FIRE: ("变压器着火了，在冒烟", "电表箱烧起来了"),
    Hazard.FLOOD: ("配电房进水了", "水淹到电箱了"),
    Hazard.INJURY: ("有人被电到了，已经叫了救护车", "邻居修线的时候触电了"),
}

OTHERS: dict[Category, tuple[str, ...]] = {
    Category.ENQUIRY: (
        "问一下这个月电费是多少",
        "怎么办理过户",
        "今天有没有计划停电",
        "阶梯电价怎么算",
        "怎么申请装充电桩",
    ),
    Category.COMPLAINT: ("上次报修等了很久", "抄表员态度不好", "停电没有通知"),
    Category.TIP_OFF: ("隔壁好像在偷电", "有人私接电线"),
    Category.OPINION: ("营业厅中午没人值班", "缴费的短信看不懂"),
    Category.SUGGESTION: ("希望村里换一台大一点的变压器", "建议线路旁的树修剪一下"),
    Category.PRAISE: ("昨晚的师傅来得很快，谢谢", "抢修师傅很有耐心"),
}

CAUSES: dict[FaultKind | None, tuple[str, ...]] = {
    FaultKind.HV: ("树枝压线，C 相断股", "跌落式熔断器熔丝熔断", "绝缘子击穿", "避雷器损坏"),
    FaultKind.LV: ("低压线路接头烧断", "漏保动作，分支线受潮", "表箱进线松脱", "低压空开损坏"),
    FaultKind.POWER_QUALITY: ("三相负荷不平衡", "零线接触不良", "配变档位偏低"),
    FaultKind.INSIDE_HOME: ("户内漏电，已隔离故障回路", "用户空开损坏", "户内插座短路"),
    FaultKind.NOT_ELECTRIC: ("通信线掉落，已通知产权单位", "非电力设施"),
    FaultKind.METERING: ("电表故障，已换表", "表后开关未合", "费控停电，已复电"),
    None: ("低压线路接头烧断", "漏保动作，分支线受潮"),
}

DECLINES = ("车辆故障，正在等拖车", "人员不足，有人送医", "缺少绝缘斗臂车", "道路塌方，过不去")
DECLINES_UNPLACED = "任务没有位置，请先确认地址"
LEAVES_FOR_DANGER = "现场已做好安全措施，先去有人身危险的报修，回头再来"
LEAVES = ("需要吊车和新变压器，今晚做不完", "等待停电许可，转给检修班", "需要大型工器具")

CALL_BACKS_GOOD = ("来电了，很满意", "师傅很快就到了", "已经正常用电")
CALL_BACKS_BAD = ("等得太久了", "没有事先打电话")
CALL_BACKS_OUT = ("家里还是没有电", "来了一会儿又停了")

# Steps on site in the order of the trade: 停电 验电 接地 挂牌, then the work, then 清人 拆地线.
STEPS_HV = ("isolated", "proved_dead", "earthed", "tagged")
STEPS_HV_AFTER = ("people_clear", "earths_removed")
STEPS_LV = ("isolated", "proved_dead", "tagged")

MEDIAN_REPAIR_MIN: dict[FaultKind | None, float] = {
    FaultKind.HV: 24,
    FaultKind.LV: 12,
    FaultKind.POWER_QUALITY: 12,
    FaultKind.INSIDE_HOME: 8,
    FaultKind.NOT_ELECTRIC: 6,
    FaultKind.METERING: 9,
    None: 12,
}

# How likely a drive leads through a hole in the coverage.
NO_SIGNAL: dict[AreaClass | None, float] = {
    AreaClass.URBAN: 0.03,
    AreaClass.RURAL: 0.15,
    AreaClass.REMOTE: 0.35,
    None: 0.15,
}
