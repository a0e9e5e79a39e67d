"""Questions about users, their sessions, and who looked at whom."""

from dataclasses import dataclass
from datetime import datetime

from dispatch_server.domain.people import User
from dispatch_server.protocol.words import Role
from dispatch_server.store.instants import from_us, to_us
from dispatch_server.store.questions import Question
from dispatch_server.store.work import Reading, Work

_COLUMNS = "SELECT id, name, role, crew_id, password_hash, disabled FROM users "
_BY_NAME = Question(_COLUMNS + "WHERE name = :name")
_ALL = Question(_COLUMNS + "ORDER BY role, name")
_ADD = Question(
    "INSERT INTO users (name, role, crew_id, password_hash, disabled) "
    "VALUES (:name, :role, :crew_id, :password_hash, :disabled)"
)
_CHANGE = Question(
    "UPDATE users SET role = :role, crew_id = :crew_id, password_hash = :password_hash, disabled = :disabled "
    "WHERE name = :name"
)
_OPEN_SESSION = Question(
    "INSERT INTO sessions (token_digest, user_id, expires_at_us) VALUES (:token_digest, :user_id, :expires_at_us)"
)
_SESSION = Question(
    "SELECT u.id, u.name, u.role, u.crew_id, s.expires_at_us FROM sessions s JOIN users u ON u.id = s.user_id "
    "WHERE s.token_digest = :token_digest AND NOT u.disabled"
)
_END_SESSION = Question("DELETE FROM sessions WHERE token_digest = :token_digest")
_END_SESSIONS_OF = Question("DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE name = :name)")
_SWEEP = Question("DELETE FROM sessions WHERE expires_at_us < :now")
_LOOKED = Question("INSERT INTO readings (at_us, who, what, about) VALUES (:at_us, :who, :what, :about)")
_BUMP = Question("INSERT INTO versions (name, n) VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET n = versions.n + 1")
_VERSIONS = Question("SELECT name, n FROM versions")


@dataclass(frozen=True, slots=True)
class Account:
    """A user with what only signing in needs."""

    user: User
    password_hash: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class OpenSession:
    user: User
    expires_at: datetime


def account_named(reading: Reading, name: str) -> Account | None:
    found = reading.row(_BY_NAME, name=name)
    return (
        None if found is None else Account(User(found[0], found[1], Role(found[2]), found[3]), found[4], bool(found[5]))
    )


def all_accounts(reading: Reading) -> list[Account]:
    return [Account(User(r[0], r[1], Role(r[2]), r[3]), r[4], bool(r[5])) for r in reading.rows(_ALL)]


def keep_account(
    work: Work, name: str, role: Role, crew_id: int | None, password_hash: str, *, disabled: bool = False
) -> None:
    """Adds the user, or changes the one of this name and ends his sessions."""
    row = {"name": name, "role": role.value, "crew_id": crew_id, "password_hash": password_hash, "disabled": disabled}
    if account_named(work, name) is None:
        work.do(_ADD, **row)
    else:
        work.do(_CHANGE, **row)
        work.do(_END_SESSIONS_OF, name=name)
    bump(work, "people")


def open_session(work: Work, token_digest: str, user_id: int, expires_at: datetime) -> None:
    work.do(_SWEEP, now=to_us(work.now))
    work.do(_OPEN_SESSION, token_digest=token_digest, user_id=user_id, expires_at_us=to_us(expires_at))


def session_of(reading: Reading, token_digest: str) -> OpenSession | None:
    found = reading.row(_SESSION, token_digest=token_digest)
    if found is None:
        return None
    return OpenSession(User(found[0], found[1], Role(found[2]), found[3]), from_us(found[4]))


def end_session(work: Work, token_digest: str) -> None:
    work.do(_END_SESSION, token_digest=token_digest)
    bump(work, "people")


def looked_at(work: Work, what: str, about: str) -> None:
    """The reading log: who looked at which person's data."""
    work.later(_LOOKED, at_us=to_us(work.now), who=work.author.name, what=what, about=about)


def bump(work: Work, name: str) -> None:
    """Tells every server that what it remembers under `name` is out of date."""
    work.do(_BUMP, name=name)


def versions(reading: Reading) -> dict[str, int]:
    return dict(reading.rows(_VERSIONS))
