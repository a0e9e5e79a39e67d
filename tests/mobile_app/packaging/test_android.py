"""Real Buildozer and python-for-android on the staged source: recipes, wheels, the manifest, the archive."""

import tarfile
from importlib import metadata
from pathlib import Path

import pythonforandroid
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.mobile_app.packaging.conftest import OF_ANDROID, LaidOut

COMPILED = {"python3", "android", "pyjnius", "sqlite3", "openssl"}
# Pure Python that the recipes of Kivy, pyjnius and httpx bring along; the app imports none of it.
ASKED_BY_RECIPES = {"chardet", "filetype", "requests", "six", "sniffio", "urllib3"}
PERMISSIONS = {
    *("INTERNET", "ACCESS_NETWORK_STATE", "ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION", "FOREGROUND_SERVICE"),
    *("FOREGROUND_SERVICE_LOCATION", "POST_NOTIFICATIONS", "VIBRATE", "WAKE_LOCK"),
}


def test_the_requirements_are_these_and_no_more(laid_out: LaidOut) -> None:
    wanted = "python3 kivy==2.3.1 pyjnius android sqlite3 openssl httpx anyio certifi"
    assert laid_out.requirements == wanted.split()


def test_every_compiled_part_has_a_recipe(laid_out: LaidOut) -> None:
    assert {"python3", "kivy", "pyjnius", "android", "sqlite3", "openssl", "sdl2"} <= set(laid_out.recipes)
    asked = {one.partition("==")[0] for one in laid_out.requirements}
    assert asked <= set(laid_out.recipes) | set(laid_out.modules)


def test_what_is_not_compiled_is_pure_python_down_to_the_last(laid_out: LaidOut) -> None:
    """python-for-android takes every name it does not know for pure Python; whether it is, the wheels say."""
    ours = closure({one for one in laid_out.requirements if "==" not in one} - COMPILED)
    assert {"httpx", "httpcore", "h11", "idna", "anyio", "certifi"} <= ours
    assert [name for name in sorted(ours) if not is_pure(name)] == []
    assert set(laid_out.modules) - ours == ASKED_BY_RECIPES


def closure(names: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = {canonicalize_name(name) for name in names}
    while waiting:
        name = waiting.pop()
        found.add(name)
        wanted = [Requirement(line) for line in metadata.distribution(name).requires or []]
        on_android = {"extra": "", "sys_platform": "linux", "python_version": "3.14", "python_full_version": "3.14.2"}
        needed = {canonicalize_name(r.name) for r in wanted if r.marker is None or r.marker.evaluate(on_android)}
        waiting |= needed - found
    return found


def is_pure(name: str) -> bool:
    distribution = metadata.distribution(name)
    built = [str(f) for f in distribution.files or [] if Path(str(f)).suffix in {".so", ".pyd"}]
    return "Root-Is-Purelib: true" in (distribution.read_text("WHEEL") or "") and not built


def test_the_bridge_to_java_is_tried_in_the_version_that_is_built() -> None:
    recipe = (Path(pythonforandroid.__file__).parent / "recipes/pyjnius/__init__.py").read_text()
    assert f"version = '{metadata.version('pyjnius')}'" in recipe


def test_the_app_asks_for_these_permissions_and_no_more(laid_out: LaidOut) -> None:
    asked = {e.get(f"{OF_ANDROID}name") for e in laid_out.manifest().iter("uses-permission")}
    assert asked == {f"android.permission.{name}" for name in PERMISSIONS}


def test_the_location_service_is_of_type_location_and_a_process_of_its_own(laid_out: LaidOut) -> None:
    [service] = laid_out.manifest().iter("service")
    assert service.get(f"{OF_ANDROID}name") == "org.relight.relight.ServiceDuty"
    assert service.get(f"{OF_ANDROID}foregroundServiceType") == "location"
    assert service.get(f"{OF_ANDROID}process") == ":service_Duty"


def test_the_service_goes_on_when_the_window_is_gone_and_shows_itself_by_itself(laid_out: LaidOut) -> None:
    java = (laid_out.dist / "src/main/java/org/relight/relight/ServiceDuty.java").read_text()
    assert "return START_STICKY;" in java
    assert '"serviceEntrypoint", "duty_service.py"' in java
    assert '"serviceStartAsForeground", "false"' in java


def test_the_camera_app_may_write_into_one_folder_and_no_other_app_may_read(laid_out: LaidOut) -> None:
    [provider] = laid_out.manifest().iter("provider")
    assert provider.get(f"{OF_ANDROID}authorities") == "${applicationId}.photos"
    assert (provider.get(f"{OF_ANDROID}exported"), provider.get(f"{OF_ANDROID}grantUriPermissions")) == (
        "false",
        "true",
    )
    paths = (laid_out.dist / "src/main/res/xml/photo_paths.xml").read_text()
    assert 'path="taken/"' in paths
    assert "androidx.core:core:" in (laid_out.dist / "build.gradle").read_text()


def test_names_and_numbers_go_into_nobodys_cloud(laid_out: LaidOut) -> None:
    application = laid_out.manifest().find("application")
    assert application is not None
    assert application.get(f"{OF_ANDROID}allowBackup") == "false"


def test_every_source_and_every_asset_is_in_the_archive(laid_out: LaidOut) -> None:
    with tarfile.open(laid_out.dist / "src/main/assets/private.tar") as archive:
        packed = {name for name in archive.getnames() if "." in name}
    staged = {p.relative_to(laid_out.app) for p in laid_out.app.rglob("*") if p.is_file()}
    wanted = {str(p.with_suffix(".pyc") if p.suffix == ".py" else p) for p in staged}
    assert packed - {"p4a_env_vars.txt"} == wanted
