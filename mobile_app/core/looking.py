"""Out of cards, presses and the time, what the screens show. Pure: of the same known and clocks the same view."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch_server.protocol import closing
from dispatch_server.protocol.messages import Fix
from dispatch_server.protocol.safety import MADE_SAFE, SafetyStep, earths, voltage_of, why_not_yet
from dispatch_server.protocol.sentences import in_chinese
from dispatch_server.protocol.words import CREW_MAY, DUTY, LIVE_JOB, CrewAction, Hazard, JobState
from mobile_app.core.clock import Clocks, server_now
from mobile_app.core.job_cards import Card, without_names
from mobile_app.core.known import CardKept, Known, Photo, names_end
from mobile_app.core.outbox import Press, PressState
from mobile_app.core.pack import Steps
from mobile_app.core.standing import moved_on, own_presses, stands_on_duty, state_of
from mobile_app.core.view import (
    JobView,
    OfAnotherCrew,
    OutboxView,
    PhotoView,
    RefusedView,
    StepTaken,
    StepView,
    View,
)

_S, _A = JobState, CrewAction
_BY_RADIO = frozenset(CrewAction) - DUTY - {_A.SEEN}
_PRIORITIES = ("danger", "urgent")

SIGN_IN_ENDED = "Your sign-in has ended. Sign in again; what you press is kept until then."
CARDS_UNREADABLE = "Some jobs are in words that this app does not know, and are missing here: update the app."


@dataclass(frozen=True, slots=True)
class Around:
    """What is not in the file: the device, and the connection at this moment."""

    fix: Fix | None = None
    gps_trouble: str = ""
    trouble: str = ""
    moved_aside: str = ""


def look(known: Known, steps: Steps, around: Around, clocks: Clocks) -> View:
    now = server_now(known.contact, clocks)
    ends = names_end(known)
    has_ended = bool(known.must_sign_in) or (ends is not None and now >= ends)
    jobs = _jobs(known, steps, now, hides_names=has_ended or known.crew_id is None)
    on_duty, aboard = stands_on_duty(known)
    offers = [job for job in jobs if _is_offer(job)]
    return View(
        crew=known.crew,
        crew_id=known.crew_id,
        server_url=known.server_url,
        is_signed_in=known.crew_id is not None,
        must_sign_in=_must_sign_in(known, has_ended),
        hides_names=has_ended or known.crew_id is None,
        is_enrolled=bool(known.key) and known.key_crew == known.crew_id,
        on_duty=on_duty,
        aboard=aboard,
        names=known.names,
        language=known.language,
        theme=known.theme,
        offer=min(offers, key=lambda job: job.accept_left_s or 0, default=None),
        jobs=jobs,
        outbox=_outbox(known, around, now, clocks),
        fix=around.fix,
        gps_trouble=said(around.gps_trouble, known.language),
        moved_aside=around.moved_aside,
        now=now,
    )


def said(sentence: str, language: str) -> str:
    return in_chinese(sentence) if language == "zh" else sentence


def _must_sign_in(known: Known, has_ended: bool) -> str:
    if known.crew_id is None or not has_ended:
        return ""
    return said(known.must_sign_in or SIGN_IN_ENDED, known.language)


# Jobs


def _jobs(known: Known, steps: Steps, now: datetime, hides_names: bool) -> tuple[JobView, ...]:
    views = [_job(kept, known, steps, now, hides_names) for kept in known.cards]
    return tuple(sorted(views, key=_urgency))


def _urgency(job: JobView) -> tuple[bool, int, float, int]:
    """Live first; then danger, then urgent; then by what is left. Of those that are over the newest first."""
    card = job.card
    if job.state not in LIVE_JOB:
        return True, 0, 0.0, -card.job_id
    rank = _PRIORITIES.index(card.what.priority) if card.what.priority in _PRIORITIES else len(_PRIORITIES)
    left_s = job.arrive_left_s if job.arrive_left_s is not None else float("inf")
    return False, rank, left_s, card.job_id


def _job(kept: CardKept, known: Known, steps: Steps, now: datetime, hides_names: bool) -> JobView:
    own = own_presses(kept, known)
    card = moved_on(kept.card, own)
    state = state_of(kept, known)
    pressed = [
        p
        for p in known.presses
        if p.job_id == card.job_id and p.crew_id == known.crew_id and p.state is not PressState.REFUSED
    ]
    photos = [p for p in known.photos if p.job_id == card.job_id]
    listed = steps[voltage_of(card.what.fault_kind)]
    taken = [p for p in pressed if p.kind is _A.SAFETY_STEP]
    left = earths([str(p.action.data.get("step")) for p in taken], listed)
    limits, is_surveyed = card.limits, any(p.kind is _A.SURVEY for p in pressed)
    return JobView(
        card=without_names(card) if hides_names else card,
        state=state,
        may=_BY_RADIO if kept.by_radio and state in LIVE_JOB else CREW_MAY[state],
        unsent=frozenset(p.kind for p in own if p.state is PressState.WAITING),
        accept_left_s=_left(limits.accept_by, now) if state is _S.OFFERED else None,
        arrive_left_s=None if card.arrived_at or state not in LIVE_JOB else _left(limits.arrive_by, now),
        survey_left_s=None if is_surveyed or state is not _S.ON_SITE else _left(limits.survey_by, now),
        told_by_radio=kept.by_radio,
        earths=left,
        steps=(*_dangers(card, taken, known), *_steps(listed, taken, photos, left, known.language)),
        hints=_hints(card, state, pressed, photos, left, known.language),
        photos=tuple(PhotoView(p.photo_id, p.path, p.step, p.bytes, p.sent, p.state, p.sentence) for p in photos),
    )


def _left(until: datetime | None, now: datetime) -> float | None:
    return None if until is None else (until - now).total_seconds()


def _is_offer(job: JobView) -> bool:
    """Until it is answered or lapses; a job told by radio was spoken of already."""
    return job.state is _S.OFFERED and not job.told_by_radio and (job.accept_left_s is None or job.accept_left_s > 0)


# Safety, closing


def _steps(
    listed: Iterable[SafetyStep], taken: Sequence[Press], photos: Sequence[Photo], left: int, language: str
) -> list[StepView]:
    return [
        StepView(
            step=step.step,
            words=step.words(language),
            photo=step.photo,
            two_people=step.two_people,
            earth=step.earth,
            gate=step.gate,
            taken=tuple(_taken(p) for p in taken if p.action.data.get("step") == step.step),
            waits=said(why_not_yet(step, left), language),
            has_photo=any(photo.step == step.step for photo in photos),
        )
        for step in listed
    ]


def _dangers(card: Card, taken: Sequence[Press], known: Known) -> list[StepView]:
    """One for each call that reported a danger; gone once the server says that the place is safe."""
    if not card.what.is_danger:
        return []
    words = "险情已解除" if known.language == "zh" else "Made safe"
    return [
        StepView(
            step=MADE_SAFE,
            words=words,
            photo=False,
            two_people=False,
            earth=0,
            gate=False,
            taken=tuple(_taken(p) for p in taken if _is_of(p, call.call_id)),
            call_id=call.call_id,
        )
        for call in card.calls
        if call.hazard is not Hazard.NONE
    ]


def _is_of(press: Press, call_id: int) -> bool:
    data = press.action.data
    return data.get("step") == MADE_SAFE and data.get("call_id") in (None, call_id)


def _taken(press: Press) -> StepTaken:
    by = press.action.data.get("by")
    names = tuple(str(name) for name in by) if isinstance(by, list) else ()
    return StepTaken(press.pressed_at, names, press.state is PressState.ANSWERED)


def _hints(
    card: Card, state: JobState, pressed: Sequence[Press], photos: Sequence[Photo], left: int, language: str
) -> tuple[str, ...]:
    if state not in (_S.ON_SITE, _S.RESTORED):
        return ()
    survey = next((p.action.data for p in reversed(pressed) if p.kind is _A.SURVEY), {})
    restored = next((p.action.data for p in reversed(pressed) if p.kind is _A.RESTORE), {})
    steps = [p for p in pressed if p.kind is _A.SAFETY_STEP]
    made_safe = {p.action.data.get("call_id") for p in steps if p.action.data.get("step") == MADE_SAFE}
    unsafe = {call.call_id for call in card.calls if call.hazard is not Hazard.NONE}
    done = closing.WorkDone(
        accepted_at=card.accepted_at,
        departed_at=card.departed_at,
        arrived_at=card.arrived_at,
        restored_at=card.restored_at,
        grade=card.grade,
        fault_kind=card.what.fault_kind,
        cause=survey.get("cause_key") or survey.get("cause"),
        fed=card.what.customers,
        restored=restored.get("customers_restored"),
        photos=len(photos),
        steps=len(steps),
        earths_left=left,
        danger_stands=card.what.is_danger and None not in made_safe and not unsafe <= made_safe,
    )
    return tuple(said(hint, language) for hint in closing.hints(done))


# The outbox


def _outbox(known: Known, around: Around, now: datetime, clocks: Clocks) -> OutboxView:
    mine = [p for p in known.presses if p.crew_id == known.crew_id or known.crew_id is None]
    waiting = [p for p in mine if p.state is PressState.WAITING]
    photos = [p for p in known.photos if p.state == "waiting"]
    return OutboxView(
        waiting=len(waiting),
        oldest_s=_age_s(waiting[0], now, clocks) if waiting else None,
        photos_waiting=len(photos),
        photo_bytes_left=sum(photo.bytes - photo.sent for photo in photos),
        refused=tuple(_refused(p, known) for p in known.presses if p.state is PressState.REFUSED),
        last_contact_s=None if known.contact is None else known.contact.age_s(clocks),
        trouble=said(around.trouble or (CARDS_UNREADABLE if known.unreadable else ""), known.language),
        of_others=_of_others(known),
    )


def _age_s(press: Press, now: datetime, clocks: Clocks) -> float:
    action = press.action
    if action.boot_id == clocks.boot_id and clocks.elapsed_ms >= action.elapsed_ms:
        return (clocks.elapsed_ms - action.elapsed_ms) / 1000
    return max(0.0, (now - press.pressed_at).total_seconds())


def _refused(press: Press, known: Known) -> RefusedView:
    outage = next((kept.card.outage for kept in known.cards if kept.card.job_id == press.job_id), "")
    sentence = said(press.sentence, known.language)
    return RefusedView(press.action.action_id, press.kind, press.job_id, outage, press.pressed_at, sentence)


def _of_others(known: Known) -> tuple[OfAnotherCrew, ...]:
    counts: dict[int, int] = {}
    for press in known.presses:
        if known.crew_id is not None and press.crew_id != known.crew_id and press.state is PressState.WAITING:
            counts[press.crew_id] = counts.get(press.crew_id, 0) + 1
    return tuple(OfAnotherCrew(known.crews.get(str(crew_id), str(crew_id)), n) for crew_id, n in counts.items())
