"""The second lane: photos go up one at a time, in chunks, each from where the server has it."""

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from dispatch_server.protocol.codec import Json, encode
from mobile_app.core.ports import Shrink
from mobile_app.core.server import NotTaken, Server
from mobile_app.core.store import Store

CHUNK = 256 * 1024
LEAST_CHUNK = 16 * 1024  # over a link that breaks
LONGEST_PX = 1_600
FOLDER = "photos"
_MEDIA_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}

FILE_GONE = "The file of this photo is gone from the tablet; take the photo again."
FILE_CHANGED = "The file of this photo was changed on the tablet; take the photo again."
NOT_A_PHOTO = "This file is no photo: choose a JPEG, PNG or WebP picture."


@dataclass(frozen=True, slots=True)
class NextPhoto:
    photo_id: str
    job_id: int
    step: str | None
    path: Path
    bytes: int
    sha256: str
    media_type: str
    taken_at: str
    sent: int


def media_type_of(path: Path) -> str | None:
    return _MEDIA_TYPES.get(path.suffix.lower())


def add_photo(
    store: Store, crew_id: int, job_id: int, path: Path, step: str | None, taken_at: datetime, shrink: Shrink | None
) -> str:
    """A copy of its own, on the disk before it is listed: the camera's file may go at any time."""
    photo_id = str(uuid4())
    folder = store.path.parent / FOLDER
    folder.mkdir(exist_ok=True)
    kept = folder / f"{photo_id}{path.suffix.lower()}"
    if shrink is None or not shrink(path, kept, LONGEST_PX):
        shutil.copyfile(path, kept)
    _flush(kept)
    _flush(folder)
    with kept.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    about = (str(kept), kept.stat().st_size, digest, media_type_of(kept), encode(taken_at))
    with store.writing() as connection:
        connection.execute(
            "INSERT INTO photos (photo_id, crew_id, job_id, step, path, bytes, sha256, media_type, taken_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (photo_id, crew_id, job_id, step, *about),
        )
    return photo_id


def next_photo(store: Store, crew_id: int) -> NextPhoto | None:
    found = store.row(
        "SELECT photo_id, job_id, step, path, bytes, sha256, media_type, taken_at, sent FROM photos "
        "WHERE crew_id = ? AND state = 'waiting' ORDER BY rowid LIMIT 1",
        crew_id,
    )
    if found is None:
        return None
    photo_id, job_id, step, path, size, sha256, media_type, taken_at, sent = found
    return NextPhoto(photo_id, job_id, step, Path(path), size, sha256, media_type, taken_at, sent)


class PhotoLane:
    """One chunk at a time, so that a press never waits for more than that. Chunks shrink while the link breaks."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._chunk = CHUNK
        self._asked: str | None = None  # the photo that the server was asked about in this run

    def send_some(self, server: Server, photo: NextPhoto) -> None:
        chunk = self._chunk
        self._chunk = max(LEAST_CHUNK, chunk // 2)  # unless this one arrives
        try:
            said = self._sent(server, photo, chunk)
        except NotTaken as no:
            self._asked = None
            if "received" not in no.said:
                self._keep(photo, photo.sent, "refused", str(no))
                return
            said = no.said
        except FileNotFoundError:
            self._keep(photo, photo.sent, "refused", FILE_GONE)
            return
        self._chunk = min(CHUNK, chunk * 2)
        self._note(photo, said)

    def _sent(self, server: Server, photo: NextPhoto, chunk: int) -> Json:
        """First what the server has of it, then the piece that comes next."""
        if self._asked != photo.photo_id:
            said = server.announce_photo(_announced(photo))
            self._asked = photo.photo_id
            return said
        with photo.path.open("rb") as file:
            file.seek(photo.sent)
            piece = file.read(chunk)
        return server.send_photo(photo.photo_id, photo.sent, piece)

    def _note(self, photo: NextPhoto, said: Mapping[str, Json]) -> None:
        received = int(said.get("received") or 0)
        if received >= photo.bytes:
            self._asked = None
            self._keep(photo, photo.bytes, "sent", "")
        else:
            self._keep(photo, received, "waiting", "")

    def _keep(self, photo: NextPhoto, sent: int, state: str, sentence: str) -> None:
        with self._store.writing() as connection:
            connection.execute(
                "UPDATE photos SET sent = ?, state = ?, sentence = ? WHERE photo_id = ?",
                (sent, state, sentence, photo.photo_id),
            )


def _announced(photo: NextPhoto) -> dict[str, Json]:
    said = {
        "photo_id": photo.photo_id,
        "job_id": photo.job_id,
        "bytes": photo.bytes,
        "sha256": photo.sha256,
        "taken_at": photo.taken_at,
        "media_type": photo.media_type,
    }
    return said if photo.step is None else said | {"step": photo.step}


def _flush(path: Path) -> None:
    """A file, or the folder that names it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
