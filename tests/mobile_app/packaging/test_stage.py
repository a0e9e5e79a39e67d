"""What goes on the tablet: the app and what it shares with the server, and nothing else."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mobile_app.packaging.stage import ROOT, CannotStage, stage

# Without them an import fails on Python 3.14, which python-for-android builds, though not on the 3.11 of a laptop.
GONE_BY_3_14 = {
    *("aifc", "asynchat", "asyncore", "audioop", "cgi", "cgitb", "chunk", "crypt", "distutils", "imghdr", "imp"),
    *("mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "smtpd", "sndhdr", "spwd", "sunau", "telnetlib"),
    *("uu", "xdrlib", "lib2to3"),
}


def files_of(folder: Path, ending: str = ".py") -> list[Path]:
    return sorted(p for p in folder.rglob(f"*{ending}") if "__pycache__" not in p.parts)


def test_the_app_and_what_it_shares_with_the_server_are_there(staged: Path) -> None:
    app = staged / "app"
    assert {p.name for p in app.iterdir()} == {"main.py", "duty_service.py", "mobile_app", "dispatch_server"}
    assert {p.name for p in (app / "dispatch_server").iterdir()} == {"__init__.py", "protocol"}
    wanted = {p.relative_to(ROOT) for p in files_of(ROOT / "dispatch_server" / "protocol")}
    assert {p.relative_to(app) for p in files_of(app / "dispatch_server" / "protocol")} == wanted
    assert not (app / "mobile_app" / "packaging").exists()
    assert not list(app.rglob("make_*.py"))


def test_a_folder_whose_path_has_a_dot_is_refused(tmp_path: Path) -> None:
    for named in (tmp_path / ".hidden" / "tablet", tmp_path / "relight-1.0"):
        with pytest.raises(CannotStage, match="dot in its name"):
            stage(named)
        assert not named.exists()


def test_what_lies_in_a_folder_already_is_not_thrown_away(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letters").write_text("dear")
    with pytest.raises(CannotStage, match="something else"):
        stage(folder)
    assert (folder / "letters").read_text() == "dear"


def test_staging_again_begins_anew(tmp_path: Path) -> None:
    folder = stage(tmp_path / "tablet")
    (folder / "app" / "left_over.py").write_text("")
    assert not (stage(folder) / "app" / "left_over.py").exists()


def test_the_command_says_what_to_do_next(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mobile_app.packaging.stage"]
    good = subprocess.run([*command, str(tmp_path / "t")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (good.returncode, "buildozer android debug" in good.stdout) == (0, True)
    bad = subprocess.run([*command, str(tmp_path / "t.t")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (bad.returncode, "dot in its name" in bad.stderr) == (1, True)


def test_the_grammar_is_that_of_python_3_14_too(staged: Path) -> None:
    # Ruff's parser knows the grammar of each version; B012 is what 3.14 warns of.
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--target-version", "py314"]
    done = subprocess.run(
        [*command, "--select", "E9,F63,F7,F82,W605,B012", str(staged / "app")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_nothing_is_imported_that_python_3_14_has_no_more(staged: Path) -> None:
    imports = re.compile(r"^\s*(?:from|import) ([a-z0-9_]+)", re.MULTILINE)
    used = {name for path in files_of(staged / "app") for name in imports.findall(path.read_text(encoding="utf-8"))}
    assert {"json", "sqlite3"} <= used or "dataclasses" in used
    assert not used & GONE_BY_3_14


def test_every_file_compiles_without_a_warning(staged: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-OO", "-m", "compileall", "-q", "-f", str(staged / "app")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    )
    assert done.returncode == 0, done.stdout
