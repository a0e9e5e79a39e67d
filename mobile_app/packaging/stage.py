"""Lays the tablet's source out the way Buildozer wants it: a folder with a main.py, and only what runs on a tablet.

python -m mobile_app.packaging.stage FOLDER
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGING = Path(__file__).parent
SHARED = ("dispatch_server/__init__.py", "dispatch_server/protocol")
FOR_BUILDOZER = ("buildozer.spec", "p4a_hook.py", "res")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "packaging", "make_*.py", ".*")
MARK = "staged-by-relight.txt"
# Android starts the first by itself; the second runs in the location service's own process.
ENTRANCES = {
    "main.py": "from mobile_app.main import main\n\nmain()\n",
    "duty_service.py": "from mobile_app.service import main\n\nmain()\n",
}


class CannotStage(Exception):
    """A sentence for the person at the command line."""


def stage(folder: Path) -> Path:
    """FOLDER/app is what goes on the tablet; beside it lies what Buildozer reads."""
    folder = folder.resolve()
    _require_fit(folder)
    if folder.exists():
        shutil.rmtree(folder)
    app = folder / "app"
    app.mkdir(parents=True)
    (folder / MARK).write_text("Made anew by every run of mobile_app.packaging.stage.\n", encoding="utf-8")
    shutil.copytree(ROOT / "mobile_app", app / "mobile_app", ignore=LEFT_OUT)
    for name in SHARED:
        _copy(ROOT / name, app / name)
    for name in FOR_BUILDOZER:
        _copy(PACKAGING / name, folder / name)
    for name, text in ENTRANCES.items():
        (app / name).write_text(text, encoding="utf-8")
    return folder


def _require_fit(folder: Path) -> None:
    # Buildozer passes over whatever lies below a hidden folder, and then builds an app without a word and without code.
    dotted = next((part for part in folder.parts if "." in part), None)
    if dotted is not None:
        raise CannotStage(f"No folder above the staged source may have a dot in its name; this one has: {dotted}.")
    if folder.is_relative_to(ROOT / "mobile_app") or folder.is_relative_to(ROOT / "dispatch_server"):
        raise CannotStage(f"{folder} lies in the source that is to be copied; name a folder outside it.")
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).exists()):
        raise CannotStage(f"{folder} holds something else already; name a folder that is empty or new.")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=LEFT_OUT)
    else:
        shutil.copyfile(source, target)


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("Say where to: python -m mobile_app.packaging.stage FOLDER")
    try:
        folder = stage(Path(sys.argv[1]))
    except CannotStage as error:
        sys.exit(str(error))
    print(f"Staged in {folder}. On a machine with internet: cd {folder} && buildozer android debug")


if __name__ == "__main__":
    main()
