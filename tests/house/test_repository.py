"""What may stand in the repository: no address of a package registry, no lock that holds downloads."""

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
REGISTRIES = re.compile(r"(pypi|pythonhosted|registry\.npmjs|npmjs|deb\.debian)\.(org|com)", re.IGNORECASE)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def test_no_file_names_a_package_registry() -> None:
    named = []
    for path in tracked():
        if path.is_symlink() or path.suffix in {".png", ".ttf", ".gz"} or not path.is_file() or path == Path(__file__):
            continue
        if REGISTRIES.search(path.read_text(encoding="utf-8", errors="ignore")):
            named.append(path.relative_to(ROOT).as_posix())
    assert not named


def test_no_lock_with_download_addresses() -> None:
    names = {path.name for path in tracked()}
    assert not names & {"uv.lock", "package-lock.json", "poetry.lock"}


def test_every_locked_package_has_its_hash() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pinned = [n for n, line in enumerate(lines) if re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==", line)]
    assert len(pinned) > 50
    assert all("--hash=sha256:" in lines[n + 1] for n in pinned)


def test_every_direct_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [d for extra in project["project"]["optional-dependencies"].values() for d in extra]
    wanted += project["dependency-groups"]["dev"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for requirement in wanted:
        name = re.split(r"[\[><=;~! ]", requirement)[0].lower()
        assert re.search(rf"^{re.escape(name)}(\[[a-z,]+\])?==", lock, re.MULTILINE), (
            f"{name} is not in requirements.lock"
        )
