"""Fetches the pinned packages with `npm pack` and writes the few files the console needs, with their licences and SUMS.

Run it by hand after changing a version: `python renew.py`. A browser knows no bare names such as "preact" without an
import map, and a strict Content-Security-Policy allows no inline one: the names become paths, nothing else is changed.
"""

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = {
    "maplibre-gl": ("6.17.0", "LICENSE.txt", ["dist/maplibre-gl.mjs", "dist/maplibre-gl-worker.mjs", "dist/maplibre-gl.css"]),
    "preact": ("11.2.0", "LICENSE", ["dist/preact.mjs", "hooks/dist/hooks.mjs"]),
    "htm": ("3.1.1", "LICENSE", ["dist/htm.mjs"]),
    "@preact/signals": ("2.11.4", "LICENSE", ["dist/signals.mjs"]),
    "@preact/signals-core": ("1.14.5", "LICENSE", ["dist/signals-core.mjs"]),
}
PATH_OF = {"preact": "./preact.mjs", "preact/hooks": "./hooks.mjs", "@preact/signals-core": "./signals-core.mjs"}
BARE = re.compile(rb'from"(%s)"' % b"|".join(re.escape(name.encode()) for name in PATH_OF))
SOURCE_MAP = re.compile(rb"\n?(//|/\*)# sourceMappingURL=\S+( \*/)?\s*$")


def fetched(name: str, version: str, folder: Path) -> tarfile.TarFile:
    told = subprocess.run(
        ["npm", "pack", f"{name}@{version}", "--json"], cwd=folder, check=True, capture_output=True, text=True
    )
    answer = json.loads(told.stdout)
    packed = next(iter(answer.values() if isinstance(answer, dict) else answer))
    return tarfile.open(folder / packed["filename"].replace("@", "").replace("/", "-"))


def with_paths(text: bytes) -> bytes:
    text = BARE.sub(lambda found: f'from"{PATH_OF[found[1].decode()]}"'.encode(), text)
    return SOURCE_MAP.sub(b"\n", text)


def renew() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, (version, licence, files) in PACKAGES.items():
            with fetched(name, version, Path(folder)) as package:
                for path in files:
                    (HERE / Path(path).name).write_bytes(with_paths(member(package, path)))
                short = name.replace("@", "").replace("/", "-")
                (HERE / f"LICENCE.{short}.txt").write_bytes(member(package, licence))
    kept = sorted(p for p in HERE.iterdir() if p.suffix in (".mjs", ".css", ".txt"))
    sums = (f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in kept)
    (HERE / "SUMS").write_text("".join(sums))


def member(package: tarfile.TarFile, path: str) -> bytes:
    found = package.extractfile(f"package/{path}")
    assert found is not None, path
    return found.read()


if __name__ == "__main__":
    renew()
