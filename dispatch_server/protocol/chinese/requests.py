"""What a request may be told before any rule of the trade is asked: its form, its sender, the server's state."""

SENTENCES: dict[str, str] = {
    # Signing in
    "Sign in first: POST /api/v1/sessions.": "请先登录：POST /api/v1/sessions。",
    "Name and password do not fit; check both.": "姓名或密码不正确，请核对。",
    "Too many failed sign-ins for this name; try again in {seconds} s.": (
        "此姓名登录失败次数过多，请 {seconds} 秒后再试。"
    ),
    "This is open to {roles}; you are signed in as {role}.": "此功能仅限{roles}使用；您的身份是{role}。",
    "This user belongs to no crew; ask the administrator to name one.": "此用户不属于任何班组，请管理员指定。",
    "A change by cookie needs the header X-Relight-Console: 1; other programs send a bearer token.": (
        "凭 cookie 更改须带请求头 X-Relight-Console: 1；其他程序请用 bearer 令牌。"
    ),
    "A password needs at least {count} characters.": "密码至少 {count} 个字符。",
    "A user needs a name of at most {count} characters.": "用户须有姓名，最多 {count} 个字符。",
    "{user} is a crew's user: say which crew.": "{user}是班组用户：请说明是哪个班组。",
    "{user} is no crew's user: leave the crew out.": "{user}不是班组用户：请勿填班组。",
    "There is no user {user}.": "没有用户 {user}。",
    "There is a user {user} already. To give him a new role and password, add --replace.": (
        "已有用户 {user}。如要更换其角色和密码，请加 --replace。"
    ),
    # What is not there
    "There is nothing at this address; see /api/v1/openapi.json for what there is.": (
        "此地址没有内容；可用地址见 /api/v1/openapi.json。"
    ),
    "This address does not answer to that method; see the Allow header.": "此地址不支持该方法；见响应头 Allow。",
    "There is no outage {id}.": "没有编号为 {id} 的故障。",
    "There is no {subject} {id}.": "没有编号为 {id} 的{subject}。",
    # The body
    "Send the body as application/json.": "请以 application/json 发送正文。",
    "The body is not JSON: look at character {count}.": "正文不是 JSON：请看第 {count} 个字符处。",
    "The body has more than {count} fields; send those that are described.": (
        "正文超过 {count} 个字段；请只发送说明中列出的字段。"
    ),
    "The body is not UTF-8.": "正文不是 UTF-8 编码。",
    "The body is nested too deep or holds a number too long to read.": "正文嵌套过深，或含有过长的数字。",
    "The body is larger than {count} bytes; send it in smaller parts.": "正文超过 {count} 字节，请分次发送。",
    "Send lon, lat and crs together, or none of them.": "lon、lat 和 crs 须同时填写或都不填。",
    "Send lon, lat and crs, or a candidate_id.": "请填 lon、lat 和 crs，或填 candidate_id。",
    "Send a pin or a candidate_id, not both.": "定位点和 candidate_id 只能填一项。",
    "Send account_no, phone or q.": "请填户号 account_no、电话 phone 或文字 q。",
    "Send reason (and evidence) to propose, or approved (true or false) to decide.": (
        "申请请填 reason（及 evidence），审批请填 approved（true 或 false）。"
    ),
    # A tablet's upload
    "actions and positions must be lists.": "actions 和 positions 须为列表。",
    "Send at most {count} actions and {most} positions at once.": "一次最多发送 {count} 个操作和 {most} 个位置。",
    "This server speaks protocol_version {count}; update the tablet's app.": (
        "本服务器使用协议版本 protocol_version {count}，请更新平板应用。"
    ),
    "device_id and boot_id have at most {count} characters.": "device_id 和 boot_id 最多 {count} 个字符。",
    "reason and note have at most {count} characters.": "reason 和 note 最多 {count} 个字符。",
    "actions[{count}].action_id must be a UUID.": "actions[{count}].action_id 须为 UUID。",
    # One field of it
    "{where}: {message}": "{where}：{message}",
    "{where} must be an object.": "{where} 须为对象。",
    "{where} lacks {fields}.": "{where} 缺少 {fields}。",
    "{where} must be a list.": "{where} 须为列表。",
    "{where} must be one of: {choices}.": "{where} 须为以下之一：{choices}。",
    "{where} must be {shape}.": "{where} 须为{shape}。",
    "{where} must be a number.": "{where} 须为数字。",
    "{where} must be seconds.": "{where} 须为秒数。",
    "{where} is too large.": "{where} 过大。",
    "{where} holds a character that is not text.": "{where} 含有非文本字符。",
    "{where} must be a time with its offset, such as 2026-05-01T08:30:00+08:00.": (
        "{where} 须为带时区的时间，例如 2026-05-01T08:30:00+08:00。"
    ),
    "lon {lon}, lat {lat} is not a position: lon runs from -180 to 180, lat from -90 to 90.": (
        "lon {lon}、lat {lat} 不是有效位置：经度在 -180 到 180 之间，纬度在 -90 到 90 之间。"
    ),
    "lon {lon}, lat {lat} is no position in {crs}; check lon, lat and crs.": (
        "lon {lon}、lat {lat} 不是 {crs} 下的有效位置；请核对经度、纬度和坐标系。"
    ),
    "accuracy_m {metres} is not a radius in metres, zero or more.": (
        "accuracy_m {metres} 不是以米计的半径，须不小于零。"
    ),
    # One field of it, as the door says it (web/complaints.py)
    "body": "正文",
    "is missing": "必填",
    "must be text": "须为文字",
    "must be a whole number": "须为整数",
    "must be a number": "须为数字",
    "must be a finite number": "须为有限的数",
    "must be true or false": "须为 true 或 false",
    "must be a list": "须为列表",
    "must be an object": "须为对象",
    "must be a date, such as 2026-05-01": "须为日期，例如 2026-05-01",
    "must be a time with its offset, such as 2026-05-01T08:30:00+08:00": (
        "须为带时区的时间，例如 2026-05-01T08:30:00+08:00"
    ),
    "lies before the year 2000; send the time the customer called, or leave it out": (
        "早于 2000 年；请填客户来电的时间，或不填"
    ),
    "must be one of: {choices}": "须为以下之一：{choices}",
    "must be {count} or more": "须不小于 {count}",
    "must be {count} or less": "须不大于 {count}",
    "is too large": "过大",
    "has too many digits": "位数过多",
    "must have a length of {count} or more": "长度须不小于 {count}",
    "must have a length of {count} or less": "长度须不大于 {count}",
    "is not a field of this request; {field} may be meant": "不是此请求的字段，可能应为 {field}",
    "is not a field of this request; its fields are: {fields}": "不是此请求的字段；可用字段：{fields}",
    "is not a parameter of this address; {field} may be meant": "不是此地址的参数，可能应为 {field}",
    "is not a parameter of this address; its parameters are: {fields}": "不是此地址的参数；可用参数：{fields}",
    "is not a parameter of this address; it takes none": "不是此地址的参数；此地址不带参数",
    "is given more than once; send it once": "重复给出，请只填一次",
    "does not have the form that is asked for; see /api/v1/openapi.json": "格式不符合要求，见 /api/v1/openapi.json",
    # The feed
    "This cursor is not one of ours; leave it out to begin with the present.": (
        "此游标不是本系统的；不填即从现在开始。"
    ),
    "This cursor lies beyond the journal; leave it out to begin with the present.": (
        "此游标超出日志末尾；不填即从现在开始。"
    ),
    "This cursor is not in the journal any more; load the board anew and go on from its cursor.": (
        "此游标已不在日志中；请重新加载列表，从新的游标继续。"
    ),
    # The server's state
    "This server is stopping. Nothing was saved; try again in a moment.": "服务器正在停止，未保存；请稍后再试。",
    "Too many people change this at once. Nothing was saved; try again.": "同时更改的人太多，未保存；请再试。",
    "The database does not answer. Nothing was saved; try again in a moment.": "数据库无响应，未保存；请稍后再试。",
    "The database went away at the last moment. Look whether this was saved before you send it again.": (
        "数据库在最后一刻断开；请先查看是否已保存，再决定是否重发。"
    ),
    "The database could not be read ({error}). Try again in a moment.": "数据库无法读取（{error}）；请稍后再试。",
    "The database could not write ({error}). Nothing was saved; try again.": (
        "数据库无法写入（{error}），未保存；请再试。"
    ),
    "The feed is not being read; the server is starting, or stuck: see its log.": (
        "动态未在读取；服务器正在启动或已卡住，请看其日志。"
    ),
    "Something went wrong on the server; it is in its log. Try again, or tell the administrator.": (
        "服务器出错，已记入日志。请再试，或告知管理员。"
    ),
}
