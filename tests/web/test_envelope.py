"""What surrounds every answer: safe headers, a log that names nobody, figures, the console's files."""

import logging
from pathlib import Path

import httpx
import pytest

from dispatch_server.web.console_files import CSP
from dispatch_server.web.served import HouseRules, Served
from tests.town import MARKET, Town, running

pytestmark = pytest.mark.parametrize("address", ["sqlite"], indirect=True)


def test_the_log_of_requests_names_nobody(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    token = town.token("dispatcher")
    with caplog.at_level(logging.INFO):
        town.get("/places", q="上坪乡柳田村")
        town.call(caller_phone="10012345678", words="没电了")
        town.post("/places/lookup", {"phone": "10000000004"})
        town.ask("GET", "/calls/1", params={"reveal": "phone"})
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("relight"))
    assert "GET /api/v1/places 200" in said
    for secret in (token, "10012345678", "10000000004", "柳田", "reveal", "?", "%E6", "没电"):
        assert secret not in said


def test_every_answer_carries_safe_headers(town: Town) -> None:
    for path in ("/api/v1/outages", "/console/", "/healthz", "/nothing"):
        head = town.http.get(path).headers
        assert head["X-Content-Type-Options"] == "nosniff"
        assert head["X-Frame-Options"] == "DENY"
        assert head["Referrer-Policy"] == "no-referrer"
    assert town.ask("GET", "/outages").headers["Cache-Control"] == "no-store"


def test_figures_for_the_operators(town: Town) -> None:
    town.call_at(MARKET)
    town.ask("GET", "/outages/1")
    town.ask("GET", "/outages/2")
    town.http.get("/wp-login.php")
    text = town.http.get("/metrics").text
    assert 'relight_requests_total{method="POST",route="/api/v1/calls",status="201"} 1.0' in text
    assert 'relight_requests_total{method="GET",route="/api/v1/outages/{outage_id}",status="404"} 1.0' in text
    assert 'route="other"' in text and "wp-login" not in text
    assert "relight_deadlines_overdue 0.0" in text
    facts = next(line for line in text.splitlines() if line.startswith("relight_facts_recorded_total"))
    assert float(facts.split()[1]) == 4


def test_a_deadline_nobody_acts_on_is_seen(town: Town) -> None:
    town.call_at(MARKET)
    town.clock.advance(hours=2)  # and no ticker runs
    [line] = [t for t in town.http.get("/metrics").text.splitlines() if t.startswith("relight_deadlines_overdue")]
    assert float(line.split()[1]) >= 1


def test_up_and_ready(town: Town) -> None:
    assert town.http.get("/healthz").json() == {"status": "ok"}
    assert town.http.get("/readyz").json()["status"] == "ready"


def test_nobody_writes_lines_of_his_own_into_the_log(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        town.http.get("/x%0d%0a2026-05-01%20INFO%20relight.access:%20all%20is%20well%1b[2J%e2%80%ae%ff")
    said = [record.getMessage() for record in caplog.records if record.name == "relight.access"]
    assert said and all(line.isprintable() for line in said)
    assert any("/x%0D%0A" in line for line in said)


def test_the_areas_are_sent_once(town: Town) -> None:
    first = town.ask("GET", "/areas")
    properties = [feature["properties"] for feature in first.json()["features"]]
    assert {p["area_class"] for p in properties} == {"urban", "rural", "remote"}
    head = {"Authorization": f"Bearer {town.token('crew1')}", "If-None-Match": first.headers["ETag"]}
    again = town.http.get("/api/v1/areas", headers=head)
    assert (again.status_code, again.content) == (304, b"")


def test_the_consoles_files(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "console"
    (folder / "vendor").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "vendor" / "map.mjs").write_text("export {};")
    (tmp_path / "secret.txt").write_text("secret")
    with running(Served(town.store, lambda: town.territory, HouseRules(console_dir=folder))) as url:
        page = httpx.get(f"{url}/", follow_redirects=True)
        assert page.text == "<!doctype html>"
        assert page.headers["Content-Security-Policy"] == CSP
        assert "unsafe" not in CSP
        module = httpx.get(f"{url}/console/vendor/map.mjs")
        assert module.headers["Content-Type"].startswith("text/javascript")
        assert module.headers["Cache-Control"] == "no-cache" and module.headers["ETag"]
        assert "immutable" in httpx.get(f"{url}/console/vendor/map.mjs?v=5.1.0").headers["Cache-Control"]
        for outside in ("/console/../secret.txt", "/console/%2e%2e/secret.txt", "/console/..%2fsecret.txt"):
            assert httpx.get(url + outside).status_code == 404
