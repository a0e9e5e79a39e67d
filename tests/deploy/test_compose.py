"""compose.yaml: it keeps the specification, and its arrangement runs: the same commands by hand, without containers."""

import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import compose_spec
import httpx
import pytest
import yaml

from tests.conftest import missing
from tests.ports import free_port
from tests.town import PASSWORD, write_layers

ROOT = Path(__file__).parents[2]
RELIGHT = [sys.executable, "-m", "dispatch_server"]


def composition(**environment: str) -> dict[str, Any]:
    """The file as Compose reads it, its ${NAME:-default} filled in."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    filled = re.sub(r"(?<!\$)\$\{(\w+):-([^}]*)\}", lambda m: environment.get(m[1], m[2]), text)
    return dict(yaml.safe_load(filled))


def test_the_file_keeps_the_compose_specification() -> None:
    spec = compose_spec.PyCompose.from_json(json.dumps(composition()))
    spec.validate()
    assert set(spec.service_names()) == {"database", "server-1", "server-2", "ticker", "proxy"}


@pytest.mark.parametrize(
    ("good", "bad"), [("retries", "tries"), ("data:/data", "nowhere:/data"), ("service_healthy", "service_fine")]
)
def test_the_check_can_fail(good: str, bad: str) -> None:
    text = json.dumps(composition())
    assert good in text
    with pytest.raises(ValueError, match=r"."):
        compose_spec.PyCompose.from_json(text.replace(good, bad)).validate()


def test_no_secret_stands_in_the_file_and_everything_is_watched() -> None:
    services = composition()["services"]
    for name, service in services.items():
        said = service.get("environment", {})
        assert not [k for k in said if "PASSWORD" in k and not k.endswith("_FILE")], name
        assert not [k for k in said if k == "RELIGHT_DATABASE_URL"], name
    assert all("healthcheck" in services[name] for name in ("database", "server-1", "server-2", "proxy"))


@contextmanager
def process(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        started = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:  # a proxy waits for whoever still listens to a feed
            started.kill()
            started.wait()


def wait_for(word: str, log: Path) -> None:
    for _ in range(300):
        if word in log.read_text(encoding="utf-8", errors="replace"):
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))


class Arrangement:
    """The services of compose.yaml as processes: same commands, same settings, secrets from files."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.services = composition()["services"]
        secrets = folder / "secrets"
        secrets.mkdir()
        (secrets / "database_url").write_text(database_url + "\n")
        (secrets / "root_key").write_text("ab" * 32 + "\n")
        write_layers(folder / "layers")
        self.ports = {name: free_port() for name in ("server-1", "server-2", "proxy", "plain")}

    def environment(self, name: str) -> dict[str, str]:
        said = {k: self._here(v) for k, v in self.services[name]["environment"].items()}
        port = {"RELIGHT_PORT": str(self.ports[name])} if name in self.ports else {}
        return {**os.environ, **said, **port, "RELIGHT_HOST": "127.0.0.1"}

    def _here(self, value: str) -> str:
        inside = {"/run/secrets/": "secrets/", "/layers": "layers", "/data": "data"}
        for path, folder in inside.items():
            if value.startswith(path):
                return str(self.folder / value.replace(path, folder, 1))
        return value

    def running(self, name: str) -> tuple[Path, AbstractContextManager[subprocess.Popen[bytes]]]:
        log = self.folder / f"{name}-{free_port()}.log"
        command = [*RELIGHT, *self.services[name]["command"]]
        return log, process(command, self.environment(name), log)

    def is_healthy(self, name: str) -> bool:
        [kind, _, *rest] = self.services[name]["healthcheck"]["test"]
        assert kind == "CMD"
        here = [word.replace(":8000", f":{self.ports[name]}") for word in rest]
        return subprocess.run([sys.executable, *here], capture_output=True, check=False).returncode == 0

    def relight(self, *words: str, stdin: str = "") -> str:
        done = subprocess.run(
            [*RELIGHT, *words], env=self.environment("server-1"), input=stdin, capture_output=True, text=True, cwd=ROOT
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def proxy_file(self) -> Path:
        """The proxy's own configuration with this machine's ports in it."""
        text = composition()["configs"]["proxy"]["content"].replace("{$$RELIGHT_DOMAIN}", "localhost")
        for name in ("server-1", "server-2"):
            text = text.replace(f"{name}:8000", f"127.0.0.1:{self.ports[name]}")
        head = (
            f"{{\n  https_port {self.ports['proxy']}\n  http_port {self.ports['plain']}\n"
            "  admin off\n  skip_install_trust\n  grace_period 2s\n}\n"
        )
        file = self.folder / "Caddyfile"
        file.write_text(head + text)
        return file


@pytest.fixture
def arrangement(postgres_url: str, tmp_path: Path) -> Arrangement:
    return Arrangement(tmp_path, postgres_url)


def test_two_servers_a_ticker_and_a_proxy_carry_a_call_through_the_death_of_one_server(
    arrangement: Arrangement,
) -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        missing("Caddy", "caddy")
    with ExitStack() as up:
        logs = {}
        servers = {}
        for name, word in (("server-1", "READY"), ("server-2", "READY"), ("ticker", "TICKING")):
            logs[name], starting = arrangement.running(name)
            servers[name] = up.enter_context(starting)
            wait_for(word, logs[name])
        arrangement.relight("user", "add", "desk", "--role", "dispatcher", "--password-stdin", stdin=PASSWORD + "\n")
        assert arrangement.is_healthy("server-1")
        assert arrangement.is_healthy("server-2")

        environment = {**os.environ, "XDG_DATA_HOME": str(arrangement.folder), "HOME": str(arrangement.folder)}
        command = [caddy, "run", "--adapter", "caddyfile", "--config", str(arrangement.proxy_file())]
        proxy_log = arrangement.folder / "proxy.log"
        up.enter_context(process(command, environment, proxy_log))
        with client_of(arrangement) as http:
            head = {"X-Relight-Console": "1"}
            signed = patient(http, "POST", "/sessions", json={"name": "desk", "password": PASSWORD}, headers=head)
            assert signed.status_code == 201
            assert "Secure" in signed.headers["set-cookie"]
            said = {"channel": "hotline", "account_no": "43130000000001", "external_ref": "once"}
            filed = patient(http, "POST", "/calls", json=said, headers=head)
            assert filed.status_code == 201

            assert http.get("/metrics").status_code == 404  # for the inside only

            with http.stream("GET", "/api/v1/feed", params={"cursor": "0"}) as feed:
                lines = feed.iter_lines()
                assert any("CallTaken" in line for line, _ in zip(lines, range(20), strict=False))

            servers["server-1"].send_signal(signal.SIGKILL)
            again = patient(http, "POST", "/calls", json=said, headers=head)
            assert again.status_code == 200
            assert again.json()["call"]["id"] == filed.json()["call"]["id"]
            assert not arrangement.is_healthy("server-1")
            assert arrangement.is_healthy("server-2")
        assert "Sound" in arrangement.relight("verify")


@contextmanager
def client_of(arrangement: Arrangement) -> Iterator[httpx.Client]:
    """Trusts the certificate authority that the proxy makes for itself."""
    root = arrangement.folder / "caddy/pki/authorities/local/root.crt"
    for _ in range(200):
        if root.exists():
            break
        time.sleep(0.05)
    context = ssl.create_default_context(cafile=str(root))
    with httpx.Client(base_url=f"https://localhost:{arrangement.ports['proxy']}", verify=context, timeout=10) as client:
        yield client


def patient(http: httpx.Client, method: str, path: str, **more: Any) -> httpx.Response:
    """The proxy needs seconds to notice a death; whoever asks again is served."""
    for _ in range(100):
        try:
            answer = http.request(method, f"/api/v1{path}", **more)
        except httpx.TransportError:
            time.sleep(0.2)
            continue
        if answer.status_code not in (502, 503):
            return answer
        time.sleep(0.2)
    raise AssertionError(f"{path} was not served within twenty seconds")


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["tick"]])
def test_a_process_that_is_told_to_end_closes_everything_and_says_success(command: list[str], tmp_path: Path) -> None:
    settings = {"RELIGHT_DATA_DIR": str(tmp_path), "RELIGHT_GIS_DIR": str(write_layers(tmp_path / "layers"))}
    log = tmp_path / "log"
    with process([*RELIGHT, *command], {**os.environ, **settings}, log) as running:
        wait_for("READY" if command[0] == "serve" else "TICKING", log)
        running.terminate()
        assert running.wait(20) == 0
    assert not (tmp_path / "relight.db-wal").exists()
