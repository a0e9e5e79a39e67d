"""People who go on talking to a server until it is gone, with a ledger of what they were answered."""

import random
import uuid
from dataclasses import dataclass, field
from threading import Event, Thread

from dispatch_server.protocol.messages import ActionTaken
from dispatch_server.protocol.words import Category, CrewAction
from tests.guards.servers import Line, a_push, an_action
from tests.town import ACCOUNTS


@dataclass
class Ledger:
    """What was said, and what was answered: by the reference of a call, by the id of an action."""

    calls: dict[str, int | None] = field(default_factory=dict)
    actions: dict[str, str | None] = field(default_factory=dict)
    unheard_calls: list[str] = field(default_factory=list)
    unheard_actions: list[tuple[int, ActionTaken]] = field(default_factory=list)


class Caller(Thread):
    """Files calls one after another; the one without an answer is filed again after the restart."""

    def __init__(self, line: Line, ledger: Ledger, over: Event, category: Category = Category.FAULT) -> None:
        super().__init__(daemon=True)
        self.line, self.ledger, self.over, self.category = line, ledger, over, category
        self.account_no = random.choice(ACCOUNTS)[0]

    def run(self) -> None:
        while not self.over.is_set() and self.say(str(uuid.uuid4())):
            pass

    def say(self, ref: str) -> bool:
        said = {
            "channel": "power_110",
            "external_ref": ref,
            "account_no": self.account_no,
            "category": self.category.value,
        }
        self.ledger.calls.setdefault(ref, None)
        answer = self.line.ask("POST", "/calls", said)
        if answer is None:
            self.ledger.unheard_calls.append(ref)
            return False
        assert answer.status_code in (200, 201), answer.text
        self.ledger.calls[ref] = answer.json()["call"]["id"]
        return True


class Tablet(Thread):
    """Notes on its job, three to a push; the push without an answer is pushed again after the restart."""

    def __init__(self, crew_id: int, line: Line, ledger: Ledger, over: Event, seq: int, job_id: int) -> None:
        super().__init__(daemon=True)
        self.crew_id, self.line, self.ledger, self.over, self.seq, self.job_id = (
            crew_id,
            line,
            ledger,
            over,
            seq,
            job_id,
        )

    def run(self) -> None:
        while not self.over.is_set():
            self.seq += 3
            actions = [an_action(self.seq + n, CrewAction.NOTE, self.job_id) for n in range(3)]
            if not self.say(actions):
                return

    def say(self, actions: list[ActionTaken]) -> bool:
        for action in actions:
            self.ledger.actions.setdefault(action.action_id, None)
        answer = self.line.ask("POST", "/tablet/push", a_push(self.crew_id, *actions))
        if answer is None:
            self.ledger.unheard_actions += [(self.crew_id, action) for action in actions]
            return False
        assert answer.status_code == 200, answer.text
        for given in answer.json()["answers"]:
            assert given["verdict"] in ("applied", "already"), given
            self.ledger.actions[given["action_id"]] = given["verdict"]
        return True
