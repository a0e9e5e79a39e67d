"""Words on the screen: four sizes, wrapped to their width, as high as they need."""

from kivy.properties import BooleanProperty, ColorProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label

from mobile_app.screens.parts.looks import load_looks


class Text(Label):
    """Markup stays off: what callers said may hold any brackets."""


class Soft(Text):
    """Beside the point; still 7:1."""


class Title(Text):
    """Of a page or a panel."""


class Big(Text):
    """Read from the driver's seat."""


class Tag(Label):
    """One word on a ground of its own; no height without a word."""

    fill = ColorProperty((0, 0, 0, 0))
    edge = ColorProperty((0, 0, 0, 0))


class Panel(BoxLayout):
    """What belongs together, as high as its content. `stripe` marks its left edge."""

    heading = StringProperty("")
    stripe = ColorProperty((0, 0, 0, 0))


class Pair(BoxLayout):
    """A name and what it is, hidden where there is nothing to say."""

    name = StringProperty("")
    value = StringProperty("")
    strong = BooleanProperty(False)


class Columns(BoxLayout):
    """Side by side where the screen is wide, one above the other where it is high."""

    is_wide = BooleanProperty(True)


load_looks(__file__)
