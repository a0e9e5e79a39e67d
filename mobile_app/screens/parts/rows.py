"""One row for each item, in order. Rows are kept and told their item anew: nothing loses its touch."""

from collections.abc import Sequence

from kivy.factory import Factory
from kivy.properties import ListProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from mobile_app.screens.parts.looks import load_looks


class Rows(BoxLayout):
    """`row` names a widget class with a property `item`."""

    row = StringProperty("")
    items = ListProperty([])

    def on_items(self, _: object, items: Sequence[object]) -> None:
        while len(self.children) > len(items):
            self.remove_widget(self.children[0])
        for widget, item in zip(reversed(self.children), items, strict=False):
            widget.item = item
        for item in items[len(self.children) :]:
            self.add_widget(Factory.get(self.row)(item=item))


load_looks(__file__)
