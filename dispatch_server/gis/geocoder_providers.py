"""Each provider that can be asked: how, and how exact it says its answers are. geopy speaks to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from geopy.geocoders import BaiduV3, Nominatim, Photon
from geopy.point import Point

from dispatch_server.gis.geocoder_amap import Amap
from dispatch_server.gis.geocoder_http import BoundedAdapter
from dispatch_server.gis.geocoder_terms import Terms, is_loopback
from dispatch_server.protocol.geo import LonLat, metres_between

Raw = Mapping[str, Any]
Precision = tuple[float, bool]  # radius in metres, and whether it is a guess by the provider's own account

MOST_ANSWERS = 5
CLOSEST_M = 50.0  # a house is not a point, and the way back from a shifted datum costs nothing beside it
UNKNOWN_M = 5_000.0
_BAIDU_MOST_BYTES = 84  # by its manual; longer addresses are refused


@dataclass(frozen=True, slots=True)
class Provider:
    """`make` a geocoder of geopy, `ask` it for words, read the `precision` of one answer in its own datum."""

    make: Callable[[Terms], Any]
    ask: Callable[[Any, Terms, str], Any]
    precision: Callable[[LonLat, Raw], Precision]


class Baidu(BaiduV3):  # type: ignore[misc]
    """geopy's, at any address, and with the datum of the answer said in the question."""

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms.key, security_key=terms.secret or None, **_common(terms))
        self.api = f"{terms.url.rstrip('/')}{self.api_path}"
        self._datum = {"gcj02": {"ret_coordtype": "gcj02ll"}}.get(terms.datum, {})

    def _construct_url(self, url: str, path: str, params: dict[str, str]) -> str:
        return str(super()._construct_url(url, path, params | self._datum))

    def _parse_json(self, page: Any, exactly_one: bool = True) -> Any:
        # Of an address it does not find it says "internal error", and only in words that nothing was found.
        if page.get("status") == 1 and "无相关结果" in str(page.get("msg") or page.get("message")):
            return None
        return super()._parse_json(page, exactly_one)


def _common(terms: Terms) -> dict[str, Any]:
    return {
        "scheme": urlsplit(terms.url).scheme,
        "timeout": terms.timeout_s,
        "user_agent": f"relight ({terms.contact})" if terms.contact else "relight",
        "proxies": {} if is_loopback(terms.url) else None,
        "adapter_factory": BoundedAdapter,
    }


def _domain(terms: Terms) -> str:
    return terms.url.partition("://")[2].strip("/")


def _box(terms: Terms) -> list[Point] | None:
    if not terms.box:
        return None
    west, south, east, north = terms.box
    return [Point(south, west), Point(north, east)]


def _ask_nominatim(geocoder: Any, terms: Terms, words: str) -> Any:
    box = _box(terms)
    return geocoder.geocode(
        words, exactly_one=False, limit=MOST_ANSWERS, language="zh", viewbox=box, bounded=box is not None
    )


def _ask_photon(geocoder: Any, terms: Terms, words: str) -> Any:
    return geocoder.geocode(words, exactly_one=False, limit=MOST_ANSWERS, bbox=_box(terms))


def _ask_baidu(geocoder: Any, _: Terms, words: str) -> Any:
    return geocoder.geocode(words.encode()[:_BAIDU_MOST_BYTES].decode(errors="ignore"))


def _ask_amap(geocoder: Any, _: Terms, words: str) -> Any:
    return geocoder.geocode(words, exactly_one=False)


def _reach(at: LonLat, west: Any, south: Any, east: Any, north: Any) -> float:
    corners = [LonLat(float(lon), float(lat)) for lon in (west, east) for lat in (south, north)]
    return max(CLOSEST_M, *(metres_between(at, corner) for corner in corners))


def nominatim_precision(at: LonLat, raw: Raw) -> Precision:
    """The box of what was found."""
    if (box := raw.get("boundingbox")) is None:
        return UNKNOWN_M, True
    south, north, west, east = box
    return _reach(at, west, south, east, north), False


_PHOTON_M = {"house": 100.0, "street": 1_000.0, "locality": 2_000.0, "district": 5_000.0, "city": 20_000.0}
_PHOTON_M |= {"county": 50_000.0, "state": 500_000.0, "country": 5_000_000.0}


def photon_precision(at: LonLat, raw: Raw) -> Precision:
    """The extent of what was found, where it has one; else its kind."""
    properties = raw["properties"]
    if extent := properties.get("extent"):
        west, north, east, south = extent
        return _reach(at, west, south, east, north), False
    known = _PHOTON_M.get(properties.get("type"))
    return (UNKNOWN_M, True) if known is None else (known, False)


# The manual's own table: with this confidence the error of the point is below so many metres.
_BAIDU_CONFIDENCE = (100, 90, 80, 75, 70, 60, 50, 40, 30, 25, 20)
_BAIDU_METRES = (20, 50, 100, 200, 300, 500, 1_000, 2_000, 5_000, 8_000, 10_000)
_BAIDU_UNDERSTOOD = 50  # below this the manual gives no share of answers that are right


def baidu_precision(_: LonLat, raw: Raw) -> Precision:
    confidence = raw.get("confidence", 0)
    steps = zip(_BAIDU_CONFIDENCE, _BAIDU_METRES, strict=True)
    radius = next((float(metres) for least, metres in steps if confidence >= least), 20_000.0)
    guessed = raw.get("precise") != 1 or raw.get("comprehension", 100) < _BAIDU_UNDERSTOOD
    return max(CLOSEST_M, radius), guessed


# The manual names the levels and gives no figures: these are ours, from the size of what is named.
_AMAP_M = {
    "门牌号": 100,
    "门址": 100,
    "单元号": 100,
    "楼栋号": 100,
    "兴趣点": 200,
    "公交站台": 200,
    "公交站点": 200,
    "地铁站": 300,
}
_AMAP_M |= {"道路交叉路口": 200, "热点商圈": 1_000, "村庄": 2_000, "道路": 2_000, "开发区": 5_000, "乡镇": 6_000}
_AMAP_M |= {"区县": 50_000, "市": 100_000, "省": 500_000, "国家": 5_000_000}


def amap_precision(_: LonLat, raw: Raw) -> Precision:
    known = _AMAP_M.get(str(raw.get("level")))
    return (UNKNOWN_M, True) if known is None else (float(known), False)


def _make_amap(terms: Terms) -> Amap:
    return Amap(terms.key, domain=_domain(terms), security_key=terms.secret or None, **_common(terms))


PROVIDERS = {
    "nominatim": Provider(lambda t: Nominatim(domain=_domain(t), **_common(t)), _ask_nominatim, nominatim_precision),
    "photon": Provider(lambda t: Photon(domain=_domain(t), **_common(t)), _ask_photon, photon_precision),
    "baidu": Provider(Baidu, _ask_baidu, baidu_precision),
    "amap": Provider(_make_amap, _ask_amap, amap_precision),
}
