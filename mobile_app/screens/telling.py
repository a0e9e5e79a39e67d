"""What stands on the screens, out of what the core says: spans, distances, lines. Pure; no Kivy."""

from collections.abc import Iterable
from datetime import datetime

from dispatch_server.protocol.geo import metres_between
from dispatch_server.protocol.messages import Fix
from dispatch_server.protocol.sentences import in_chinese
from dispatch_server.protocol.words import AreaClass, CrewAction, JobState
from mobile_app.core.job_cards import CallOnCard, Card, Earlier
from mobile_app.core.view import JobView
from mobile_app.screens.parts.map_shapes import direction
from mobile_app.screens.words import Words

FRESH_FIX_S = 60
SEPARATOR = " · "


def sentence(words: Words, english: str) -> str:
    """A sentence of the rules that both sides share."""
    return in_chinese(english) if words.language == "zh" else english


def clock(at: datetime | None) -> str:
    """By the device's own zone."""
    return "" if at is None else f"{at.astimezone():%H:%M}"


def day_and_clock(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def span(words: Words, seconds: float) -> str:
    """As exact as it helps: seconds only below two minutes."""
    whole = max(0, int(seconds))
    if whole < 120:
        return words.say("span.s", s=whole)
    minutes = whole // 60
    if minutes < 60:
        return words.say("span.min", min=minutes)
    if minutes < 24 * 60:
        return words.say("span.h", h=minutes // 60, min=minutes % 60)
    return words.say("span.d", d=minutes // 1440, h=minutes % 1440 // 60)


def countdown(seconds: float | None) -> str:
    """2:05; below zero nothing is left to count."""
    if seconds is None:
        return ""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def left(words: Words, seconds: float | None) -> str:
    """Short, for the edge of a list: 34 min, 1 h 05, late 3 min."""
    if seconds is None:
        return ""
    if seconds < 0:
        return words.say("left.late", span=span(words, -seconds))
    minutes = int(seconds) // 60
    if minutes < 60:
        return words.say("left.min", min=minutes)
    return words.say("left.h", h=minutes // 60, min=f"{minutes % 60:02}")


def distance(words: Words, metres: float) -> str:
    if metres < 1000:
        return words.say("span.m", m=int(round(metres, -1)))
    return words.say("span.km", km=f"{metres / 1000:.1f}")


# A job


def is_late(job: JobView) -> bool:
    return job.arrive_left_s is not None and job.arrive_left_s < 0 and job.card.arrived_at is None


def where(words: Words, card: Card) -> str:
    """The smallest place that has a name."""
    names = card.place.names
    if names is not None and (names.village or names.township or names.county):
        return names.village or names.township or names.county or ""
    return card.place.area.name if card.place.area else words.say("jobs.no_place")


def around(card: Card) -> str:
    """What the place lies in."""
    names = card.place.names
    if names is None or not names.village:
        return "" if names is None or not names.township else names.county or ""
    return " ".join(name for name in (names.county, names.township) if name)


def address(card: Card) -> str:
    return next((call.address for call in card.calls if call.address), "")


def kind(words: Words, card: Card) -> str:
    return words.name("kind", card.what.fault_kind)


def danger(words: Words, card: Card) -> str:
    what = card.what
    return words.name("hazard", what.hazard) if what.is_danger else ""


def danger_line(words: Words, card: Card) -> str:
    what = card.what
    if what.hazard.value == "none":
        return ""
    return words.say("job.made_safe" if what.made_safe else "job.hazard", what=words.name("hazard", what.hazard))


def urgency(words: Words, card: Card) -> str:
    """Nothing for an ordinary one: a tag on every job is a tag on none."""
    return "" if card.what.priority == "ordinary" else words.name("priority", card.what.priority)


def area(words: Words, area_class: AreaClass | None) -> str:
    return words.name("area", area_class)


def target(words: Words, card: Card, arrive_left_s: float | None) -> str:
    """One line: there already, or how long is left."""
    if card.arrived_at is not None:
        return words.say("job.arrived", time=clock(card.arrived_at))
    if arrive_left_s is None:
        return words.say("job.no_limit")
    if arrive_left_s < 0:
        return words.say("job.late", span=span(words, -arrive_left_s))
    return words.say("job.left", left=span(words, arrive_left_s))


def is_offer(job: JobView) -> bool:
    return job.state is JobState.OFFERED and CrewAction.ACCEPT in job.may


def away(words: Words, fix: Fix | None, job: JobView) -> str:
    """How far and which way, in a straight line: the roads are on the map."""
    site = job.card.place.at
    if fix is None or site is None:
        return ""
    way = words.say(f"direction.{direction(fix.lon, fix.lat, site.lon, site.lat)}")
    return words.say("map.away", distance=distance(words, metres_between(fix.at, site)), direction=way)


def arrive_by(words: Words, card: Card) -> str:
    at = card.limits.arrive_by
    return "" if at is None else words.say("job.arrive_by", time=clock(at))


def doubt(words: Words, card: Card) -> str:
    if card.place.at is None:
        return words.say("jobs.unplaced_hint")
    return words.say("job.doubt", m=round(card.place.radius_m)) if card.place.radius_m >= 1 else ""


def limit(words: Words, card: Card) -> str:
    limits = card.limits
    if limits.limit_min is None:
        return words.say("job.no_limit")
    return words.say("job.limit", **{"class": area(words, limits.area_class)}, min=f"{limits.limit_min:g}")


def customers(words: Words, card: Card) -> str:
    count = card.what.customers
    return words.say("job.customers_unknown") if count is None else words.say("job.customers", n=count)


def call_head(words: Words, call: CallOnCard) -> str:
    parts = [words.say("job.call", number=call.number, time=clock(call.received_at))]
    if call.chases:
        parts.append(words.say("job.chases", n=call.chases))
    if call.hazard.value != "none":
        parts.append(words.name("hazard", call.hazard))
    return SEPARATOR.join(parts)


def caller(words: Words, call: CallOnCard, hides_names: bool) -> str:
    if hides_names:
        return f"{words.say('job.caller')}: {words.say('job.hidden')}"
    return SEPARATOR.join(part for part in (call.caller_name, call.caller_phone) if part)


def earlier(words: Words, one: Earlier) -> str:
    cause = one.cause or words.say("job.history_unknown")
    return words.say("job.history_line", time=day_and_clock(one.at), cause=cause)


def states(words: Words, state: JobState) -> str:
    return words.name("state", state)


def unsent(words: Words, actions: Iterable[CrewAction]) -> str:
    """Which presses the control room does not know yet."""
    told = [words.name("action", action) for action in sorted(actions) if action is not CrewAction.SEEN]
    return words.say("jobs.unsent", what=listed(words, told)) if told else ""


def listed(words: Words, parts: Iterable[str]) -> str:
    return (", " if words.language == "en" else "、").join(parts)


# The device


def age_s(at: datetime, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds())


def fix_line(words: Words, fix: Fix | None, now: datetime) -> str:
    if fix is None:
        return words.say("fix.none")
    if fix.is_mock:
        return words.say("fix.mock")
    age = age_s(fix.fixed_at, now)
    if age > FRESH_FIX_S:
        return words.say("fix.old", age=span(words, age))
    return words.say("fix.now", m=round(fix.accuracy_m))
