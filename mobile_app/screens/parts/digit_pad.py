"""Digits typed with a glove. Hardware keys count as well."""

from collections.abc import Sequence

from kivy.properties import ListProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.push_button import PushButton


class DigitPad(BoxLayout):
    """`groups` is how many digits stand together, as they are read out."""

    digits = StringProperty("")
    groups = ListProperty([3, 3, 3])
    most = NumericProperty(9)
    shown = StringProperty("")

    def press(self, key: str) -> None:
        if key == "<":
            self.digits = self.digits[:-1]
        elif key == "x":
            self.digits = ""
        elif len(self.digits) < self.most:
            self.digits += key

    def in_groups(self, digits: str, groups: Sequence[int], most: int) -> str:
        """What is typed, and a low line for each digit still missing."""
        filled = digits + "_" * (int(most) - len(digits))
        parts, start = [], 0
        for length in groups:
            parts.append(filled[start : start + int(length)])
            start += int(length)
        return "  ".join(" ".join(part) for part in parts)


load_looks(__file__, PushButton)
