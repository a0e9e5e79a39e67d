"""Who may come in: users, their passwords, and the sessions they open."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dispatch_server.domain.people import User
from dispatch_server.domain.refusals import BadInput, NotFound, Refused
from dispatch_server.protocol.words import Role
from dispatch_server.store import people
from dispatch_server.store.crews import crew_records
from dispatch_server.store.people import Account
from dispatch_server.store.work import Work

PASSWORD_LEAST = 8
NAME_MOST = 100
TOKEN_BYTES = 32

# OWASP's password storage sheet, Argon2id with 19 MiB: a shift change signs in fifty crews at once.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Compared against when there is no such user, so that the answer takes as long.
_NOBODY = _HASHER.hash(secrets.token_urlsafe(TOKEN_BYTES))


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened. The token is shown this once; only its digest is kept."""

    token: str
    user: User
    expires_at: datetime


def hash_of(password: str) -> str:
    """Takes some 20 ms by design: never inside a Work."""
    if len(password) < PASSWORD_LEAST:
        raise BadInput(f"A password needs at least {PASSWORD_LEAST} characters.")
    return _HASHER.hash(password)


def password_fits(account: Account | None, password: str) -> bool:
    """The same effort whether the user exists or not. Never inside a Work."""
    try:
        fits = _HASHER.verify(_NOBODY if account is None else account.password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
    return fits and account is not None and not account.disabled


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def add_user(work: Work, name: str, role: Role, password_hash: str, crew_id: int | None = None) -> None:
    """Adds the user, or changes the one of this name: he signs in again with the new password."""
    if not name.strip() or len(name) > NAME_MOST:
        raise BadInput(f"A user needs a name of at most {NAME_MOST} characters.")
    if role is Role.CREW and crew_id is None:
        raise BadInput(f"{name} is a crew's user: say which crew.")
    if role is not Role.CREW and crew_id is not None:
        raise BadInput(f"{name} is no crew's user: leave the crew out.")
    if crew_id is not None and crew_id not in crew_records(work):
        raise NotFound(f"There is no crew {crew_id}.")
    people.keep_account(work, name, role, crew_id, password_hash)


def require_new_name(work: Work, name: str) -> None:
    if people.account_named(work, name) is not None:
        raise Refused(f"There is a user {name} already. To give him a new role and password, add --replace.")


def disable_user(work: Work, name: str) -> None:
    """Ends the user's sessions and lets no new one begin; his name stays in the journal."""
    account = people.account_named(work, name)
    if account is None:
        raise NotFound(f"There is no user {name}.")
    user = account.user
    people.keep_account(work, name, user.role, user.crew_id, account.password_hash, disabled=True)


def open_session(work: Work, account: Account, lasts: timedelta) -> Opened:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    opened = Opened(token, account.user, work.now + lasts)
    people.open_session(work, digest_of(token), account.user.id, opened.expires_at)
    return opened


def close_session(work: Work, token: str) -> None:
    people.end_session(work, digest_of(token))
