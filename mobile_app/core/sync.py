"""When to try what: presses at once, cards all the time, photos after everything else. One thread for each lane."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from threading import Condition, Thread

from dispatch_server.protocol.codec import Json, Malformed, decode, encode
from dispatch_server.protocol.messages import PROTOCOL_VERSION, Answer
from dispatch_server.protocol.words import Verdict
from mobile_app.core import outbox, photos, positions
from mobile_app.core.clock import Clocks, ReadClocks
from mobile_app.core.known import contact_at
from mobile_app.core.pack import keep_pack, kept_version
from mobile_app.core.photos import PhotoLane
from mobile_app.core.positions import BATCH_S
from mobile_app.core.pulls import forget_photos, keep_pull, photos_to_forget
from mobile_app.core.server import (
    HOLD_S,
    SOMETHING_ELSE,
    NotTaken,
    Server,
    SignInEnded,
    Trouble,
    Unreachable,
)
from mobile_app.core.store import Store, put

LONGEST_S = 60.0
IN_THE_BACKGROUND_S = 20.0
NOT_HELD_S = 5.0  # where a server answers at once that nothing is new
AFTER_ACTIONS_S = 2.0
PACK_EVERY_S = 24 * 3600
PACK_AGAIN_S = 600
BAD_BODY = frozenset({400, 413, 422})
WENT_WRONG = "Something in the app went wrong ({error}). What you press is kept; close the app and start it again."

Pause = float | None  # seconds until the next try; None until woken

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Session:
    server: Server
    crew_id: int
    token: str
    device_id: str


class Backoff:
    """1, 2, 4 … 60 s, each taken between half and whole, so that tablets do not come back all at once."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._failures = 0

    def next(self) -> float:
        longest = min(LONGEST_S, 2.0**self._failures)
        self._failures = min(self._failures + 1, 6)
        return longest * (0.5 + 0.5 * self._chance.random())

    def reset(self) -> bool:
        """True where it had failed before."""
        had_failed, self._failures = self._failures > 0, 0
        return had_failed


class Lane:
    """Tries again and again on a thread of its own; `trouble` is why the last try failed."""

    def __init__(self, name: str, once: Callable[[], Pause], chance: Random) -> None:
        self.name = name
        self.trouble = ""
        self._once = once
        self._backoff = Backoff(chance)
        self._woken = Condition()
        self._is_awake = False
        self._has_ended = False
        self._thread: Thread | None = None

    def attempt(self) -> Pause:
        """One try, and how long to wait for the next."""
        try:
            pause = self._once()
        except SignInEnded:
            self.trouble = ""
            return None
        except Unreachable as far:
            self.trouble = str(far)
            wait = self._backoff.next()
            return wait if far.retry_s is None else max(wait, far.retry_s)
        except (Trouble, OSError) as trouble:
            self.trouble = str(trouble)
            return LONGEST_S
        except Exception as error:  # a lane that dies would hold back every press after it
            _log.exception("The lane %s", self.name)
            self.trouble = WENT_WRONG.format(error=type(error).__name__)
            return LONGEST_S
        self.trouble = ""
        self._backoff.reset()
        return pause

    def wake(self) -> None:
        """Now, whatever failed before."""
        with self._woken:
            self._is_awake = True
            self._backoff.reset()
            self._woken.notify()

    def nudge(self) -> None:
        """Look again, but not before the back-off ends."""
        if not self.trouble:
            self.wake()

    def begin(self) -> None:
        self._thread = Thread(target=self._run, name=f"tablet {self.name}", daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._has_ended = True
        self.wake()

    def join(self, timeout_s: float) -> None:
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._has_ended:
            pause = self.attempt()
            with self._woken:
                self._woken.wait_for(lambda: self._is_awake, pause)
                self._is_awake = False


class Sync:
    """`connect` gives the session of the moment, None where nobody is signed in. `changed` tells the listeners."""

    def __init__(
        self,
        store: Store,
        read_clocks: ReadClocks,
        connect: Callable[[], Session | None],
        changed: Callable[[], None],
        chance: Random,
    ) -> None:
        self.in_the_background = False
        self._store = store
        self._read_clocks = read_clocks
        self._connect = connect
        self._changed = changed
        self._photos = PhotoLane(store)
        self._alone = 0  # so many presses are to be sent one by one
        self._pack_due_ms: int | None = None
        self.push = Lane("push", self._push_once, chance)
        self.pull = Lane("pull", self._pull_once, chance)
        self.slow = Lane("photos", self._slow_once, chance)
        self.lanes = (self.push, self.pull, self.slow)

    @property
    def trouble(self) -> str:
        return next((lane.trouble for lane in self.lanes if lane.trouble), "")

    def begin(self) -> None:
        for lane in self.lanes:
            lane.begin()

    def end(self) -> None:
        for lane in self.lanes:
            lane.end()

    def wake(self) -> None:
        for lane in self.lanes:
            lane.wake()

    # Up

    def _push_once(self) -> Pause:
        session = self._connect()
        if session is None:
            return None
        clocks = self._read_clocks()
        bodies = outbox.waiting_bodies(self._store, session.crew_id, 1 if self._alone else outbox.ACTIONS_A_PUSH)
        track = positions.waiting(self._store, session.crew_id, clocks)
        if not bodies and (not track.ids or track.oldest_s < BATCH_S):
            return BATCH_S - track.oldest_s if track.ids else None
        if self._alone and bodies:
            track = positions.Waiting()
        try:
            said = self._sent(session, [body for _, body in bodies], track.bodies)
        except NotTaken as no:
            self._not_taken(session, no, [action_id for action_id, _ in bodies], track.ids)
            return 0.0
        self._keep_answers(said, [action_id for action_id, _ in bodies], track.ids)
        return 0.0

    def _sent(self, session: Session, actions: Sequence[str], track: Sequence[str]) -> Json:
        with self._of(session):
            return session.server.push(envelope(session.device_id, self._read_clocks(), actions, track))

    def _keep_answers(self, said: Json, action_ids: Sequence[str], position_ids: Sequence[int]) -> None:
        answers = _answers(said, action_ids)
        contact = contact_at(said["server_time"], self._read_clocks())
        answered = int(self._store.setting("answered") or 0) + 1
        with self._store.writing() as connection:
            outbox.keep_answers(connection, answers, answered)
            positions.forget(connection, position_ids)
            put(connection, {"answered": answered, "contact": contact})
        self._alone = max(0, self._alone - len(action_ids))
        self._changed()
        self.slow.nudge()

    def _not_taken(
        self, session: Session, no: NotTaken, action_ids: Sequence[str], position_ids: Sequence[int]
    ) -> None:
        """A push that is refused as a whole is sent in parts, so that one bad press cannot hold the others."""
        if no.status not in BAD_BODY:
            raise no
        if len(action_ids) + len(position_ids) > 1 and not self._alone and action_ids:
            self._alone = max(1, len(action_ids))
            return
        self._sent(session, (), ())  # where even an empty one is refused, the fault is not in the presses
        with self._store.writing() as connection:
            answers = [Answer(action_id, Verdict.REFUSED, str(no)) for action_id in action_ids]
            outbox.keep_answers(connection, answers, int(self._store.setting("answered") or 0))
            positions.forget(connection, position_ids)
        self._alone = max(0, self._alone - 1)
        self._changed()

    # Down

    def _pull_once(self) -> Pause:
        session = self._connect()
        if session is None:
            return None
        began, shown = self._read_clocks(), int(self._store.setting("answered") or 0)
        cursor = self._store.setting("cursor")
        with self._of(session):
            said = session.server.pull(cursor, 0 if self.in_the_background else HOLD_S)
        was_out = bool(self.pull.trouble)
        now = self._read_clocks()
        try:
            is_ours = keep_pull(self._store, said, now, shown, session.token)
        except (Malformed, KeyError, TypeError) as error:
            raise Unreachable(SOMETHING_ELSE) from error
        if is_ours:
            self._clear_away()
        self._changed()
        if was_out:
            self.push.wake()
            self.slow.wake()
        if self.in_the_background:
            return IN_THE_BACKGROUND_S
        was_held = now.elapsed_ms - began.elapsed_ms >= NOT_HELD_S * 1000
        return NOT_HELD_S if said.get("unchanged") and not was_held else 0.0

    def _clear_away(self) -> None:
        gone = photos_to_forget(self._store)
        for _, path in gone:
            path.unlink(missing_ok=True)
        if gone:
            forget_photos(self._store, [photo_id for photo_id, _ in gone])

    # Slowly

    def _slow_once(self) -> Pause:
        session = self._connect()
        if session is None:
            return None
        if outbox.is_waiting(self._store, session.crew_id):
            return AFTER_ACTIONS_S
        photo = photos.next_photo(self._store, session.crew_id)
        if photo is not None:
            with self._of(session):
                self._photos.send_some(session.server, photo)
            self._changed()
            return 0.0
        return self._pack_once(session)

    def _pack_once(self, session: Session) -> Pause:
        now_ms = self._read_clocks().elapsed_ms
        if self._pack_due_ms is None or now_ms >= self._pack_due_ms:
            self._pack_due_ms = now_ms + PACK_AGAIN_S * 1000
            try:
                with self._of(session):
                    said = session.server.pack(kept_version(self._store))
            except NotTaken:
                return float(PACK_AGAIN_S)  # a server without packs: the app works with what it has
            if not said.get("unchanged"):
                keep_pack(self._store, said)
                self._changed()
            self._pack_due_ms = now_ms + PACK_EVERY_S * 1000
        return max(1.0, (self._pack_due_ms - now_ms) / 1000)

    def ask_for_pack(self) -> None:
        self._pack_due_ms = None

    def _of(self, session: Session) -> "_Of":
        return _Of(self._store, session)


class _Of:
    """A session that the server has ended is remembered as ended, unless somebody has signed in again meanwhile."""

    def __init__(self, store: Store, session: Session) -> None:
        self._store, self._session = store, session

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, SignInEnded) and self._store.setting("token") == self._session.token:
            self._store.set(must_sign_in=str(error))


def envelope(device_id: str, clocks: Clocks, actions: Sequence[str], track: Sequence[str]) -> str:
    """The clocks as read for this attempt; actions as they were written."""
    head = {
        "protocol_version": PROTOCOL_VERSION,
        "device_id": device_id,
        "boot_id": clocks.boot_id,
        "sent_at": encode(clocks.wall),
        "elapsed_ms": clocks.elapsed_ms,
    }
    return json.dumps(head)[:-1] + f', "actions": [{",".join(actions)}], "positions": [{",".join(track)}]}}'


def _answers(said: Json, action_ids: Sequence[str]) -> list[Answer]:
    """In the order in which they were sent; an answer without an id is of the press that stood there."""
    given = said["answers"]
    if not isinstance(given, list) or len(given) != len(action_ids):
        raise Unreachable(SOMETHING_ELSE)
    try:
        return [
            decode(Answer, {**one, "action_id": action_id}, "answer")
            for one, action_id in zip(given, action_ids, strict=True)
        ]
    except (Malformed, TypeError) as error:
        raise Unreachable(SOMETHING_ELSE) from error
