"""Where requests come from: proxies, schemes, prefixes, and pages of other sites."""

import contextlib
import dataclasses
import http.cookiejar
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import falcon.testing
import pytest
from serving import serve, signed_in
from signing import FIREFOX, PASSWORD, known
from studio import Answered, Member, Studio, Visitor

from kitsulite.proxies import Trust
from kitsulite.settings import BadSetting

PEER, CLIENT, OTHER = "198.51.100.9", "203.0.113.7", "203.0.113.8"
HERE = "127.0.0.1"


@pytest.mark.parametrize(
    ("said", "peer", "real", "forwarded", "client"),
    [
        ([], PEER, CLIENT, CLIENT, PEER),
        ([], HERE, None, CLIENT, CLIENT),
        ([], HERE, CLIENT, None, CLIENT),
        ([], HERE, OTHER, CLIENT, CLIENT),  # nginx hands X-Real-IP on as the client wrote it
        ([], HERE, None, f"{OTHER}, {CLIENT}", CLIENT),
        ([], HERE, None, f"{CLIENT}, 127.0.0.2", CLIENT),
        ([], HERE, None, "rubbish", None),
        ([], HERE, None, None, HERE),
        ([], "::ffff:127.0.0.1", None, CLIENT, CLIENT),
        ([PEER], PEER, None, f"{OTHER}, {CLIENT}", CLIENT),
        ([PEER], HERE, None, CLIENT, HERE),
        (["198.51.100.0/24"], PEER, None, f"{OTHER}, {CLIENT}, 198.51.100.77", CLIENT),
        (["1"], PEER, None, f"{OTHER}, {CLIENT}", CLIENT),
        (["2"], PEER, None, f"{OTHER}, {CLIENT}, 10.0.0.1", CLIENT),
        (["2"], PEER, None, CLIENT, CLIENT),
        (["0"], PEER, CLIENT, CLIENT, PEER),
    ],
)
def test_only_proxies_of_ours_say_where_a_request_comes_from(
    said: list[str], peer: str, real: str | None, forwarded: str | None, client: str | None
) -> None:
    assert Trust(said).client(peer, real, forwarded) == client


def test_a_proxy_that_is_none_is_named_at_the_start() -> None:
    with pytest.raises(BadSetting, match=r"names 'nginx\.lan'"):
        Trust(["10.0.0.1", "nginx.lan"])


# --- redirects ---


@pytest.mark.parametrize(("path", "query"), [("//data//a%3Fb%23c%25d", "x=%3F"), ("/data//%C3%A9%20", "")])
def test_doubled_slashes_lead_to_the_same_letters(studio: Studio, path: str, query: str) -> None:
    client = falcon.testing.TestClient(studio.stranger.client.app)
    answer = client.simulate_post(path, query_string=query, root_path="/fox", headers={"Host": "studio.test"})
    wanted = "/fox/" + "/".join(part for part in path.split("/") if part) + (f"?{query}" if query else "")
    assert (answer.status_code, answer.headers["location"]) == (308, wanted)


# --- cookies ---


def log_in(visitor: Visitor, **options: Any) -> Answered:
    headers = {**FIREFOX, **options.pop("headers", {})}
    body = {"email": "ann@studio.test", "password": PASSWORD}
    return visitor.call("POST", "/auth/login", body, headers=headers, **options)


def cookies(answer: Answered) -> dict[str, Any]:
    return dict(answer.result.cookies)


def test_cookies_are_for_the_studio_below_its_prefix_alone(studio: Studio) -> None:
    known(studio)
    for prefix in ("", "/fox", "/owl"):
        found = cookies(log_in(studio.stranger, root_path=prefix))
        assert found["access_token_cookie"].path == (prefix or "/")
        assert found["refresh_token_cookie"].path == f"{prefix}/auth/refresh-token"
        headers = {**FIREFOX, "Cookie": f"access_token_cookie={found['access_token_cookie'].value}"}
        gone = cookies(studio.stranger.call("GET", "/auth/logout", root_path=prefix, headers=headers))
        assert {name: cookie.path for name, cookie in gone.items()} == {
            name: cookie.path for name, cookie in found.items()
        }


@pytest.mark.parametrize(
    ("options", "secure"),
    [
        ({}, False),
        ({"protocol": "https"}, True),
        ({"headers": {"X-Forwarded-Proto": "https"}}, True),
        ({"headers": {"X-Forwarded-Proto": "https"}, "remote_addr": PEER}, False),
    ],
)
def test_cookies_are_secure_and_browsers_told_so_where_https_is_spoken(
    studio: Studio, options: dict[str, Any], secure: bool
) -> None:
    known(studio)
    answer = log_in(studio.stranger, **options)
    assert [cookie.secure or False for cookie in cookies(answer).values()] == [secure] * 2
    assert ("strict-transport-security" in answer.headers) == secure


@pytest.mark.long
def test_a_browser_on_a_lan_signs_in_and_refreshes_below_api(tmp_path: Path) -> None:
    with serve(tmp_path / "studio") as served:
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        browser.addheaders = list(FIREFOX.items())
        body = json.dumps({"email": served.email, "password": served.password}).encode()
        browser.open(urllib.request.Request(f"{served.api}/auth/login", body, {"Content-Type": "application/json"}))
        assert json.load(browser.open(f"{served.url}/auth/authenticated"))["authenticated"]
        assert json.load(browser.open(f"{served.api}/auth/refresh-token"))["refresh"]


# --- pages of other sites ---


@pytest.fixture
def ada(studio: Studio) -> Member:
    return studio.person("Ada", role="admin")


def as_browser(ada: Member, method: str = "POST", path: str = "/data/departments", **headers: str) -> Answered:
    """Her browser, which sends the cookie whoever made the page."""
    body = {"name": "Ink", "color": "#000000"} if method == "POST" else None
    sent = {**FIREFOX, "Host": "studio.lan:5000", "Cookie": f"access_token_cookie={ada.token}"}
    return Visitor(ada.client.app).call(
        method, path, body, headers={**sent, **{key.replace("_", "-"): headers[key] for key in headers}}
    )


FOREIGN = {
    "origin": {"Origin": "https://evil.example"},
    "page": {"Referer": "https://evil.example/studio.lan"},
    "origin without a name": {"Origin": "null"},
    "no name at all": {"Sec_Fetch_Site": "cross-site"},
    "origin with our name in it": {"Origin": "https://studio.lan.evil.example"},
}
OWN = {
    "no origin": {},
    "our host": {"Origin": "http://studio.lan:5000"},
    "our host as a proxy without its port says": {"Origin": "http://studio.lan:8443"},
    "our page": {"Referer": "http://studio.lan:5000/productions"},
    "our public name": {"Origin": "https://studio.test"},
    "what our proxy was asked for": {"Origin": "https://kitsu.example", "X_Forwarded_Host": "kitsu.example"},
}


@pytest.mark.parametrize("what", FOREIGN)
def test_a_page_of_another_site_writes_nothing_in_the_name_of_who_looks_at_it(ada: Member, what: str) -> None:
    answer = as_browser(ada, **FOREIGN[what])
    assert answer.status == 403
    assert "another site" in answer.json["message"]
    assert as_browser(ada, "GET", **FOREIGN[what]).json == []
    assert as_browser(ada, "GET", "/auth/logout", **FOREIGN[what]).status == 403
    assert as_browser(ada, "GET", "/auth/logout/", **FOREIGN[what]).status == 403
    assert as_browser(ada, "HEAD", "/auth/logout", **FOREIGN[what]).status == 403
    assert as_browser(ada, "GET", "/auth/authenticated").status == 200


def test_a_page_of_another_site_signs_nobody_out_without_saying_its_name(ada: Member) -> None:
    assert as_browser(ada, "GET", "/auth/logout", Sec_Fetch_Site="cross-site").status == 403
    assert as_browser(ada, "GET", "/auth/logout").status == 200


@pytest.mark.parametrize("what", OWN)
def test_pages_of_our_own_write(ada: Member, what: str) -> None:
    assert as_browser(ada, **OWN[what]).status == 201


def test_scripts_say_who_they_are_by_themselves(ada: Member) -> None:
    body = {"name": "Ink", "color": "#000000"}
    assert ada.call("POST", "/data/departments", body, headers={"Origin": "https://evil.example"}).status == 201


def test_pages_that_may_call_the_api_write(studio: Studio, ada: Member) -> None:
    studio.tracker.settings = dataclasses.replace(
        studio.tracker.settings, cors_allowed_origins=["https://tools.example"]
    )
    assert as_browser(ada, Origin="https://tools.example").status == 201


# --- answers ---


def test_answers_are_not_kept_unless_they_say_so(studio: Studio) -> None:
    ann = studio.person("Ann")
    for answer in (ann.call("GET", "/data/departments"), ann.call("GET", "/nowhere"), studio.stranger.call("GET", "/")):
        assert answer.headers["cache-control"] == "no-store"


# --- the log ---


@pytest.mark.long
def test_the_log_tells_the_client_the_person_and_how_long_it_took(tmp_path: Path) -> None:
    with serve(tmp_path / "studio", "", "--access-log") as served:
        token = signed_in(served).tokens["access_token"]
        headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": f"{OTHER}, {CLIENT}", "X-Real-IP": OTHER}
        for path in ("/api/data/departments?password=secret", "/no%0Awhere"):
            request = urllib.request.Request(served.url + path, headers=headers)
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(request).close()
        served.stop()
        assert served.process.stdout
        lines = served.process.stdout.read().splitlines()[-2:]
    missing, found = sorted(lines, key=lambda line: "departments" in line)  # threads write them as they come
    assert found.startswith(f"{CLIENT} {served.email} [")
    assert '"GET /api/data/departments" 200 ' in found
    assert found.endswith(" ms")
    assert missing.startswith(f"{CLIENT} - [")
    assert '"GET /no%0Awhere" 404 ' in missing
