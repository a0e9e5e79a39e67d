"""Loads the .kv file that stands beside a .py file."""

from pathlib import Path

from kivy.lang import Builder


def load_looks(module_file: str) -> None:
    Builder.load_file(str(Path(module_file).with_suffix(".kv")), encoding="utf-8")
