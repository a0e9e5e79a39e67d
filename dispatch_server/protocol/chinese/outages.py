"""Outages: their clock, what threatens it, and what dispatchers decide about them."""

SENTENCES: dict[str, str] = {
    # Calls that join, move and leave
    "a call joined": "有来电并入",
    "a pin was moved": "定位点已移动",
    "an outage was merged in": "有故障并入",
    "calls were split off": "有来电拆出",
    "a relaxation was approved": "延时已批准",
    "{because}; the later target proposed before falls away": "{because}；此前提出的延时作废",
    "An important customer is out.": "重要客户停电。",
    "No danger to life stands any more.": "已无危及人身安全的险情。",
    "A caller reports danger to life: {hazard}.": "来电人报告危及人身安全：{hazard}。",
    "Outage {outage} is {outage_state}; a call after that opens a new outage.": (
        "故障 {outage} {outage_state}；此后的来电另开新故障。"
    ),
    "A later target of outage {outage} waits for a second person: move the pin back or have it approved first.": (
        "故障 {outage} 的延时正待另一人审批：请先移回定位点，或先完成审批。"
    ),
    "A later target of outage {outage} was rejected: move the pin back or have it approved first.": (
        "故障 {outage} 的延时未获批准：请先移回定位点，或重新报批。"
    ),
    # Merged and split
    "A call that was solved by phone needs no outage of its own; split the others off.": (
        "已电话解决的来电无需单独立故障，请拆出其他来电。"
    ),
    "A crew has arrived at outage {outage} on the clock of its earliest call; split the later calls off instead.": (
        "班组已按故障 {outage} 最早来电的时限到场，请改为拆出较晚的来电。"
    ),
    "Merged from {outage}, which was urgent.": "由紧急故障 {outage} 并入。",
    "Outage {outage} has an exemption; others would leave the figures with it.": (
        "故障 {outage} 有免考核，并入的来电会随之不计入指标。"
    ),
    "Outage {outage} is {outage_state} since.": "故障 {outage} 此后{outage_state}。",
    "Outage {outage} is {outage_state} since; you need not go.": "故障 {outage} 此后{outage_state}，你班无需前往。",
    "A question failed inside this Work and nobody noticed; nothing was saved.": (
        "一次查询失败而未被发现，未保存任何内容。"
    ),
    "An outage cannot be merged into itself; choose another one.": "故障不能并入自身，请另选一起。",
    "Outage {outage} is {outage_state}; only open outages can be merged.": (
        "故障 {outage} {outage_state}，只有未结故障可以合并。"
    ),
    "A crew is already on its way to outage {outage}; merge {other} into {outage} instead.": (
        "已有班组前往故障 {outage}；请改为把 {other} 并入 {outage}。"
    ),
    "Crews are already on their way to both {outage} and {other}; withdraw one of the jobs first, or let one crew "
    "finish.": "故障 {outage} 和 {other} 都已有班组前往；请先撤回其中一张工单，或等一个班组完成。",
    "merged from {outage}": "由故障 {outage} 并入",
    "merged into outage {outage}": "已并入故障 {outage}",
    "The outage was merged into {outage}.": "此故障已并入 {outage}。",
    "Outage {outage} is {outage_state}; only an open outage can be split.": (
        "故障 {outage} {outage_state}，只有未结故障可以拆分。"
    ),
    "Name calls that belong to outage {outage}, and no others.": "请只列出属于故障 {outage} 的来电。",
    "Outage {outage} would be left without a call; merge it instead of splitting it.": (
        "拆分后故障 {outage} 将没有来电；请改为合并。"
    ),
    "split from {outage}": "由故障 {outage} 拆出",
    # At risk, missed, escalated
    "No crew is under way and {minutes} min are left.": "尚无班组出发，只剩 {minutes} 分钟。",
    "The crew under way has fallen silent and {minutes} min are left.": "途中的班组已失联，只剩 {minutes} 分钟。",
    "{crew} is expected at {time}, {minutes} min after the target.": (
        "{crew}预计 {time} 到达，比到达时限晚 {minutes} 分钟。"
    ),
    "Outage {outage}: {trigger}; {remedy}.": "故障 {outage}：{trigger}；{remedy}。",
    # Ended
    "Outage {outage} is already {outage_state}.": "故障 {outage} {outage_state}。",
    "Say in a few words why the outage is closed.": "请简要说明结案原因。",
    "A crew is on site at outage {outage}; let it report, or ask it to leave.": (
        "故障 {outage} 现场有班组；请等待其报告，或让其撤离。"
    ),
    "Outage {outage} has a danger to life that nobody has made safe; send a crew and let it report.": (
        "故障 {outage} 有危及人身安全的险情尚未解除；请派班组到场并等待其报告。"
    ),
    "Say in a few words how you know that there is no danger.": "请简要说明认定没有险情的依据。",
    "Name a call of outage {outage} that reported danger to life.": "请指明故障 {outage} 中报告险情的来电。",
    "This danger is over already; there is nothing to rule out.": "此险情已解除，无需再认定。",
    # A second person decides
    "Outage {outage} has no later target waiting for approval.": "故障 {outage} 没有待审批的延时。",
    "Outage {outage} already has an exemption ({approval}).": "故障 {outage} 已申请免考核（{approval}）。",
    "An exemption needs its reason.": "申请免考核须说明理由。",
    "Outage {outage} has no exemption waiting for approval.": "故障 {outage} 没有待审批的免考核申请。",
    "Another person must decide this; whoever proposed it cannot approve it.": (
        "须由另一人审批，申请人不能审批自己的申请。"
    ),
    # Figures
    "Minutes from the earliest call of an outage to its official arrival (first check-in graded A, B or declared by a "
    "fit crew, or confirmed by a dispatcher). Merged calls never count. A share is arrivals at or before the limit "
    "over arrivals plus outages past the limit with nobody there. One that was cancelled or solved by phone after its "
    "limit counts as late unless a second person approved an exemption. p90 is the nearest rank over the rows.": (
        "从故障的最早来电到正式到达现场的分钟数（正式到达：符合条件的班组首次证据等级为 A、B 或申报的到场打卡，"
        "或经调度员确认）。合并的来电不计。及时率为在时限内到达的件数除以到达件数与已超时限仍无人到达件数之和。"
        "超过时限后才取消或电话解决的，除非另一人批准免考核，均按未及时到达计。"
        "p90 为逐件排序后的最近名次值。"
    ),
    "by must be one of: {choices}.": "by 须为以下之一：{choices}。",
    "from must be a day before to; to itself is not counted.": "from 须早于 to；to 当日不计。",
}
