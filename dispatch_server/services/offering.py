"""Auto mode: the next crew is asked by itself, and further ones beside it where the ladder says so."""

from collections import Counter
from datetime import timedelta

from dispatch_server.domain.fitness import is_fit
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outage_facts import NoCrewLeft
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.rules import Mode, Trigger
from dispatch_server.protocol.words import JobState
from dispatch_server.services import enforcement
from dispatch_server.services.dispatching import REFUSED_JOB, Outlook, crew_in_work, make_offer
from dispatch_server.services.ports import Territory
from dispatch_server.store.deadlines import Deadline, Kind, offers_waiting, set_deadline, take
from dispatch_server.store.jobs import jobs_of_outage, somebody_has
from dispatch_server.store.journal import Subject
from dispatch_server.store.outages import waiting
from dispatch_server.store.work import Work

# How soon an outage without a crew is looked at again by itself; a crew that becomes free is asked at once.
ASK_AGAIN = timedelta(minutes=2)
# In a storm hundreds wait, and looking at them all every two minutes would hold up those that can be helped.
WAITING_AT_EASE = 40
ASKED_AT_MOST = 3  # a crew that said no so often has been heard


def offer_next(work: Work, territory: Territory, deadline: Deadline, outlook: Outlook) -> Job | None:
    """The best fitting crew that has not refused; when all have, the dispatcher is alerted and they are asked anew."""
    if not take(work, deadline):
        return None
    outage = work.outage(deadline.subject_id)
    known = jobs_of_outage(work, outage.id)
    if territory.policy.mode is not Mode.AUTO or not outage.is_open or somebody_has(work, outage.id):
        return None
    job = _offer_to_first_fit(work, territory, outage, known, outlook) or _ask_again(
        work, territory, outage, known, outlook
    )
    if job is None:
        _no_crew_left(work, territory, outage, outlook)
    return job


def offer_wider(work: Work, territory: Territory, deadline: Deadline, outlook: Outlook) -> None:
    """The ladder's rung: further crews are asked beside the one that has the offer or is late."""
    if not take(work, deadline):
        return
    outage = work.outage(deadline.subject_id)
    known = jobs_of_outage(work, outage.id)
    if territory.policy.mode is not Mode.AUTO or not outage.is_open or outage.arrived_at is not None:
        return
    room = territory.policy.crews_when_widened - sum(j.state is JobState.OFFERED for j in known)
    asked = 0
    for _ in range(room):
        job = _offer_to_first_fit(work, territory, outage, known, outlook, widened=True)
        if job is None:
            break
        known, asked = [*known, job], asked + 1
    if not asked:
        enforcement.skip_empty_step(work, territory, outage)


def _offer_to_first_fit(
    work: Work, territory: Territory, outage: Outage, known: list[Job], outlook: Outlook, *, widened: bool = False
) -> Job | None:
    asked = {j.crew_id for j in known if j.is_live or _was_refused(j) or _was_given_up(j)}
    for candidate in outlook.candidates:
        if candidate.fit and candidate.crew_id not in asked:
            job = _offer_if_fit(work, territory, outage, candidate.crew_id, outlook, widened=widened)
            if job is not None:
                return job
    return None


def _ask_again(work: Work, territory: Territory, outage: Outage, known: list[Job], outlook: Outlook) -> Job | None:
    """Every fit crew has refused: those that did so least often are asked anew, a while after the last of them."""
    refused = [j for j in known if _was_refused(j)]
    if not refused or max(j.ended_at or j.offered_at for j in refused) > work.now - ASK_AGAIN:
        return None
    times = Counter(j.crew_id for j in refused)
    never = {j.crew_id for j in known if j.is_live or _was_given_up(j)}
    again = [c for c in outlook.candidates if c.fit and c.crew_id not in never and times[c.crew_id] < ASKED_AT_MOST]
    for candidate in sorted(again, key=lambda c: (times[c.crew_id], c.order)):
        job = _offer_if_fit(work, territory, outage, candidate.crew_id, outlook)
        if job is not None:
            return job
    return None


def _offer_if_fit(
    work: Work, territory: Territory, outage: Outage, crew_id: int, outlook: Outlook, *, widened: bool = False
) -> Job | None:
    crew = crew_in_work(work, territory, crew_id)  # fresh: the outlook may be a moment old
    if not is_fit(outage, crew, territory.policy):
        return None
    return make_offer(work, territory, outage, crew_id, outlook, widened=widened)


def _was_refused(job: Job) -> bool:
    """One that was turned round to something more pressing stands behind the others too, until all have refused."""
    return job.state in REFUSED_JOB or (job.state is JobState.WITHDRAWN and job.turned_round)


def _was_given_up(job: Job) -> bool:
    """The crew left the site unrestored, or the desk took the job from it: not to be undone by the next offer."""
    left = job.state is JobState.CLOSED and job.restored_at is None
    return left or (job.state is JobState.WITHDRAWN and not job.widened and not job.turned_round)


def _no_crew_left(work: Work, territory: Territory, outage: Outage, outlook: Outlook) -> None:
    again = ASK_AGAIN * max(1.0, offers_waiting(work) / WAITING_AT_EASE)
    set_deadline(work, Kind.OFFER_NEXT, outage.id, work.now + again)
    noticed_at = outage.no_crew_at
    if noticed_at is not None and not any(j.offered_at > noticed_at for j in jobs_of_outage(work, outage.id)):
        return  # said before, and nobody was asked since
    sentence = outlook.why_not or "Every fit crew was asked, or none is fit: see the reasons in the list of crews."
    work.record(Subject("outage", outage.id), [NoCrewLeft(work.now, sentence)])
    enforcement.escalate(work, territory, work.outage(outage.id), Trigger.NO_CREW, work.now)


def take_up_waiting(work: Work, territory: Territory) -> None:
    """Outages that were left to the desk before a restart are offered as well."""
    for outage_id in waiting(work):
        enforcement.ask_for_offer(work, territory, work.outage(outage_id))
