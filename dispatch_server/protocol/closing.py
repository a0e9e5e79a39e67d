"""The examiner looks at a job before it is closed. It gives hints, never locks: the crew knows more than it does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from dispatch_server.protocol.lists import CAUSES, choice_of
from dispatch_server.protocol.words import FaultKind, Grade


@dataclass(frozen=True, slots=True)
class WorkDone:
    """What was pressed on a job, as far as it is known. `cause` is a key of the list, or the crew's own words.

    `fed` are the customers of the transformer; `restored` those the crew counted. `steps` are safety steps pressed.
    """

    accepted_at: datetime | None = None
    departed_at: datetime | None = None
    arrived_at: datetime | None = None
    restored_at: datetime | None = None
    grade: Grade | None = None
    fault_kind: FaultKind | None = None
    cause: str | None = None
    fed: int | None = None
    restored: int | None = None
    photos: int = 0
    steps: int = 0
    earths_left: int = 0
    danger_stands: bool = False


def hints(done: WorkDone) -> tuple[str, ...]:
    return tuple(_hints(done))


def _hints(done: WorkDone) -> Iterator[str]:
    if done.danger_stands:
        yield "A caller reported a danger that nobody has made safe; press it once it is."
    if done.earths_left > 0:
        yield f"{done.earths_left} earths are still fitted; remove them and press each one."
    if done.earths_left < 0:
        yield f"{-done.earths_left} more earths were removed than fitted; press those left out."
    yield from _about_times(done)
    yield from _about_cause(done)
    if not done.steps:
        yield "No safety step was pressed; press those that were taken."
    if not done.photos:
        yield "There is no photo of the repair; take one if you can."
    yield from _about_customers(done)


def _about_times(done: WorkDone) -> Iterator[str]:
    known = (done.accepted_at, done.departed_at, done.arrived_at, done.restored_at)
    in_order = [at for at in known if at is not None]
    if any(later < earlier for earlier, later in pairwise(in_order)):
        yield "The times are not in order: accepted, departed, arrived, restored. Say in a note how it was."
    if done.arrived_at is None:
        yield "There is no check-in yet; press it, and say in a note when you arrived."
    elif done.grade is Grade.C:
        yield "Your check-in is graded C: check in again with a better fix, or tell the dispatcher."


def _about_cause(done: WorkDone) -> Iterator[str]:
    if not done.cause:
        yield "The cause is not named yet: fill in the survey."
        return
    known = choice_of(CAUSES, done.cause)
    if known is not None and not known.goes_with(done.fault_kind):
        yield "This cause is unusual for this kind of fault; check it, or say in a note why."


def _about_customers(done: WorkDone) -> Iterator[str]:
    if done.restored_at is None:
        return
    if done.restored is None:
        yield "Nobody counted the customers who have power again."
    elif done.fed is not None and done.restored > done.fed:
        yield f"You counted {done.restored} customers, but the transformer feeds {done.fed}; count again."
    elif done.fed is not None and done.restored < done.fed and done.fault_kind in (FaultKind.HV, None):
        yield f"{done.restored} of {done.fed} customers have power again; look whether the others have it too."
