"""A crew's virtual tablet: its clocks, right or wrong, and an outbox that keeps what could not be sent."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from dispatch_server.protocol.messages import ActionTaken, Answer, Fix, Push
from dispatch_server.protocol.words import CrewAction

ACTIONS_A_PUSH = 50
POSITIONS_A_PUSH = 200
SINCE_BOOT = timedelta(hours=9)


class Tablet:
    """`wall_error` is how far its wall clock is ahead; its counter of milliseconds since the boot is exact."""

    def __init__(self, device_id: str, started_at: datetime, wall_error: timedelta) -> None:
        self.device_id = device_id
        self.wall_error = wall_error
        self._booted_at = started_at - SINCE_BOOT
        self._boot_id = f"{device_id}-{started_at:%Y%m%dT%H%M%S}"
        self._seq = int(started_at.timestamp())  # goes up over restarts as well: a crew acts less than once a second
        self._actions: list[ActionTaken] = []
        self._positions: list[Fix] = []

    def press(
        self,
        kind: CrewAction,
        at: datetime,
        job_id: int | None = None,
        fix: Fix | None = None,
        reason: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self._seq += 1
        self._actions.append(
            ActionTaken(
                action_id=str(uuid5(NAMESPACE_URL, f"{self._boot_id}/{self._seq}")),
                seq=self._seq,
                kind=kind,
                occurred_at=at + self.wall_error,
                elapsed_ms=self.elapsed_ms(at),
                boot_id=self._boot_id,
                job_id=job_id,
                fix=fix,
                reason=reason,
                data=dict(data or {}),
            )
        )

    def note_position(self, fix: Fix) -> None:
        self._positions.append(fix)

    def elapsed_ms(self, at: datetime) -> int:
        return (at - self._booted_at) // timedelta(milliseconds=1)

    @property
    def has_actions(self) -> bool:
        return bool(self._actions)

    @property
    def waiting(self) -> int:
        return len(self._actions) + len(self._positions)

    @property
    def oldest_position(self) -> datetime | None:
        return self._positions[0].fixed_at if self._positions else None

    def next_push(self, now: datetime) -> Push:
        """What is to be sent now; it stays in the outbox until `sent` says that the server has it."""
        return Push(
            device_id=self.device_id,
            boot_id=self._boot_id,
            sent_at=now + self.wall_error,
            elapsed_ms=self.elapsed_ms(now),
            actions=tuple(self._actions[:ACTIONS_A_PUSH]),
            positions=tuple(self._positions[:POSITIONS_A_PUSH]),
        )

    def sent(self, push: Push, answers: Iterable[Answer]) -> None:
        answered = {answer.action_id for answer in answers}
        self._actions = [a for a in self._actions if a.action_id not in answered]
        del self._positions[: len(push.positions)]
