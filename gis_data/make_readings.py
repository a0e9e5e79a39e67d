"""Writes dispatch_server/gis/readings.txt: how each Chinese character is read, without tones.

pypinyin (MIT), pinned in requirements.lock, knows the readings; a server that imported it would need 58 MB and half a
second for them. Run: python gis_data/make_readings.py
"""

import unicodedata
from collections import defaultdict
from pathlib import Path

from pypinyin.constants import PINYIN_DICT

TABLE = Path(__file__).parents[1] / "dispatch_server" / "gis" / "readings.txt"
# Of the characters with several readings those whose second one is heard in names; the others stand in old books.
READ_IN_TWO_WAYS = "朝长重行乐石车曾单堡角巷校叶会都宿曲省屏强仇解种传藏调埔洞冲华宁盛区铺圳"
HEAD = """\
# The readings of the characters of GBK, without tones (v is ü): a syllable and the characters that are read so first;
# after a plus sign, those that are read so too. Written by gis_data/make_readings.py from pypinyin (MIT licence,
# Copyright (c) 2016 mozillazg, 闲耘); not to be changed by hand.
"""


def table() -> str:
    first: dict[str, list[str]] = defaultdict(list)
    too: dict[str, list[str]] = defaultdict(list)
    for code, said in sorted(PINYIN_DICT.items()):
        if is_in_gbk(chr(code)):
            syllables = list(dict.fromkeys(toneless(one) for one in said.split(",")))
            first[syllables[0]].append(chr(code))
            if chr(code) in READ_IN_TWO_WAYS and len(syllables) > 1:
                too[syllables[1]].append(chr(code))
    lines = [f"{syllable} {''.join(characters)}" for syllable, characters in sorted(first.items())]
    lines += [f"+{syllable} {''.join(characters)}" for syllable, characters in sorted(too.items())]
    return HEAD + "\n".join(lines) + "\n"


def is_in_gbk(character: str) -> bool:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return "\u4e00" <= character <= "\u9fff"


def toneless(syllable: str) -> str:
    """xīn → xin, lǜ → lv."""
    parts = unicodedata.normalize("NFD", syllable.strip())
    kept = parts.replace("u\u0308", "v")
    return "".join(c for c in kept if not unicodedata.combining(c)).replace("ê", "e")


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
