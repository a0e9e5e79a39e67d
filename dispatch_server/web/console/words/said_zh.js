// Sentences that the server writes in English, in Chinese: reasons for and against a crew, alerts, refusals.
// A sentence that is not known here is shown as it came: better English than nothing.

const SKILL = { hv: '高压', lv: '低压', power_quality: '电能质量', metering: '计量' };
const STATE = { offered: '待接单', accepted: '已接单', 'en route': '途中', 'on site': '在现场', open: '未结', restored: '已复电', closed: '已结案', cancelled: '已取消' };
const HAZARD = { wire_down: '断线落地', fire: '起火', flood: '进水', injury: '有人受伤' };
const far = (text) => text.replace(' km', ' 公里').replace(' m', ' 米');
const SOURCE = { 'road graph': '按道路' };
const source = (text) => SOURCE[text] ?? text.replace(/^straight line × /, '直线 × ');

const PATTERNS = [
  [/^on duty$/, () => '在岗'],
  [/^off duty$/, () => '不在岗'],
  [/^kind of fault not known yet: any skill will do$/, () => '故障类别未定，任何技能均可'],
  [/^has the skill (\w+)$/, (s) => `有${SKILL[s] ?? s}技能`],
  [/^lacks the skill (\w+)$/, (s) => `缺${SKILL[s] ?? s}技能`],
  [/^(\d+) aboard$/, (n) => `车上 ${n} 人`],
  [/^only (\d+) aboard; nobody works alone$/, (n) => `车上只有 ${n} 人，不得单人作业`],
  [/^suspended$/, () => '已停派'],
  [/^not suspended$/, () => '未停派'],
  [/^already has this outage$/, () => '已有此故障'],
  [/^(\d+) jobs in hand$/, (n) => `手上 ${n} 件`],
  [/^(\d+) jobs in hand; the most is (\d+)$/, (n, most) => `手上 ${n} 件，最多 ${most} 件`],
  [/^(\d+) min away \((.+)\): in time, (-?\d+) min to spare$/, (m, by, spare) => `车程 ${m} 分（${source(by)}），按时，余 ${spare} 分`],
  [/^(\d+) min away \((.+)\): (-?\d+) min late$/, (m, by, late) => `车程 ${m} 分（${source(by)}），迟 ${late} 分`],
  [/^was asked before and did not take it$/, () => '问过，未接'],
  [/^busy: (.+) on another job$/, (state) => `忙：另一任务${STATE[state] ?? state}`],
  [/^outside its shift$/, () => '不在当班时间'],
  [/^no position heard today: counted from its depot$/, () => '今日无位置，从驻地起算'],
  [/^last heard (\d+) min ago, may be offline$/, (m) => `${m} 分钟前的消息，可能离线`],

  [/^No crew is under way and (-?\d+) min are left\.$/, (m) => `还没有班组出发，只剩 ${m} 分钟。`],
  [/^(.+) is expected at (\S+), (-?\d+) min after the target\.$/, (crew, at, m) => `${crew}预计 ${at} 到，比时限晚 ${m} 分钟。`],
  [/^Every fit crew was asked, or none is fit: see the reasons in the list of crews\.$/, () => '合适的班组都问过了，或没有合适的；理由见派工列表。'],
  [/^An important customer is out\.$/, () => '重要客户停电。'],
  [/^calls were split off$/, () => '有来电拆出'],
  [/^a relaxation was approved$/, () => '放宽已批准'],
  [/^merged from (\S+)$/, (n) => `由 ${n} 并入`],
  [/^merged into outage (\S+)$/, (n) => `并入故障 ${n}`],
  [/^The outage was merged into (\S+)\.$/, (n) => `此故障已并入 ${n}。`],
  [/^split from (\S+)$/, (n) => `由 ${n} 拆出`],
  [/^No clue in the call leads to a place in the service territory\.$/, () => '来电中没有能定位到辖区内的线索。'],

  [/^A caller reports danger to life: (\w+)\.$/, (h) => `来电人报告危及生命：${HAZARD[h] ?? h}。`],
  [/^Power is back\.$/, () => '已恢复供电。'],
  [/^Every caller was helped by phone\.$/, () => '来电均已电话解决。'],
  [/^(.+); the later target proposed before falls away$/, (because) => `${one(because)}；此前提出的放宽作废`],

  [/^Only the township is known, (.+) around; ask for the village\.$/, (m) => `只知道乡镇，误差 ${far(m)}；请问是哪个村。`],
  [/^Only (.+) is known; ask for the township and the village\.$/, (name) => `只知道${name}；请问是哪个乡镇、哪个村。`],
  [/^“(.+)” may be part of another name; ask whether (.+) is meant\.$/, (heard, name) => `“${heard}”可能是别的名称的一部分；请问是不是${name}。`],
  [/^No county, township or village of the territory is named; ask for the account number, or for the township and the village\.$/, () => '没有提到辖区内的区县、乡镇或村；请问户号，或乡镇和村。'],
  [/^Nothing says where it is; ask for the account number, or for the township and the village\.$/, () => '没有任何位置线索；请问户号，或乡镇和村。'],
  [/^The (\w+) lies in (.+), but the words name (.+); ask the caller where the fault is\.$/, (what, found, named) => `${what === 'pin' ? '图钉' : '户号'}在${found}，但来电人说的是${named.replaceAll(' or ', '或')}；请问故障在哪里。`],
  [/^The pin lies (.+) from the account's premises; ask the caller where the fault is\.$/, (m) => `图钉距户号地址 ${far(m)}；请问故障在哪里。`],
  [/^(The premises in the register lie|The pin lies) outside the service territory(?:: (.+) from the nearest area, (.+))?\.$/, (what, m, area) => `${what === 'The pin lies' ? '图钉' : '登记的地址'}在辖区之外${m === undefined ? '' : `，距最近的${area} ${far(m)}`}。`],
  [/^Check lon, lat and crs, or ask the caller where it is\.$/, () => '请核对坐标，或问来电人在哪里。'],
  [/^Account (.+) is not in the register; ask the caller to read it again\.$/, (no) => `户号 ${no} 不在登记册中；请来电人再读一遍。`],
  [/^That candidate is not on the map any more; look the place up again\.$/, () => '该候选位置已不在地图上，请重新查找。'],

  [/^Outage (\S+) is not on the map yet; place its call first\.$/, (n) => `故障 ${n} 还没有定位，请先给来电定位。`],
  [/^Outage (\S+) is (\w+); no crew is needed\.$/, (n, s) => `故障 ${n} ${STATE[s] ?? s}，无需派工。`],
  [/^Outage (\S+) is on offer to (.+) until (\S+); withdraw that offer first\.$/, (n, crew, at) => `故障 ${n} 已派给${crew}，${at} 前待接单；请先撤回。`],
  [/^(.+) already has outage (\S+)\.$/, (crew, n) => `${crew}已有故障 ${n}。`],
  [/^(.+) is off duty; choose a crew that is on duty\.$/, (crew) => `${crew}不在岗，请选在岗班组。`],
  [/^(.+) is not fit for this job: (.+)\. Send a reason to offer it anyway\.$/, (crew, why) => `${crew}不适合此任务：${why.split('; ').map(said).join('；')}。写明理由后仍可派单。`],
  [/^An outage cannot be merged into itself; choose another one\.$/, () => '故障不能并入自身，请另选一起。'],
  [/^Outage (\S+) is (\w+); only open outages can be merged\.$/, (n, s) => `故障 ${n} ${STATE[s] ?? s}，只有未结故障可以合并。`],
  [/^A crew is already on its way to outage (\S+); merge (\S+) into (\S+) instead\.$/, (n, a, b) => `已有班组前往故障 ${n}，请改为把 ${a} 并入 ${b}。`],
  [/^Outage (\S+) is already (\w+)\.$/, (n, s) => `故障 ${n} ${STATE[s] ?? s}。`],
  [/^Too many failed sign-ins for this name; try again in (\d+) s\.$/, (s) => `此姓名登录失败次数过多，请 ${s} 秒后再试。`],
  [/^Say in a few words why the outage is closed\.$/, () => '请用几个字说明为何结案。'],
  [/^Say in a few words what convinced you that the crew is on site\.$/, () => '请用几个字说明您凭什么确信班组已到现场。'],
  [/^The crew has not checked in on this job; there is no arrival to confirm\.$/, () => '班组尚未在此任务签到，没有可确认的到达。'],
  [/^This arrival already counts; it needs no confirmation\.$/, () => '此到达已算数，无需确认。'],
  [/^The crew was not fit for this job when it checked in; send a fit crew\.$/, () => '班组签到时条件不符，请另派合适的班组。'],
  [/^This job is already (.+); there is nothing to withdraw\.$/, (s) => `此任务${STATE[s] ?? s}，没有可撤回的。`],
  [/^The crew is on site; ask it to leave or to close the job\.$/, () => '班组已在现场，请让班组离开或结束任务。'],
  [/^Say in a few words why the job is withdrawn; the crew will read it\.$/, () => '请用几个字说明为何撤回，班组会看到。'],
];

/** One or several sentences. */
export function said(text) {
  const whole = one(text);
  return whole === text && text.includes('. ') ? text.split(/(?<=\.) /).map(one).join('') : whole;
}

function one(sentence) {
  for (const [pattern, inChinese] of PATTERNS) {
    const found = pattern.exec(sentence);
    if (found !== null) return inChinese(...found.slice(1));
  }
  return nearOutage(sentence);
}

/** "Outage F… is 120 m away and 5 min old: the same cause?" with whichever middle the server writes. */
function nearOutage(sentence) {
  const found = /^Outage (\S+) (.+) and (\d+) min old: the same cause\?$/.exec(sentence);
  if (found === null) return sentence;
  const metres = /(\d+) m/.exec(found[2]);
  const where = metres === null ? (/transformer/.test(found[2]) ? '在同一台区' : '') : `相距 ${metres[1]} 米`;
  return `故障 ${found[1]}${where}，${found[3]} 分钟前，是同一原因吗？`;
}
