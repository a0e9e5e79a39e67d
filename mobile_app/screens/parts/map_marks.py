"""What is drawn over the land: the fault with its doubt, the crew with the age of its fix, a track."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kivy.graphics import Color, Ellipse, InstructionGroup, Line, Mesh, Rectangle
from kivy.metrics import dp

from mobile_app.screens.palette import Look
from mobile_app.screens.parts.map_shapes import XY, pixels_per_metre

SMALLEST_CIRCLE_DP = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """`kind`: fault, site, crew, or track (then `line` holds positions). `radius_m` is the doubt, a circle."""

    kind: str
    lon: float = 0.0
    lat: float = 0.0
    radius_m: float = 0.0
    label: str = ""
    is_stale: bool = False
    line: tuple[XY, ...] = ()


def draw(on: Any, over: InstructionGroup, look: Look, letters_of: Callable[[str, Look], Any]) -> None:
    """All marks of a map, circles below signs below names."""
    for mark in on.marks:
        if mark.kind == "track":
            _draw_track(on, over, look, mark)
        elif mark.radius_m:
            _draw_circle(on, over, look, mark)
    for mark in on.marks:
        if mark.kind != "track":
            _draw_sign(over, look, mark, on.to_pixels(mark.lon, mark.lat))
    for mark in on.marks:
        if mark.label:
            x, y = on.to_pixels(mark.lon, mark.lat)
            _write(over, letters_of(mark.label, look), x, y - dp(22))


def _draw_circle(on: Any, over: InstructionGroup, look: Look, mark: Mark) -> None:
    radius = max(dp(SMALLEST_CIRCLE_DP), mark.radius_m * pixels_per_metre(mark.lat, on.zoom))
    x, y = on.to_pixels(mark.lon, mark.lat)
    colour = _colour(look, mark)
    over.add(Color(*colour[:3], 0.16))
    over.add(Ellipse(pos=(x - radius, y - radius), size=(2 * radius, 2 * radius)))
    over.add(Color(*colour))
    over.add(Line(circle=(x, y, radius), width=dp(1.5), dash_length=6, dash_offset=4))


def _draw_sign(over: InstructionGroup, look: Look, mark: Mark, at: XY) -> None:
    x, y = at
    colour = _colour(look, mark)
    if mark.kind == "fault":
        _pin(over, look, colour, x, y)
        return
    radius = dp(11) if mark.kind == "crew" else dp(6)
    over.add(Color(*look.map_halo))
    over.add(Ellipse(pos=(x - radius - dp(3), y - radius - dp(3)), size=(2 * radius + dp(6),) * 2))
    over.add(Color(*colour))
    if mark.is_stale:
        over.add(Line(circle=(x, y, radius), width=dp(3)))
    else:
        over.add(Ellipse(pos=(x - radius, y - radius), size=(2 * radius, 2 * radius)))


def _pin(over: InstructionGroup, look: Look, colour: tuple[float, ...], x: float, y: float) -> None:
    """A drop whose tip is the place."""
    for grown, fill in ((dp(3), look.map_halo), (0.0, colour)):
        radius = dp(15) + grown
        middle = y + dp(30)
        over.add(Color(*fill))
        tip = (x, y - grown * 1.5, 0, 0)
        sides = (x - radius * 0.94, middle - radius * 0.34, 0, 0, x + radius * 0.94, middle - radius * 0.34, 0, 0)
        over.add(Mesh(vertices=(*tip, *sides), indices=(0, 1, 2), mode="triangles"))
        over.add(Ellipse(pos=(x - radius, middle - radius), size=(2 * radius, 2 * radius)))
    over.add(Color(*look.map_halo))
    over.add(Ellipse(pos=(x - dp(5), y + dp(25)), size=(dp(10), dp(10))))


def _draw_track(on: Any, over: InstructionGroup, look: Look, mark: Mark) -> None:
    points = [value for lon, lat in mark.line for value in on.to_pixels(lon, lat)]
    if len(points) >= 4:
        over.add(Color(*look.map_halo))
        over.add(Line(points=points, width=dp(4)))
        over.add(Color(*look.link))
        over.add(Line(points=points, width=dp(2.2)))


def _write(over: InstructionGroup, texture: Any, x: float, y: float) -> None:
    over.add(Color(1, 1, 1, 1))
    over.add(Rectangle(texture=texture, size=texture.size, pos=(x - texture.width / 2, y - texture.height)))


def _colour(look: Look, mark: Mark) -> tuple[float, ...]:
    return look.bad if mark.kind in ("fault", "site") else look.link
