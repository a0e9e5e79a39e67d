"""Loads the .kv file that stands beside a .py file."""

from pathlib import Path

from kivy.lang import Builder


def load_looks(module_file: str, *uses: type) -> None:
    """`uses` are the widgets that the .kv file names: importing them has made them known to it."""
    Builder.load_file(str(Path(module_file).with_suffix(".kv")), encoding="utf-8")
