"""Poles and transformers as people say them: 10kV洋溪线23#杆, G354旁12号杆, 街心社区1号公变."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from dispatch_server.gis.layers import Feeder, PoleRecord, TransformerRecord
from dispatch_server.gis.mentions import Mention
from dispatch_server.gis.naming import FEEDER, POLE, TRANSFORMER, VILLAGE, Entry, How, stem_of
from dispatch_server.gis.numbers import NUMBER, number_in
from dispatch_server.protocol.geo import LonLat

RADIUS_M = 50.0  # a pole or a transformer is seen from there
_POLE = re.compile(
    f"(?:第)?(?P<n>{NUMBER})(?:#|号|＃)*(?:电线杆|电杆|线杆|杆塔|杆|塔)|(?:杆号|电杆|杆)(?:是|为|：|:)?(?P<m>{NUMBER})(?:#|号)?"
)
_ROAD = re.compile(
    "(?P<code>[GSXY]\\d{1,4})|(?P<kind>国道|省道|县道|乡道)(?P<no>\\d{1,4})|(?P<no2>\\d{1,4})(?P<kind2>国道|省道|县道|乡道)"
)
_ROAD_LETTER = {"国道": "G", "省道": "S", "县道": "X", "乡道": "Y"}
_BRANCH = re.compile("支线|分支|支")  # its poles are counted anew
_TRANSFORMER = re.compile(
    f"(?:的|这边|那边|那个|这个)*(?P<n>{NUMBER})?(?:#|号)?(?:台区|公用变压器|公变|专变|变压器|配变|台变|变台|配电房|变(?!了|成|电))"
)
_TRANSFORMERS_NAME = re.compile(r"(?P<stem>.+?)(?P<n>\d+)?号?(?:台区|公变|专变|变压器|配变|台变|变)$")


class Wires:
    """Where the network's poles and transformers stand, by what is said of them."""

    def __init__(
        self, feeders: Iterable[Feeder], transformers: Iterable[TransformerRecord], poles: Iterable[PoleRecord]
    ) -> None:
        self.feeders = {feeder.code: feeder for feeder in feeders}
        self._transformers = {record.code: record for record in transformers}
        self._poles = {record.code: record for record in poles}
        self._numbered: dict[tuple[str, int | None], list[TransformerRecord]] = defaultdict(list)
        for record in self._transformers.values():
            if found := _TRANSFORMERS_NAME.fullmatch(record.name):
                key = (stem_of(found["stem"]), None if found["n"] is None else int(found["n"]))
                self._numbered[key].append(record)
        self._on_feeder: dict[tuple[str, int], list[PoleRecord]] = defaultdict(list)
        self._on_road: dict[tuple[str, int], list[PoleRecord]] = defaultdict(list)
        for pole in self._poles.values():
            self._on_feeder[pole.feeder, pole.number].append(pole)
            if pole.road:
                self._on_road[pole.road.upper(), pole.number].append(pole)

    def entries(self) -> Iterator[tuple[Entry, tuple[str, ...]]]:
        """The feeders, each with how it is called: 洋溪线 for 10kV洋溪线."""
        for feeder in self.feeders.values():
            full = feeder.name.upper()
            short = re.sub(r"^\d+KV", "", full)
            yield _feeder(feeder, full), (short,) if len(short) >= 3 else ()

    def by_code(self, code: str) -> Entry | None:
        """A transformer or pole by the code on its plate."""
        if (transformer := self._transformers.get(code)) is not None:
            return _transformer(transformer)
        pole = self._poles.get(code)
        return None if pole is None else self._pole_entry(pole)

    def _pole_entry(self, record: PoleRecord) -> Entry:
        feeder = self.feeders.get(record.feeder)
        name = f"{record.feeder if feeder is None else feeder.name}{record.number}号杆"
        return _spot(POLE, record.code, name, record.at, record)

    def mentions(self, words: str, known: Sequence[Mention]) -> list[Mention]:
        """What the words say of poles and transformers, beside the names that are known."""
        return [*self._pole_mentions(words, known), *self._transformer_mentions(words, known)]

    def _pole_mentions(self, words: str, known: Sequence[Mention]) -> Iterator[Mention]:
        for found in _POLE.finditer(words):
            number = number_in(found["n"] or found["m"])
            poles = [*self._along_feeders(number, found.start(), words, known), *self._along_roads(number, words)]
            # The pole of the feeder and the road that are both said; else of the one that is said.
            twice = [p for p in poles if poles.count(p) > 1]
            called = tuple((self._pole_entry(p), how) for p, how in dict(twice or poles).items())
            if called:
                yield Mention(found[0], found.start(), called)

    def _along_feeders(
        self, number: int, end: int, words: str, known: Sequence[Mention]
    ) -> Iterator[tuple[PoleRecord, How]]:
        for mention in known:
            for entry, heard in mention.called:
                if entry.kind == FEEDER and mention.end <= end:
                    how = How.SHORT if _BRANCH.search(words, mention.end, end) else How.FULL
                    how = heard if heard.is_heard else how
                    yield from ((pole, how) for pole in self._on_feeder.get((entry.id.partition(":")[2], number), ()))

    def _along_roads(self, number: int, words: str) -> Iterator[tuple[PoleRecord, How]]:
        for road in roads_in(words):
            yield from ((pole, How.FULL) for pole in self._on_road.get((road, number), ()))

    def _transformer_mentions(self, words: str, known: Sequence[Mention]) -> Iterator[Mention]:
        for mention in known:
            found = _TRANSFORMER.match(words, mention.end)
            if found is None:
                continue
            number = None if found["n"] is None else number_in(found["n"])
            called = tuple((entry, How.FULL) for entry in self._of_village(mention, number))
            if called:
                yield Mention(mention.words + found[0], mention.start, called)

    def _of_village(self, mention: Mention, number: int | None) -> Iterator[Entry]:
        villages = [entry for entry, _ in mention.called if entry.kind == VILLAGE]
        for village in villages:
            numbered = self._numbered.get((stem_of(village.name), number), ())
            yield from (_transformer(t, village) for t in numbered if t.area_code == village.area_code)
        if not villages:
            yield from (_transformer(t) for t in self._numbered.get((stem_of(mention.words), number), ()))


def roads_in(words: str) -> list[str]:
    """G354 for G354, 354国道 and 国道354."""
    found = _ROAD.finditer(words)
    return [f["code"] or _ROAD_LETTER[f["kind"] or f["kind2"]] + (f["no"] or f["no2"]) for f in found]


def _transformer(record: TransformerRecord, village: Entry | None = None) -> Entry:
    return _spot(TRANSFORMER, record.code, record.name, record.at, record, record.area_code, village)


def _spot(
    kind: str,
    code: str,
    name: str,
    at: LonLat,
    record: TransformerRecord | PoleRecord,
    area_code: str = "",
    inside: Entry | None = None,
) -> Entry:
    lies_in = ("", "", "") if inside is None else (inside.county, inside.township, inside.village)
    return Entry(f"{kind}:{code}", kind, name, *lies_in, at, RADIUS_M, area_code, record)


def _feeder(feeder: Feeder, name: str) -> Entry:
    return Entry(f"{FEEDER}:{feeder.code}", FEEDER, name, "", "", "", None, 0.0, of=feeder)


def wires_of(entry: Entry) -> tuple[str | None, str | None]:
    """Transformer and feeder, where naming the thing tells them."""
    if isinstance(entry.of, TransformerRecord):
        return entry.of.code, entry.of.feeder
    return (None, entry.of.feeder) if isinstance(entry.of, PoleRecord) else (None, None)
