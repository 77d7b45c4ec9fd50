"""Pages of our own in front of the API: what is whose, and how it is sent (docs/front-page.md). What they do is in `test_front_pages.py`."""

import gzip
import re
import tomllib
from pathlib import Path

import falcon.testing
import pytest
import stores
from studio import NOBODY, Studio

from kitsulite import Settings, Tracker, create_app
from kitsulite.app import tables
from kitsulite.areas.people.signin import reset_link
from kitsulite.areas.telling.letters import LANGUAGES
from kitsulite.web import front

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "User-Agent": "Mozilla/5.0 (X11)"}
PAGES = [
    "/",
    "/reset-password",
    "/reset-change-password",
    f"/playlists/shared/{NOBODY}",
    f"/productions/{NOBODY}",
    f"/productions/{NOBODY}/shots/tasks/{NOBODY}",
    f"/productions/{NOBODY}/episodes/main/assets/tasks/{NOBODY}",
    f"/productions/{NOBODY}/episodes/all/playlists/{NOBODY}/",
]
IDENTITY = b'{"api":"Zou","version":"1.0.67"}'
MOST_BYTES = 60_000


@pytest.fixture
def client(studio: Studio) -> falcon.testing.TestClient:
    return falcon.testing.TestClient(studio.app)


def files_of(page: str) -> list[str]:
    """What a page names in its head, as it names it."""
    return re.findall(r'<(?:link|script)[^>]* (?:href|src)="([^"]+)"', page)


# --- what is whose ---


@pytest.mark.parametrize("path", PAGES)
def test_a_browser_that_goes_to_a_page_gets_it(client: falcon.testing.TestClient, path: str) -> None:
    answer = client.simulate_get(path, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert '<main id="main"' in answer.text
    assert client.simulate_head(path, headers=BROWSER).content == b""


def test_scripts_get_the_api_at_every_address(client: falcon.testing.TestClient) -> None:
    for accept in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        assert client.simulate_get("/", headers=accept).content == IDENTITY
        for path in PAGES[1:]:
            assert client.simulate_get(path, headers=accept).status_code == 404
    assert client.simulate_get("/api/", headers=BROWSER).content == IDENTITY
    assert client.simulate_post("/", headers=BROWSER).status_code == 405


@pytest.mark.parametrize(
    "path", ["/data/persons", "/config", "/apidocs", "/nowhere", "/productions", "/front/x/front.js", "/front/"]
)
def test_everywhere_else_a_browser_gets_the_api_too(client: falcon.testing.TestClient, path: str) -> None:
    answer = client.simulate_get(path, headers=BROWSER)
    assert '<main id="main"' not in answer.text
    assert answer.content == client.simulate_get(path).content


def test_no_route_of_the_api_is_hidden_by_a_page() -> None:
    paths = [re.sub(r"{\w+}", NOBODY, route.path) for table in tables() for route in table.routes]
    assert [path for path in paths if path != "/" and front.PAGES.fullmatch(path)] == []
    assert [path for path in paths if path.startswith(front.FOLDER)] == []


def test_a_client_that_is_installed_takes_the_place_of_the_pages(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "kitsu").mkdir()
    (tmp_path / "kitsu" / "index.html").write_text("<!doctype html>Kitsu")
    client = falcon.testing.TestClient(create_app(studio.tracker, ui=tmp_path / "kitsu"))
    for path in PAGES:
        assert client.simulate_get(path, headers=BROWSER).text == "<!doctype html>Kitsu"
    script = next(path for path in front.files() if path.endswith("front.js"))
    assert client.simulate_get(script).status_code == 404


def test_the_links_of_mails_lead_to_pages(studio: Studio) -> None:
    """The others are driven in a browser."""
    person = studio.person("Ann")
    link = reset_link(studio.tracker.settings, person.row, "x" * 20)
    assert front.PAGES.fullmatch(link.removeprefix(studio.tracker.settings.site).partition("?")[0])


# --- below a prefix ---


@pytest.mark.parametrize(
    ("path", "up"), [("/", "./"), (PAGES[3], "../../"), (PAGES[4] + "/", "../../"), (PAGES[5], "../../../../")]
)
def test_addresses_in_a_page_are_relative_to_it(client: falcon.testing.TestClient, path: str, up: str) -> None:
    named = files_of(client.simulate_get(path, headers=BROWSER).text)
    assert len(named) > 10
    for name in named:
        assert name.startswith(f"{up}front/")
        assert client.simulate_get("/" + name.removeprefix(up)).status_code == 200


def test_a_site_that_is_mounted_has_its_slash(client: falcon.testing.TestClient) -> None:
    mounted = {"SCRIPT_NAME": "/tra cker", "PATH_INFO": ""}
    answer = client.simulate_get("/", headers=BROWSER, extras=mounted)
    assert (answer.status_code, answer.headers["location"]) == (308, "/tra%20cker/")
    assert client.simulate_get("/", extras=mounted).content == IDENTITY
    below = client.simulate_get("/", headers=BROWSER, extras={"SCRIPT_NAME": "/tracker"})
    assert files_of(below.text)[0].startswith("./front/")


# --- how it is sent ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_it_is_small(language: str) -> None:
    other_texts = tuple(f"/{other}.json" for other in LANGUAGES if other != language)
    parts = {path: file.plain.size for path, file in front.files().items() if not path.endswith(other_texts)}
    assert len(parts) > 10
    assert sum(parts.values()) + front.page(language, 0, "stranger").plain.size < MOST_BYTES


def test_files_are_kept_for_good_and_the_page_is_asked_for_again(client: falcon.testing.TestClient) -> None:
    for path, file in front.files().items():
        plain, packed = client.simulate_get(path), client.simulate_get(path, headers={"Accept-Encoding": "gzip"})
        assert (plain.status_code, plain.headers["content-type"]) == (200, file.type)
        assert gzip.decompress(packed.content) == plain.content
        assert "immutable" in plain.headers["cache-control"]
        assert packed.headers["etag"] != plain.headers["etag"]
    page = client.simulate_get("/", headers=BROWSER)
    assert page.headers["cache-control"] == "no-cache"
    again = client.simulate_get("/", headers={**BROWSER, "If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_page_knows_whether_somebody_may_be_signed_in(client: falcon.testing.TestClient) -> None:
    stranger = client.simulate_get("/", headers=BROWSER)
    known = client.simulate_get("/", headers={**BROWSER, "Cookie": "access_token_cookie=x"})
    assert ('data-who="stranger"' in stranger.text, 'data-who="somebody"' in known.text) == (True, True)
    assert "Cookie" in known.headers["vary"]


def test_nothing_runs_but_our_own_scripts_and_no_address_is_told(client: falcon.testing.TestClient) -> None:
    for path in (*PAGES, *front.files()):
        headers = client.simulate_get(path, headers=BROWSER).headers
        assert headers["referrer-policy"] == "no-referrer"
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
        assert (policy["img-src"], policy["media-src"]) == ("'self'", "'self'")
    for file in front.files().values():
        assert isinstance(file.plain.content, bytes)
        assert not re.search(rb"innerHTML|outerHTML|insertAdjacentHTML|\beval\b|document\.write", file.plain.content)


def test_pictures_may_come_from_where_the_store_sends_browsers(tmp_path: Path) -> None:
    for number, (redirect, expected) in enumerate((("", "'self'"), ("&redirect=60", f"'self' {stores.endpoint()}"))):
        settings = Settings(data=str(tmp_path / str(number)), files=stores.store_url("s3", tmp_path) + redirect)
        with Tracker(settings) as tracker:
            answer = falcon.testing.TestClient(create_app(tracker)).simulate_get("/", headers=BROWSER)
            assert f"img-src {expected}; media-src {expected};" in answer.headers["content-security-policy"]


# --- languages ---


def test_pages_speak_the_languages_of_the_mails_and_none_lacks_a_text() -> None:
    assert set(front.languages()) == set(LANGUAGES)
    texts = {
        path.stem: tomllib.loads(path.read_text()) for path in Path(front.__file__).parent.glob("pages/texts/*.toml")
    }
    scripts = "\n".join(path.read_text() for path in Path(front.__file__).parent.glob("pages/*.js"))
    asked = set(re.findall(r"\bt\('(\w+)'", scripts))
    assert len(asked) > 40
    for language, words in texts.items():
        assert words.keys() == texts["en"].keys(), language
        assert asked <= words.keys()
        for key, word in words.items():
            assert word.strip()
            assert set(re.findall(r"{\w+}", word)) == set(re.findall(r"{\w+}", texts["en"][key])), (language, key)


@pytest.mark.parametrize(
    ("asked", "locale", "language"),
    [
        ("de-CH,de;q=0.9,en;q=0.8", "en_US", "de"),
        ("en;q=0.5, ja;q=0.9", "en_US", "ja"),
        ("tlh, pt-BR;q=0.2", "en_US", "pt"),
        ("zh-Hant", "en_US", "zh"),
        ("fr;q=0", "es_ES", "es"),
        ("tlh", "fr_FR", "fr"),
        (None, "tlh", "en"),
        ("*", "nl", "nl"),
        (";;q=,,", "en_US", "en"),
    ],
)
def test_which_language(asked: str | None, locale: str, language: str) -> None:
    assert front.language_for(asked, locale) == language


def test_a_page_comes_in_the_language_of_the_browser(client: falcon.testing.TestClient) -> None:
    page = client.simulate_get("/", headers={**BROWSER, "Accept-Language": "nl-BE"})
    assert '<html lang="nl"' in page.text
    assert "nl.json" in page.text
    assert "Accept-Language" in page.headers["vary"]
