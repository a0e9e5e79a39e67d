"""A list to pick from: every choice is a big button; one is taken, or several."""

from collections.abc import Sequence

from kivy.properties import BooleanProperty, ListProperty, NumericProperty
from kivy.uix.gridlayout import GridLayout

from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.push_button import PushButton

Choice = tuple[str, str]  # key, words


class Choices(GridLayout):
    """`chosen` holds keys. The buttons are made anew only when the words change."""

    choices = ListProperty([])
    chosen = ListProperty([])
    most_chosen = NumericProperty(1)
    columns_wanted = NumericProperty(2)
    is_tall = BooleanProperty(False)

    def on_choices(self, _: object, choices: Sequence[Choice]) -> None:
        self.clear_widgets()
        for key, words in choices:
            button = PushButton(text=words, size_hint_y=None, height="92dp" if self.is_tall else "84dp")
            button.key = key
            button.bind(on_release=lambda pressed: self.press(pressed.key))
            self.add_widget(button)
        self._mark()

    def on_chosen(self, *_: object) -> None:
        self._mark()

    def press(self, key: str) -> None:
        """A second press takes back; one more than allowed takes the place of the oldest."""
        rest = [one for one in self.chosen if one != key]
        self.chosen = rest if key in self.chosen else [*rest, key][-int(self.most_chosen) :]

    def _mark(self) -> None:
        for button in self.children:
            button.kind = "chosen" if button.key in self.chosen else "plain"


load_looks(__file__)
