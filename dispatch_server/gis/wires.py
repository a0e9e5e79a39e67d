"""Poles and transformers as people say them: 10kV洋溪线23#杆, G354旁12号杆, 街心社区1号公变."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from dispatch_server.gis.layers import Feeder, PoleRecord, TransformerRecord
from dispatch_server.gis.lines import Lines
from dispatch_server.gis.mentions import Mention
from dispatch_server.gis.naming import FEEDER, POLE, TRANSFORMER, VILLAGE, Entry, How, stem_of
from dispatch_server.gis.numbers import NUMBER, number_in
from dispatch_server.gis.parts import with_what_follows
from dispatch_server.protocol.geo import LonLat

_MOST = 4  # poles, feeders, roads and transformers that one caller names
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
        known = list(transformers)
        self._transformers = Lines(
            (t.code, t.name, t.feeder, t.area_code, t.at.lon, t.at.lat, t.customers) for t in known
        )
        self._numbered = Lines(key for t in known if (key := _called_by_number(t)) is not None)
        stand = list(poles)
        self._poles = Lines((p.code, p.feeder, p.number, p.road, p.at.lon, p.at.lat) for p in stand)
        self._on_feeder = Lines((p.feeder, p.number, p.code) for p in stand)
        self._on_road = Lines((p.road.upper(), p.number, p.code) for p in stand if p.road)

    def entries(self) -> Iterator[tuple[Entry, tuple[str, ...]]]:
        """The feeders, each with how it is called: 洋溪线 for 10kV洋溪线."""
        for feeder in self.feeders.values():
            full = feeder.name.upper()
            short = re.sub(r"^\d+KV", "", full)
            yield _feeder(feeder, full), (short,) if len(short) >= 3 else ()

    def by_code(self, code: str) -> Entry | None:
        """A transformer or pole by the code on its plate."""
        if (transformer := self._transformer(code)) is not None:
            return _transformer_entry(transformer)
        pole = self._pole(code)
        return None if pole is None else self._pole_entry(pole)

    def _transformer(self, code: str) -> TransformerRecord | None:
        for code_, name, feeder, area_code, lon, lat, customers in self._transformers.starting(code):
            at = LonLat(float(lon), float(lat))
            return TransformerRecord(code_, name, feeder, area_code, at, int(customers))
        return None

    def _pole(self, code: str) -> PoleRecord | None:
        for code_, feeder, number, road, lon, lat in self._poles.starting(code):
            return PoleRecord(code_, feeder, int(number), road, LonLat(float(lon), float(lat)))
        return None

    def _pole_entry(self, record: PoleRecord) -> Entry:
        feeder = self.feeders.get(record.feeder)
        name = f"{record.feeder if feeder is None else feeder.name}{record.number}号杆"
        return _spot(POLE, record.code, name, record.at, record)

    def mentions(self, words: str, known: Sequence[Mention]) -> list[Mention]:
        """What the words say of poles and transformers, beside the names that are known."""
        return [*self._pole_mentions(words, known), *islice(self._transformer_mentions(words, known), _MOST)]

    def _pole_mentions(self, words: str, known: Sequence[Mention]) -> Iterator[Mention]:
        roads = list(dict.fromkeys(roads_in(words)))[:_MOST]
        feeders = [m for m in known if FEEDER in m.kinds][:_MOST]
        for found in islice(_POLE.finditer(words), _MOST):
            number = number_in(found["n"] or found["m"])
            poles = [*self._along_feeders(number, found.start(), words, feeders), *self._along_roads(number, roads)]
            # The pole of the feeder and the road that are both said; else of the one that is said.
            twice = [pole for pole, times in Counter(poles).items() if times > 1]
            called = tuple((self._pole_entry(p), how) for p, how in dict(twice or poles).items())
            if called:
                yield with_what_follows(words, Mention(found[0], found.start(), called))

    def _along_feeders(
        self, number: int, end: int, words: str, known: Sequence[Mention]
    ) -> Iterator[tuple[PoleRecord, How]]:
        for mention in known:
            for entry, heard in mention.called:
                if entry.kind == FEEDER and mention.end <= end:
                    how = How.SHORT if _BRANCH.search(words, mention.end, end) else How.FULL
                    how = heard if heard.is_heard else how
                    yield from (
                        (p, how) for p in self._numbered_on(self._on_feeder, entry.id.partition(":")[2], number)
                    )

    def _along_roads(self, number: int, roads: Sequence[str]) -> Iterator[tuple[PoleRecord, How]]:
        for road in roads:
            yield from ((pole, How.FULL) for pole in self._numbered_on(self._on_road, road, number))

    def _numbered_on(self, index: Lines, line: str, number: int) -> Iterator[PoleRecord]:
        for *_, code in index.starting(line, number):
            if (pole := self._pole(code)) is not None:
                yield pole

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
            numbered = self._called(stem_of(village.name), number)
            yield from (_transformer_entry(t, village) for t in numbered if t.area_code == village.area_code)
        if not villages:
            yield from (_transformer_entry(t) for t in self._called(stem_of(mention.words), number))

    def _called(self, stem: str, number: int | None) -> Iterator[TransformerRecord]:
        for *_, code in self._numbered.starting(stem, number):
            if (transformer := self._transformer(code)) is not None:
                yield transformer


def _called_by_number(record: TransformerRecord) -> tuple[str, int | None, str] | None:
    """街心 and 1 for 街心社区1号公变."""
    found = _TRANSFORMERS_NAME.fullmatch(record.name)
    if found is None:
        return None
    return stem_of(found["stem"]), None if found["n"] is None else int(found["n"]), record.code


def roads_in(words: str) -> list[str]:
    """G354 for G354, 354国道 and 国道354."""
    found = _ROAD.finditer(words)
    return [f["code"] or _ROAD_LETTER[f["kind"] or f["kind2"]] + (f["no"] or f["no2"]) for f in found]


def _transformer_entry(record: TransformerRecord, village: Entry | None = None) -> Entry:
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
