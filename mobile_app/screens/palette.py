"""The two themes: by day in full sun, by night without blinding a driver. No text is fainter than 7:1."""

from dataclasses import dataclass, fields
from itertools import product

Colour = tuple[float, float, float, float]
FAINTEST = 7.0


def _hex(text: str) -> Colour:
    red, green, blue = (int(text[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return red, green, blue, 1.0


@dataclass(frozen=True, slots=True)
class Look:
    """Roles, not colours. A `…_fill` is a ground of its own, with `on_…` as its ink."""

    ground: Colour
    raised: Colour
    pressed: Colour
    line: Colour
    ink: Colour
    soft: Colour
    good: Colour
    warn: Colour
    bad: Colour
    link: Colour
    main_fill: Colour
    on_main: Colour
    stop_fill: Colour
    on_stop: Colour
    warn_fill: Colour
    on_warn: Colour
    good_fill: Colour
    on_good: Colour
    map_ground: Colour
    map_urban: Colour
    map_rural: Colour
    map_remote: Colour
    map_edge: Colour
    map_road: Colour
    map_main_road: Colour
    map_ink: Colour
    map_halo: Colour


def _look(**colours: str) -> Look:
    return Look(**{name: _hex(text) for name, text in colours.items()})


NIGHT = _look(
    ground="#0c1116",
    raised="#18212a",
    pressed="#24313d",
    line="#3a4a59",
    ink="#edf2f6",
    soft="#b6c3cf",
    good="#63dca6",
    warn="#ffc14d",
    bad="#ffadb0",
    link="#8cc8ff",
    main_fill="#9ccfff",
    on_main="#0a1a2b",
    stop_fill="#9c0f18",
    on_stop="#ffffff",
    warn_fill="#ffc14d",
    on_warn="#201500",
    good_fill="#63dca6",
    on_good="#04180f",
    map_ground="#0a0f13",
    map_urban="#1f3c58",
    map_rural="#173026",
    map_remote="#2f2a1c",
    map_edge="#41525f",
    map_road="#7b8a96",
    map_main_road="#d9b45c",
    map_ink="#edf2f6",
    map_halo="#0a0f13",
)
DAY = _look(
    ground="#eef1f4",
    raised="#ffffff",
    pressed="#dde7f0",
    line="#8a98a6",
    ink="#0f1a24",
    soft="#3a4855",
    good="#064a2d",
    warn="#5c3a00",
    bad="#8a0c17",
    link="#06407f",
    main_fill="#0a478a",
    on_main="#ffffff",
    stop_fill="#9c0f18",
    on_stop="#ffffff",
    warn_fill="#ffc14d",
    on_warn="#201500",
    good_fill="#065c38",
    on_good="#ffffff",
    map_ground="#f6f4ee",
    map_urban="#cfe0f1",
    map_rural="#dcebd6",
    map_remote="#f0e3cd",
    map_edge="#8596a3",
    map_road="#7d858c",
    map_main_road="#a8640a",
    map_ink="#0f1a24",
    map_halo="#ffffff",
)
LOOKS = {"day": DAY, "night": NIGHT}

INKS = ("ink", "soft", "good", "warn", "bad", "link")
GROUNDS = ("ground", "raised", "pressed")
ON_FILLS = {"on_main": "main_fill", "on_stop": "stop_fill", "on_warn": "warn_fill", "on_good": "good_fill"}
# A name on the map may lie over any area; the halo that is drawn round it is not counted.
ON_MAP = ("map_ground", "map_urban", "map_rural", "map_remote")
READ_ON = (*product(INKS, GROUNDS), *ON_FILLS.items(), *product(("map_ink",), ON_MAP), ("map_ink", "map_halo"))


def contrast(a: Colour, b: Colour) -> float:
    """WCAG 2.2: from 1 to 21."""
    brighter, darker = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def inks_of(look: Look) -> frozenset[Colour]:
    """Every colour that a letter may have."""
    return frozenset(getattr(look, f.name) for f in fields(look) if f.name in {ink for ink, _ in READ_ON})
