"""How names sound, as one character a syllable: what sounds alike, in Hunan, is the same text."""

from functools import cache
from importlib.resources import files
from itertools import islice, product

_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_MOST_WAYS = 8  # of reading one name: three characters with two readings each
_UNREAD = "\0"


@cache
def readings() -> dict[str, tuple[str, ...]]:
    """The syllables of each character, the usual one first."""
    table: dict[str, tuple[str, ...]] = {}
    text = (files("dispatch_server.gis") / "readings.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            syllable, _, characters = line.lstrip("+").partition(" ")
            for character in characters:
                table[character] = (*table.get(character, ()), syllable)
    return table | {digit: table[character] for digit, character in _DIGITS.items()}


def in_hunan(syllable: str) -> str:
    """Without what many speakers of Hunan do not tell apart: n and l, h and f, z and zh, in and ing, en and eng."""
    said = "l" + syllable[1:] if syllable.startswith("n") else syllable
    if said[1:2] == "h":
        said = said[0] + said[2:]
    if said.endswith(("ing", "eng")):
        said = said[:-1]
    return _without_f(said)


def _without_f(said: str) -> str:
    """胡 and 扶, 黄 and 方, 会 and 飞, 红 and 风."""
    if said.startswith("f"):
        said = {"fu": "hu", "fo": "huo", "fou": "hou", "fen": "hun"}.get(said, "hu" + said[1:])
        said = "hui" if said == "huei" else said
    return "hun" if said == "hong" else said


@cache
def _letters() -> dict[str, str]:
    """Of each character the letter that stands for its usual sound."""
    return {character: _letter(syllables[0]) for character, syllables in readings().items()}


@cache
def _letter(syllable: str) -> str:
    return _alphabet()[in_hunan(syllable)]


@cache
def _alphabet() -> dict[str, str]:
    """A character of its own for each sound: there are some three hundred."""
    sounds = sorted({in_hunan(syllable) for syllables in readings().values() for syllable in syllables})
    return {sound: chr(0xE000 + n) for n, sound in enumerate(sounds)}


def sound_of(words: str) -> str:
    """As long as the words: a stretch of it is the sound of that stretch. What has no reading sounds like nothing."""
    letters = _letters()
    return "".join([letters.get(character, _UNREAD) for character in words])


def sounds_of(name: str) -> set[str]:
    """All sounds of a name whose characters are read in several ways; none where one cannot be read at all."""
    table = readings()
    if any(character not in table for character in name):
        return set()
    ways = product(*(dict.fromkeys(_letter(s) for s in table[character]) for character in name))
    return {"".join(way) for way in islice(ways, _MOST_WAYS)}


def are_read_alike(one: str, other: str) -> bool:
    """The same syllables, tones aside: 羊溪 and 洋溪; not 双农 and 双龙."""
    table = readings()
    return len(one) == len(other) and all(
        a == b or not set(table.get(a, ())).isdisjoint(table.get(b, ())) for a, b in zip(one, other, strict=True)
    )
