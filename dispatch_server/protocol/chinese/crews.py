"""Why this crew and why not; the offer; what a tablet is answered; how far its evidence carries."""

SENTENCES: dict[str, str] = {
    # Reasons for and against
    "on duty": "在岗",
    "off duty": "不在岗",
    "kind of fault not known yet: any skill will do": "故障类别未定，任何技能均可",
    "has the skill {skill}": "具备{skill}技能",
    "lacks the skill {skill}": "不具备{skill}技能",
    "no voltage permit asked for": "无需电压等级许可",
    "voltage permit not in the register: its skills speak for it": "台账未登记电压等级许可，以技能为准",
    "may work up to {kv} kV": "可在 {kv} kV 及以下作业",
    "may work up to {kv} kV; this fault asks for {needed_kv} kV": "可在 {kv} kV 及以下作业，此故障需 {needed_kv} kV",
    "hours of duty are not limited": "值班时长不限",
    "{hours} h of duty left": "还可值班 {hours} 小时",
    "at work for {hours} h without {rest_hours} h of rest; the most is {most} h": (
        "已连续值班 {hours} 小时，其间未休息满 {rest_hours} 小时，上限 {most} 小时"
    ),
    "no special vehicle or gear asked for": "无需专用车辆或工器具",
    "vehicle and gear as needed": "车辆和工器具齐备",
    "lacks vehicle or gear: {gear}": "缺少车辆或工器具：{gear}",
    "{count} aboard": "车上 {count} 人",
    "only {count} aboard; nobody works alone": "车上只有 {count} 人，严禁单人作业",
    "suspended": "已停派",
    "not suspended": "未停派",
    "already has this outage": "已有此故障的工单",
    "{count} jobs in hand": "手上工单 {count} 件",
    "{count} jobs in hand; the most is {most}": "手上工单 {count} 件，上限 {most} 件",
    "{count} jobs in hand; danger to life comes before": "手上工单 {count} 件，人身险情优先",
    "{minutes} min away ({source}): in time, {spare} min to spare": (
        "车程 {minutes} 分钟（{source}），可按时到达，余 {spare} 分钟"
    ),
    "{minutes} min away ({source}): {late} min late": "车程 {minutes} 分钟（{source}），将迟到 {late} 分钟",
    "{minutes} min away ({source}; up to {longest} min): in time, {spare} min to spare": (
        "车程 {minutes} 分钟（{source}，最长约 {longest} 分钟），可按时到达，余 {spare} 分钟"
    ),
    "{minutes} min away ({source}; up to {longest} min): {late} min late": (
        "车程 {minutes} 分钟（{source}，最长约 {longest} 分钟），将迟到 {late} 分钟"
    ),
    "was asked before and did not take it": "派过单，未接",
    "busy: {job_state} on another job": "忙：另有工单{job_state}",  # said until other work was reckoned in minutes
    "would be turned round on its way to outage {outage}": "须在赶往故障 {outage} 途中改派",
    "would be called away from the site of outage {outage}": "须从故障 {outage} 现场抽调",
    "other work keeps it for about {minutes} min first": "手上的工作还需约 {minutes} 分钟",
    "sending it costs no cover": "派出后不影响覆盖",
    "sending it leaves {percent} % of {class} uncovered, {points} points more than now": (
        "派出后{class}有 {percent} % 无法按时到达，比现在多 {points} 个百分点"
    ),
    "outside its shift": "不在当班时间",
    "outside its shift, and on duty": "不在当班时间，但在岗",
    "no position heard today: counted from its depot": "今日尚无定位，从驻点起算",
    "last heard {minutes} min ago, may be offline": "{minutes} 分钟前最后一次定位，可能离线",
    # The offer
    "Outage {outage} is not on the map yet; place its call first.": "故障 {outage} 尚未定位，请先给来电定位。",
    "Outage {outage} is {outage_state}; no crew is needed.": "故障 {outage} {outage_state}，无需派单。",
    "{crew} is off duty; choose a crew that is on duty.": "{crew}不在岗，请选择在岗班组。",
    "{crew} is not fit for this job: {reasons}. Send a reason to offer it anyway.": (
        "{crew}不符合此工单的条件：{reasons}。写明理由后仍可派单。"
    ),
    "instead_of must name a job of outage {outage}.": "instead_of 须为故障 {outage} 的工单。",
    "{crew} has accepted outage {outage} by now; withdraw that job first.": "{crew}已接故障 {outage}，请先撤回。",
    "{crew} already has outage {outage}.": "{crew}已有故障 {outage} 的工单。",
    "Outage {outage} is on offer to {crew} until {time}; withdraw that offer first.": (
        "故障 {outage} 已派给{crew}，{time} 前待接单；请先撤回该派单。"
    ),
    "Every fit crew was asked, or none is fit: see the reasons in the list of crews.": (
        "符合条件的班组都已派过单，或没有符合条件的班组；原因见班组列表。"
    ),
    "There is no crew {id}.": "没有编号为 {id} 的班组。",
    "crew {id}": "班组 {id}",
    # A crew that is turned round
    "{crew} is turned round to outage {outage}; tell the callers that another crew is looked for.": (
        "{crew}改派到更紧急的故障 {outage}；请告知来电人正在另派班组。"
    ),
    "{crew} is called from the site to outage {outage}; tell the callers that the work goes on later.": (
        "{crew}从现场抽调到更紧急的故障 {outage}；请告知来电人稍后继续抢修。"
    ),
    "Your crew is turned round to outage {outage}, which is more pressing.": "你班改派到更紧急的故障 {outage}。",
    # Cover
    "Cover is being worked out; ask again in a few seconds.": "正在计算覆盖情况，请几秒后再查询。",
    "{crew} could stand by at {spot}: {count} more customers would be reached in time.": (
        "{crew}可到{spot}待命：可按时到达的用户增加 {count} 户。"
    ),
    # Jobs as dispatchers handle them
    "This job is already {job_state}; there is nothing to withdraw.": "此工单{job_state}，无可撤回。",
    "The crew is on site; ask it to leave or to close the job.": "班组已在现场，请让班组撤离或办结工单。",
    "Say in a few words why the job is withdrawn; the crew will read it.": "请简要说明撤回原因，班组会看到。",
    "Say in a few words what convinced you that the crew is on site.": "请简要说明确认班组已到达现场的依据。",
    "The crew has not checked in on this job; there is no arrival to confirm.": (
        "班组尚未在此工单到场打卡，没有可确认的到达。"
    ),
    "This arrival already counts; it needs no confirmation.": "此次到达已有效，无需确认。",
    "The crew was not fit for this job when it checked in; send a fit crew.": (
        "班组打卡时不符合此工单的条件，请另派符合条件的班组。"
    ),
    # What a tablet is answered
    "The clocks of this action lead out of all time; check elapsed_ms and occurred_at.": (
        "该操作的时钟超出了时间范围，请检查 elapsed_ms 和 occurred_at。"
    ),
    "Recorded.": "已记录。",
    "Recorded. Another call of this outage reported a danger that is not made safe; tell the dispatcher.": (
        "已记录。此故障另有来电报告的险情尚未解除，请告知调度员。"
    ),
    "{crew} is on duty.": "{crew}已上岗。",
    "{crew} is off duty.": "{crew}已离岗。",
    "The job is yours. Outage {outage}.": "接单成功：故障 {outage}。",
    "This job was withdrawn before we heard from you: {reason} You need not go.": (
        "你班不必前往：收到你班消息前工单已撤回，原因：{reason}"
    ),
    "Recorded; this job is {job_state} since.": "已记录；此工单目前{job_state}。",
    "Recorded, but this job is {job_state}: {reason}": "已记录，但此工单{job_state}：{reason}",
    "another crew has the outage": "故障已由其他班组处理",
    "{crew} also pressed accept for outage {outage}, too late: the job stays yours.": (
        "{crew}也接了故障 {outage}，但晚于你班：工单仍归你班。"
    ),
    "{crew} has outage {outage} since; you need not go.": "故障 {outage} 已由{crew}接单；你班不必前往。",
    "{crew} took the job.": "{crew}已接单。",
    "Power is back.": "已恢复供电。",
    "no reason given": "未说明原因",
    "The control room will look at the place you sent; until then the old one holds.": (
        "调度将核对你班上报的位置；在此之前仍以原位置为准。"
    ),
    "Recorded. The control room sees it.": "已记录，调度已看到。",
    "This action id was already used for something else; send a new id.": "此操作编号已用于其他操作，请换新编号再发。",
    "The action {action} needs its job_id.": "操作 {action} 缺少工单编号 job_id。",
    "Your crew has no job {id}.": "你班没有编号为 {id} 的工单。",
    "A corrected pin needs a GPS fix, or lon and lat in its data.": (
        "更正位置需要 GPS 定位，或在 data 中给出 lon 和 lat。"
    ),
    "A survey needs its cause: data.cause.": "现场勘查需填写故障原因（data.cause）。",
    "A safety step needs its name: data.step.": "安全措施需填写步骤名称（data.step）。",
    "The note is empty.": "备注为空。",
    "data.{key} must be a whole number, zero or more.": "data.{key} 须为不小于零的整数。",
    # Evidence of arrival
    "Grade {grade}. {hint}": "证据等级 {grade}。{hint}",
    "Grade {grade}. {hint} Your crew is not fit for this job.": "证据等级 {grade}。{hint}你班不符合此工单的条件。",
    "The device reports a mock location.": "设备报告的是模拟定位。",
    "No GPS reading came with the check-in.": "打卡时没有 GPS 定位。",
    "The GPS reading is {seconds} s older than the check-in.": "GPS 定位比打卡早 {seconds} 秒。",
    "The GPS reading is only good to {metres} m; step into the open.": "GPS 定位精度只有 {metres} 米；请到空旷处。",
    "The fault has no place on the map yet; a dispatcher can confirm.": "故障尚未定位；可由调度员确认到达。",
    "GPS puts the crew {metres} m from the fault.": "GPS 显示班组距故障点 {metres} 米。",
    "About {metres} m from the fault, within the doubt.": "距故障点约 {metres} 米，在误差范围内。",
    "GPS is {metres} m from the fault: come closer, or tell us the place on the map is wrong.": (
        "GPS 显示距故障点 {metres} 米：请再靠近，或报告地图位置有误。"
    ),
    "an earlier check-in was heard": "收到了更早的打卡",
    "who was aboard was heard late": "随车人数的消息晚到",
    "the site was moved": "故障位置已移动",
    "an arrival was confirmed": "到达已确认",
}
