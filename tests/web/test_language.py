"""Who asks for Chinese is answered in Chinese; facts stay as they were sealed."""

from typing import Any

import httpx
import pytest

from dispatch_server.protocol.sentences import SENTENCES, in_chinese
from tests.town import MARKET, MEADOW, RIDGE, Town

pytestmark = pytest.mark.parametrize("address", ["sqlite"], indirect=True)

CHINESE = "zh-CN,zh;q=0.9,en;q=0.8"


def ask(
    town: Town, method: str, path: str, who: str = "dispatcher", language: str = CHINESE, **more: Any
) -> httpx.Response:
    head = {"Authorization": f"Bearer {town.token(who)}", "Accept-Language": language}
    return town.http.request(method, f"/api/v1{path}", headers=head, **more)


def test_a_refusal(town: Town) -> None:
    outage_id = town.call_at(MARKET)["outage"]["id"]
    offer = {"outage_id": outage_id, "crew_id": 1}
    assert ask(town, "POST", "/jobs", json=offer).json()["detail"] == "河口一班不在岗，请选择在岗班组。"
    english = ask(town, "POST", "/jobs", language="en,zh;q=0.5", json=offer).json()["detail"]
    assert english == "河口一班 is off duty; choose a crew that is on duty."


def test_a_stranger_and_a_wrong_address(town: Town) -> None:
    answer = town.http.get("/api/v1/crews", headers={"Accept-Language": "zh"})
    assert answer.json()["detail"] == "请先登录：POST /api/v1/sessions。"
    assert ask(town, "GET", "/nothing").json()["detail"].startswith("此地址没有内容")


def test_wrong_fields(town: Town) -> None:
    wrong = {"channel": "hotline", "lon": 181, "lat": 0, "crs": "EPSG:4326", "received_at": "yesterday", "words": 3}
    answer = ask(town, "POST", "/calls", json=wrong).json()
    assert {f["field"]: f["message"] for f in answer["fields"]} == {
        "received_at": "须为带时区的时间，例如 2026-05-01T08:30:00+08:00",
        "lon": "须不大于 180",
        "words": "须为文字",
    }
    assert answer["detail"].endswith("。")
    assert "。；" not in answer["detail"]


def test_reasons_and_why_not(town: Town) -> None:
    outage_id = town.call_at(RIDGE, fault_kind="hv")["outage"]["id"]
    crews = ask(town, "GET", f"/outages/{outage_id}/crews").json()["crews"]
    sentences = {reason["sentence"] for crew in crews for reason in crew["reasons"]}
    assert {"不在岗", "不具备高压技能", "未停派"} <= sentences
    lost = town.call(address="nowhere at all")["outage"]["id"]
    assert "尚未定位" in ask(town, "GET", f"/outages/{lost}/crews").json()["why_not"]


def test_places_and_suggestions(town: Town) -> None:
    place = ask(town, "GET", "/places?q=上坪乡").json()["place"]
    assert place["note"].startswith("只知道乡镇")
    town.call_at(MARKET)
    filed = ask(
        town,
        "POST",
        "/calls",
        json={"channel": "hotline", "lon": MARKET.lon, "lat": MARKET.lat, "crs": "EPSG:4326", "hazard": "fire"},
    )
    assert filed.status_code == 201
    assert filed.json()["suggestions"][0]["sentence"].endswith("是否同一原因？")


def test_a_tablet(town: Town) -> None:
    tablet = town.tablet(1)
    job = town.offer(town.call_at(MARKET)["outage"]["id"], 1)["id"]
    town.post(f"/jobs/{job}/withdraw", {"reason": "Power is back."})
    card = ask(town, "GET", "/tablet/pull", "crew1").json()["cards"][0]
    assert card["end_reason"] == "已恢复供电。"
    push = {
        "protocol_version": 1,
        "device_id": "d",
        "boot_id": "b",
        "sent_at": town.clock.now.isoformat(),
        "elapsed_ms": 1,
        "positions": [],
        "actions": [
            {"action_id": "a1", "seq": 1, "kind": "note", "occurred_at": town.clock.now.isoformat(), "elapsed_ms": 1}
            | {"boot_id": "b", "job_id": job, "note": ""}
        ],
    }
    assert ask(town, "POST", "/tablet/push", "crew1", json=push).json()["answers"][0]["sentence"] == "备注为空。"
    assert tablet is not None


def test_facts_stay_as_they_were_sealed(town: Town) -> None:
    outage_id = town.call_at(MEADOW)["outage"]["id"]
    town.let_pass(minutes=100)
    told = ask(town, "GET", f"/outages/{outage_id}").json()["facts"]
    assert told == town.outage(outage_id)["facts"]
    sentences = [fact["body"]["sentence"] for fact in told if "sentence" in fact["body"]]
    assert sentences
    assert all(in_chinese(sentence) != sentence for sentence in sentences)


def test_the_definition_of_a_figure(town: Town) -> None:
    figures = ask(town, "GET", "/stats/arrivals?from=2026-05-01&to=2026-05-02", "manager").json()["figures"]
    assert figures[0]["definition"].startswith("从故障的最早来电到正式到达现场的分钟数")


def test_the_catalogue_is_sent_once(town: Town) -> None:
    answer = ask(town, "GET", "/sentences", "crew1")
    assert dict(answer.json()["sentences"]) == SENTENCES
    head = {"Authorization": f"Bearer {town.token('crew1')}", "If-None-Match": answer.headers["ETag"]}
    assert town.http.get("/api/v1/sentences", headers=head).status_code == 304
