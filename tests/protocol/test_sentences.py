"""Sentences as a reader of Chinese is told them."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_server.protocol.sentences import LONGEST, in_chinese

TOLD = {
    "on duty": "在岗",
    "busy: en route on another job": "忙：另有工单在途中",
    "12 min away (straight line × 1.4): in time, 33 min to spare": (
        "车程 12 分钟（直线 × 1.4），可按时到达，余 33 分钟"
    ),
    "Outage F260501-00012: at risk; the duty manager is told.": "故障 F260501-00012：到达有超时风险；已通知值班经理。",
    "This is open to call_taker, dispatcher; you are signed in as manager.": (
        "此功能仅限话务员、调度员使用；您的身份是经理。"
    ),
    # A reason may hold a semicolon itself.
    "河口一班 is not fit for this job: only 1 aboard; nobody works alone; lacks the skill hv; 3 jobs in hand; the most "
    "is 3. Send a reason to offer it anyway.": (
        "河口一班不符合此工单的条件：车上只有 1 人，严禁单人作业；不具备高压技能；手上工单 3 件，上限 3 件。"
        "写明理由后仍可派单。"
    ),
    # Sentences inside sentences, and after one another.
    "Grade C. GPS is 400 m from the fault: come closer, or tell us the place on the map is wrong. Your crew is not fit "
    "for this job.": "证据等级 C。GPS 显示距故障点 400 米：请再靠近，或报告地图位置有误。你班不符合此工单的条件。",
    "a pin was moved; the later target proposed before falls away": "定位点已移动；此前提出的延时作废",
    "Account 123 is not in the register; ask the caller to read it again. Only the township is known, 5.2 km around; "
    "ask for the village.": "户号 123 不在档案中；请来电人再读一遍。只知道乡镇，误差 5.2 公里；请询问是哪个村。",
    "The account lies in 江北县上坪乡, but the words name 双峰县花门镇 or 新化县; ask the caller where the fault is.": (
        "户号地址在江北县上坪乡，但来电人说的是双峰县花门镇或新化县；请询问故障在哪里。"
    ),
    "This job was withdrawn before we heard from you: 河口一班 took the job. You need not go.": (
        "你班不必前往：收到你班消息前工单已撤回，原因：河口一班已接单。"
    ),
}


@pytest.mark.parametrize("english", TOLD)
def test_as_a_dispatcher_writes_it(english: str) -> None:
    assert in_chinese(english) == TOLD[english]


@pytest.mark.parametrize("own_words", ["车坏了，换班", "The wire is on the road; send two.", "", "x" * (LONGEST + 1)])
def test_a_persons_own_words_stay(own_words: str) -> None:
    assert in_chinese(own_words) == own_words


def test_what_is_known_among_several_is_told() -> None:
    assert in_chinese("off duty; sings; suspended") == "不在岗; sings; 已停派"


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    assert isinstance(in_chinese(text), str)


def test_a_board_of_reasons_takes_no_time() -> None:
    """Seven reasons for each of fifty crews; ten times as long as is measured on an idle desk machine is allowed."""
    reasons = [f"{n} min away (road graph): in time, {90 - n} min to spare" for n in range(350)]
    began = perf_counter()
    told = [in_chinese.__wrapped__(reason) for reason in reasons]
    assert perf_counter() - began < 350 * 100e-6
    assert all(one.startswith("车程") for one in told)
