"""The provinces, cities, counties and districts of China outside the territory: whoever names one is not here."""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from dispatch_server.gis.layers import NamedPlace
from dispatch_server.gis.naming import COUNTY, ELSEWHERE, Entry, stem_of

_CODE = 6  # digits of GB/T 2260; the first two are the province, the first four the city


@cache
def _known() -> tuple[tuple[str, str], ...]:
    text = (files("dispatch_server.gis") / "elsewhere.txt").read_text(encoding="utf-8")
    rows = (line.split(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return tuple((code, name) for code, name in rows)


def elsewhere(places: Iterable[NamedPlace]) -> Iterator[Entry]:
    """All but our own counties, their city and their province. A name that is also one of ours is ours."""
    known = list(places)
    counties = [place for place in known if place.kind == COUNTY]
    ours = {name for place in counties for name in (place.name, *place.aliases, *place.former)}
    codes = {place.code for place in counties if len(place.code) == _CODE and place.code.isdigit()}
    codes |= {code[:n].ljust(_CODE, "0") for code in codes for n in (2, 4)}
    called = {name for place in known for name in (place.name, stem_of(place.name), *place.aliases, *place.former)}
    provinces = {code[:2] for code in codes}
    for code, name in _known():
        if code not in codes and name not in ours:
            yield Entry(f"{ELSEWHERE}:{code}", ELSEWHERE, name, "", "", "", None, 0.0)
            if code[:2] in provinces and (short := stem_of(name)) not in {name, *called}:  # 湘乡金石镇, as it is said
                yield Entry(f"{ELSEWHERE}:{code}:short", ELSEWHERE, short, "", "", "", None, 0.0)
