"""A server as an administrator starts it, with a file of geocoders: the outside world places what its map cannot."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from tests.outside import KEY, amap, an_outside, says
from tests.town import MARKET, PASSWORD, write_layers

ROOT = Path(__file__).parents[2]
WORDS = "王记五金店对面"


def environment(folder: Path, url: str) -> dict[str, str]:
    (folder / "amap.key").write_text(KEY, encoding="utf-8")
    (folder / "geocoders.toml").write_text(
        f'[[geocoders]]\nprovider = "amap"\nname = "高德"\nurl = "{url}"\ndatum = "gcj02"\nkey_file = "amap.key"\n',
        encoding="utf-8",
    )
    return {
        **os.environ,
        "RELIGHT_DATA_DIR": str(folder / "data"),
        "RELIGHT_GIS_DIR": str(write_layers(folder / "layers")),
        "RELIGHT_GEOCODERS": str(folder / "geocoders.toml"),
    }


def placed(http: httpx.Client, call_id: int) -> dict[str, Any]:
    """The call's place, once somebody has put it somewhere."""
    for _ in range(100):
        place: dict[str, Any] = http.get(f"/calls/{call_id}").json()["place"]
        if place["method"] != "none":
            return place
        time.sleep(0.1)
    raise AssertionError("nobody placed the call within ten seconds")


def test_a_server_asks_whom_the_file_names_and_logs_neither_address_nor_key(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dispatch_server"]
    with an_outside() as outside:
        outside.always(says(amap(MARKET)))
        env = environment(tmp_path, outside.url)
        add = [*command, "user", "add", "anna", "--role", "dispatcher", "--password-stdin"]
        subprocess.run(add, env=env, input=f"{PASSWORD}\n", capture_output=True, text=True, cwd=ROOT, check=True)
        serve = [*command, "serve", "--port", "0"]
        with subprocess.Popen(
            serve, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        ) as server:
            assert server.stdout is not None
            url = server.stdout.readline().removeprefix("READY ").strip()
            try:
                with httpx.Client(base_url=f"{url}/api/v1", timeout=10) as http:
                    token = http.post("/sessions", json={"name": "anna", "password": PASSWORD}).json()["token"]
                    http.headers["Authorization"] = f"Bearer {token}"
                    filed = http.post("/calls", json={"channel": "hotline", "address": WORDS}).json()
                    assert filed["place"]["method"] == "none"
                    place = placed(http, filed["call"]["id"])
                    counts = httpx.get(f"{url}/metrics").text
            finally:
                server.terminate()
            said = "".join(server.communicate(timeout=20))
    assert (place["method"], place["source"], place["area"]["area_class"]) == ("remote_geocoder", "高德", "urban")
    assert [question.said["address"] for question in outside.asked] == [WORDS]
    assert 'relight_geocoder_total{geocoder="高德",outcome="answered"} 1.0' in counts
    assert WORDS not in said and KEY not in said
    assert json.dumps(WORDS) not in said
