"""A camera that takes the pictures of a folder in turn."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

PICTURES = (".jpg", ".jpeg", ".png", ".webp")


class FolderCamera:
    """Without a folder, or with an empty one, it gives none, as when a crew gives up."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._taken = count()

    def take(self, done: Callable[[Path | None], None]) -> None:
        there = sorted(self._folder.iterdir()) if self._folder is not None and self._folder.is_dir() else []
        pictures = [file for file in there if file.suffix.lower() in PICTURES]
        done(pictures[next(self._taken) % len(pictures)] if pictures else None)
