"""A call comes in: taken, placed, grouped, all in one Work."""

from dataclasses import dataclass, replace
from datetime import datetime

from dispatch_server.domain import calls, outages
from dispatch_server.domain.calls import Call, CallTaken
from dispatch_server.domain.grouping import JoinSuggestion
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.places import UNPLACED, Clues, Place, Premises
from dispatch_server.domain.refusals import BadInput, NotFound
from dispatch_server.domain.repeats import OF_THE_PLACE
from dispatch_server.domain.rules import Policy
from dispatch_server.gis.datums import to_wgs84
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import Category, Channel, FaultKind, Hazard, PlaceMethod, Sure
from dispatch_server.services import enforcement, repeats
from dispatch_server.services.clues import SaidWhere, clues_of, place_of, premises_at
from dispatch_server.services.grouping import group_call, look_around, move_call_of_outage, suggest_beside
from dispatch_server.services.ports import Territory
from dispatch_server.services.repeats import Differs, Heard
from dispatch_server.store.calls import (
    call_with_ref,
    calls_of_outage,
    keep_particulars,
    keep_place,
    last_place_of_call,
    outage_id_of_call,
    premises_of_call,
    premises_of_candidate,
    premises_of_phone,
)
from dispatch_server.store.journal import Subject
from dispatch_server.store.people import looked_at
from dispatch_server.store.work import Work

DESK_PIN_RADIUS_M = 30.0  # a dispatcher's pin on the map: about a finger's width at the closest zoom


@dataclass(frozen=True, slots=True)
class NewCall:
    """What a desk or another system sends. `pin` is in the datum `crs` names."""

    channel: Channel
    category: Category = Category.FAULT
    external_ref: str | None = None
    received_at: datetime | None = None
    caller_name: str | None = None
    caller_phone: str | None = None
    account_no: str | None = None
    address: str | None = None
    pin: LonLat | None = None
    crs: str | None = None
    fault_kind: FaultKind | None = None
    hazard: Hazard = Hazard.NONE
    words: str | None = None
    recording_id: str | None = None
    about_call_id: int | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """Where a call went. `is_new` is False for an `external_ref` that came again; `differs` is what it says anew."""

    call: Call
    place: Place
    outage: Outage | None
    joined: bool
    is_new: bool
    suggestions: tuple[JoinSuggestion, ...] = ()
    differs: Differs | None = None


def take_call(work: Work, territory: Territory, new: NewCall) -> Filed:
    """Takes a fault call, places it, opens or joins its outage. Other categories are kept without an outage."""
    if new.external_ref is not None:
        known = call_with_ref(work, new.channel.value, new.external_ref)
        if known is not None:
            return take_again(work, territory, known, new)
    said = _said_where(new)
    clues = clues_of(work, territory, said)
    place = place_of(territory, said, clues)
    return file_call(work, territory, new, place, premises_at(place, clues))


def file_call(work: Work, territory: Territory, new: NewCall, place: Place, premises: Premises | None) -> Filed:
    """The rest of the intake once the place is known."""
    call_id, place_id = work.new_id("call"), work.new_id("place")
    taken = CallTaken(
        call_id=call_id,
        number=number_of("C", call_id, work.now, territory.policy),
        channel=new.channel,
        category=new.category,
        received_at=new.received_at or work.now,
        entered_at=work.now,
        fault_kind=new.fault_kind,
        hazard=new.hazard,
        about_call_id=new.about_call_id,
    )
    facts = calls.take(taken)
    if new.category is Category.FAULT or place.area is not None:  # nobody looks for the place of an enquiry
        facts += calls.place(place, place_id)
    near = look_around(work, territory, place) if new.category is Category.FAULT else ()
    subject = Subject("call", call_id)
    call = work.record(subject, facts, happened_at=taken.received_at, is_new=True, external_ref=new.external_ref)
    keep_place(work, place_id, call_id, place)
    keep_particulars(work, call_id, _particulars(new))
    if new.category is not Category.FAULT:
        return Filed(call, place, None, joined=False, is_new=True)
    grouped = group_call(work, territory, call, place, premises, near)
    return Filed(grouped.call, place, grouped.outage, grouped.joined, is_new=True, suggestions=grouped.suggestions)


def take_again(work: Work, territory: Territory, call_id: int, new: NewCall) -> Filed:
    """The same call. What it says otherwise is kept; a danger that it reports only now is acted on."""
    said = repeats.as_said(new.received_at, new.category, new.fault_kind, new.hazard, _particulars(new))
    heard = repeats.heard_again(work, call_id, said)
    filed_call_id = None
    done = ""
    if heard.news:
        call = call_behind_its_outage(work, call_id)
        heard = repeats.heard_again(work, call_id, said)  # nobody else hears the same now
        call = repeats.keep(work, call, heard, new.hazard, new.fault_kind)
        filed_call_id, done = _act_on(work, territory, call, heard, new)
    filed = filed_before(work, call_id)
    if not heard.otherwise:
        return filed
    sentence = f"Call {filed.call.number} was filed under this external_ref before; what differs is kept with it."
    said_of_it = " ".join(part for part in (sentence, done) if part)
    return replace(filed, differs=Differs(heard.otherwise, said_of_it, filed_call_id))


def _act_on(work: Work, territory: Territory, call: Call, heard: Heard, new: NewCall) -> tuple[int | None, str]:
    """Gives the call that was filed beside it, if any, and what was done, in a sentence."""
    if call.category is not Category.FAULT or not heard.news:
        return None, ""
    there, premises = _said_anew(work, territory, heard, new)
    outage = None if call.outage_id is None else work.outage(call.outage_id)
    if call.state is calls.CallState.CLOSED or (outage is not None and not outage.is_open):
        return _file_beside(work, territory, call, new, there, premises) if heard.is_danger else (None, "")
    if outage is None:
        return None, _file_as_fault(work, territory, call, there, premises)
    if call.place_id is None and there is not None:
        outage = put_on_the_map(work, territory, call, there).outage or outage
    elif heard.is_danger and there is not None and _is_elsewhere(work, call, there):
        repeats.raise_danger(work, territory, call, outage, heard)
        return _file_beside(work, territory, call, new, there, premises)
    repeats.raise_danger(work, territory, call, outage, heard)
    return None, f"Outage {outage.number} is dangerous from now on." if heard.is_danger else ""


def _said_anew(work: Work, territory: Territory, heard: Heard, new: NewCall) -> tuple[Place | None, Premises | None]:
    """Where the repeat says it is, if it says something new about that which leads to a place."""
    if not OF_THE_PLACE & set(heard.news):
        return None, None
    said = _said_where(new)
    clues = clues_of(work, territory, said)
    place = place_of(territory, said, clues)
    return (place, premises_at(place, clues)) if place.area is not None else (None, None)


def _is_elsewhere(work: Work, call: Call, there: Place) -> bool:
    own = last_place_of_call(work, call.id) or UNPLACED
    if own.at is None or there.at is None:
        return False
    return metres_between(own.at, there.at) > own.radius_m + there.radius_m


def _file_as_fault(work: Work, territory: Territory, call: Call, there: Place | None, premises: Premises | None) -> str:
    """What was an enquiry is a fault now: placed and grouped like any other."""
    place = there or last_place_of_call(work, call.id) or UNPLACED
    place_id = work.new_id("place")
    keep_place(work, place_id, call.id, place)
    call = work.record(Subject("call", call.id), calls.place(place, place_id))
    grouped = group_call(work, territory, call, place, premises, look_around(work, territory, place))
    return f"It is a fault now, and belongs to outage {grouped.outage.number}."


def _file_beside(
    work: Work, territory: Territory, call: Call, new: NewCall, there: Place | None, premises: Premises | None
) -> tuple[int, str]:
    """The danger has no open outage to stand in, or lies elsewhere: it gets a call of its own, its clock from now."""
    again = replace(
        new, category=Category.FAULT, external_ref=None, received_at=None, hazard=call.hazard, about_call_id=call.id
    )
    place = there or last_place_of_call(work, call.id) or UNPLACED
    filed = file_call(work, territory, again, place, premises if there else premises_of_call(work, call.id))
    return filed.call.id, f"The danger is filed as call {filed.call.number}."


def filed_before(work: Work, call_id: int) -> Filed:
    """The same call again: what was answered the first time, as it stands now."""
    call = work.call(call_id)
    outage = None if call.outage_id is None else work.outage(call.outage_id)
    place = last_place_of_call(work, call_id) or UNPLACED
    joined = outage is not None and outage.stops[:1] != () and outage.stops[0].call_id != call_id
    return Filed(call, place, outage, joined, is_new=False)


def place_call(work: Work, territory: Territory, call_id: int, pin: LonLat | None, candidate_id: str | None) -> Filed:
    """A person says where it is: by a pin (WGS-84) or one of the candidates. Area, target and grouping follow."""
    call = call_behind_its_outage(work, call_id)
    calls.require_movable(call)
    proposed = _proposed_place(work, territory, call_id, candidate_id)
    return put_on_the_map(work, territory, call, proposed or _chosen_place(work, territory, pin, candidate_id))


def put_on_the_map(work: Work, territory: Territory, call: Call, place: Place) -> Filed:
    """The call's place from now on; the one before stays on record."""
    place_id = work.new_id("place")
    keep_place(work, place_id, call.id, place)
    call = work.record(Subject("call", call.id), calls.place(place, place_id))
    outage = None
    if call.outage_id is not None and place.area is not None:
        outage = move_call_of_outage(work, territory, call, place)
    beside = () if outage is None or not outage.is_open else suggest_beside(work, territory, call, place)
    return Filed(call, place, outage, joined=False, is_new=False, suggestions=beside)


def _proposed_place(work: Work, territory: Territory, call_id: int, candidate_id: str | None) -> Place | None:
    """What another geocoder proposed for this call, now that a person takes it: no more exact than it was."""
    own = None if candidate_id is None else last_place_of_call(work, call_id)
    chosen = next((c for c in own.candidates if c.candidate_id == candidate_id and c.source), None) if own else None
    if chosen is None:
        return None
    at = LonLat(chosen.lon, chosen.lat)
    place = territory.locator.circle(at, chosen.radius_m, PlaceMethod.REMOTE_GEOCODER, Sure.LIKELY)
    return replace(place, source=chosen.source) if place.area is not None else None


def _chosen_place(work: Work, territory: Territory, pin: LonLat | None, candidate_id: str | None) -> Place:
    if candidate_id is not None:
        premises = premises_of_candidate(work, candidate_id)
        locator = territory.locator
        chosen = locator.candidate(candidate_id) if premises is None else locator.locate(Clues(premises=premises))
        if chosen is None:
            raise NotFound("That candidate is not on the map any more; look the place up again.")
        return chosen
    if pin is None:
        raise BadInput("Send lon, lat and crs, or a candidate_id.")
    place = territory.locator.locate(Clues(pin=pin))
    if place.area is None:
        raise BadInput(place.note or "That position lies outside the service territory; check lon, lat and crs.")
    return replace(place, sure=Sure.CERTAIN, radius_m=DESK_PIN_RADIUS_M, other_areas=())


def call_behind_its_outage(work: Work, call_id: int) -> Call:
    """The call, its outage locked first: everybody locks in that order."""
    outage_id = outage_id_of_call(work, call_id)
    if outage_id is not None:
        work.outage(outage_id)
    return work.call(call_id)


def chase_call(work: Work, call_id: int) -> Call:
    call: Call = work.record(Subject("call", call_id), calls.chase(work.call(call_id)))
    return call


def close_call(work: Work, call_id: int, reason: str) -> Call:
    """Solved by phone. An outage all of whose calls are solved by phone ends with them."""
    call: Call = call_behind_its_outage(work, call_id)
    if call.outage_id is not None and (outage := work.outage(call.outage_id)).is_open:
        enforcement.require_nobody_on_site(work, outage)
        enforcement.require_no_danger(outage, call.id)
    call = work.record(Subject("call", call_id), calls.close_by_phone(call, reason))
    if call.outage_id is not None:
        outage = work.outage(call.outage_id)
        rest = [c for c in calls_of_outage(work, outage.id) if c.state is not calls.CallState.CLOSED]
        if outage.is_open and not rest and outage.arrived_at is None:
            facts = outages.close(outage, reason, work.now, by_phone=True)
            work.record(Subject("outage", outage.id), facts)
            enforcement.stand_down(work, outage.id, "Every caller was helped by phone.")
    return call


def look_up(territory: Territory, q: str) -> Place:
    """The place a call with these words would get; writes nothing, and so looks at no customer."""
    return territory.locator.locate(Clues(address=q))


def look_up_person(work: Work, territory: Territory, said: SaidWhere) -> tuple[Place, list[Premises]]:
    """The place, with the premises themselves; whoever looks is written into the reading log."""
    clues = clues_of(work, territory, said)
    of_number = clues.of_number or (premises_of_phone(work, said.phone) if said.phone else ())
    premises = [*([clues.premises] if clues.premises else []), *(p for p in of_number if p != clues.premises)]
    for one in premises:
        looked_at(work, "premises", one.account_no)
    return place_of(territory, said, clues), premises


def number_of(letter: str, of_id: int, now: datetime, policy: Policy) -> str:
    """Read over the phone: the local day, then the running id."""
    return f"{letter}{now.astimezone(policy.zone):%y%m%d}-{of_id:05d}"


def _said_where(new: NewCall) -> SaidWhere:
    pin = None if new.pin is None or new.crs is None else to_wgs84(new.pin, new.crs)
    return SaidWhere(new.account_no, new.caller_phone, new.address, new.words, pin)


def _particulars(new: NewCall) -> dict[str, str | None]:
    pin = None if new.pin is None or new.crs is None else to_wgs84(new.pin, new.crs)
    return {
        "pin": None if pin is None else f"{pin.lon!r},{pin.lat!r}",
        "caller_name": new.caller_name,
        "caller_phone": new.caller_phone,
        "account_no": new.account_no,
        "address": new.address,
        "words": new.words,
        "recording_id": new.recording_id,
    }
