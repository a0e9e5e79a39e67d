"""Coming in, going out, being shut out; the console's cookie."""

import threading
import time
from datetime import timedelta
from http.cookies import SimpleCookie

import httpx
import pytest

from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.services.people import disable_user
from dispatch_server.store.questions import Question
from tests.town import PASSWORD, Town

CONSOLE = {"X-Relight-Console": "1"}


def sign_in(town: Town, name: str = "dispatcher", password: str = PASSWORD, **more: str) -> httpx.Response:
    return town.http.post("/api/v1/sessions", json={"name": name, "password": password}, headers=more)


def current(town: Town, token: str) -> httpx.Response:
    return town.http.get("/api/v1/sessions/current", headers={"Authorization": f"Bearer {token}"})


def test_a_token_opens_the_door_until_its_time(town: Town) -> None:
    opened = sign_in(town, "crew2").json()
    assert (opened["role"], opened["name"], opened["crew_id"]) == ("crew", "crew2", 2)
    shown = current(town, opened["token"])
    said = {name: opened[name] for name in ("role", "name", "crew_id", "expires_at")}
    assert shown.json() == {**said, "timezone": "Asia/Shanghai"}


def test_a_session_runs_out(town: Town) -> None:
    token = sign_in(town).json()["token"]
    town.clock.advance(hours=12)
    assert current(town, token).status_code == 401


def test_signing_out_ends_it(town: Town) -> None:
    token, other = sign_in(town).json()["token"], sign_in(town).json()["token"]
    gone = town.http.delete("/api/v1/sessions/current", headers={"Authorization": f"Bearer {token}"})
    assert gone.status_code == 204
    assert current(town, token).status_code == 401
    assert current(town, other).status_code == 200


def test_who_is_disabled_is_out_within_two_seconds(town: Town) -> None:
    token = sign_in(town).json()["token"]
    assert current(town, token).status_code == 200
    town.store.work(COMMAND_LINE, lambda work: disable_user(work, "dispatcher"))
    shut_out_by = time.monotonic() + 2
    while current(town, token).status_code != 401:
        assert time.monotonic() < shut_out_by
        threading.Event().wait(0.05)
    assert sign_in(town).status_code == 401


def test_a_wrong_password_and_a_stranger_are_told_the_same(town: Town) -> None:
    wrong, stranger = sign_in(town, password="wrong horse"), sign_in(town, "nobody")
    assert (wrong.status_code, stranger.status_code) == (401, 401)
    assert wrong.json()["detail"] == stranger.json()["detail"]


def test_after_five_wrong_passwords_nobody_of_that_name_comes_in_from_there(town: Town) -> None:
    assert [sign_in(town, password="wrong horse").status_code for _ in range(5)] == [401] * 5
    answer = sign_in(town)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert sign_in(town, "manager").status_code == 201


def test_a_right_password_wipes_the_count(town: Town) -> None:
    for _ in range(2):
        assert [sign_in(town, password="wrong horse").status_code for _ in range(4)] == [401] * 4
        assert sign_in(town).status_code == 201


@pytest.mark.parametrize("token", ["x", "Bearer", "a b", "\xff"])
def test_what_is_no_token(town: Town, token: str) -> None:
    head = [(b"authorization", b"Bearer " + token.encode("latin-1"))]
    assert town.http.get("/api/v1/sessions/current", headers=head).status_code == 401
    basic = {"Authorization": "Basic ZGlzcGF0Y2hlcjp4"}
    assert town.http.get("/api/v1/sessions/current", headers=basic).status_code == 401


def test_only_the_digest_of_a_token_is_kept(town: Town) -> None:
    token = sign_in(town).json()["token"]
    digests = [d for (d,) in town.store.read(lambda r: r.rows(Question("SELECT token_digest FROM sessions")))]
    assert digests and token not in digests
    assert all(len(digest) == 64 for digest in digests)


def test_the_console_is_given_a_cookie_that_no_script_can_read(town: Town) -> None:
    answer = sign_in(town, **CONSOLE)
    assert answer.json()["token"] is None
    [cookie] = SimpleCookie(answer.headers["Set-Cookie"]).values()
    assert cookie["httponly"] and cookie["samesite"] == "strict" and cookie["path"] == "/"
    assert "Set-Cookie" not in sign_in(town).headers


def test_a_change_by_cookie_needs_the_consoles_header(town: Town) -> None:
    """A page of another site can send our cookie, but not this header."""
    with httpx.Client(base_url=town.http.base_url) as browser:
        browser.post("/api/v1/sessions", json={"name": "dispatcher", "password": PASSWORD}, headers=CONSOLE)
        assert browser.get("/api/v1/outages").status_code == 200
        forged = browser.post("/api/v1/calls", json={"channel": "hotline"})
        assert forged.status_code == 403
        assert "X-Relight-Console" in forged.json()["detail"]
        assert browser.post("/api/v1/calls", json={"channel": "hotline"}, headers=CONSOLE).status_code == 201
        assert browser.delete("/api/v1/sessions/current", headers=CONSOLE).status_code == 204
        assert browser.get("/api/v1/outages").status_code == 401


def test_a_crews_session_outlasts_a_day_without_coverage(town: Town) -> None:
    token = sign_in(town, "crew1").json()["token"]
    town.clock.advance(timedelta(days=3))
    assert current(town, token).status_code == 200


def test_a_session_says_in_whose_time_the_desk_works(town: Town) -> None:
    assert town.get("/sessions/current")["timezone"] == town.territory.policy.zone.key
