"""What others wrote is what we pinned: every file by its sum, every package with its licence."""

import hashlib
import re
from pathlib import Path

CONSOLE = Path(__file__).parents[2] / "dispatch_server" / "web" / "console"
VENDOR = CONSOLE / "vendor"
PACKAGES = {"maplibre-gl", "preact", "preact-signals", "preact-signals-core", "htm"}


def sums() -> dict[str, str]:
    lines = (VENDOR / "SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def test_every_vendored_file_has_its_sum() -> None:
    for name, digest in sums().items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name


def test_no_file_stands_there_without_a_sum() -> None:
    ours = {"SUMS", "renew.py"}
    assert {path.name for path in VENDOR.iterdir() if path.is_file()} - ours == set(sums())


def test_every_package_brings_its_licence() -> None:
    assert {path.name.split(".")[1] for path in VENDOR.glob("LICENCE.*.txt")} == PACKAGES


def test_every_import_is_a_path() -> None:
    """A bare name would need an import map, which a strict policy does not let stand in the page."""
    for path in [*CONSOLE.rglob("*.js"), *VENDOR.glob("*.mjs")]:
        text = path.read_text(encoding="utf-8")
        imported = re.findall(r"""^(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]""", text, re.MULTILINE)
        for target in imported:
            assert target.startswith("."), f"{path.name} imports {target}"
            assert (path.parent / target).is_file(), f"{path.name} imports {target}"


def test_the_page_holds_no_inline_script_or_style() -> None:
    page = (CONSOLE / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert "<style" not in page
    assert re.findall(r"\son\w+=|\sstyle=", page) == []


def test_nothing_in_the_page_names_another_host() -> None:
    """Names of XML vocabularies are no addresses that a browser asks."""
    for path in [CONSOLE / "index.html", *CONSOLE.rglob("*.js"), *(CONSOLE / "looks").iterdir()]:
        if VENDOR in path.parents:
            continue
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, path.name
