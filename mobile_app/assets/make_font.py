"""Makes fonts/*.ttf: Kivy has no font fallback, so each weight is one file with Latin, GB2312 and our place names.

Run in an environment of its own, for neither package is needed by the app:

    uv run --no-project --with fonttools==4.68.0 --with justmytype-intl-cjk==0.1.0 mobile_app/assets/make_font.py
"""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).parent / "fonts"
SOURCE = "fonts/ofl/notosanssc"
WEIGHTS = {"Medium": 500, "Bold": 700}  # medium, not regular: thin strokes drown in rain and sun
LATIN_AND_SIGNS = (range(0x20, 0x180), range(0x2000, 0x2070), range(0x2190, 0x2200), range(0x25A0, 0x2600))
CHINESE_SIGNS = (range(0x3000, 0x3040), range(0xFF00, 0xFFEF))
SINGLE = (0x2103, 0x2212, 0x2264, 0x2265, 0x2713, 0x2714, 0x2716)
GB2312_ROWS, GB2312_CELLS = range(0xA1, 0xF8), range(0xA1, 0xFF)
LAYERS = Path(__file__).parents[2] / "gis_data"  # place names hold characters that GB2312 lacks: 塅 岺 梽 沺 湴


def characters() -> Iterator[int]:
    for block in (*LATIN_AND_SIGNS, *CHINESE_SIGNS):
        yield from block
    yield from SINGLE
    for table in LAYERS.rglob("*.csv"):
        yield from map(ord, set(table.read_text(encoding="utf-8-sig")) - {"\n", "\r", "\t"})
    for row in GB2312_ROWS:
        for cell in GB2312_CELLS:
            yield from map(ord, bytes((row, cell)).decode("gb2312", errors="ignore"))


def make(source: Path, weight: int, target: Path) -> None:
    font = TTFont(source)
    options = Options(layout_features=["kern"], hinting=False, name_IDs=["*"])
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    instantiateVariableFont(font, {"wght": weight}, inplace=True)
    font.save(target)


def main() -> None:
    source = Path(str(files("justmytype_intl_cjk"))) / SOURCE
    HERE.mkdir(exist_ok=True)
    (HERE / "OFL.txt").write_bytes((source / "OFL.txt").read_bytes())
    for name, weight in WEIGHTS.items():
        make(source / "NotoSansSC[wght].ttf", weight, HERE / f"NotoSansSC-{name}.ttf")


if __name__ == "__main__":
    main()
