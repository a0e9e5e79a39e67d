"""What a caller's words come to, out of everything that has a name in the service territory.

The cheap pass first: names as they are written. Only where those leave something open are the words listened to again.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from dispatch_server.gis import layers
from dispatch_server.gis.elsewhere import elsewhere
from dispatch_server.gis.folder import FEEDERS, LANDMARKS, POLES, STREETS, TRANSFORMERS, Folder
from dispatch_server.gis.heard import (
    heard_mentions,
    misnamed,
    nearly,
    unknown_villages,
    without_covered,
    without_echoes,
)
from dispatch_server.gis.hypotheses import Hypothesis, best_of, hypotheses
from dispatch_server.gis.layers import (
    Feeder,
    LandmarkRecord,
    NamedPlace,
    PoleRecord,
    StreetRecord,
    TransformerRecord,
    strict,
)
from dispatch_server.gis.mentions import MOST_MENTIONS, Mention, exact_mentions
from dispatch_server.gis.naming import COUNTY, ELSEWHERE, TOWNSHIP, VILLAGE, Called, Entry, Names, entry_of
from dispatch_server.gis.numbers import MOST_CHARACTERS, clean
from dispatch_server.gis.parts import with_parts, without_taken_back
from dispatch_server.gis.wires import Wires


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words come to: all that may be meant, the best first, and how many of them are equally good.

    `unknown` is a village that the caller names and the map does not know; `nearly` are those it may be. `is_cut`: more
    was said than is read.
    """

    words: str = ""
    mentions: tuple[Mention, ...] = ()
    ordered: tuple[Hypothesis, ...] = ()
    equals: int = 0
    unknown: str = ""
    nearly: tuple[Called, ...] = ()
    is_cut: bool = False

    @property
    def best(self) -> tuple[Hypothesis, ...]:
        return self.ordered[: self.equals]

    @property
    def conflict(self) -> bool:
        """Whether nothing fits everything that is named, and nothing tells which is the slip of the tongue."""
        return any(h.against for h in self.best) and (self.equals > 1 or not self.best[0].inside)

    @property
    def elsewhere(self) -> str:
        """What is named outside the territory, where nothing in it is."""
        return "" if self.ordered else "".join(m.words for m in self.mentions if m.kinds == {ELSEWHERE})

    @property
    def common_township(self) -> Entry | None:
        """Where several fit and all lie in one township that is named."""
        townships = [e for m in self.mentions if m.is_firm for e, _ in m.called if e.kind == TOWNSHIP]
        return next((t for t in townships if all(t.holds(h.entry) for h in self.best)), None)


class Gazetteer:
    """Built once from the layers; nothing changes afterwards."""

    def __init__(
        self,
        places: Iterable[NamedPlace],
        streets: Iterable[StreetRecord] = (),
        landmarks: Iterable[LandmarkRecord] = (),
        feeders: Iterable[Feeder] = (),
        transformers: Iterable[TransformerRecord] = (),
        poles: Iterable[PoleRecord] = (),
    ) -> None:
        self.wires = Wires(feeders, transformers, poles)
        records: list[NamedPlace | StreetRecord | LandmarkRecord] = [*places, *streets, *landmarks]
        entries = [entry_of(record) for record in records]
        aliases = {entry.id: record.aliases for entry, record in zip(entries, records, strict=True)}
        entries += elsewhere(record for record in records if isinstance(record, NamedPlace))
        for feeder, said in self.wires.entries():
            entries.append(feeder)
            aliases[feeder.id] = said
        self.names = Names(entries, aliases)

    def entry(self, entry_id: str) -> Entry | None:
        """By the id that a candidate carries."""
        kind, _, code = entry_id.partition(":")
        return self.names.by_id.get(entry_id) or (self.wires.by_code(code) if kind in ("transformer", "pole") else None)

    def read(self, said: str, *, as_written: bool = False) -> Reading:
        """`as_written` leaves out what only sounds like a name or is a character away from one, as of a letter."""
        words = clean(said)
        if not words:
            return Reading()
        exact = exact_mentions(self.names, words)
        is_cut = len(exact) > MOST_MENTIONS or len(said) > MOST_CHARACTERS
        exact = exact[:MOST_MENTIONS]
        kept = with_parts(words, exact)
        words = without_taken_back(words, exact, kept)
        mentions = self._with_wires(words, kept)
        ordered = hypotheses(mentions)
        if not as_written and not is_cut and _is_open(ordered):
            mentions = self._with_heard(words, mentions, ordered)
            ordered = hypotheses(mentions)
        equals = len(best_of(ordered)) if ordered else 0
        reading = Reading(words, tuple(mentions), tuple(ordered), equals, is_cut=is_cut)
        return self._with_unknown(reading)

    def _with_wires(self, words: str, mentions: list[Mention]) -> list[Mention]:
        return [*mentions, *self.wires.mentions(words, mentions)]

    def _with_heard(self, words: str, mentions: list[Mention], ordered: Sequence[Hypothesis]) -> list[Mention]:
        heard = without_echoes(heard_mentions(self.names, words, [m for m in mentions if m.is_firm]), mentions)
        known = [m for m in without_covered(mentions, heard) if not m.is_of_wires]
        heard = self._with_wires(words, with_parts(words, [*known, *heard]))
        if not (ordered and ordered[0].against):
            return heard
        return [self._with_what_fits(mention, mentions) for mention in heard]

    def _with_what_fits(self, mention: Mention, mentions: Sequence[Mention]) -> Mention:
        """Where a village does not lie in the township that is named: what in that township sounds like it."""
        if VILLAGE not in mention.kinds or mention.how.is_heard:
            return mention
        holders = [e for m in mentions if m.is_firm for e, _ in m.called if e.kind == TOWNSHIP]
        if not holders or any(h.holds(e) for h in holders for e, _ in mention.called):
            return mention
        return misnamed(self.names, mention, holders)

    def _with_unknown(self, reading: Reading) -> Reading:
        """A village that is named right behind its township and is on no map."""
        township = next((h.entry for h in reading.best if h.entry.kind == TOWNSHIP), None)
        if township is None:
            return reading
        villages = self._villages_in[township.county, township.name]
        if reading.conflict:
            named = [m.words for m in reading.mentions if VILLAGE in m.kinds]
            return replace(reading, nearly=tuple(c for words in named for c in nearly(words, villages)))
        if reading.equals != 1:
            return reading
        for words in unknown_villages(reading.words, reading.mentions):
            return replace(reading, unknown=words, nearly=tuple(nearly(words, villages)))
        return reading

    @cached_property
    def _villages_in(self) -> dict[tuple[str, str], list[Entry]]:
        found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in self.names.by_id.values():
            if entry.kind == VILLAGE:
                found[entry.county, entry.township].append(entry)
        return found


def gazetteer_of(folder: Folder) -> Gazetteer:
    """Of everything in the layers that has a name. Raises BadInput with the first thing that is wrong."""
    return Gazetteer(
        strict(layers.read_gazetteer(folder)),
        strict(layers.read_streets(folder)) if folder.has(STREETS) else (),
        strict(layers.read_landmarks(folder)) if folder.has(LANDMARKS) else (),
        strict(layers.read_feeders(folder)) if folder.has(FEEDERS) else (),
        strict(layers.read_transformers(folder)) if folder.has(TRANSFORMERS) else (),
        strict(layers.read_poles(folder)) if folder.has(POLES) else (),
    )


def _is_open(ordered: Sequence[Hypothesis]) -> bool:
    """Whether names as they are written leave a question: only then is it worth while to listen for others."""
    if not ordered or len(best_of(ordered)) > 1:
        return True
    best = ordered[0]
    coarse = best.entry.kind in (COUNTY, TOWNSHIP) or not any(m.is_firm for m in best.named)
    return coarse or bool(best.against) or best.is_weak or best.left_over > 0
