"""What a crew may press, each written down as one action."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime

from dispatch_server.protocol.codec import Json, encode
from dispatch_server.protocol.lists import Choice, choice_of
from dispatch_server.protocol.messages import Fix
from dispatch_server.protocol.words import CrewAction
from mobile_app.core.job_cards import Card
from mobile_app.core.known import Known
from mobile_app.core.looking import said
from mobile_app.core.server import Trouble
from mobile_app.core.store import Store

SIGN_IN_FIRST = "Sign in first: the tablet must know which crew presses."
NO_FIX = "There is no GPS reading yet. Step into the open and wait for one, or write a note."


class Pressing(ABC):
    """Every method gives the action's id; it is on the disk by then."""

    _store: Store

    @abstractmethod
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
    ) -> str: ...

    @abstractmethod
    def choices(self, name: str) -> tuple[Choice, ...]: ...

    @abstractmethod
    def _now_known(self) -> Known: ...

    @abstractmethod
    def _pace_gps(self) -> None: ...

    # Duty

    def go_on_duty(self, aboard: int, names: Sequence[str] = ()) -> str:
        action_id = self._press(CrewAction.DUTY_ON, data={"aboard": aboard, "names": list(names)})
        self._store.set(names=list(names))
        self._pace_gps()
        return action_id

    def go_off_duty(self) -> str:
        action_id = self._press(CrewAction.DUTY_OFF)
        self._pace_gps()
        return action_id

    # A job

    def seen(self, job_id: int) -> None:
        """Once for each job, however often it is shown."""
        known = self._now_known()
        if not any(p.kind is CrewAction.SEEN and p.job_id == job_id for p in known.presses):
            self._press(CrewAction.SEEN, job_id)

    def accept(self, job_id: int) -> str:
        return self._press(CrewAction.ACCEPT, job_id)

    def decline(self, job_id: int, reason: str) -> str:
        return self._press(CrewAction.DECLINE, job_id, reason=reason, reasons="decline_reasons")

    def depart(self, job_id: int) -> str:
        return self._press(CrewAction.DEPART, job_id)

    def check_in(self, job_id: int, fix: Fix | None) -> str:
        """With exactly this reading: the crew saw its grade."""
        return self._press(CrewAction.CHECK_IN, job_id, fix=fix)

    def correct_pin(self, job_id: int, fix: Fix | None, note: str) -> str:
        if fix is None:
            raise self._trouble(NO_FIX)
        return self._press(CrewAction.CORRECT_PIN, job_id, fix=fix, note=note or None)

    def survey(self, job_id: int, cause: str, part: str | None, etr_at: datetime | None, note: str) -> str:
        data = self._worded("causes", "cause", cause) | self._worded("parts", "part", part)
        if etr_at is not None:
            data["etr_at"] = encode(etr_at)
        return self._press(CrewAction.SURVEY, job_id, note=note or None, data=data)

    def safety_step(
        self, job_id: int, step: str, by: Sequence[str] = (), photo_id: str | None = None, call_id: int | None = None
    ) -> str:
        data: dict[str, Json] = {"step": step, "by": list(by)}
        if photo_id is not None:
            data["photo_id"] = photo_id
        if call_id is not None:
            data["call_id"] = call_id
        return self._press(CrewAction.SAFETY_STEP, job_id, data=data)

    def stop_work(self, job_id: int, reason: str) -> str:
        return self._press(CrewAction.STOP_WORK, job_id, reason=reason, reasons="stop_reasons")

    def note(self, job_id: int, text: str) -> str:
        return self._press(CrewAction.NOTE, job_id, note=text)

    def restore(self, job_id: int, customers: int | None, partial: bool = False) -> str:
        data: dict[str, Json] = {} if customers is None else {"customers_restored": customers}
        return self._press(CrewAction.RESTORE, job_id, data=data | ({"partial": True} if partial else {}))

    def leave(self, job_id: int, reason: str) -> str:
        return self._press(CrewAction.LEAVE, job_id, reason=reason, reasons="leave_reasons")

    def close(self, job_id: int) -> str:
        return self._press(CrewAction.CLOSE, job_id)

    def _worded(self, name: str, field: str, key: str | None) -> dict[str, Json]:
        """The words for people, and the key for figures where it is one of the list."""
        if key is None:
            return {}
        choice = choice_of(self.choices(name), key)
        if choice is None:
            return {field: key}
        return {field: choice.words(self._now_known().language), f"{field}_key": key}

    def _crew_id(self) -> int:
        crew_id = self._now_known().crew_id
        if crew_id is None:
            raise Trouble(SIGN_IN_FIRST)
        return crew_id

    def _trouble(self, sentence: str) -> Trouble:
        return Trouble(said(sentence, self._now_known().language))

    def _card(self, job_id: int) -> Card:
        found = next((kept.card for kept in self._now_known().cards if kept.card.job_id == job_id), None)
        if found is None:
            raise self._trouble(f"There is no job {job_id} on this tablet.")
        return found
