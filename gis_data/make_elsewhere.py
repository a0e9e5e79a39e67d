"""Writes dispatch_server/gis/elsewhere.txt: the names of China's provinces, cities, counties and districts.

Who says 湘乡市金石镇 does not mean the 金石镇 of the territory. cpca (MIT), pinned in requirements.lock, brings the
codes of GB/T 2260 with their names. Run: python gis_data/make_elsewhere.py
"""

import csv
from pathlib import Path

import cpca

TABLE = Path(__file__).parents[1] / "dispatch_server" / "gis" / "elsewhere.txt"
HEAD = """\
# The provinces, cities, counties and districts of China with their codes of GB/T 2260. Written by
# gis_data/make_elsewhere.py from cpca (MIT licence, Copyright (c) DQinYuan); not to be changed by hand.
"""
SUFFIXES = ("省", "市", "县", "区", "州", "旗", "盟")
NO_NAMES = ("市辖区", "省直辖", "自治区直辖", "开发区", "高新区", "示范区", "管理区", "产业园区", "工业园区")
SHORTEST = 3  # 城区, 矿区 and 郊区 are words


def table() -> str:
    source = Path(cpca.__file__).parent / "resources" / "adcodes.csv"
    with source.open(encoding="utf-8") as file:
        rows = [(row["adcode"], row["name"]) for row in csv.DictReader(file)]
    kept = sorted({(code[:6], name) for code, name in rows if code.endswith("000000") and _is_said(name)})
    return HEAD + "".join(f"{code} {name}\n" for code, name in kept)


def _is_said(name: str) -> bool:
    return len(name) >= SHORTEST and name.endswith(SUFFIXES) and not name.endswith(NO_NAMES)


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
