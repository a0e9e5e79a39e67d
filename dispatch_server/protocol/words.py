"""The words both sides use, and the table of what a crew is offered to press."""

from enum import StrEnum


class AreaClass(StrEnum):
    URBAN = "urban"
    RURAL = "rural"
    REMOTE = "remote"


class OutageState(StrEnum):
    OPEN = "open"
    RESTORED = "restored"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class JobState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    ON_SITE = "on_site"
    RESTORED = "restored"
    CLOSED = "closed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


LIVE_JOB = frozenset({JobState.OFFERED, JobState.ACCEPTED, JobState.EN_ROUTE, JobState.ON_SITE, JobState.RESTORED})
TAKEN_JOB = LIVE_JOB - {JobState.OFFERED}
MOVING_JOB = frozenset({JobState.EN_ROUTE, JobState.ON_SITE})
UNRESTORED_JOB = TAKEN_JOB - {JobState.RESTORED}


class CrewAction(StrEnum):
    SEEN = "seen"
    ACCEPT = "accept"
    DECLINE = "decline"
    DEPART = "depart"
    CHECK_IN = "check_in"
    CORRECT_PIN = "correct_pin"
    SURVEY = "survey"
    SAFETY_STEP = "safety_step"
    STOP_WORK = "stop_work"
    NOTE = "note"
    RESTORE = "restore"
    LEAVE = "leave"
    CLOSE = "close"
    DUTY_ON = "duty_on"
    DUTY_OFF = "duty_off"


DUTY = frozenset({CrewAction.DUTY_ON, CrewAction.DUTY_OFF})
_ALWAYS = frozenset({CrewAction.NOTE, CrewAction.CORRECT_PIN})
_AT_WORK = frozenset({CrewAction.SURVEY, CrewAction.SAFETY_STEP, CrewAction.STOP_WORK})

# What the buttons offer. Late truth is folded in all the same: the table greys out, it throws nothing away.
CREW_MAY: dict[JobState, frozenset[CrewAction]] = {
    JobState.OFFERED: frozenset({CrewAction.SEEN, CrewAction.ACCEPT, CrewAction.DECLINE}),
    JobState.ACCEPTED: frozenset({CrewAction.DEPART, CrewAction.DECLINE}) | _ALWAYS,
    JobState.EN_ROUTE: frozenset({CrewAction.CHECK_IN, CrewAction.STOP_WORK}) | _ALWAYS,
    JobState.ON_SITE: frozenset({CrewAction.RESTORE, CrewAction.LEAVE, CrewAction.CHECK_IN}) | _ALWAYS | _AT_WORK,
    JobState.RESTORED: frozenset({CrewAction.CLOSE}) | _ALWAYS | _AT_WORK,
    JobState.CLOSED: frozenset({CrewAction.NOTE}),
    JobState.DECLINED: frozenset(),
    JobState.LAPSED: frozenset(),
    JobState.WITHDRAWN: frozenset(),
}


class Grade(StrEnum):
    """How well a check-in's fix supports it (the contract's table)."""

    A = "A"
    B = "B"
    C = "C"
    DECLARED = "declared"


OFFICIAL_GRADES = frozenset({Grade.A, Grade.B, Grade.DECLARED})


class ClockSource(StrEnum):
    """Which clock gave the time of an action."""

    ELAPSED = "elapsed"
    GPS = "gps"
    WALL = "wall"


class Provider(StrEnum):
    GPS = "gps"
    NETWORK = "network"
    FUSED = "fused"


class Verdict(StrEnum):
    APPLIED = "applied"
    ALREADY = "already"
    REFUSED = "refused"


class Channel(StrEnum):
    HOTLINE = "hotline"
    WEB = "web"
    SMS = "sms"
    POWER_110 = "power_110"
    POLICE_110 = "police_110"
    CITY_12345 = "12345"
    CONTROL_ROOM = "control_room"
    METER = "meter"


class Category(StrEnum):
    FAULT = "fault"
    ENQUIRY = "enquiry"
    COMPLAINT = "complaint"
    TIP_OFF = "tip_off"
    OPINION = "opinion"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


class FaultKind(StrEnum):
    HV = "hv"
    LV = "lv"
    POWER_QUALITY = "power_quality"
    INSIDE_HOME = "inside_home"
    NOT_ELECTRIC = "not_electric"
    METERING = "metering"


class Hazard(StrEnum):
    NONE = "none"
    WIRE_DOWN = "wire_down"
    FIRE = "fire"
    FLOOD = "flood"
    INJURY = "injury"


class Sure(StrEnum):
    CERTAIN = "certain"
    LIKELY = "likely"
    DOUBTFUL = "doubtful"


class PlaceMethod(StrEnum):
    ACCOUNT = "account"
    PIN = "pin"
    ADDRESS = "address"
    VILLAGE = "village"
    TOWNSHIP = "township"
    REMOTE_GEOCODER = "remote_geocoder"
    NONE = "none"


class Role(StrEnum):
    CALL_TAKER = "call_taker"
    DISPATCHER = "dispatcher"
    CREW = "crew"
    MANAGER = "manager"
    CONTROL_ROOM = "control_room"
    ADMIN = "admin"
