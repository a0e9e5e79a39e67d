"""Who speaks: users, their roles, and the author of a Work."""

from dataclasses import dataclass

from dispatch_server.protocol.words import Role


@dataclass(frozen=True, slots=True)
class User:
    id: int
    name: str
    role: Role
    crew_id: int | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """The one author of a Work: a user, or one of the system's own hands (ticker, offering, drill)."""

    name: str
    user: User | None = None


def author_of(user: User) -> Author:
    return Author(f"{user.role.value}:{user.id}", user)


TICKER = Author("ticker")
OFFERING = Author("offering")
PLACING = Author("placing")
COMMAND_LINE = Author("command_line")
