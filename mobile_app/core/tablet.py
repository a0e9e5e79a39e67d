"""Everything the screens may ask or do. A press is on the disk before its method returns."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from random import Random
from threading import RLock

import httpx

from dispatch_server.protocol import spoken
from dispatch_server.protocol.codec import Json, Malformed, decode
from dispatch_server.protocol.grading import Graded
from dispatch_server.protocol.lists import Choice
from dispatch_server.protocol.messages import Fix
from dispatch_server.protocol.words import CrewAction
from mobile_app.core import outbox, photos, positions
from mobile_app.core.clock import ReadClocks, server_now
from mobile_app.core.fixes import CHECKING_IN, best_of, pace_of, probable_grade
from mobile_app.core.known import Known, read_known
from mobile_app.core.looking import Around, look, said
from mobile_app.core.pack import NO_PACK, MapPack, Steps, kept_pack, kept_version
from mobile_app.core.ports import Gps, Shrink
from mobile_app.core.pressing import SIGN_IN_FIRST, Pressing
from mobile_app.core.pulls import keep_told_by_radio
from mobile_app.core.server import Server, Trouble
from mobile_app.core.sign_in import device_id_of, forget_session, keep_session, key_bytes
from mobile_app.core.standing import duty_of, states_of
from mobile_app.core.store import Store
from mobile_app.core.sync import Session, Sync
from mobile_app.core.tracks import Looked, Position, Track
from mobile_app.core.view import View
from mobile_app.core.watch import FixWatch

FIXES_KEPT = 120  # two minutes at one a second
WATCHED_FOR_MS = 5_000  # a check-in page that has not looked for this long is closed
LEAVING_S = 2.0

NOT_ENROLLED = "This tablet has no key for spoken codes. Ask the office for a code and enrol it."
MISHEARD = "These digits were misheard: the check digit does not fit. Have them read again."
NOT_FOR_US = "This code is not for this tablet, or for another job. Ask the dispatcher to read a new one."
PACK_UNREADABLE = "The map on this tablet cannot be read; it is fetched anew."


class Tablet(Pressing):
    """One crew's tablet. Its methods may be called from any thread; those that ask the server say so."""

    def __init__(
        self,
        folder: Path,
        read_clocks: ReadClocks,
        gps: Gps | None = None,
        *,
        shrink: Shrink | None = None,
        model: str = "",
        transport: httpx.BaseTransport | None = None,
        chance: Random | None = None,
    ) -> None:
        self._store = Store(folder)
        self._read_clocks = read_clocks
        self._gps = gps
        self._shrink = shrink
        self._model = model
        self._transport = transport
        self._device_id = device_id_of(self._store)
        self._listeners: list[Callable[[], None]] = []
        self._lock = RLock()
        self._known: tuple[object, Known] | None = None
        self._server: tuple[object, Server] | None = None
        self._pack: tuple[str, MapPack] | None = None
        self._heard: deque[Fix] = deque(maxlen=FIXES_KEPT)
        self._watched_ms: int | None = None
        self._asked_every_s: float | None = None
        self._begun = False
        self.sync = Sync(self._store, read_clocks, self._session, self._tell, chance or Random())

    # What is shown

    def view(self) -> View:
        clocks = self._read_clocks()
        gps_trouble = self._gps.trouble() if self._gps is not None and self._asked_every_s is not None else ""
        moved_aside = "" if self._store.moved_aside is None else self._store.moved_aside.name
        around = Around(best_of(self._fixes(), clocks) or self._last_fix(), gps_trouble, self.sync.trouble, moved_aside)
        return look(self._now_known(), self._steps(), around, clocks)

    def listen(self, listener: Callable[[], None]) -> None:
        """Called from any thread after something changed."""
        self._listeners.append(listener)

    def map_data(self) -> MapPack | None:
        version = kept_version(self._store)
        if version is None:
            return None
        if self._pack is None or self._pack[0] != version:
            try:
                pack = kept_pack(self._store)
            except (Malformed, ValueError, OSError):
                return None
            if pack is None:
                return None
            self._pack = version, pack
        return self._pack[1]

    def choices(self, name: str) -> tuple[Choice, ...]:
        """Of decline_reasons, leave_reasons, stop_reasons, causes, parts."""
        return (self.map_data() or NO_PACK).choices(name)

    def track(self, day: date) -> Track:
        """Asks the server."""
        with self._told():
            found = self._signed_in().server.track(day)
            return Track(
                tuple(Position(lon, lat, decode(datetime, at, "at")) for lon, lat, at in found["positions"]),
                tuple(Looked(one["by_role"], decode(datetime, one["at"], "at")) for one in found.get("looked", ())),
                found.get("kept_days") or 0,
            )

    # Signing in

    def enrol(self, server_url: str, code: str) -> None:
        """Asks the server. The code is used up; the key it brings is kept for spoken codes."""
        with self._told():
            server = self._a_server(server_url)
            try:
                given = server.enrol(spoken.digits_of(code), self._device_id, self._model)
            finally:
                server.close()
            keep_session(self._store, server_url, given, enrolled=True)
        self._signed_in_anew()

    def sign_in(self, server_url: str, name: str, password: str) -> None:
        """Asks the server."""
        with self._told():
            server = self._a_server(server_url)
            try:
                given = server.sign_in(name, password)
            finally:
                server.close()
            keep_session(self._store, server_url, given, enrolled=False)
        self._signed_in_anew()

    def sign_out(self) -> None:
        """What was pressed stays for the crew's next sign-in. A server that is out of reach ends the session by age."""
        session = self._session()
        forget_session(self._store)
        if session is not None:
            with suppress(Trouble):
                session.server.sign_out()
        self._tell()

    def add_photo(self, job_id: int, path: Path, step: str | None = None) -> str:
        """A copy is on the disk when this returns; it goes up after all presses."""
        with self._told():
            if photos.media_type_of(path) is None:
                raise Trouble(photos.NOT_A_PHOTO)
            crew_id, taken_at = self._crew_id(), self._now()
            photo_id = photos.add_photo(self._store, crew_id, job_id, path, step, taken_at, self._shrink)
        self.sync.slow.nudge()
        self._tell()
        return photo_id

    def have_read(self, action_id: str) -> None:
        with self._told():
            outbox.forget_refused(self._store, action_id)
        self._tell()

    # By radio

    def spoken_check_in(self, job_id: int) -> str:
        """Ten digits over job, minute and how near the crew is; the press itself goes up later with its evidence."""
        graded = self.probable_grade(job_id, self.best_fix())
        code = spoken.check_in_code(self._key(), job_id, self._now(), spoken.nearness_of(graded.grade))
        return spoken.grouped(code)

    def take_over(self, code: str) -> int:
        """A job that a dispatcher read out: a thin card on which everything can be pressed."""
        digits = spoken.digits_of(code)
        if not spoken.is_sound(digits):
            raise self._trouble(MISHEARD)
        job_id = spoken.read_hand_over(self._key(), digits, self._now_known().newest_job)
        if job_id is None:
            raise self._trouble(NOT_FOR_US)
        with self._told():
            keep_told_by_radio(self._store, job_id, self._now())
        self._tell()
        return job_id

    # The position

    def fixes(self) -> FixWatch:
        return FixWatch(self, self._watch())

    def best_fix(self) -> Fix | None:
        self._watch()
        return best_of(self._fixes(), self._read_clocks())

    def probable_grade(self, job_id: int, fix: Fix | None) -> Graded:
        card = self._card(job_id)
        graded = probable_grade(fix, self._read_clocks(), card)
        return Graded(graded.grade, graded.distance_m, said(graded.hint, self._now_known().language))

    def elapsed_ms(self) -> int:
        return self._read_clocks().elapsed_ms

    def hear(self, fix: Fix) -> None:
        """From the receiver, on its own thread. Off duty nothing is kept, nor remembered."""
        known = self._now_known()
        if known.crew_id is None or not duty_of(known):
            return
        with self._lock:
            self._heard.append(fix)
        if positions.keep(self._store, known.crew_id, fix, self._read_clocks(), pace_of(states_of(known))):
            self.sync.push.nudge()
        self._pace_gps()

    # Running

    def begin(self) -> None:
        """The lanes to the server, and the receiver while on duty."""
        self._begun = True
        self.sync.begin()
        self._pace_gps()

    def end(self) -> None:
        self._begun = False
        self.sync.end()
        if self._gps is not None:
            self._gps.stop()
        self._asked_every_s = None
        with self._lock:
            if self._server is not None:
                self._server[1].close()  # breaks the held line
                self._server = None
        for lane in self.sync.lanes:
            lane.join(LEAVING_S)
        self._store.close()

    def try_now(self) -> None:
        self.sync.wake()

    def go_to_background(self) -> None:
        """No line is held open while nobody looks."""
        self.sync.in_the_background = True

    def come_to_front(self) -> None:
        self.sync.in_the_background = False
        self.sync.wake()

    # Looks

    def set_language(self, language: str) -> None:
        self._store.set(language=language)
        self._tell()

    def set_theme(self, theme: str) -> None:
        self._store.set(theme=theme)
        self._tell()

    # How it is done

    def _press(
        self,
        kind: CrewAction,
        job_id: int | None = None,
        *,
        fix: Fix | None = None,
        reason: str | None = None,
        reasons: str = "",
        note: str | None = None,
        data: dict[str, Json] | None = None,
    ) -> str:
        """Clocks, fix, one row on the disk; then the sync is woken and the listeners are told."""
        with self._told():
            crew_id, clocks = self._crew_id(), self._read_clocks()
            worded = self._worded(reasons, "reason", reason) if reasons else {"reason": reason}
            key = {"reason_key": worded["reason_key"]} if "reason_key" in worded else {}
            action_id = outbox.add(
                self._store,
                crew_id,
                kind,
                clocks,
                server_now(self._now_known().contact, clocks),
                job_id=job_id,
                fix=fix if kind is CrewAction.CHECK_IN or fix is not None else best_of(self._fixes(), clocks),
                reason=worded["reason"],
                note=note,
                data=(data or {}) | key,
            )
        self.sync.push.wake()
        self._pace_gps()
        self._tell()
        return action_id

    def _now_known(self) -> Known:
        with self._lock:
            version = self._store.version()
            if self._known is None or self._known[0] != version:
                self._known = version, read_known(self._store)
            return self._known[1]

    def _now(self) -> datetime:
        return server_now(self._now_known().contact, self._read_clocks())

    def _steps(self) -> Steps:
        return (self.map_data() or NO_PACK).steps

    def _key(self) -> bytes:
        known = self._now_known()
        if not known.key or known.key_crew != known.crew_id:
            raise self._trouble(NOT_ENROLLED)
        return key_bytes(known.key)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong is a sentence in the language of the tablet."""
        try:
            yield
        except (Trouble, OSError) as error:
            raise Trouble(said(str(error), self._language())) from error
        except (Malformed, KeyError, TypeError, ValueError) as error:
            raise Trouble(said(UNREADABLE, self._language())) from error

    def _language(self) -> str:
        return self._known[1].language if self._known is not None else "zh"

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    # The connection

    def _session(self) -> Session | None:
        known = self._now_known()
        if known.crew_id is None or not known.token or known.must_sign_in:
            return None
        with self._lock:
            wanted = (known.server_url, known.token, known.language)
            if self._server is None or self._server[0] != wanted:
                if self._server is not None:
                    self._server[1].close()
                self._server = wanted, Server(*wanted, transport=self._transport)
            return Session(self._server[1], known.crew_id, known.token, self._device_id)

    def _signed_in(self) -> Session:
        session = self._session()
        if session is None:
            raise Trouble(SIGN_IN_FIRST)
        return session

    def _a_server(self, url: str) -> Server:
        return Server(url, language=self._now_known().language, transport=self._transport)

    def _signed_in_anew(self) -> None:
        self.sync.ask_for_pack()
        self.sync.wake()
        self._pace_gps()
        self._tell()

    # The receiver

    def _fixes(self) -> list[Fix]:
        with self._lock:
            return list(self._heard)

    def _last_fix(self) -> Fix | None:
        with self._lock:
            return self._heard[-1] if self._heard else None

    def _watch(self) -> int:
        now_ms = self._read_clocks().elapsed_ms
        self._watched_ms = now_ms
        self._pace_gps()
        return now_ms

    def _pace_gps(self) -> None:
        if self._gps is None or not self._begun:
            return
        known = self._now_known()
        if not duty_of(known):
            every_s = None
        else:
            now_ms = self._read_clocks().elapsed_ms
            is_watched = self._watched_ms is not None and now_ms - self._watched_ms < WATCHED_FOR_MS
            every_s = CHECKING_IN if is_watched else pace_of(states_of(known)).every_s
        with self._lock:
            if every_s == self._asked_every_s:
                return
            self._asked_every_s = every_s
            if every_s is None:
                self._heard.clear()
        if every_s is None:
            self._gps.stop()
        else:
            self._gps.start(self.hear, every_s)


UNREADABLE = "The server said something that this app cannot read: update the app."
