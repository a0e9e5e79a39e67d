"""A button for a glove: at least 76 dp each way, which is 12 mm."""

from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, OptionProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout

from mobile_app.screens.palette import Colour, Look
from mobile_app.screens.parts.icon import Icon
from mobile_app.screens.parts.looks import load_looks

KINDS = ("plain", "main", "stop", "warn", "good", "chosen", "quiet")
_FILLED = {"main": "main", "stop": "stop", "warn": "warn", "good": "good", "chosen": "main"}


class Pressable(ButtonBehavior, BoxLayout):
    """`kind` says what it means; the theme says how that looks. Disabled, it is an outline with its words."""

    kind = OptionProperty("plain", options=KINDS)
    fill = ColorProperty((0, 0, 0, 0))
    ink = ColorProperty((0, 0, 0, 1))
    edge = ColorProperty((0, 0, 0, 0))

    def fill_in(self, look: Look, kind: str, state: str, disabled: bool) -> Colour:
        if kind in _FILLED and not disabled:
            colour: Colour = getattr(look, f"{_FILLED[kind]}_fill")
            return colour
        if kind == "quiet" and state == "normal":
            return (0, 0, 0, 0)
        return look.pressed if state == "down" else look.raised

    def ink_in(self, look: Look, kind: str, disabled: bool) -> Colour:
        if disabled:
            return look.soft
        colour: Colour = getattr(look, f"on_{_FILLED[kind]}") if kind in _FILLED else look.ink
        return colour

    def edge_in(self, look: Look, kind: str, state: str, disabled: bool) -> Colour:
        if state == "down" and not disabled:
            return look.ink
        is_bare = kind == "quiet" or (kind in _FILLED and not disabled)
        return (0, 0, 0, 0) if is_bare else look.line


class PushButton(Pressable):
    """Words, a line under them, a sign: each where there is one."""

    text = StringProperty("")
    under = StringProperty("")
    sign = StringProperty("")
    upright = BooleanProperty(False)
    halign = OptionProperty("center", options=("left", "center"))
    font_size = NumericProperty("22sp")
    sign_size = NumericProperty("30dp")


load_looks(__file__, Icon)
