"""A list over the whole screen, where a reason is asked for: big buttons, no typing."""

from typing import Any

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from mobile_app.screens.parts.choices import Choices
from mobile_app.screens.parts.looks import load_looks


class Choose(FloatLayout):
    """Closes with the first press. `can_type` adds a line for what no list knows."""

    title = StringProperty("")
    choices = ListProperty([])
    chosen_count = NumericProperty(1)
    can_type = BooleanProperty(False)
    typed_name = StringProperty("")
    when_chosen = ObjectProperty()

    def choose(self, key: str) -> None:
        self.close()
        self.when_chosen(key)

    def close(self) -> None:
        if self.parent is not None:
            self.parent.remove_widget(self)

    def on_touch_down(self, touch: Any) -> bool:
        """Nothing below is pressed by a glove that misses."""
        super().on_touch_down(touch)
        return True


load_looks(__file__, Choices)
