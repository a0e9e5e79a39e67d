"""The app's own folder: no other app reads it, no backup takes it, and it is gone with the app."""

from pathlib import Path

from mobile_app.device.android.java import context


def data_folder() -> Path:
    return Path(context().getFilesDir().getAbsolutePath()) / "tablet"
