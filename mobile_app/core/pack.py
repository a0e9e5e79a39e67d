"""What a county needs offline: its areas, roads, safety steps and lists. Kept gzipped in the tablet's file."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dispatch_server.protocol.codec import Json, Malformed, decode
from dispatch_server.protocol.lists import LISTS, Choice
from dispatch_server.protocol.safety import DEFAULT_STEPS, SafetyStep
from mobile_app.core.store import Store

Steps = Mapping[str, tuple[SafetyStep, ...]]


@dataclass(frozen=True, slots=True)
class MapPack:
    """`areas` is GeoJSON; a road is its class and its line, longitude first."""

    version: str
    county: str = ""
    areas: Mapping[str, Any] = field(default_factory=lambda: {"type": "FeatureCollection", "features": []})
    roads: tuple[Any, ...] = ()
    safety: Mapping[str, tuple[SafetyStep, ...]] = field(default_factory=dict)
    lists: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)

    @property
    def steps(self) -> Steps:
        """The utility's own; the trade's order where it says none."""
        return {**DEFAULT_STEPS, **{voltage: steps for voltage, steps in self.safety.items() if steps}}

    def choices(self, name: str) -> tuple[Choice, ...]:
        return self.lists.get(name) or LISTS[name]


NO_PACK = MapPack("")


def keep_pack(store: Store, said: Json) -> MapPack:
    """Read before it is kept: what cannot be read does not push out what can."""
    pack = read_pack(said)
    body = gzip.compress(json.dumps(said, ensure_ascii=False).encode())
    with store.writing() as connection:
        connection.execute("DELETE FROM packs")
        connection.execute("INSERT INTO packs (version, body) VALUES (?, ?)", (pack.version, body))
    return pack


def kept_pack(store: Store) -> MapPack | None:
    found = store.row("SELECT body FROM packs")
    return None if found is None else read_pack(json.loads(gzip.decompress(found[0])))


def kept_version(store: Store) -> str | None:
    found = store.row("SELECT version FROM packs")
    return None if found is None else str(found[0])


def read_pack(said: Json) -> MapPack:
    try:
        return MapPack(
            version=str(said["version"]),
            county=str(said.get("county") or ""),
            areas=said["areas"],
            roads=tuple(said["roads"]),
            safety=_each(SafetyStep, said.get("safety") or {}, "safety"),
            lists=_each(Choice, said.get("lists") or {}, "lists"),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"The pack cannot be read: {error}") from error


def _each(shape: Any, said: Json, where: str) -> dict[str, Any]:
    return {name: tuple(decode(shape, one, f"{where}.{name}") for one in many) for name, many in said.items()}
