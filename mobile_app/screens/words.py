"""The tablet's own words. One list in two languages; a sentence of the server comes in the language asked for."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "assets" / "words"
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Words:
    language: str
    table: Mapping[str, str]

    def say(self, key: str, **blanks: object) -> str:
        return self.table[key].format(**blanks) if blanks else self.table[key]

    def name(self, noun: str, value: StrEnum | str | None, otherwise: str = "unknown") -> str:
        """The word for a value of the protocol: `name("kind", FaultKind.HV)`."""
        return self.table[f"{noun}.{otherwise if value is None else str(value).lower()}"]


@cache
def words_in(language: str) -> Words:
    said = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Words(language, {f"{part}.{key}": text for part, keys in said.items() for key, text in keys.items()})
