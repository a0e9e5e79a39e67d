"""Each turn of speech in `turns_of_speech.toml`, said of random villages in every form in which villages are said."""

import random
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from dispatch_server.gis.layers import NamedPlace
from tests.gis.utterance_answers import Named, Utterance, named_of
from tests.gis.utterance_rules import called_so, short

TURNS = Path(__file__).with_name("turns_of_speech.toml")
SEED = 20170401
OF_EACH_FORM = 25
# What may follow the name of a shop.
_BEHIND = ("停电了", "没电", "", "门口电线断了")

Form = Callable[[NamedPlace], str]
FORMS: Mapping[str, Form] = {
    "village": lambda v: v.name,
    "village short": lambda v: short(v.name),
    "both short": lambda v: short(v.township) + short(v.name),
    "both in full": lambda v: v.township + v.name,
}


def turns_of_speech(places: Sequence[NamedPlace], spots: frozenset[str]) -> Iterator[tuple[str, list[Utterance]]]:
    """Each with what was said so. Villages are left out whose short name is also a street's or a school's: `spots`."""
    turns = tomllib.loads(TURNS.read_text(encoding="utf-8"))
    sayings = _Sayings(places, spots)
    for kind, templates in turns.items():
        for template in templates:
            yield template, list(sayings.said(template, kind))


class _Sayings:
    def __init__(self, places: Sequence[NamedPlace], spots: frozenset[str]) -> None:
        self._called = called_so(places)
        self._townships = [p for p in places if p.kind == "township"]
        self._villages = [p for p in places if p.kind == "village" and _is_plain(p, spots)]

    def said(self, template: str, kind: str) -> Iterator[Utterance]:
        dice = random.Random(f"{SEED} {template}")
        if kind == "bearer":
            for place in dice.sample([*self._villages, *self._townships], 2 * OF_EACH_FORM):
                words = template.format(S=short(place.name)) + dice.choice(_BEHIND)
                yield Utterance(f"{kind} {template}", words)
            return
        for form in FORMS.values():
            for _ in range(OF_EACH_FORM):
                yield self._one(template, kind, form, dice)

    def _one(self, template: str, kind: str, form: Form, dice: random.Random) -> Utterance:
        a, b, c = _in_different_townships(self._villages, dice)
        other = dice.choice([t for t in self._townships if t.name not in (a.township, b.township)])
        names = {"A": form(a), "B": form(b), "C": form(c), "a": short(a.name), "b": short(b.name)}
        words = template.format(**names, T=a.township, U=other.name)
        meant: dict[str, set[Named]] = {
            "first": self._called[form(a)],
            "second": self._called[form(b)],
            "both": set().union(
                *(self._called[form(v)] for v, s in ((a, "{A}"), (b, "{B}"), (c, "{C}")) if s in template)
            ),
            "township": {named_of(other)},
            "its_township": {Named(a.county, a.township)},
            "ask": set(),
        }
        return Utterance(f"{kind} {template}", words, tuple(sorted(meant[kind])))


def _in_different_townships(villages: Sequence[NamedPlace], dice: random.Random) -> list[NamedPlace]:
    drawn = dice.sample(villages, 3)
    while len({v.township for v in drawn}) < 3:
        drawn = dice.sample(villages, 3)
    return drawn


def _is_plain(place: NamedPlace, spots: frozenset[str]) -> bool:
    """枫林新 for 枫林新村 is said by nobody; 古台工区 is as good as a name in full."""
    return not short(place.name).endswith(("新", "区")) and short(place.name) not in spots
