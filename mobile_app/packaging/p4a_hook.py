"""python-for-android calls this after it has written the manifest: the one element it has no option for.

Without a content provider the camera app has nowhere to write: `file://` addresses end the app since Android 7.
"""

from pathlib import Path
from typing import Any

MANIFEST = Path("src/main/AndroidManifest.xml")
PROVIDER = """
        <provider android:name="androidx.core.content.FileProvider"
                  android:authorities="${applicationId}.photos"
                  android:exported="false"
                  android:grantUriPermissions="true">
            <meta-data android:name="android.support.FILE_PROVIDER_PATHS"
                       android:resource="@xml/photo_paths" />
        </provider>
"""
_END = "</application>"


def after_apk_build(toolchain: Any) -> None:
    """The toolchain stands in the folder of the build; Gradle comes after."""
    MANIFEST.write_text(with_provider(MANIFEST.read_text(encoding="utf-8")), encoding="utf-8")


def with_provider(manifest: str) -> str:
    if PROVIDER in manifest:
        return manifest
    before, end, after = manifest.rpartition(_END)
    if not end:
        raise SystemExit(f"{MANIFEST} has no {_END}: this python-for-android writes another manifest.")
    return before + PROVIDER + "    " + end + after
