"""Words as they are compared, and the numbers in them: 12, 十二, 一百零五, 二三."""

import re
import unicodedata
from functools import cache
from importlib.resources import files

NUMBER = r"(?:\d{1,6}|[零〇一二两三四五六七八九十百]{1,6})"
MOST_CHARACTERS = 500  # an address is shorter; a whole letter would keep the others waiting
_VALUES = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100}


def clean(words: str) -> str:
    """One width, no blanks, nothing that cannot be seen, capitals: １０ｋＶ 洋溪线 is 10KV洋溪线."""
    wide = "".join(unicodedata.normalize("NFKC", words[:MOST_CHARACTERS]).split())
    return simplified("".join(c for c in wide if unicodedata.category(c) != "Cf").upper()[:MOST_CHARACTERS])


def simplified(words: str) -> str:
    """As long as the words: 新化县洋溪镇 for 新化縣洋溪鎮."""
    return words.translate(_traditional())


@cache
def _traditional() -> dict[int, str]:
    text = (files("dispatch_server.gis") / "traditional.txt").read_text(encoding="utf-8")
    return {ord(line[0]): line[1] for line in text.splitlines() if not line.startswith("#")}


def number_in(text: str) -> int:
    """Of a text that NUMBER matches."""
    if text.isdigit():
        return int(text)
    if not any(unit in text for unit in _UNITS):
        return int("".join(str(_VALUES[c]) for c in text))  # said digit by digit
    total, last = 0, 0
    for character in text:
        if character in _UNITS:
            total, last = total + (last or 1) * _UNITS[character], 0
        else:
            last = _VALUES[character]
    return total + last


def first_number(pattern: re.Pattern[str], text: str, start: int = 0) -> int | None:
    """The group `n` of the first match from `start` on, as a number."""
    found = pattern.match(text, start)
    return None if found is None else number_in(found["n"])
