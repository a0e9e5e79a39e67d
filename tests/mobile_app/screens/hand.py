"""A hand on the tablet: looks at the window frame by frame, and touches it where a widget is."""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

from kivy.base import EventLoop
from kivy.config import Config
from kivy.input.motionevent import MotionEvent
from kivy.metrics import Metrics

for name, value in {"width": 1280, "height": 800, "multisamples": 0, "maxfps": 0}.items():
    Config.set("graphics", name, str(value))

PATIENCE_S = 20.0
PAUSE_FRAMES = 2


class Finger(MotionEvent):
    """One touch of the window, in its pixels."""

    _count = 0

    def __init__(self, x: float, y: float) -> None:
        Finger._count += 1
        window = EventLoop.window
        super().__init__("hand", f"finger {Finger._count}", {"x": x / window.width, "y": y / window.height})
        self.is_touch = True

    def depack(self, args: dict[str, float]) -> None:
        self.sx, self.sy = args["x"], args["y"]
        self.profile = ["pos"]
        super().depack(args)

    def down(self) -> None:
        EventLoop.post_dispatch_input("begin", self)

    def move_to(self, x: float, y: float) -> None:
        window = EventLoop.window
        self.move({"x": x / window.width, "y": y / window.height})
        EventLoop.post_dispatch_input("update", self)

    def up(self) -> None:
        EventLoop.post_dispatch_input("end", self)


class Hand:
    """Drives an app that runs in this window; `size` is in pixels, `density` is pixels a dp."""

    def __init__(self, app: Any, size: tuple[int, int] = (1280, 800), density: float = 1.0) -> None:
        EventLoop.ensure_window()
        self.window = EventLoop.window
        Metrics.density = Metrics.fontscale = 1.0
        Metrics.density = density
        self.window.size = size
        self.app = app
        app._run_prepare()
        EventLoop.start()
        self.frames(3)

    def frames(self, count: int = 1) -> None:
        for _ in range(count):
            EventLoop.idle()

    def until(self, true: Callable[[], Any], what: str = "it") -> Any:
        """Frames pass until something is so."""
        end = monotonic() + PATIENCE_S
        while not (found := true()):
            assert monotonic() < end, f"waited {PATIENCE_S:.0f} s for {what}\n" + "\n".join(self.texts())
            EventLoop.idle()
        return found

    # Looking

    def shown(self, root: Any = None) -> Iterator[Any]:
        """Every widget that can be seen, what is on top last."""
        for top in [root] if root is not None else list(self.window.children):
            yield from _seen(top)

    def texts(self) -> list[str]:
        return [w.text for w in self.shown() if getattr(w, "text", "") and not hasattr(w, "sign")]

    def sees(self, text: str) -> bool:
        return any(text in shown for shown in self.texts())

    def button(self, text: str) -> Any:
        """The topmost button with these words."""
        found = [w for w in self.shown() if hasattr(w, "on_release") and getattr(w, "text", None) == text]
        return found[-1] if found else None

    # Touching

    def touch(self, widget: Any) -> None:
        finger = Finger(*widget.to_window(*widget.center))
        finger.down()
        self.frames(PAUSE_FRAMES)
        finger.up()
        self.frames(PAUSE_FRAMES)

    def press(self, text: str) -> None:
        """Waits for a button that can be pressed, brings it into sight, presses it."""
        button = self.until(lambda: (b := self.button(text)) is not None and not b.disabled and b, f"a button {text!r}")
        self._bring_into_sight(button)
        self.touch(button)

    def _bring_into_sight(self, widget: Any) -> None:
        scroll = next((w for w in _above(widget) if type(w).__name__ == "ScrollView"), None)
        if scroll is not None:
            scroll.scroll_to(widget, animate=False)
            self.frames(PAUSE_FRAMES)

    def write_into(self, name: str, text: str) -> None:
        """Into the line that stands below this name."""
        line = self.until(lambda: next((w for w in self.shown() if getattr(w, "name", "") == name), None), repr(name))
        self.touch(next(w for w in _seen(line) if hasattr(w, "multiline")))
        self.write(text)

    def write(self, text: str) -> None:
        for letter in text:
            self.window.dispatch("on_textinput", letter)
        self.frames()

    def picture(self, path: Path) -> None:
        self.frames(2)
        path.unlink(missing_ok=True)
        Path(self.window.screenshot(str(path))).rename(path)  # Kivy numbers its pictures

    def let_go(self) -> None:
        self.app.stop()
        for child in list(self.window.children):
            self.window.remove_widget(child)
        EventLoop.status = "idle"


def _seen(widget: Any) -> Iterator[Any]:
    if getattr(widget, "opacity", 1) == 0 or 0 in tuple(widget.size):
        return
    yield widget
    for child in reversed(widget.children):
        yield from _seen(child)


def _above(widget: Any) -> Iterator[Any]:
    above = widget.parent
    while above is not None and above is not above.parent:
        yield above
        above = above.parent
