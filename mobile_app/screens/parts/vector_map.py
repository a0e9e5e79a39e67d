"""The map without a server: areas and roads as meshes that are made once, marks drawn over them at every move."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

from kivy.clock import Clock
from kivy.core.text import Label as Letters
from kivy.core.window import Window
from kivy.graphics import Color, InstructionGroup, MatrixInstruction, Mesh, PopMatrix, PushMatrix, Rectangle
from kivy.graphics.tesselator import TYPE_POLYGONS, WINDING_ODD, Tesselator
from kivy.graphics.transformation import Matrix
from kivy.metrics import dp, sp
from kivy.properties import ListProperty, NumericProperty, ObjectProperty
from kivy.uix.stencilview import StencilView

from mobile_app.screens.palette import Look
from mobile_app.screens.parts.map_marks import draw
from mobile_app.screens.parts.map_shapes import TILE, XY, bands, edges, to_lon_lat, to_world, zoom_to_hold

CLOSEST, WIDEST = 18.0, 8.0
SCALE = 14  # meshes are kept in pixels of this zoom around the origin: exact to a thousandth over a county
NAMES_FROM, SMALL_ROADS_FROM = 12.5, 11.0
MOST_NAMES = 40
MOST_LETTERS = 300
MAIN_ROADS = frozenset({"primary", "secondary"})
FILLS = {"urban": "map_urban", "rural": "map_rural", "remote": "map_remote"}


@dataclass(frozen=True, slots=True)
class Land:
    """What is under the marks, in world coordinates."""

    origin: XY
    rings: tuple[tuple[str, tuple[XY, ...]], ...]  # area class, outer ring
    names: tuple[tuple[XY, str], ...]
    roads: tuple[tuple[bool, tuple[XY, ...]], ...]  # is it a main road


def read_land(areas: Mapping[str, Any], roads: Iterable[Sequence[Any]]) -> Land:
    rings: list[tuple[str, tuple[XY, ...]]] = []
    names: list[tuple[XY, str]] = []
    for feature in areas["features"]:
        properties, geometry = feature["properties"], feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        outer = [tuple(to_world(*at[:2]) for at in polygon[0]) for polygon in polygons]
        rings += [(str(properties.get("area_class")), ring) for ring in outer]
        names.append((_middle(max(outer, key=len)), str(properties.get("name", ""))))
    lines = tuple((kind in MAIN_ROADS, tuple(to_world(*at[:2]) for at in line)) for kind, line in roads)
    every = [at for _, ring in rings for at in ring] or [at for _, line in lines for at in line]
    return Land(_middle(every) if every else (0.5, 0.5), tuple(rings), tuple(names), lines)


def _middle(points: Sequence[XY]) -> XY:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


class VectorMap(StencilView):
    """North is up. One finger moves it, two fingers or the wheel change the scale."""

    lon = NumericProperty(112.0)
    lat = NumericProperty(27.7)
    zoom = NumericProperty(13.0)
    land = ObjectProperty(None, allownone=True)
    look = ObjectProperty(rebind=True)
    marks = ListProperty([])

    def __init__(self, **kwargs: Any) -> None:
        self._built_for: tuple[object, ...] = ()
        self._letters: dict[tuple[str, object], Any] = {}
        self._ground_colour, self._ground = Color(), Rectangle()
        self._matrix, self._world, self._over = MatrixInstruction(), InstructionGroup(), InstructionGroup()
        super().__init__(**kwargs)
        for one in (
            self._ground_colour,
            self._ground,
            PushMatrix(),
            self._matrix,
            self._world,
            PopMatrix(),
            self._over,
        ):
            self.canvas.add(one)
        self._redraw = Clock.create_trigger(self._draw, -1)
        self.fbind("size", self._redraw)
        for name in ("pos", "lon", "lat", "zoom", "land", "look", "marks"):
            self.fbind(name, self._redraw)
        self._redraw()

    # Where things are

    @property
    def _scale(self) -> float:
        return float(TILE * 2**self.zoom)

    def to_pixels(self, lon: float, lat: float) -> XY:
        return self._pixels_of(to_world(lon, lat))

    def _pixels_of(self, at: XY) -> XY:
        x, y = to_world(self.lon, self.lat)
        return self.center_x + (at[0] - x) * self._scale, self.center_y + (at[1] - y) * self._scale

    def show(self, points: Sequence[XY], closest: float = 16.0) -> None:
        """Moves so that all these positions (lon, lat) are in sight, clear of the buttons at the edges."""
        if not points:
            return
        world = [to_world(*at) for at in points]
        middle = _middle(world)
        self.lon, self.lat = to_lon_lat(*middle)
        margin = dp(110)
        fits = zoom_to_hold(world, max(dp(80), self.width - 2 * margin), max(dp(80), self.height - 2 * margin), closest)
        self.zoom = min(CLOSEST, max(WIDEST, fits))

    def zoom_by(self, steps: float, around: XY | None = None) -> None:
        """Keeps the place under `around` where it is."""
        px, py = around or self.center
        before = to_world(self.lon, self.lat)
        old = self._scale
        self.zoom = min(CLOSEST, max(WIDEST, self.zoom + steps))
        shift = 1 / old - 1 / self._scale
        self.lon, self.lat = to_lon_lat(
            before[0] + (px - self.center_x) * shift, before[1] + (py - self.center_y) * shift
        )

    # Fingers

    def on_touch_down(self, touch: Any) -> bool:
        if not self.collide_point(*touch.pos):
            return False
        if touch.is_mouse_scrolling:
            self.zoom_by(0.5 if touch.button == "scrolldown" else -0.5, touch.pos)
            return True
        touch.grab(self)
        touch.ud[self] = touch.pos
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        fingers = self._fingers(touch)
        if len(fingers) == 1:
            self._move_by(touch.x - touch.ud[self][0], touch.y - touch.ud[self][1])
        else:
            self._pinch(touch, next(other for other in fingers if other is not touch))
        touch.ud[self] = touch.pos
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        touch.ud.pop(self, None)
        return True

    def _fingers(self, touch: Any) -> list[Any]:
        down = [other for other in Window.touches if other is not touch and self in other.ud] if Window else []
        return [touch, *down]

    def _move_by(self, dx: float, dy: float) -> None:
        x, y = to_world(self.lon, self.lat)
        self.lon, self.lat = to_lon_lat(x - dx / self._scale, y - dy / self._scale)

    def _pinch(self, touch: Any, other: Any) -> None:
        before, now = _apart(touch.ud[self], other.pos), _apart(touch.pos, other.pos)
        if min(before, now) > dp(10):
            self.zoom_by(log2(now / before), other.pos)

    # Drawing

    def _draw(self, *_: object) -> None:
        look: Look | None = self.look
        if look is None:
            return
        self._ground_colour.rgba = look.map_ground
        self._ground.pos, self._ground.size = self.pos, self.size
        self._over.clear()
        if self.land is not None:
            self._build(self.land, look)
            self._place(self.land)
            if self.zoom >= NAMES_FROM:
                self._write_names(self.land, look)
        draw(self, self._over, look, self._letters_of)

    def _build(self, land: Land, look: Look) -> None:
        """Roads have a width in pixels: they are made anew for each whole zoom, the land with them."""
        level = round(self.zoom)
        wanted = (id(land), look, level)
        if wanted == self._built_for:
            return
        self._built_for = wanted
        self._world.clear()
        shrunk = 2.0 ** (SCALE - level)
        for area_class, ring in land.rings:
            self._world.add(Color(*getattr(look, FILLS.get(area_class, "map_rural"))))
            for vertices, indices in _triangles(self._local(land, ring)):
                self._world.add(Mesh(vertices=vertices, indices=indices, mode="triangle_fan"))
        self._world.add(Color(*look.map_edge))
        for vertices, indices in edges(self._local(land, ring) for _, ring in land.rings):
            self._world.add(Mesh(vertices=vertices, indices=indices, mode="lines"))
        for is_main, colour, width in ((False, look.map_road, 1.1), (True, look.map_main_road, 1.8)):
            if not is_main and self.zoom < SMALL_ROADS_FROM:
                continue
            self._world.add(Color(*colour))
            lines = (self._local(land, line) for main, line in land.roads if main is is_main)
            for vertices, indices in bands(lines, dp(width) * shrunk):
                self._world.add(Mesh(vertices=vertices, indices=indices, mode="triangles"))

    def _local(self, land: Land, points: Sequence[XY]) -> list[XY]:
        k = TILE * 2**SCALE
        return [((x - land.origin[0]) * k, (y - land.origin[1]) * k) for x, y in points]

    def _place(self, land: Land) -> None:
        x, y = self._pixels_of(land.origin)
        k = 2 ** (self.zoom - SCALE)
        scaled, moved = Matrix(), Matrix()
        scaled.scale(k, k, 1)
        moved.translate(x, y, 0)
        self._matrix.matrix = moved.multiply(scaled)

    def _write_names(self, land: Land, look: Look) -> None:
        written = 0
        for at, name in land.names:
            px, py = self._pixels_of(at)
            if not self.collide_point(px, py):
                continue
            texture = self._letters_of(name, look)
            self._over.add(Color(1, 1, 1, 1))
            self._over.add(
                Rectangle(texture=texture, size=texture.size, pos=(px - texture.width / 2, py - texture.height / 2))
            )
            written += 1
            if written == MOST_NAMES:
                return

    def _letters_of(self, text: str, look: Look) -> Any:
        key = (text, look)
        if len(self._letters) > MOST_LETTERS:  # the age of a fix is written anew every second
            self._letters.clear()
        if key not in self._letters:
            letters = Letters(
                text=text, font_size=sp(18), color=look.map_ink, outline_width=2, outline_color=look.map_halo[:3]
            )
            letters.refresh()
            self._letters[key] = letters.texture
        return self._letters[key]


def _apart(a: XY, b: XY) -> float:
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)


def _triangles(ring: Sequence[XY]) -> list[tuple[Any, Any]]:
    tesselator = Tesselator()
    tesselator.add_contour([value for at in ring for value in at])
    if not tesselator.tesselate(WINDING_ODD, TYPE_POLYGONS):
        return []
    return list(tesselator.meshes)
