"""Claim: words become a place fast enough to ask while typing, and never a wrong place that looks sure.

The corpus of `tests/gis` (written by hand, and made by rules), words only, beside two address parsers that know all of
China: `cpca` knows counties, `jionlp` townships and villages too. Both are told the city beforehand. They express no
doubt: whatever they name counts as sure. What they name of another city counts as no place, which is right where the
caller is elsewhere.
Then the time of 200,000 addresses no two of which are alike, and what the map costs to hold. Times are processor time.

    python -m benchmarks.locating [--quick] [--repeat N]
"""

import contextlib
import gc
import io
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cpca
import numpy as np

from benchmarks.tables import against, asked, resident_mb, say_where, table
from dispatch_server.domain.places import Clues
from dispatch_server.gis.folder import folder_at
from dispatch_server.services.layers import locator_of
from tests.gis.utterance_answers import Named, Names, Score, Told, Utterance, read_by_hand
from tests.gis.utterance_rules import AFTER, BEFORE, SEED, by_rules, short

with contextlib.redirect_stdout(io.StringIO()):  # it greets
    import jionlp

SAMPLE = Path(__file__).parents[1] / "gis_data" / "loudi"
CITY = "娄底市"

Locate = Callable[[str], Told]


def main() -> None:
    options = asked(__doc__ or "")
    say_where()
    folder = folder_at(SAMPLE)
    gc.collect()
    before_mb, started = resident_mb(), time.process_time()
    locator = locator_of(folder)
    built_s = time.process_time() - started
    gc.collect()
    grown_mb = resident_mb() - before_mb
    names = Names(folder)

    def relight(words: str) -> Told:
        return names.told(locator.locate(Clues(address=words)))

    theirs = Theirs(names)
    ways: dict[str, Locate] = {"Relight": relight, "cpca": theirs.cpca, "jionlp": theirs.jionlp}
    made = by_rules(names.places)
    _compare("written by hand", [u for u in read_by_hand(names) if u.is_words_only], ways)
    _compare("made by rules", made, ways)
    _compare("of these, with county, township and village in full", [u for u in made if u.section == "in full"], ways)
    addresses = distinct_addresses(names, 10_000 if options.quick else 200_000)
    took = np.array([_nanoseconds(lambda words=words: locator.locate(Clues(address=words))) for words in addresses])
    p50, p99 = np.percentile(took, (50, 99)) / 1e6
    rows: list[list[object]] = [["Relight, the whole answer", p50, p99, took.max() / 1e6, len(took) / took.sum() * 1e9]]
    some = addresses[:1_000]
    rows += [
        [f"{way}, {len(some):,} of them", "", "", "", len(some) / _for_all(ways[way], some)] for way in list(ways)[1:]
    ]
    table([f"{len(addresses):,} addresses", "p50 ms", "p99 ms", "max ms", "a second"], rows)
    print(f"the map with its names built in {built_s:.2f} s; {grown_mb:,.0f} MB more resident than before\n")
    against("one address, 99 of 100", float(p99), 2.0, " ms")


def _compare(title: str, corpus: Sequence[Utterance], ways: dict[str, Locate]) -> None:
    rows: list[list[object]] = []
    scores = {}
    for way, locate in ways.items():
        told = [(utterance, locate(utterance.words)) for utterance in corpus]
        score = scores[way] = Score.of(told)
        shares = (_county_right(told), score.township, score.village, score.offered)
        rows.append([way, *(f"{share:.1%}" for share in shares), score.unplaced, score.sure_but_wrong])
    nowhere = sum(u.nowhere for u in corpus)
    print(f"### {len(corpus)} utterances {title}; {nowhere} of them name no place\n")
    head = [
        "",
        "county right",
        "township right",
        "village right",
        "candidates contain it",
        "unplaced",
        "sure but wrong",
    ]
    table(head, rows)
    ours = scores["Relight"]
    against("township right", 100 * ours.township, 99, " %", at_least=True)
    against("village right", 100 * ours.village, 95, " %", at_least=True)
    against("sure but wrong", ours.sure_but_wrong, 0)
    print()


def _county_right(told: Sequence[tuple[Utterance, Told]]) -> float:
    known = [({t.county for t in u.truths}, answer) for u, answer in told if len({t.county for t in u.truths}) == 1]
    return sum(answer.best.county in counties for counties, answer in known) / len(known)


class Theirs:
    """The answers of others in the map's names: 村 and 社区 are forgiven, and so are county limits of after 2017."""

    def __init__(self, names: Names) -> None:
        self._county_of = {p.township: p.county for p in names.places if p.kind == "township"}
        self._village = {(p.township, short(p.name)): p.name for p in names.places if p.kind == "village"}

    def cpca(self, words: str) -> Told:
        found = cpca.transform([_in_the_city(words)]).iloc[0]
        return self._told(found["市"], found["区"], None, None)

    def jionlp(self, words: str) -> Told:
        found = jionlp.parse_location(_in_the_city(words), town_village=True)
        return self._told(found["city"], found["county"], found["town"], found["village"])

    def _told(self, city: object, county: object, town: object, village: object) -> Told:
        if city != CITY or not isinstance(county, str):
            return Told(Named())
        township = town if isinstance(town, str) else ""
        if isinstance(village, str):
            village = self._village.get((township, short(village)), village)
        named = Named(self._county_of.get(township, county), township, village if isinstance(village, str) else "")
        return Told(named, (named,), is_sure=True, is_placed=True)


def _in_the_city(words: str) -> str:
    return words if CITY.removesuffix("市") in words else f"湖南省{CITY}{words}"


def distinct_addresses(names: Names, count: int) -> list[str]:
    """Villages as they are said, with group and house; one in ten with a character that is not theirs."""
    dice = random.Random(SEED)
    villages = [p for p in names.places if p.kind == "village"]
    characters = sorted({c for v in villages for c in v.name})
    found: dict[str, None] = {}
    while len(found) < count:
        village = dice.choice(villages)
        township = dice.choice((village.township, short(village.township), ""))
        words = dice.choice((village.county, "")) + township + dice.choice((village.name, short(village.name)))
        if dice.random() < 0.1:
            at = dice.randrange(len(words))
            words = words[:at] + dice.choice(characters) + words[at + 1 :]
        house = f"{dice.randint(1, 20)}组{dice.randint(1, 99)}号"
        found[dice.choice(BEFORE) + words + house + dice.choice(AFTER)] = None
    return list(found)


def _for_all(locate: Locate, addresses: Sequence[str]) -> float:
    started = time.process_time()
    for words in addresses:
        locate(words)
    return time.process_time() - started


def _nanoseconds(deed: Callable[[], object]) -> int:
    started = time.process_time_ns()
    deed()
    return time.process_time_ns() - started


if __name__ == "__main__":
    main()
