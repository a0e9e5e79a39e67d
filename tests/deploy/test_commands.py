"""The command line as an administrator meets it: nothing is replaced or begun twice without a word."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch_server.domain.refusals import Refused
from dispatch_server.drill.demo import alone_in

ROOT = Path(__file__).parents[2]


def relight(folder: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RELIGHT_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "dispatch_server", *words]
    return subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True, cwd=ROOT, check=False)


def test_a_user_who_exists_is_replaced_only_when_that_is_said(tmp_path: Path) -> None:
    admin = ("user", "add", "anna", "--role", "admin", "--password-stdin")
    assert relight(tmp_path, *admin, stdin="correct horse\n").returncode == 0
    again = relight(tmp_path, "user", "add", "anna", "--role", "call_taker")
    assert again.returncode == 1
    assert "--replace" in again.stderr
    assert "admin" in relight(tmp_path, "user", "list").stdout
    assert relight(tmp_path, "user", "add", "anna", "--role", "call_taker", "--replace").returncode == 0
    assert "call_taker" in relight(tmp_path, "user", "list").stdout


def test_a_folder_without_a_database_is_not_called_sound(tmp_path: Path) -> None:
    found = relight(tmp_path / "mistyped", "verify")
    assert found.returncode == 1
    assert "RELIGHT_DATA_DIR" in found.stderr
    assert not (tmp_path / "mistyped").exists()


def test_one_demo_a_folder(tmp_path: Path) -> None:
    with alone_in(tmp_path / "demo"):
        with pytest.raises(Refused, match="already runs"), alone_in(tmp_path / "demo"):
            pass
        with alone_in(tmp_path / "another"):
            pass
    with alone_in(tmp_path / "demo"):
        pass
