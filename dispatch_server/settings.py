"""Every setting: type, unit, default, one sentence each. From RELIGHT_… in the environment, else from a TOML file."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "RELIGHT_"


class BadSetting(ValueError):
    """A setting cannot be used; the message names it and says what to write."""


def _setting(default: Any, says: str) -> Any:
    return field(default=default, metadata={"says": says})


@dataclass(frozen=True, slots=True)
class Settings:
    data_dir: Path = _setting(Path("data"), "Folder for the SQLite database and the key of the daily roots.")
    database_url: str = _setting(
        "", "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME; empty: relight.db in the data folder."
    )
    gis_dir: Path | None = _setting(None, "Folder of map layers that is loaded when the database has none yet.")
    timezone: str = _setting("Asia/Shanghai", "The utility's local time: days and months of the figures follow it.")
    policy: Path | None = _setting(None, "TOML file with the utility's own rules; what it leaves out has its default.")
    host: str = _setting("127.0.0.1", "Address the server listens on.")
    port: int = _setting(8000, "Port the server listens on; 0 picks a free one.")
    session_hours: float = _setting(12.0, "Hours after which a person signs in again.")
    positions_days: int = _setting(90, "Days after which a crew's track is deleted.")
    personal_days: int = _setting(1095, "Days after which callers' names, numbers and words are deleted.")
    root_key: Path | None = _setting(
        None, "File with the key that signs the daily roots; by default root.key in the data folder."
    )
    geocoders: Path | None = _setting(
        None,
        "TOML file that names other people's geocoders to ask, one [[geocoders]] table each; without it nobody is.",
    )
    geocoder_days: int = _setting(30, "Days for which their answers are kept and not asked for again; 0 keeps none.")
    osrm_url: str = _setting("", "Address of an OSRM server to ask for minutes first, such as http://127.0.0.1:5000.")
    valhalla_url: str = _setting("", "Address of a Valhalla server to ask, after OSRM where both are named.")
    routing_timeout_ms: int = _setting(300, "Milliseconds after which our own roads answer in their place.")
    secure_cookies: bool = _setting(False, "true behind TLS: the console's cookie then travels over https only.")

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'relight.db'}"

    @property
    def key_file(self) -> Path:
        return self.root_key or self.data_dir / "root.key"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The environment wins over the file that RELIGHT_CONFIG names. NAME_FILE reads a secret from a file."""
    said: dict[str, Any] = _from_file(environment.get(f"{PREFIX}CONFIG"))
    for one in fields(Settings):
        name = f"{PREFIX}{one.name.upper()}"
        if name in environment:
            said[one.name] = environment[name]
        elif f"{name}_FILE" in environment:
            said[one.name] = _secret(f"{name}_FILE", environment[f"{name}_FILE"])
    return Settings(
        **{one.name: _read(one.name, one.type, said[one.name]) for one in fields(Settings) if one.name in said}
    )


def describe() -> list[tuple[str, str, str]]:
    """(name in the environment, default, sentence) of every setting, and of the file."""
    rows = [
        (f"{PREFIX}{f.name.upper()}", "" if f.default is None else str(f.default), f.metadata["says"])
        for f in fields(Settings)
    ]
    config = f"{PREFIX}CONFIG", "", "TOML file with any of these, in lower case without the prefix."
    secret = (
        f"{PREFIX}…_FILE",
        "",
        "Any of these, read from a file: for secrets such as RELIGHT_DATABASE_URL_FILE.",
    )
    return [*rows, config, secret]


def _from_file(path: str | None) -> dict[str, Any]:
    if not path:
        return {}
    try:
        said = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSetting(f"{PREFIX}CONFIG names {path}, which cannot be read: {error.strerror}.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"{path} is not valid TOML: {error}.") from None
    known = {f.name for f in fields(Settings)}
    if unknown := sorted(said.keys() - known):
        raise BadSetting(
            f"{path} says {unknown[0]}, which is no setting. The settings are: {', '.join(sorted(known))}."
        )
    return said


def _secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(f"{name} names {path}, which cannot be read: {error.strerror}.") from None


def _read(name: str, kind: Any, value: Any) -> Any:
    shown = f"{PREFIX}{name.upper()}"
    try:
        if kind is bool:
            return _read_bool(value)
        if kind is int:
            return int(str(value))
        if kind is float:
            return float(value)
        if kind is str:
            return str(value)
        return Path(str(value)) if str(value) else None
    except ValueError:
        raise BadSetting(f"{shown} is {value!r}; it must be {_KINDS[kind]}.") from None


_KINDS = {bool: "true or false", int: "a whole number", float: "a number"}


def _read_bool(value: Any) -> bool:
    text = str(value).strip().lower()
    if text in ("true", "1", "yes"):
        return True
    if text in ("false", "0", "no"):
        return False
    raise ValueError(text)
