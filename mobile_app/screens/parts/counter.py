"""A number set by two big buttons."""

from kivy.properties import NumericProperty
from kivy.uix.boxlayout import BoxLayout

from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.push_button import PushButton


class Counter(BoxLayout):
    value = NumericProperty(0)
    least = NumericProperty(0)
    most = NumericProperty(99)
    step = NumericProperty(1)

    def move(self, steps: int) -> None:
        self.value = int(min(self.most, max(self.least, self.value + steps * self.step)))


load_looks(__file__, PushButton)
