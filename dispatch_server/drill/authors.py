"""In whose name invented people act: the demo's own users where they exist, so that a journal names somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch_server.domain.people import Author, author_of
from dispatch_server.protocol.words import Role
from dispatch_server.store.people import all_accounts
from dispatch_server.store.work import Reading

DRILL = Author("drill")


@dataclass(frozen=True, slots=True)
class Authors:
    desk: tuple[Author, ...] = (DRILL,)
    crews: Mapping[int, Author] = field(default_factory=dict)

    def crew(self, crew_id: int) -> Author:
        return self.crews.get(crew_id, DRILL)


def authors_in(reading: Reading) -> Authors:
    users = [account.user for account in all_accounts(reading) if not account.disabled]
    desk = tuple(author_of(user) for user in users if user.role is Role.CALL_TAKER)
    crews = {user.crew_id: author_of(user) for user in users if user.crew_id is not None}
    return Authors(desk or (DRILL,), crews)
