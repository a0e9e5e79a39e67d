"""All that the tablet's file holds, read at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from dispatch_server.protocol.codec import Json, decode, encode
from mobile_app.core.clock import Clocks, Contact
from mobile_app.core.job_cards import Card, read_card
from mobile_app.core.outbox import Press, presses
from mobile_app.core.store import Store

OFFLINE_HOURS = 168.0  # until the server says otherwise


@dataclass(frozen=True, slots=True)
class Photo:
    photo_id: str
    crew_id: int
    job_id: int
    step: str | None
    path: Path
    bytes: int
    sha256: str
    media_type: str
    taken_at: datetime
    sent: int
    state: str
    sentence: str


@dataclass(frozen=True, slots=True)
class CardKept:
    card: Card
    by_radio: bool


@dataclass(frozen=True, slots=True)
class Known:
    """`shown` is how many answers had been heard when the newest pull was asked for: its cards show what they brought.

    `must_sign_in` is the server's sentence where it ended the session; `key` is of the crew `key_crew`; `unreadable`
    counts cards of a newer server.
    """

    device_id: str = ""
    key: str = ""
    key_crew: int | None = None
    token: str = ""
    crew_id: int | None = None
    crew: str = ""
    server_url: str = ""
    language: str = "zh"
    theme: str = "day"
    must_sign_in: str = ""
    session_ends: datetime | None = None
    offline_hours: float = OFFLINE_HOURS
    on_duty: bool = False
    aboard: int = 0
    names: tuple[str, ...] = ()
    cursor: str | None = None
    contact: Contact | None = None
    answered: int = 0
    shown: int = 0
    newest_job: int = 0
    unreadable: int = 0
    crews: Mapping[str, str] = field(default_factory=dict)
    cards: tuple[CardKept, ...] = ()
    presses: tuple[Press, ...] = ()
    photos: tuple[Photo, ...] = ()


_PLAIN = (
    *("device_id", "key", "key_crew", "token", "crew_id", "crew", "server_url", "language", "theme", "must_sign_in"),
    *("offline_hours", "on_duty", "aboard", "cursor", "answered", "shown", "newest_job", "crews"),
)
_PHOTO = "photo_id, crew_id, job_id, step, path, bytes, sha256, media_type, taken_at, sent, state, sentence"


def read_known(store: Store) -> Known:
    with store.reading():
        settings = store.settings()
        read = [(read_card(body), bool(by_radio)) for body, by_radio in store.rows("SELECT body, by_radio FROM cards")]
        return Known(
            **{name: settings[name] for name in _PLAIN if settings.get(name) is not None},
            session_ends=_moment(settings.get("session_ends")),
            names=tuple(settings.get("names") or ()),
            contact=read_contact(settings.get("contact")),
            unreadable=sum(card is None for card, _ in read),
            cards=tuple(CardKept(card, by_radio) for card, by_radio in read if card is not None),
            presses=tuple(presses(store)),
            photos=tuple(map(_photo, store.rows(f"SELECT {_PHOTO} FROM photos ORDER BY rowid"))),
        )


def read_contact(said: Json) -> Contact | None:
    return None if said is None else decode(Contact, said, "contact")


def contact_at(server_time: str, clocks: Clocks) -> Json:
    """As it is kept; refuses a server time that cannot be read."""
    return encode(Contact(decode(datetime, server_time, "server_time"), clocks))


def names_end(known: Known) -> datetime | None:
    """Until when callers' names and numbers are shown: the session's end, or so long after the last contact."""
    heard = None if known.contact is None else known.contact.server_time + timedelta(hours=known.offline_hours)
    return min((at for at in (known.session_ends, heard) if at is not None), default=None)


def _photo(row: tuple[str, int, int, str | None, str, int, str, str, str, int, str, str]) -> Photo:
    photo_id, crew_id, job_id, step, path, size, sha256, media_type, taken_at, sent, state, sentence = row
    at = datetime.fromisoformat(taken_at)
    return Photo(photo_id, crew_id, job_id, step, Path(path), size, sha256, media_type, at, sent, state, sentence)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
