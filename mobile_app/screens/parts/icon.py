"""Signs drawn with a few strokes, so that they need no picture files and take the colour of their text."""

from kivy.graphics import Color, Line
from kivy.metrics import dp
from kivy.properties import ColorProperty, StringProperty
from kivy.uix.widget import Widget

Stroke = tuple[float, ...]

# On a field of 24 by 24, y upwards: x, y, x, y, …
SIGNS: dict[str, tuple[Stroke, ...]] = {
    "jobs": ((4, 19, 20, 19), (4, 12, 20, 12), (4, 5, 20, 5)),
    "map": ((3, 5, 9, 7, 15, 5, 21, 7, 21, 19, 15, 17, 9, 19, 3, 17, 3, 5), (9, 7, 9, 19), (15, 5, 15, 17)),
    "outbox": ((4, 11, 4, 4, 20, 4, 20, 11), (12, 9, 12, 20), (7, 15, 12, 20, 17, 15)),
    "crew": ((3, 4, 3, 8, 6, 11, 12, 11, 15, 8, 15, 4), (17, 12, 21, 9, 21, 4)),
    "back": ((14, 20, 6, 12, 14, 4), (6, 12, 21, 12)),
    "job": ((5, 3, 5, 21, 15, 21, 19, 17, 19, 3, 5, 3), (9, 15, 15, 15), (9, 11, 15, 11), (9, 7, 13, 7)),
    "check_in": ((12, 3, 6, 11, 6, 15, 9, 20, 15, 20, 18, 15, 18, 11, 12, 3), (9, 14, 11, 11, 15, 17)),
    "safety": ((12, 3, 5, 8, 5, 18, 12, 21, 19, 18, 19, 8, 12, 3), (8, 13, 11, 10, 16, 16)),
    "survey": ((10, 14, 3, 4), (5, 2, 12, 12)),
    "photos": ((3, 5, 3, 17, 8, 17, 10, 20, 14, 20, 16, 17, 21, 17, 21, 5, 3, 5),),
    "finish": ((13, 22, 5, 11, 11, 11, 10, 2, 19, 14, 13, 14, 13, 22),),
    "stop": ((8, 3, 3, 8, 3, 16, 8, 21, 16, 21, 21, 16, 21, 8, 16, 3, 8, 3), (7, 12, 17, 12)),
    "plus": ((12, 4, 12, 20), (4, 12, 20, 12)),
    "minus": ((4, 12, 20, 12),),
    "tick": ((4, 12, 10, 5, 21, 19),),
    "cross": ((5, 5, 19, 19), (5, 19, 19, 5)),
    "warn": ((12, 21, 2, 4, 22, 4, 12, 21), (12, 15, 12, 10), (12, 7.6, 12, 7)),
    "clock": ((12, 12, 12, 18), (12, 12, 16, 10)),
    "left": ((15, 20, 7, 12, 15, 4),),
    "right": ((9, 20, 17, 12, 9, 4),),
    "radio": ((6, 3, 6, 15, 16, 15, 16, 3, 6, 3), (14, 15, 14, 22), (9, 11, 13, 11)),
    "delete": ((8, 5, 2, 12, 8, 19, 22, 19, 22, 5, 8, 5), (11, 9, 17, 15), (11, 15, 17, 9)),
    "me": ((12, 21, 5, 4, 12, 8, 19, 4, 12, 21),),
    "moon": ((15, 21, 9, 19, 6, 14, 6, 10, 9, 5, 15, 3, 18, 4, 13, 8, 11, 12, 13, 16, 18, 20, 15, 21),),
}
# Round parts: middle x, middle y, radius.
CIRCLES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "crew": ((9, 16.5, 4), (17, 16.5, 3)),
    "survey": ((14.5, 15, 6.5),),
    "photos": ((12, 11, 4),),
    "clock": ((12, 12, 9),),
    "sun": ((12, 12, 4.5),),
}
RAYS = tuple((12 + a * 7.5, 12 + b * 7.5, 12 + a * 10.5, 12 + b * 10.5) for a, b in ((0, 1), (1, 0), (0, -1), (-1, 0)))
SIGNS["sun"] = (*RAYS, *((12 + a * 5.4, 12 + b * 5.4, 12 + a * 7.4, 12 + b * 7.4) for a in (-1, 1) for b in (-1, 1)))


class Icon(Widget):
    """`sign` is a key of SIGNS; nothing is drawn where it is empty."""

    sign = StringProperty("")
    color = ColorProperty((1, 1, 1, 1))

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.bind(pos=self._draw, size=self._draw, sign=self._draw, color=self._draw)

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        unit = min(self.size) / 24
        left, bottom = self.center_x - 12 * unit, self.center_y - 12 * unit
        with self.canvas:
            Color(*self.color)
            for stroke in SIGNS.get(self.sign, ()):
                points = [(left if n % 2 == 0 else bottom) + value * unit for n, value in enumerate(stroke)]
                Line(points=points, width=dp(1.4), cap="round", joint="round")
            for x, y, radius in CIRCLES.get(self.sign, ()):
                Line(circle=(left + x * unit, bottom + y * unit, radius * unit), width=dp(1.4))
