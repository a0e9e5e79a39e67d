"""What a desk holds after a snapshot and the facts since is what a fresh look at the server gives."""

import random
from typing import Any

import pytest

from dispatch_server.protocol.words import CrewAction
from tests.console.conftest import Sit
from tests.town import MARKET, MARKET_END, MEADOW, RIDGE, Tablet, Town

HELD = """
async () => {
  const { outages, crews } = await import('/console/core/board.js');
  return [[...outages.value.values()], [...crews.value.values()].map((crew) => [crew.crew_id, crew.state])];
}
"""
DEEDS = 40
SETTLE_MS = 3_000


def live_something(town: Town, tablets: list[Tablet], luck: random.Random) -> None:
    """One deed of the day, refused or not."""
    deed = luck.randrange(5)
    outages = town.get("/outages")["outages"]
    if deed == 0 or not outages:
        town.call_at(luck.choice([MARKET, MARKET_END, MEADOW, RIDGE]), hazard=luck.choice(["none", "fire"]))
        return
    outage = luck.choice(outages)
    if deed == 1:
        body = {"outage_id": outage["id"], "crew_id": luck.randrange(1, 5), "reason": "luck"}
        town.ask("POST", "/jobs", json=body)
    elif deed == 2 and len(outages) > 2:
        town.ask("POST", f"/outages/{outage['id']}/merge", json={"into": luck.choice(outages)["id"]})
    elif outage["jobs"]:
        job = luck.choice(outage["jobs"])
        kind = luck.choice([CrewAction.SEEN, CrewAction.ACCEPT, CrewAction.DEPART, CrewAction.RESTORE])
        tablets[job["crew_id"] - 1].do(kind, job["id"])


def without_details(outage: dict[str, Any]) -> dict[str, Any]:
    """A board's row: the whole outage carries its facts, targets and more about each call."""
    return {name: value for name, value in outage.items() if name not in ("calls", "facts", "targets")}


@pytest.mark.parametrize("seed", [1, 2])
def test_old_state_and_new_facts_equal_a_fresh_look(sit: Sit, town: Town, seed: int) -> None:
    luck = random.Random(seed)
    tablets = [town.tablet(crew_id) for crew_id in range(1, 5)]
    for _ in range(DEEDS // 4):
        live_something(town, tablets, luck)
    page = sit().open_board()
    for _ in range(DEEDS):
        live_something(town, tablets, luck)
    page.wait_for_timeout(SETTLE_MS)
    held, crews = page.evaluate(HELD)
    fresh = town.get("/outages")["outages"]
    assert len(fresh) > 1
    by_id = sorted(held, key=lambda outage: int(outage["id"]))
    assert [without_details(outage) for outage in by_id] == [without_details(outage) for outage in fresh]
    assert crews == [[crew["crew_id"], crew["state"]] for crew in town.get("/crews")["crews"]]
