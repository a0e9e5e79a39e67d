"""Other people's geocoders: on declared terms, in our datum, and never worse than no answer."""

import hashlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest

from dispatch_server.gis.geocoder import NotAnswered, Why
from dispatch_server.gis.geocoder_http import LARGEST
from dispatch_server.gis.geocoder_terms import DATUMS, BadGeocoders, Terms, describe_terms, read_terms
from dispatch_server.protocol.geo import LonLat, metres_between
from tests.conftest import missing
from tests.outside import (
    DATUM_OF,
    KEY,
    PATH_OF,
    Outside,
    Reply,
    amap,
    amap_error,
    an_outside,
    baidu,
    found_by,
    nominatim,
    photon,
    says,
)

SHOP = LonLat(112.0085, 27.7291)
WORDS = "王记五金店对面"
PROVIDERS = tuple(DATUM_OF)
MOST_OFF_M = 1.0  # six decimals, there and back


@pytest.fixture
def outside() -> Iterator[Outside]:
    with an_outside() as outside:
        yield outside


# On what terms


def written(folder: Path, **said: Any) -> Path:
    """A file with one geocoder; what is None is left out."""
    (folder / "amap.key").write_text(f"{KEY}\n", encoding="utf-8")
    table = {"provider": "amap", "url": "https://restapi.amap.com", "datum": "gcj02", "key_file": "amap.key"} | said
    file = folder / "geocoders.toml"
    lines = [f"{name} = {toml(value)}" for name, value in table.items() if value is not None]
    file.write_text("[[geocoders]]\n" + "\n".join(lines), encoding="utf-8")
    return file


def toml(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def test_the_terms_are_read_with_the_key_from_its_file(tmp_path: Path) -> None:
    [terms] = read_terms(written(tmp_path, region="湖南省娄底市", per_second=2))
    assert (terms.provider, terms.name, terms.datum, terms.key) == ("amap", "amap", "gcj02", KEY)
    assert (terms.per_second, terms.timeout_s, terms.region) == (2.0, 5.0, "湖南省娄底市")
    assert KEY not in repr(terms)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_without_a_declared_datum_is_refused(provider: str, tmp_path: Path) -> None:
    with pytest.raises(BadGeocoders) as refused:
        read_terms(written(tmp_path, provider=provider, datum=None))
    assert "geocoder 1: datum is missing. Say in which datum it answers" in str(refused.value)
    assert all(datum in str(refused.value) for datum in DATUMS[provider])


@pytest.mark.parametrize(
    ("provider", "datum"),
    [(p, d) for p in PROVIDERS for d in ("EPSG:4326", "gcj02", "bd09", "wgs84") if d not in DATUMS[p]],
)
def test_a_datum_in_which_a_provider_never_answers_is_refused(provider: str, datum: str, tmp_path: Path) -> None:
    with pytest.raises(BadGeocoders, match=f"datum is '{datum}', but {provider} answers in "):
        read_terms(written(tmp_path, provider=provider, datum=datum))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"provider": "googel"}, "provider is 'googel'; it must be one of nominatim, photon, amap, baidu"),
        ({"url": None}, "url is missing"),
        ({"url": "restapi.amap.com"}, "url must be like https://host"),
        ({"url": f"https://restapi.amap.com/?key={KEY}"}, "without a key in it"),
        ({"url": "http://restapi.amap.com"}, "url must begin with https, since the key would travel"),
        ({"key_file": None}, "key_file is missing; amap answers nobody without a key"),
        ({"key_file": "nowhere.key"}, "key_file names nowhere.key, which cannot be read"),
        ({"key": "in the open"}, "key is not known. The keys are: provider, url, datum"),
        ({"per_second": 0}, "per_second must be above 0 and at most 4"),
        ({"per_second": 100}, "per_second must be above 0 and at most 4"),
        ({"per_second": "fast"}, "per_second must be a number"),
        ({"timeout_s": 600}, "timeout_s must be above 0 and at most 30"),
        ({"box": [112.0, 27.0]}, "box must be west, south, east, north"),
        ({"box": [27.0, 112.0, 28.0, 113.0]}, "box must be west, south, east, north"),
        ({"region": 7}, "region must be a text"),
        (
            {
                "provider": "nominatim",
                "url": "https://nominatim.openstreetmap.org",
                "datum": "EPSG:4326",
                "key_file": None,
                "per_second": 2,
            },
            "per_second must be above 0 and at most 1",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(said: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(BadGeocoders) as refused:
        read_terms(written(tmp_path, **said))
    assert sentence in str(refused.value)
    assert str(refused.value).startswith(str(tmp_path / "geocoders.toml"))
    assert str(refused.value).endswith(".")


def test_a_file_that_holds_no_geocoders_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "geocoders.toml"
    with pytest.raises(BadGeocoders, match="cannot be read"):
        read_terms(file)
    for text, sentence in (("[[geocoders", "not valid TOML"), ("geocoders = 3", "must hold"), ("x = 1", "must hold")):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(BadGeocoders, match=sentence):
            read_terms(file)


def test_two_geocoders_of_one_name_are_refused(tmp_path: Path) -> None:
    file = written(tmp_path)
    file.write_text("\n".join([file.read_text(encoding="utf-8")] * 2), encoding="utf-8")
    with pytest.raises(BadGeocoders, match="two geocoders 'amap'"):
        read_terms(file)


def test_a_server_does_not_start_on_terms_it_cannot_use(tmp_path: Path) -> None:
    environment = {**os.environ, "RELIGHT_DATA_DIR": str(tmp_path / "data")}
    environment["RELIGHT_GEOCODERS"] = str(written(tmp_path, datum=None))
    started = subprocess.run(
        [sys.executable, "-m", "dispatch_server", "serve", "--port", "0"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert started.returncode == 1
    assert "geocoder 1: datum is missing" in started.stderr
    assert "Traceback" not in started.stderr


def test_every_term_is_documented() -> None:
    assert {name for name, _, _ in describe_terms()} == {
        *("provider", "url", "datum", "name", "key_file", "secret_file"),
        *("per_second", "timeout_s", "region", "box", "contact"),
    }
    assert all(says.endswith(".") for _, _, says in describe_terms())


# What is asked, and what comes back


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_answer_comes_back_in_wgs84(provider: str, outside: Outside) -> None:
    outside.always(says(found_by(provider, SHOP)))
    [finding] = outside.geocoder(provider).ask(WORDS)
    assert metres_between(LonLat(finding.lon, finding.lat), SHOP) < MOST_OFF_M
    [question] = outside.asked
    assert question.path == PATH_OF[provider]
    assert WORDS in question.said.values()
    assert question.agent.startswith("relight")


def test_amap_answers_in_gcj02_as_published() -> None:
    """A pair that is not of our making: 天安门 as Amap shows it, and where it stands."""
    with an_outside() as outside:
        answer = amap(SHOP)
        answer["geocodes"][0]["location"] = "116.397455,39.909187"
        outside.always(says(answer))
        [finding] = outside.geocoder("amap").ask("天安门")
        assert metres_between(LonLat(finding.lon, finding.lat), LonLat(116.391214, 39.907783)) < 20


def test_baidu_is_asked_for_the_datum_that_was_declared(outside: Outside) -> None:
    outside.reply = lambda q: says(baidu(SHOP, "gcj02" if q.said.get("ret_coordtype") == "gcj02ll" else "bd09"))
    for datum in ("bd09", "gcj02"):
        [finding] = outside.geocoder("baidu", datum=datum).ask(WORDS)
        assert metres_between(LonLat(finding.lon, finding.lat), SHOP) < MOST_OFF_M
    assert [q.said.get("ret_coordtype") for q in outside.asked] == [None, "gcj02ll"]


def test_a_key_that_wants_signatures_gets_them(outside: Outside) -> None:
    outside.reply = lambda q: says(baidu(SHOP, "gcj02") if q.path == PATH_OF["baidu"] else amap(SHOP))
    outside.geocoder("baidu", datum="gcj02", secret="SK").ask(WORDS)
    outside.geocoder("amap", secret="SK").ask(WORDS)
    by_baidu, by_amap = (q.said for q in outside.asked)
    sent = {"ak": KEY, "output": "json", "address": WORDS, "ret_coordtype": "gcj02ll"}
    plain = quote_plus(f"/geocoding/v3/?{urlencode(sent)}SK")
    assert by_baidu["sn"] == hashlib.md5(plain.encode()).hexdigest()
    assert by_amap["sig"] == hashlib.md5(f"address={WORDS}&key={KEY}&output=JSONSK".encode()).hexdigest()


def test_the_region_is_said_unless_the_caller_says_it(outside: Outside) -> None:
    outside.always(says(amap(SHOP)))
    geocoder = outside.geocoder("amap", region="湖南省娄底市")
    geocoder.ask(f"  {WORDS}\n")
    geocoder.ask(f"湖南省娄底市{WORDS}")
    assert [q.said["address"] for q in outside.asked] == [f"湖南省娄底市{WORDS}"] * 2


def test_nominatim_and_photon_look_in_the_box(outside: Outside) -> None:
    outside.reply = lambda q: says(nominatim(SHOP) if q.path == "/search" else photon(SHOP))
    for provider in ("nominatim", "photon"):
        outside.geocoder(provider, box=(111.0, 27.0, 113.0, 28.5), contact="it@power.example").ask(WORDS)
    by_nominatim, by_photon = outside.asked
    assert by_nominatim.said["viewbox"] == "111.0,27.0,113.0,28.5"
    assert by_nominatim.said["bounded"] == "1"
    assert by_photon.said["bbox"] == "111.0,27.0,113.0,28.5"
    assert by_nominatim.agent == "relight (it@power.example)"


def test_baidu_is_never_asked_more_than_it_takes(outside: Outside) -> None:
    outside.always(says(baidu(SHOP)))
    outside.geocoder("baidu").ask("长" * 100)
    assert outside.asked[0].said["address"] == "长" * 28  # 84 bytes


@pytest.mark.parametrize(
    ("provider", "answer", "radius_m", "vague"),
    [
        ("amap", amap(SHOP, level="门牌号"), 100, False),
        ("amap", amap(SHOP, level="兴趣点"), 200, False),
        ("amap", amap(SHOP, level="村庄"), 2_000, False),
        ("amap", amap(SHOP, level="区县"), 50_000, False),
        ("amap", amap(SHOP, level="未知"), 5_000, True),
        ("baidu", baidu(SHOP, confidence=100), 50, False),
        ("baidu", baidu(SHOP, confidence=80), 100, False),
        ("baidu", baidu(SHOP, confidence=79), 200, False),
        ("baidu", baidu(SHOP, confidence=50), 1_000, False),
        ("baidu", baidu(SHOP, confidence=10), 20_000, False),
        ("baidu", baidu(SHOP, precise=0, confidence=80), 100, True),
        ("baidu", baidu(SHOP, comprehension=20), 100, True),
        ("photon", photon(SHOP), 100, False),
        ("photon", photon(SHOP, kind="city"), 20_000, False),
        ("photon", photon(SHOP, kind="other"), 5_000, True),
        ("photon", photon(SHOP, kind="street", extent=[112.0, 27.73, 112.01, 27.72]), 1_315, False),
        ("nominatim", nominatim(SHOP), 59, False),
        ("nominatim", nominatim(SHOP, half_deg=0.02), 2_970, False),
        ("nominatim", [{"lat": "27.7291", "lon": "112.0085", "display_name": "x"}], 5_000, True),
    ],
)
def test_the_radius_comes_from_what_the_provider_says(
    provider: str, answer: Any, radius_m: float, vague: bool, outside: Outside
) -> None:
    outside.always(says(answer))
    [finding] = outside.geocoder(provider).ask(WORDS)
    assert finding.radius_m == pytest.approx(radius_m, rel=0.01)
    assert finding.vague is vague


def test_several_answers_come_in_the_order_of_the_provider_and_not_without_end(outside: Outside) -> None:
    places = [LonLat(112.0 + n / 100, 27.72) for n in range(9)]
    for provider, answer in (("nominatim", nominatim(*places)), ("photon", photon(*places)), ("amap", amap(*places))):
        outside.always(says(answer))
        found = outside.geocoder(provider).ask(WORDS)
        assert [round(f.lon, 3) for f in found] == [112.0, 112.01, 112.02, 112.03, 112.04]


@pytest.mark.parametrize(
    ("provider", "answer"),
    [
        ("nominatim", []),
        ("photon", {"type": "FeatureCollection", "features": []}),
        ("amap", {"status": "1", "info": "OK", "infocode": "10000", "count": "0", "geocodes": []}),
        ("amap", amap_error("30001", "ENGINE_RESPONSE_DATA_ERROR")),
        ("baidu", {"status": 0, "result": []}),
        ("baidu", {"status": 1, "msg": "Internal Service Error:无相关结果", "results": []}),
    ],
)
def test_who_knows_nothing_says_so(provider: str, answer: Any, outside: Outside) -> None:
    outside.always(says(answer))
    assert outside.geocoder(provider).ask(WORDS) == ()


# Dead, slow, lying


def why(outside: Outside, provider: str, reply: Reply, **terms: Any) -> Why:
    outside.always(reply)
    with pytest.raises(NotAnswered) as failed:
        outside.geocoder(provider, **terms).ask(WORDS)
    return failed.value.why


LIES = {
    "a page": b"<!DOCTYPE html><html><body>Sign in to the hotel network</body></html>",
    "nothing": b"",
    "null": b"null",
    "a number": b"5",
    "a text": b'"ok"',
    "an object of nothing": b"{}",
    "half of it": b'{"status": 0, "result": {"loca',
    "not a text": b"\xff\xfe\x00",
    "a deep pit": b"[" * 100_000,
    "no number": b'[{"lat": NaN, "lon": NaN, "display_name": "x"}]',
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("lie", LIES)
def test_whatever_cannot_be_read_is_no_answer(provider: str, lie: str, outside: Outside) -> None:
    if provider == "nominatim" and lie in ("null", "an object of nothing"):  # as good as an empty list
        outside.always(says(LIES[lie]))
        assert outside.geocoder(provider).ask(WORDS) == ()
        return
    assert why(outside, provider, says(LIES[lie])) in (Why.UNREADABLE, Why.FAILED)


@pytest.mark.parametrize(
    ("provider", "answer"),
    [
        ("nominatim", [{"lat": "112.0", "lon": "27.7", "display_name": "turned round"}]),
        ("nominatim", [{"lat": "nan", "lon": "inf", "display_name": "x"}]),
        ("nominatim", [{"lat": "27.7", "lon": "112.0", "display_name": "x", "boundingbox": ["a"]}]),
        ("nominatim", [{"lat": "27.7", "lon": "112.0", "display_name": "x", "boundingbox": ["nan"] * 4}]),
        ("nominatim", [5]),
        ("photon", {"features": [{"geometry": {"coordinates": []}, "properties": {}}]}),
        ("photon", {"features": {"0": 1}}),
        ("photon", {"features": [{"geometry": {"coordinates": [None, None]}, "properties": {}}]}),
        ("baidu", {"status": 0, "result": {"location": {"lng": "far", "lat": "away"}}}),
        ("baidu", {"status": 0, "result": {"location": {"lng": 112.0, "lat": 27.7}, "confidence": "high"}}),
        ("baidu", {"status": "none"}),
        ("amap", {"status": "1", "infocode": "10000", "geocodes": [{"location": []}]}),
        ("amap", {"status": "1", "infocode": "10000", "geocodes": [{"location": "112.0"}]}),
        ("amap", {"status": "1", "infocode": "10000", "geocodes": [{"location": "27.7,112.0"}]}),
        ("amap", {"status": "1", "infocode": "10000", "geocodes": ["112.0,27.7"]}),
    ],
)
def test_json_of_another_shape_is_no_answer(provider: str, answer: Any, outside: Outside) -> None:
    assert why(outside, provider, says(answer)) is Why.UNREADABLE


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_a_status_means(provider: str, outside: Outside) -> None:
    assert why(outside, provider, says({}, 500)) is Why.FAILED
    assert why(outside, provider, says({}, 503)) is Why.LATE
    assert why(outside, provider, says({}, 401)) is Why.KEY_REFUSED
    assert why(outside, provider, says({}, 403)) is Why.KEY_REFUSED
    assert why(outside, provider, says({}, 429)) is Why.TOO_MANY


@pytest.mark.parametrize(
    ("provider", "answer", "reason"),
    [
        ("amap", amap_error("10001", "INVALID_USER_KEY"), Why.KEY_REFUSED),
        ("amap", amap_error("10003", "DAILY_QUERY_OVER_LIMIT"), Why.TOO_MANY),
        ("amap", amap_error("10021", "CUQPS_HAS_EXCEEDED_THE_LIMIT"), Why.TOO_MANY),
        ("amap", amap_error("10012", "INSUFFICIENT_PRIVILEGES"), Why.KEY_REFUSED),
        ("amap", amap_error("20003", "UNKNOWN_ERROR"), Why.FAILED),
        ("baidu", {"status": 200, "message": "APP不存在，AK有误请检查再重试"}, Why.KEY_REFUSED),
        ("baidu", {"status": 302, "message": "天配额超限，限制访问"}, Why.TOO_MANY),
        ("baidu", {"status": 401, "message": "当前并发量已经超过约定并发配额，限制访问"}, Why.TOO_MANY),
    ],
)
def test_what_a_providers_own_error_means(provider: str, answer: Any, reason: Why, outside: Outside) -> None:
    assert why(outside, provider, says(answer)) is reason


def test_how_long_to_wait_is_heard(outside: Outside) -> None:
    outside.always(says({}, 429, Retry_After="120"))
    with pytest.raises(NotAnswered) as failed:
        outside.geocoder("nominatim").ask(WORDS)
    assert failed.value.retry_after_s == 120


def test_an_answer_without_end_is_not_read(outside: Outside) -> None:
    assert why(outside, "amap", says(b" " * (LARGEST + 1))) is Why.TOO_LARGE
    assert why(outside, "amap", says(b" " * LARGEST)) is Why.UNREADABLE


def test_who_hangs_is_left_in_time(outside: Outside) -> None:
    began = time.monotonic()
    assert why(outside, "amap", Reply(b"{}", before=lambda: outside.hang.wait(20)), timeout_s=0.3) is Why.LATE
    assert time.monotonic() - began < 3


def test_who_drips_is_left_in_time(outside: Outside) -> None:
    """Each piece comes within the time-out; the whole does not."""
    began = time.monotonic()
    assert why(outside, "amap", Reply(b" " * 1000, drip_s=0.1), timeout_s=0.5) is Why.LATE
    assert time.monotonic() - began < 3


def test_who_is_dead_is_said_to_be_away(outside: Outside) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    assert why(outside, "amap", says({}), url=nobody) is Why.AWAY


def test_who_breaks_off_gave_no_answer(outside: Outside) -> None:
    body = b'{"status": "1", "infocode": "10000", "geocodes": []}'
    assert why(outside, "amap", Reply(body[:20], length=len(body))) in (Why.AWAY, Why.UNREADABLE)


def test_nobody_is_sent_elsewhere_with_the_key(outside: Outside) -> None:
    with an_outside() as elsewhere:
        elsewhere.always(says(amap(SHOP)))
        assert why(outside, "amap", says({}, 302, Location=f"{elsewhere.url}/v3/geocode/geo")) is Why.FAILED
        assert elsewhere.asked == []


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of 127.0.0.1, signed by itself; with its key in one file."""
    if shutil.which("openssl") is None:
        missing("openssl", "openssl")
    file = tmp_path / "outside.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*made, "-keyout", str(file), "-out", f"{file}.crt"], check=True, capture_output=True)
    with file.open("ab") as both:
        both.write(Path(f"{file}.crt").read_bytes())
    return file


def test_over_https_a_certificate_that_is_trusted_is_answered(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with an_outside(certificate) as outside:
        outside.always(says(amap(SHOP)))
        [finding] = outside.geocoder("amap").ask(WORDS)
        assert metres_between(LonLat(finding.lon, finding.lat), SHOP) < MOST_OFF_M
        assert why(outside, "amap", Reply(b" " * 1000, drip_s=0.1), timeout_s=0.5) is Why.LATE


def test_whoever_cannot_show_who_he_is_is_told_no_key(certificate: Path) -> None:
    with an_outside(certificate) as outside:
        assert why(outside, "amap", says(amap(SHOP))) is Why.AWAY
        assert outside.asked == []


REPLIES = {
    "found": lambda p: says(found_by(p, SHOP)),
    "refused": lambda p: says({"error": f"{WORDS} {KEY}"}, 400),
    "too often": lambda p: says({"error": f"{WORDS} {KEY}"}, 429, Retry_After=f"{KEY}"),
    "a page": lambda p: says(f"<html>{WORDS} {KEY}</html>".encode()),
    "another shape": lambda p: says({"status": WORDS, "result": KEY, "features": KEY, "geocodes": [KEY]}),
    "late": lambda p: Reply(b" " * 100, drip_s=0.1),
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("reply", REPLIES)
def test_neither_address_nor_key_reaches_a_log(
    provider: str, reply: str, outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    outside.always(REPLIES[reply](provider))
    geocoder = outside.geocoder(provider, timeout_s=0.3)
    with caplog.at_level(logging.DEBUG):
        try:
            geocoder.ask(WORDS)
        except NotAnswered as error:
            logging.getLogger("tests").exception("as the worker's thread would log it: %r", error)
    said = caplog.text
    for secret in (WORDS, KEY, urlencode({"q": WORDS})[2:]):
        assert secret not in said


def test_terms_are_told_apart_by_what_changes_an_answer() -> None:
    one = Terms(provider="amap", url="https://a.example", datum="gcj02", key="1")
    assert one.answers_as == Terms(provider="amap", url="https://a.example", datum="gcj02", key="2").answers_as
    assert one.answers_as != Terms(provider="amap", url="https://a.example", datum="gcj02", region="x").answers_as
