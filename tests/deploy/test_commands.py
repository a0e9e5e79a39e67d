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


def private(path: Path) -> bool:
    return path.stat().st_mode & 0o077 == 0


def serving(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Until it says that it is ready. Under the loosest of umasks: what is private is so by itself."""
    environment = {**os.environ, "RELIGHT_DATA_DIR": str(folder), "RELIGHT_GIS_DIR": str(ROOT / "gis_data" / "loudi")}
    started = subprocess.Popen(
        [sys.executable, "-m", "dispatch_server", *words],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        preexec_fn=lambda: os.umask(0),
    )
    assert started.stdout is not None
    assert any(line.startswith("READY") for line in started.stdout)
    return started


def end(server: subprocess.Popen[str]) -> None:
    server.terminate()
    server.communicate(timeout=20)


def test_what_a_server_writes_is_readable_by_its_own_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    server = serving(folder, "demo", "--port", "0", "--data-dir", str(folder))
    try:
        written = [folder, *folder.rglob("*")]
        assert {"relight.db", "relight.db-wal", "root.key", "demo.json"} <= {path.name for path in written}
        assert [path.name for path in written if not private(path)] == []
    finally:
        end(server)
    assert relight(folder, "backup", str(tmp_path / "copy.zip")).returncode == 0
    assert private(tmp_path / "copy.zip")


def test_a_database_that_everybody_can_read_is_named(tmp_path: Path) -> None:
    assert "chmod" not in relight(tmp_path, "user", "list").stderr
    (tmp_path / "relight.db").chmod(0o644)
    assert f"chmod o-rwx {tmp_path / 'relight.db'}" in relight(tmp_path, "user", "list").stderr


def test_the_key_does_not_go_with_a_backup_and_everybody_says_so(tmp_path: Path) -> None:
    old, new, copy = tmp_path / "old", tmp_path / "new", tmp_path / "copy.zip"
    end(serving(old, "serve", "--port", "0"))
    assert "root.key" in relight(old, "backup", str(copy)).stdout
    restored = relight(new, "restore", str(copy))
    assert restored.returncode == 0
    assert f"bring root.key to {new / 'root.key'}" in restored.stdout
    unproved = relight(new, "verify")
    assert (unproved.returncode, "NOT CHECKED" in unproved.stdout) == (0, True)

    end(serving(new, "serve", "--port", "0"))
    assert not (new / "root.key").exists()  # a new key would make the old roots look forged

    (new / "root.key").write_text("00" * 32, encoding="ascii")
    another = relight(new, "verify")
    assert (another.returncode, "this is not the key that signed them" in another.stdout) == (1, True)
    (new / "root.key").write_bytes((old / "root.key").read_bytes())
    assert relight(new, "verify").stdout.startswith("Sound: ")
