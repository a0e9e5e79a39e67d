"""Writes dispatch_server/gis/traditional.txt: each traditional character beside the one that is written today.

JioNLP (Apache-2.0), pinned in requirements.lock, knows them. Run: python gis_data/make_traditional.py
"""

from importlib.util import find_spec
from pathlib import Path

TABLE = Path(__file__).parents[1] / "dispatch_server" / "gis" / "traditional.txt"
SOURCE = Path("dictionary") / "tra2sim_char.txt"
# JioNLP gives characters that stand in books; in names and on signs these are written.
AS_IT_IS_WRITTEN = {"锺": "钟", "馀": "余"}
HEAD = """\
# A traditional character and the simplified one. Written by gis_data/make_traditional.py from JioNLP
# (Apache License 2.0, dongrixinyu); not to be changed by hand.
"""


def table() -> str:
    found = find_spec("jionlp")  # importing it would load all its dictionaries
    assert found is not None and found.origin is not None, "installed with the group dev"
    text = (Path(found.origin).parent / SOURCE).read_text(encoding="utf-8")
    pairs = (line.split() for line in text.splitlines())
    today = {pair[0]: AS_IT_IS_WRITTEN.get(pair[1], pair[1]) for pair in pairs if len(pair) == 2}
    lines = [t + s for t, s in sorted(today.items()) if len(t) == len(s) == 1 and t != s]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
