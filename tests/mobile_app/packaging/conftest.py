"""The tablet's source, staged once, and what Buildozer and python-for-android make of it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mobile_app.packaging.stage import ROOT, stage

OF_ANDROID = "{http://schemas.android.com/apk/res/android}"


@dataclass(frozen=True, slots=True)
class LaidOut:
    folder: Path
    requirements: list[str]
    recipes: list[str]
    modules: list[str]

    @property
    def app(self) -> Path:
        return self.folder / "app"

    @property
    def dist(self) -> Path:
        return self.folder / "dist"

    def manifest(self) -> ElementTree.Element:
        return ElementTree.parse(self.dist / "src/main/AndroidManifest.xml").getroot()


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stage(tmp_path_factory.mktemp("tablet") / "staged")


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> LaidOut:
    folder = stage(tmp_path_factory.mktemp("android") / "staged")
    command = [sys.executable, "-W", "ignore", "-m", "tests.mobile_app.packaging.laid_out", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    return LaidOut(folder, told["requirements"], told["recipes"], told["modules"])
