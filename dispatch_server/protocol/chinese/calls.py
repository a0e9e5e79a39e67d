"""Taking a call, putting it on the map, calling back."""

SENTENCES: dict[str, str] = {
    # Taken and closed
    "received_at lies in the future; send the time the customer called, or leave it out.": (
        "来电时间 received_at 晚于当前时间；请填客户实际来电的时间，或留空。"
    ),
    "Say in a few words how the call was settled by phone.": "请简要说明电话中是如何处理的。",
    "Call {call} is already closed ({reason}).": "来电 {call} 已办结，原因：{reason}",
    "Call {call} is closed and its place stays as it is. "
    "If it is dark there, take a new call; an arrival is vouched for by confirming it.": (
        "来电 {call} 已办结，位置不再更改。如该处仍停电，请新建来电；到场证据不足的，请用“确认到达”。"
    ),
    # Come again under its external_ref
    "Call {call} was filed under this external_ref before; what differs is kept with it.": (
        "来电 {call} 此前已用该外部编号登记；不同之处已一并保存。"
    ),
    "Outage {outage} is dangerous from now on.": "故障 {outage} 已按危及人身安全处理。",
    "The danger is filed as call {call}.": "险情已另立来电 {call}。",
    "It is a fault now, and belongs to outage {outage}.": "该来电现按故障处理，归入故障 {outage}。",
    "Every caller was helped by phone.": "来电均已电话解决。",
    # Called back
    "Call {call} has no outage; there is no repair to ask about.": "来电 {call} 没有对应的故障，无需回访。",
    "Call {call} was already called back ({answer}).": "来电 {call} 已回访过（{answer}）。",
    "Outage {outage} is still open; call back when power is reported back.": (
        "故障 {outage} 尚未复电，请在报告复电后再回访。"
    ),
    "every caller was asked": "客户均已回访",
    # Does it belong to an outage that is known?
    "Outage {outage} is on the same transformer and {minutes} min old: the same cause?": (
        "故障 {outage} 在同一台区，{minutes} 分钟前报修，是否同一原因？"
    ),
    "Outage {outage} is {metres} m away and {minutes} min old: the same cause?": (
        "故障 {outage} 相距 {metres} 米，{minutes} 分钟前报修，是否同一原因？"
    ),
    # Located
    "No clue in the call leads to a place in the service territory.": "来电中没有能在供电区域内定位的线索。",
    "No county, township or village of the territory is named; "
    "ask for the account number, or for the township and the village.": (
        "没有提到供电区域内的县（市、区）、乡镇或村；请询问户号，或询问乡镇和村。"
    ),
    "Nothing says where it is; ask for the account number, or for the township and the village.": (
        "没有任何位置线索；请询问户号，或询问乡镇和村。"
    ),
    "Only {place} is known; ask for the township and the village.": "只知道在{place}；请询问乡镇和村。",
    "Only the township is known, {distance} around; ask for the village.": (
        "只知道乡镇，误差 {distance}；请询问是哪个村。"
    ),
    "“{heard}” may be part of another name; ask whether {place} is meant.": (
        "“{heard}”可能是别的名称的一部分；请询问是不是{place}。"
    ),
    "The words name {places}, and no one place fits them all; ask the caller which is right.": (
        "来电人说到{places}，没有一处与之全部相符；请询问以哪个为准。"
    ),
    "{count} places are called so; ask in which township it is.": "有 {count} 处同名；请询问在哪个乡镇。",
    "{count} places are called so; ask in which county and township it is.": (
        "有 {count} 处同名；请询问在哪个县（市、区）、哪个乡镇。"
    ),
    "{count} places are called so; the first {most} are listed; ask in which township it is.": (
        "有 {count} 处同名，只列出前 {most} 处；请询问在哪个乡镇。"
    ),
    "{count} places are called so; the first {most} are listed; ask in which county and township it is.": (
        "有 {count} 处同名，只列出前 {most} 处；请询问在哪个县（市、区）、哪个乡镇。"
    ),
    "the caller's pin": "来电人的定位点",
    # Other people's geocoders
    "Placed by {source} from the caller's words; ask whether the fault is there.": (
        "由{source}按来电人所说的地址定位；请确认故障是否在该处。"
    ),
    "{source} proposes another place; ask the caller before it is taken.": (
        "{source}提出了另一个位置；请先询问来电人再采用。"
    ),
    "{source} found the caller's words here": "{source}按来电人所说的地址找到此处",
    "the words name {heard}": "来电人说的是{heard}",
    "“{heard}” is a former name of {name}": "“{heard}”是{name}的旧名",
    "“{heard}” sounds like {name}": "“{heard}”与{name}同音",
    "“{heard}” sounds like {name} to a speaker of Hunan": "“{heard}”在湖南口音中与{name}同音",
    "“{heard}” is one character away from {name}": "“{heard}”与{name}只差一个字",
    "{reason}; this one lies in {place}": "{reason}，此处位于{place}",
    "the words name {heard}; this one lies in {place}": "来电人说的是{heard}，此处位于{place}",
    "“{heard}” is a former name of {name}; this one lies in {place}": "“{heard}”是{name}的旧名，此处位于{place}",
    "“{heard}” sounds like {name}; this one lies in {place}": "“{heard}”与{name}同音，此处位于{place}",
    "“{heard}” sounds like {name} to a speaker of Hunan; this one lies in {place}": (
        "“{heard}”在湖南口音中与{name}同音，此处位于{place}"
    ),
    "“{heard}” is one character away from {name}; this one lies in {place}": (
        "“{heard}”与{name}只差一个字，此处位于{place}"
    ),
    "{count} places are called so, all in {place}; ask which it is.": "{place}有 {count} 处同名；请询问是哪一处。",
    "{count} places are called so; the first {most} are listed, all in {place}; ask which it is.": (
        "{place}有 {count} 处同名，只列出前 {most} 处；请询问是哪一处。"
    ),
    "The words name {heard}, outside the service territory; ask the caller where the fault is.": (
        "来电人说的是{heard}，不在供电区域内；请询问故障在哪里。"
    ),
    "The words also name {heard}, which does not fit {place}; ask the caller which is right.": (
        "来电人还说到{heard}，与{place}不符；请询问以哪个为准。"
    ),
    "Only the street is known, {distance} around; ask for the house number or for what stands beside.": (
        "只知道街道，误差 {distance}；请询问门牌号或旁边有什么。"
    ),
    "Only the feeder {feeder} is known; ask for the number on a pole, or for the township and the village.": (
        "只知道线路{feeder}；请询问最近电杆的杆号，或询问乡镇和村。"
    ),
    "“{heard}” is on no map of {place}; ask for its former name, or for a village beside it.": (
        "{place}的地图上没有“{heard}”；请询问旧名或相邻的村。"
    ),
    "“{heard}” was taken for {place}, but others are called so too; ask which is meant.": (
        "“{heard}”按{place}处理，但另有同名的地方；请询问是哪一处。"
    ),
    "“{heard}” was taken for {place}; read it back to the caller.": "“{heard}”按{place}处理；请向来电人复述确认。",
    "{place} is named with a reserve; ask the caller whether it is dark there.": (
        "提到{place}时说得不确定，请向来电人核实停电的是不是那里。"
    ),
    "More is said than is read; {place} is named in it. Ask the caller where it is dark.": (
        "说的话太长，没有读完，其中提到{place}；请询问停电的具体地点。"
    ),
    "The words name {place} as a neighbour; ask the caller what is dark itself.": (
        "来电人只说在{place}旁边；请询问停电的具体地点。"
    ),
    "The caller's number has {count} premises; ask at which of them it is dark.": (
        "该来电号码名下有 {count} 处用电地址；请询问是哪一处停电。"
    ),
    "The caller's number belongs to {address}, {distance} away; ask the caller where the fault is.": (
        "来电号码登记在{address}，相距 {distance}；请询问故障在哪里。"
    ),
    "{note} The caller's number belongs to {address}, {distance} away; ask the caller where the fault is.": (
        "{note}来电号码登记在{address}，相距 {distance}；请询问故障在哪里。"
    ),
    "the premises of the caller's number: {address}": "来电号码名下的用电地址：{address}",
    "the nearest point of {area}, {distance} from the pin": "{area}距定位点最近处，相距 {distance}",
    # Clues that disagree, or lead out of the territory
    "The {method} lies in {place}, but the words name {places}; ask the caller where the fault is.": (
        "{method}在{place}，但来电人说的是{places}；请询问故障在哪里。"
    ),
    "The {method} lies elsewhere, but the words name {places}; ask the caller where the fault is.": (
        "{method}在别处，但来电人说的是{places}；请询问故障在哪里。"
    ),
    "The pin lies {distance} from the account's premises; ask the caller where the fault is.": (
        "定位点距户号登记地址 {distance}；请询问故障在哪里。"
    ),
    "{note} The pin lies {distance} from the account's premises; ask the caller where the fault is.": (
        "{note}定位点距户号登记地址 {distance}；请询问故障在哪里。"
    ),
    "The pin lies outside the service territory. Check lon, lat and crs, or ask the caller where it is.": (
        "定位点不在供电区域内。请核对经度、纬度和坐标系，或询问来电人在哪里。"
    ),
    "The pin lies outside the service territory: {distance} from the nearest area, {area}. "
    "Check lon, lat and crs, or ask the caller where it is.": (
        "定位点不在供电区域内，距最近的{area} {distance}。请核对经度、纬度和坐标系，或询问来电人在哪里。"
    ),
    "The premises in the register lie outside the service territory. "
    "Check lon, lat and crs, or ask the caller where it is.": (
        "档案中的用电地址不在供电区域内。请核对经度、纬度和坐标系，或询问来电人在哪里。"
    ),
    "The premises in the register lie outside the service territory: {distance} from the nearest area, {area}. "
    "Check lon, lat and crs, or ask the caller where it is.": (
        "档案中的用电地址不在供电区域内，距最近的{area} {distance}。请核对经度、纬度和坐标系，或询问来电人在哪里。"
    ),
    "Placed by the caller's number: {address}. Ask whether the fault is there.": (
        "按来电号码定位：{address}。请确认故障是否在该处。"
    ),
    "Placed by the caller's number: {address}. Ask whether the fault is there. {note}": (
        "按来电号码定位：{address}。请确认故障是否在该处。{note}"
    ),
    "Account {account} is not in the register; ask the caller to read it again.": (
        "户号 {account} 不在档案中；请来电人再读一遍。"
    ),
    "Account {account} is not in the register; ask the caller to read it again. {note}": (
        "户号 {account} 不在档案中；请来电人再读一遍。{note}"
    ),
    "That candidate is not on the map any more; look the place up again.": "该候选位置已不在地图上，请重新查找。",
    "That position lies outside the service territory; check lon, lat and crs.": (
        "该位置不在供电区域内；请核对经度、纬度和坐标系。"
    ),
    "Say the datum of the position: crs is EPSG:4326, gcj02 or bd09.": (
        "请说明位置的坐标系：crs 填 EPSG:4326、gcj02 或 bd09。"
    ),
    "The datum {crs} is not known here; crs is EPSG:4326, gcj02 or bd09.": (
        "不认识坐标系 {crs}；crs 填 EPSG:4326、gcj02 或 bd09。"
    ),
    # Parts of the sentences above
    "{metres} m": "{metres} 米",
    "{kilometres} km": "{kilometres} 公里",
}
