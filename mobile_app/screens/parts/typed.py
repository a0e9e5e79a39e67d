"""A line to type on, where no list can know the answer."""

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from mobile_app.screens.parts.looks import load_looks


class Typed(BoxLayout):
    """`text` is what stands in it."""

    name = StringProperty("")
    text = StringProperty("")
    hint = StringProperty("")
    is_secret = BooleanProperty(False)


load_looks(__file__)
