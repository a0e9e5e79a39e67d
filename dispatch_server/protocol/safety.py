"""Safety steps on site, as data: their order, who confirms, which earths are fitted, what must wait for the last one.

The tablet records; it never authorises switching. A utility's safety officer signs its own steps in the policy; these
are the trade's order where he has not: stop, prove dead, earth, fence and tag, work, clear, remove earths, report.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dispatch_server.protocol.words import FaultKind

MADE_SAFE = "made_safe"  # of a danger that a caller reported: not one of the steps, on every job with a hazard
MOST_EARTHS = 99


class UnsafeSteps(ValueError):
    """The steps contradict themselves; the message names the step."""


@dataclass(frozen=True, slots=True)
class SafetyStep:
    """`earth` is +1 where an earth is fitted and -1 where one is removed; a `gate` waits until none is left."""

    step: str
    zh: str
    en: str
    photo: bool = False
    two_people: bool = False
    earth: int = 0
    gate: bool = False

    def words(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


_Step = SafetyStep
HV_STEPS = (
    _Step("isolated", "停电：断开各侧电源", "Isolated on every side", two_people=True),
    _Step("proved_dead", "验电：确认无电压", "Proved dead", two_people=True),
    _Step("earthed", "装设接地线一组", "One set of earths fitted", photo=True, two_people=True, earth=1),
    _Step("tagged", "悬挂标示牌、装设遮栏", "Tagged and fenced", photo=True),
    _Step("people_clear", "工作完毕，人员撤离", "Work done, everybody clear", two_people=True),
    _Step("earths_removed", "拆除接地线一组", "One set of earths removed", two_people=True, earth=-1),
    _Step("reported", "向调度汇报", "Reported to the control room"),
    _Step("ready_to_energise", "具备送电条件", "Ready to energise", two_people=True, gate=True),
)
LV_STEPS = (
    _Step("isolated", "停电：断开电源", "Isolated", two_people=True),
    _Step("tagged", "上锁、挂牌", "Locked and tagged", photo=True),
    _Step("tester_proved", "验电器自检合格", "Tester proved"),
    _Step("proved_dead", "验电：确认无电压", "Proved dead", two_people=True),
    _Step("earthed", "接地短路一处", "One earth and short fitted", photo=True, two_people=True, earth=1),
    _Step("insulated", "无法接地处加绝缘遮蔽", "Insulated where no earth fits", photo=True),
    _Step("people_clear", "工作完毕，人员撤离", "Work done, everybody clear", two_people=True),
    _Step("earths_removed", "拆除接地线一处", "One earth removed", two_people=True, earth=-1),
    _Step("ready_to_energise", "具备送电条件", "Ready to energise", two_people=True, gate=True),
)
DEFAULT_STEPS: Mapping[str, tuple[SafetyStep, ...]] = {"hv": HV_STEPS, "lv": LV_STEPS}


def voltage_of(kind: FaultKind | None) -> str:
    """Which list holds. A fault whose kind nobody knows yet is treated as high voltage."""
    return "hv" if kind in (FaultKind.HV, None) else "lv"


def earths(taken: Iterable[str], steps: Sequence[SafetyStep]) -> int:
    """Earths fitted less earths removed, over every press, in whatever order they were heard."""
    counts = {step.step: step.earth for step in steps}
    return sum(counts.get(name, 0) for name in taken)


def why_not_yet(step: SafetyStep, earths_left: int) -> str:
    """Empty where the step may be pressed. Nothing but a gate ever waits."""
    if not step.gate or earths_left == 0:
        return ""
    if earths_left < 0:
        return f"More earths were removed than fitted ({-earths_left}): count them on site, and press those left out."
    return f"Earths still fitted: {earths_left}. Remove them and press each one before this step."


def require_sound(steps: Sequence[SafetyStep]) -> None:
    """What a policy file may say of a voltage's steps."""
    names = [step.step for step in steps]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UnsafeSteps(f"The step {twice[0]} is named twice.")
    if MADE_SAFE in names:
        raise UnsafeSteps(f"The step {MADE_SAFE} belongs to every job with a danger; leave it out.")
    for step in steps:
        if step.earth not in (-1, 0, 1):
            raise UnsafeSteps(f"The step {step.step} has earth {step.earth}; it is 1, 0 or -1.")
    signs = {step.earth for step in steps if step.earth}
    if signs and (signs != {1, -1} or not any(step.gate for step in steps)):
        raise UnsafeSteps("Where earths are fitted, a step must remove them and a gate must wait for the last one.")
