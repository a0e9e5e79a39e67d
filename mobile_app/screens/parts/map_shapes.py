"""The arithmetic of the map: Mercator, lines as bands of triangles, directions. No Kivy."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import asinh, atan, atan2, cos, degrees, hypot, pi, radians, sin, sinh, tan

TILE = 256.0  # pixels the world is wide at zoom 0, as on every web map
MOST_VERTICES = 60_000  # of one mesh: its indices have 16 bits
METRES_ROUND = 40_030_173.6  # the sphere of protocol/geo

XY = tuple[float, float]


def to_world(lon: float, lat: float) -> XY:
    """0 to 1 both ways; y grows northwards, as Kivy's does."""
    return (lon + 180) / 360, 0.5 + asinh(tan(radians(lat))) / (2 * pi)


def to_lon_lat(x: float, y: float) -> XY:
    return x * 360 - 180, degrees(atan(sinh((y - 0.5) * 2 * pi)))


def pixels_per_metre(lat: float, zoom: float) -> float:
    return float(TILE * 2**zoom / (METRES_ROUND * cos(radians(lat))))


def zoom_to_hold(points: Sequence[XY], width: float, height: float, closest: float) -> float:
    """The closest zoom at which all world points fit."""
    from_x, to_x = min(x for x, _ in points), max(x for x, _ in points)
    from_y, to_y = min(y for _, y in points), max(y for _, y in points)
    zoom, room = closest, TILE * 2.0**closest
    while zoom > 0 and ((to_x - from_x) * room > width or (to_y - from_y) * room > height):
        zoom, room = zoom - 0.25, room / 2**0.25
    return zoom


def bands(lines: Iterable[Sequence[XY]], half_width: float) -> Iterator[tuple[list[float], list[int]]]:
    """Each stretch of a line as two triangles, a little longer than it is so that no gap shows at a bend."""
    vertices: list[float] = []
    indices: list[int] = []
    for line in lines:
        for (x0, y0), (x1, y1) in pairwise(line):
            length = hypot(x1 - x0, y1 - y0)
            if length == 0:
                continue
            along_x, along_y = (x1 - x0) / length * half_width, (y1 - y0) / length * half_width
            n = len(vertices) // 4
            for x, y, end in ((x0, y0, -0.5), (x1, y1, 0.5)):
                middle_x, middle_y = x + along_x * end, y + along_y * end
                vertices += (middle_x - along_y, middle_y + along_x, 0, 0, middle_x + along_y, middle_y - along_x, 0, 0)
            indices += (n, n + 1, n + 2, n + 1, n + 3, n + 2)
            if n + 8 > MOST_VERTICES:
                yield vertices, indices
                vertices, indices = [], []
    if indices:
        yield vertices, indices


def edges(rings: Iterable[Sequence[XY]]) -> Iterator[tuple[list[float], list[int]]]:
    """Rings as single strokes, always a pixel wide."""
    vertices: list[float] = []
    indices: list[int] = []
    for ring in rings:
        first = len(vertices) // 4
        for n, (x, y) in enumerate(ring):
            vertices += (x, y, 0, 0)
            if n:
                indices += (first + n - 1, first + n)
        if len(vertices) // 4 > MOST_VERTICES - 4_000:
            yield vertices, indices
            vertices, indices = [], []
    if indices:
        yield vertices, indices


DIRECTIONS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")


def direction(lon: float, lat: float, to_lon: float, to_lat: float) -> str:
    """Which of eight ways a place lies."""
    here, there = radians(lat), radians(to_lat)
    turn = radians(to_lon - lon)
    east = sin(turn) * cos(there)
    north = cos(here) * sin(there) - sin(here) * cos(there) * cos(turn)
    return DIRECTIONS[round(degrees(atan2(east, north)) / 45) % 8]
