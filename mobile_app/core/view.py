"""What the screens show: frozen, and the same whoever asks. `looking` makes it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dispatch_server.protocol.messages import Fix
from dispatch_server.protocol.words import CrewAction, JobState
from mobile_app.core.job_cards import Card


@dataclass(frozen=True, slots=True)
class StepTaken:
    at: datetime
    by: tuple[str, ...]
    is_sent: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """`waits` says why it cannot be pressed yet; empty where it can. `call_id` is of the danger that is made safe."""

    step: str
    words: str
    photo: bool
    two_people: bool
    earth: int
    gate: bool
    taken: tuple[StepTaken, ...]
    waits: str = ""
    has_photo: bool = False
    call_id: int | None = None


@dataclass(frozen=True, slots=True)
class PhotoView:
    photo_id: str
    path: Path
    step: str | None
    bytes: int
    sent: int
    state: str
    sentence: str


@dataclass(frozen=True, slots=True)
class JobView:
    """`card` is the server's, moved on by the crew's own presses; `unsent` are those that nobody has answered yet."""

    card: Card
    state: JobState
    may: frozenset[CrewAction]
    unsent: frozenset[CrewAction]
    accept_left_s: float | None
    arrive_left_s: float | None
    survey_left_s: float | None
    told_by_radio: bool
    earths: int
    steps: tuple[StepView, ...]
    hints: tuple[str, ...]
    photos: tuple[PhotoView, ...]


@dataclass(frozen=True, slots=True)
class RefusedView:
    """`outage` is empty where the press was about no job, or its card is gone."""

    action_id: str
    kind: CrewAction
    job_id: int | None
    outage: str
    pressed_at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class OfAnotherCrew:
    """Presses that wait on this tablet for the sign-in of the crew they were made for."""

    crew: str
    waiting: int


@dataclass(frozen=True, slots=True)
class OutboxView:
    waiting: int
    oldest_s: float | None
    photos_waiting: int
    photo_bytes_left: int
    refused: tuple[RefusedView, ...]
    last_contact_s: float | None
    trouble: str
    of_others: tuple[OfAnotherCrew, ...]


@dataclass(frozen=True, slots=True)
class View:
    """`now` is the server's time as well as the tablet knows it. `moved_aside` names a file that could not be read."""

    crew: str
    crew_id: int | None
    server_url: str
    is_signed_in: bool
    must_sign_in: str
    hides_names: bool
    is_enrolled: bool
    on_duty: bool
    aboard: int
    names: tuple[str, ...]
    language: str
    theme: str
    offer: JobView | None
    jobs: tuple[JobView, ...]
    outbox: OutboxView
    fix: Fix | None
    gps_trouble: str
    moved_aside: str
    now: datetime
