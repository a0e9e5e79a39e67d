"""The real Buildozer and python-for-android, as far as they go without a download; run in a process of its own.

    python -m tests.mobile_app.packaging.laid_out STAGED

Buildozer reads the spec and copies the source. Its command for python-for-android is not run but handed to that one's
own `build.py`, which writes the manifest, the service's class and the archive of the source; then comes our hook.
Prints JSON: the requirements and the recipes that they come to.
"""

import json
import os
import runpy
import shutil
import sys
from pathlib import Path
from typing import Any

import pythonforandroid
from buildozer import Buildozer
from buildozer.targets.android import TargetAndroid
from pythonforandroid.bootstrap import Bootstrap
from pythonforandroid.graph import get_recipe_order_and_bootstrap

BOOTSTRAPS = Path(pythonforandroid.__file__).parent / "bootstraps"
TOOLCHAINS_OWN = {"--bootstrap": 1, "--dist_name": 1, "--ndk-api": 1, "--arch": 1, "--copy-libs": 0}


class Target(TargetAndroid):
    """Buildozer's own, but that it only notes what it would have python-for-android do."""

    def __init__(self, buildozer: Buildozer) -> None:
        super().__init__(buildozer)
        self.commands: dict[str, list[str]] = {}
        self.build_mode, self.artifact_format = "debug", "apk"

    def _p4a(self, cmd: list[str], **_: Any) -> None:
        self.commands[cmd[0]] = cmd[1:]

    def _update_libraries_references(self, _: str) -> None:  # of Ant's time; it wants the SDK
        pass


def main() -> None:
    staged = Path(sys.argv[1])
    os.chdir(staged)
    target = spec_read()
    dist = an_empty_dist(staged / "dist", target.buildozer.config.get("app", "android.api"))
    target.get_dist_dir = lambda _: str(dist)
    target.compile_platform()
    try:
        target.build_package()
    except FileNotFoundError as error:  # it goes on to look for the APK
        assert "apk" in target.commands, error
    os.chdir(dist)
    build = runpy.run_path(str(dist / "build.py"))
    with_its_tongue_held(lambda: build["parse_args_and_make_package"](for_build_py(target.commands["apk"])))
    hook = next(a.removeprefix("--hook=") for a in target.extra_p4a_args if a.startswith("--hook="))
    runpy.run_path(hook)["after_apk_build"](None)
    asked = next(a for a in target.commands["create"] if a.startswith("--requirements=")).partition("=")[2].split(",")
    print(json.dumps({"requirements": asked, **recipes_of(asked, staged)}))


def spec_read() -> Target:
    buildozer = Buildozer("buildozer.spec")
    buildozer.logger.set_level(0)
    buildozer.targetname = "android"
    buildozer.target = Target(buildozer)
    buildozer.check_build_layout()
    buildozer._copy_application_sources()
    return buildozer.target


def an_empty_dist(dist: Path, api: str) -> Path:
    """What python-for-android leaves behind before it writes the manifest, without anything compiled."""
    for layer in ("common", "_sdl_common", "sdl2"):
        shutil.copytree(BOOTSTRAPS / layer / "build", dist, dirs_exist_ok=True)
    for made in ("_python_bundle__arm64-v8a", "libs/arm64-v8a"):
        (dist / made).mkdir(parents=True)
    sdk = dist / "sdk" / "build-tools" / f"{api}.0.0"
    sdk.mkdir(parents=True)
    about = {"bootstrap": "sdl2", "archs": ["arm64-v8a"], "ndk_api": 26, "hostpython": sys.executable}
    (dist / "dist_info.json").write_text(json.dumps(about))
    (dist / "project.properties").write_text(f"target=android-{api}")
    (dist / "local.properties").write_text(f"sdk.dir={dist / 'sdk'}")
    return dist


def for_build_py(command: list[str]) -> list[str]:
    """Without what the toolchain keeps for itself; a resource goes on under another name."""
    left, words = [], iter(command)
    for word in words:
        if word in TOOLCHAINS_OWN:
            for _ in range(TOOLCHAINS_OWN[word]):
                next(words)
        else:
            left.append("--resource" if word == "--add-resource" else word)
    return left


def with_its_tongue_held(deed: Any) -> None:
    said, sys.stdout = sys.stdout, sys.stderr
    try:
        deed()
    finally:
        sys.stdout = said


class Context:
    """As much of a build as the graph of recipes looks at."""

    def __init__(self, storage: Path) -> None:
        self.root_dir = str(Path(pythonforandroid.__file__).parent)
        self.storage_dir = str(storage)
        self.local_recipes = None
        self.archs: list[str] = []
        self.ndk_api, self.android_api = 26, 34
        self.recipe_build_order = None
        self.python_modules: list[str] = []


def recipes_of(asked: list[str], storage: Path) -> dict[str, Any]:
    context = Context(storage)
    asked = [one.partition("==")[0] for one in asked]  # the toolchain notes the version and goes on with the name
    order, modules, bootstrap = get_recipe_order_and_bootstrap(context, asked, Bootstrap.get_bootstrap("sdl2", context))
    return {"recipes": order, "modules": modules, "bootstrap": bootstrap.name}


if __name__ == "__main__":
    main()
