"""On what terms other people's geocoders are asked: a [[geocoders]] table each, in the file RELIGHT_GEOCODERS names.

A provider's datum is declared, never guessed: at Loudi the wrong one moves a house by 655 m, into another village.
"""

import tomllib
from dataclasses import MISSING, Field, dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

DATUMS = {  # what each can be asked for; Baidu answers in GCJ-02 where it is asked to, and in WGS-84 never
    "nominatim": ("EPSG:4326",),
    "photon": ("EPSG:4326",),
    "amap": ("gcj02",),
    "baidu": ("bd09", "gcj02"),
}
WANTS_KEY = ("amap", "baidu")
_PUBLIC_NOMINATIM, _PUBLIC_PER_SECOND = "nominatim.openstreetmap.org", 1.0  # its usage policy
_MOST_PER_SECOND, _LONGEST_S = 4.0, 30.0


class BadGeocoders(ValueError):
    """The file of geocoders cannot be used; the sentence says what to write."""


def _term(says: str, **more: Any) -> Any:
    return field(metadata={"says": says}, **more)


@dataclass(frozen=True, slots=True)
class Terms:
    provider: str = _term(f"Required: {', '.join(DATUMS)}.")
    url: str = _term("Required: where it answers, such as https://restapi.amap.com, without the path of a question.")
    datum: str = _term(
        "Required: the datum of its answers: EPSG:4326 (nominatim, photon), gcj02 (amap), bd09 or gcj02 (baidu)."
    )
    name: str = _term("What it is called on screens and in figures; the provider unless said.", default="")
    key_file: str = _term("File with the key; required for amap and baidu.", default="")
    secret_file: str = _term(
        "File with the secret that signs the questions, where amap or baidu wants that.", default=""
    )
    per_second: float = _term("Most questions a second from this process, up to 4.", default=1.0)
    timeout_s: float = _term("Seconds for the whole answer, up to 30.", default=5.0)
    region: str = _term("Said before the caller's words unless they say it, such as 湖南省娄底市.", default="")
    box: tuple[float, ...] = _term("West, south, east, north: nominatim and photon look only there.", default=())
    contact: str = _term("Mail address or page of the utility, told to the provider.", default="")
    key: str = field(default="", repr=False, metadata={})
    secret: str = field(default="", repr=False, metadata={})

    @property
    def answers_as(self) -> tuple[object, ...]:
        """Whatever changes what the same words are answered."""
        return self.provider, self.url, self.datum, self.region, self.box


_SAID = [one for one in fields(Terms) if one.metadata]


def describe_terms() -> list[tuple[str, str, str]]:
    """(key of a [[geocoders]] table, default, sentence)."""
    return [
        (one.name, "" if one.default in (MISSING, "", ()) else str(one.default), one.metadata["says"]) for one in _SAID
    ]


def read_terms(path: Path) -> tuple[Terms, ...]:
    """In the order in which they are asked."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadGeocoders(f"RELIGHT_GEOCODERS names {path}, which cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadGeocoders(f"{path} is not valid TOML: {error}.") from None
    tables = said.pop("geocoders", None)
    if said or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadGeocoders(f"{path} must hold [[geocoders]] tables and nothing else.")
    read = tuple(_Table(path, n, table).read() for n, table in enumerate(tables, 1))
    names = [terms.name for terms in read]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise BadGeocoders(f"{path} names two geocoders {twice!r}; give one of them another name.")
    return read


class _Table:
    """One table of the file; whatever is wrong with it is said with its place."""

    def __init__(self, path: Path, n: int, said: dict[str, Any]) -> None:
        self._where = f"{path}, geocoder {n}"
        self._folder = path.parent
        self._said = said

    def read(self) -> Terms:
        known = [one.name for one in _SAID]
        if unknown := sorted(self._said.keys() - set(known)):
            raise self._bad(f"{unknown[0]} is not known. The keys are: {', '.join(known)}")
        terms = Terms(
            **{one.name: self._value(one) for one in _SAID},
            key=self._secret("key_file"),
            secret=self._secret("secret_file"),
        )
        for check in (
            self._check_provider,
            self._check_datum,
            self._check_url,
            self._check_key,
            self._check_pace,
            self._check_box,
        ):
            check(terms)
        return terms

    def _bad(self, what: str) -> BadGeocoders:
        return BadGeocoders(f"{self._where}: {what}.")

    def _value(self, one: "Field[Any]") -> Any:
        value = self._said.get(one.name, one.default)
        if value is MISSING:
            raise self._bad(self._missing(one.name))
        if one.name == "name" and value == "":
            return self._value_of_provider()
        if one.type is float or one.name == "box":
            return self._numbers(one.name, value)
        if not isinstance(value, str):
            raise self._bad(f"{one.name} must be a text")
        return value

    def _value_of_provider(self) -> str:
        return str(self._said.get("provider", ""))

    def _missing(self, name: str) -> str:
        if name == "datum":
            wanted = " or ".join(DATUMS.get(self._value_of_provider(), ("EPSG:4326", "gcj02", "bd09")))
            return f"datum is missing. Say in which datum it answers ({wanted}); a wrong one is hundreds of metres off"
        return f"{name} is missing"

    def _numbers(self, name: str, value: Any) -> float | tuple[float, ...]:
        several = isinstance(value, list | tuple)
        numbers = tuple(value) if several else (value,)
        if several != (name == "box") or not all(type(one) in (int, float) for one in numbers):
            raise self._bad(f"{name} must be {'four numbers' if name == 'box' else 'a number'}")
        return tuple(float(one) for one in numbers) if several else float(numbers[0])

    def _secret(self, name: str) -> str:
        said = self._said.get(name)
        if not said:
            return ""
        try:
            secret = (self._folder / str(said)).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise self._bad(f"{name} names {said}, which cannot be read") from None
        if not secret or any(c.isspace() for c in secret):
            raise self._bad(f"{name} names {said}, which must hold one word")
        return secret

    def _check_provider(self, terms: Terms) -> None:
        if terms.provider not in DATUMS:
            raise self._bad(f"provider is {terms.provider!r}; it must be one of {', '.join(DATUMS)}")

    def _check_datum(self, terms: Terms) -> None:
        if terms.datum not in DATUMS[terms.provider]:
            right = " or ".join(DATUMS[terms.provider])
            raise self._bad(f"datum is {terms.datum!r}, but {terms.provider} answers in {right}")

    def _check_url(self, terms: Terms) -> None:
        try:
            url = urlsplit(terms.url)
            usable = (
                url.scheme in ("http", "https")
                and bool(url.hostname)
                and not (url.query or url.fragment or url.username)
            )
            _ = url.port
        except ValueError:
            usable = False
        if not usable:
            raise self._bad("url must be like https://host or https://host/path, without a key in it")
        if url.scheme == "http" and terms.key and not is_loopback(terms.url):
            raise self._bad("url must begin with https, since the key would travel for everybody to read")

    def _check_key(self, terms: Terms) -> None:
        if terms.provider in WANTS_KEY and not terms.key:
            raise self._bad(f"key_file is missing; {terms.provider} answers nobody without a key")

    def _check_pace(self, terms: Terms) -> None:
        most = _PUBLIC_PER_SECOND if urlsplit(terms.url).hostname == _PUBLIC_NOMINATIM else _MOST_PER_SECOND
        if not 0 < terms.per_second <= most:
            raise self._bad(f"per_second must be above 0 and at most {most:g}")
        if not 0 < terms.timeout_s <= _LONGEST_S:
            raise self._bad(f"timeout_s must be above 0 and at most {_LONGEST_S:g}")

    def _check_box(self, terms: Terms) -> None:
        if not terms.box:
            return
        if len(terms.box) != 4 or not (
            -180 <= terms.box[0] < terms.box[2] <= 180 and -90 <= terms.box[1] < terms.box[3] <= 90
        ):
            raise self._bad("box must be west, south, east, north in degrees")


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
