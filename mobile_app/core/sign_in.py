"""Who this tablet belongs to and who is signed in on it. Presses stay with the crew they were made for."""

import base64
import binascii
import uuid

from dispatch_server.protocol.codec import Json
from dispatch_server.protocol.words import Role
from mobile_app.core.server import Trouble
from mobile_app.core.store import Store, put

NO_CREW = "This user belongs to no crew: sign in as a crew."
NO_KEY = "The server gave this tablet no key; ask for a new code."


def device_id_of(store: Store) -> str:
    """Made once, and kept as long as the file is."""
    known = store.setting("device_id")
    if known is None:
        known = str(uuid.uuid4())
        store.set(device_id=known)
    return str(known)


def keep_session(store: Store, server_url: str, said: Json, enrolled: bool) -> None:
    """Another crew's cards go: their callers are none of this one's business. Its presses stay."""
    crew_id = said.get("crew_id")
    if said.get("role") != Role.CREW.value or not isinstance(crew_id, int):
        raise Trouble(NO_CREW)
    crew = str(said.get("crew") or said.get("name") or crew_id)
    settings: dict[str, Json] = {
        "server_url": server_url,
        "token": said["token"],
        "crew_id": crew_id,
        "crew": crew,
        "session_ends": said.get("expires_at"),
        "must_sign_in": "",
    }
    if enrolled:
        settings |= {"key": _key(said), "key_crew": crew_id}
    if said.get("offline_hours") is not None:
        settings["offline_hours"] = said["offline_hours"]
    crews = dict(store.setting("crews") or {}) | {str(crew_id): crew}
    is_another = store.setting("crew_id") != crew_id
    with store.writing() as connection:
        put(connection, settings | {"crews": crews})
        if is_another:
            connection.execute("DELETE FROM cards")
            put(connection, {"cursor": None, "on_duty": False, "aboard": 0, "names": []})


def forget_session(store: Store) -> None:
    with store.writing() as connection:
        connection.execute("DELETE FROM cards")
        put(connection, {"token": "", "crew_id": None, "crew": "", "cursor": None, "session_ends": None})
        put(connection, {"must_sign_in": "", "on_duty": False, "aboard": 0, "names": []})


def key_bytes(key: str) -> bytes:
    return base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))


def _key(said: Json) -> str:
    key = said.get("key")
    try:
        if isinstance(key, str) and key_bytes(key):
            return key
    except (binascii.Error, ValueError):
        pass
    raise Trouble(NO_KEY)
