"""The people of a demo: one user for every crew and some for every other role, with passwords that last."""

import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from dispatch_server.domain.crews import Crew
from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.protocol.words import Role
from dispatch_server.services.people import add_user
from dispatch_server.store.people import all_accounts
from dispatch_server.store.store import Store
from dispatch_server.store.work import Work

FILE = "demo.json"
# Nobody guesses 72 random bits, however quickly he may try: a demo need not wait a second for slow hashes.
_HASHER = PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)
_OTHERS = (
    ("call_taker1", Role.CALL_TAKER),
    ("call_taker2", Role.CALL_TAKER),
    ("dispatcher1", Role.DISPATCHER),
    ("dispatcher2", Role.DISPATCHER),
    ("manager", Role.MANAGER),
    ("control_room", Role.CONTROL_ROOM),
    ("admin", Role.ADMIN),
)


@dataclass(frozen=True, slots=True)
class DemoUser:
    name: str
    password: str
    role: Role
    crew_id: int | None = None


def demo_users(store: Store, crews: Iterable[Crew], data_dir: Path) -> list[DemoUser]:
    """Everybody who may sign in. Who is known from an earlier run keeps his password; only the others are added."""
    known = _passwords(data_dir / FILE)
    wanted: list[tuple[str, Role, int | None]] = [(name, role, None) for name, role in _OTHERS]
    wanted += [(crew.code, Role.CREW, crew.id) for crew in crews]
    users = [
        DemoUser(name, known.get(name) or secrets.token_urlsafe(9), role, crew_id) for name, role, crew_id in wanted
    ]
    there = {account.user.name: account.user.crew_id for account in store.read(all_accounts)}
    _add(store, [u for u in users if u.name not in known or there.get(u.name, -1) != u.crew_id])
    write_demo_file(data_dir, users, url="")
    return users


def write_demo_file(data_dir: Path, users: Iterable[DemoUser], url: str) -> None:
    """In one step, and for the owner alone: whoever reads it never finds half of it."""
    said = {"url": url, "users": [_row(user) for user in users]}
    data_dir.mkdir(parents=True, exist_ok=True)
    draft = data_dir / f"{FILE}.new"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False, indent=1)
    draft.replace(data_dir / FILE)


def _row(user: DemoUser) -> dict[str, Any]:
    row: dict[str, Any] = {"name": user.name, "password": user.password, "role": user.role.value}
    return row if user.crew_id is None else {**row, "crew_id": user.crew_id}


def _passwords(file: Path) -> Mapping[str, str]:
    """By name; empty where there is no file, or none that can be read."""
    try:
        users = json.loads(file.read_text(encoding="utf-8"))["users"]
        return {str(user["name"]): str(user["password"]) for user in users}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _add(store: Store, users: list[DemoUser]) -> None:
    if not users:
        return
    hashes = [_HASHER.hash(user.password) for user in users]

    def add(work: Work) -> None:
        for user, password_hash in zip(users, hashes, strict=True):
            add_user(work, user.name, user.role, password_hash, user.crew_id)

    store.work(COMMAND_LINE, add)
