"""A built web client in front of the API: what is whose, how it is sent, and how it gets here (docs/web-client.md).

The client is one of our own: a page with a script in it, a large script whose name changes with its content, a picture.
"""

import gzip
import hashlib
import http.server
import io
import os
import stat
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import falcon.testing
import pytest
from studio import Studio

from kitsulite import Settings, Tracker, create_app
from kitsulite.areas.studio import packages, webclient
from kitsulite.areas.studio.packages import BadPackage
from kitsulite.web.client import hashes_of_scripts
from kitsulite.web.packing import accepts_gzip

SCRIPT = "window.begun = true"
PAGE = f"<!doctype html><title>Ours</title><script>{SCRIPT}</script><script src='/assets/app-1a2b3c4d.js'></script>"
LARGE = "export const words = [" + ", ".join(f"'word {number}'" for number in range(20_000)) + "]"
FILES = {
    "index.html": PAGE,
    "assets/app-1a2b3c4d.js": LARGE,
    "assets/small-9f8e7d6c.css": "a { color: red }",
    "favicon.ico": "icon",
    "fonts/a.woff2": "font",
    "site.webmanifest": "{}",
    "img/a b.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "User-Agent": "Mozilla/5.0 (X11)"}


def lay(folder: Path, files: dict[str, str] = FILES) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def tar(path: Path, files: dict[str, str] = FILES, below: str = "dist") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"{below}/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return path


def zipped(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def client(studio: Studio, tmp_path: Path) -> falcon.testing.TestClient:
    return falcon.testing.TestClient(create_app(studio.tracker, ui=lay(tmp_path / "kitsu")))


# --- what is whose ---


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/index.html",
        "/login",
        "/productions/1/shots",
        "/data/persons",
        "/nowhere/at/all.php",
        "/assets/gone.js",
        "/apidoc",
        "/plugins",
    ],
)
def test_a_browser_gets_the_page_wherever_it_goes(client: falcon.testing.TestClient, path: str) -> None:
    answer = client.simulate_get(path, headers=BROWSER)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert client.simulate_head(path, headers=BROWSER).content == b""


def test_scripts_get_the_api_at_the_bare_host_too(studio: Studio, client: falcon.testing.TestClient) -> None:
    ann = studio.person("Ann", "admin")
    token = {"Authorization": f"Bearer {ann.token}"}
    for accept in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        assert client.simulate_get("/", headers=accept).json["api"]
        assert client.simulate_get("/data/persons", headers={**token, **accept}).json[0]["first_name"] == "Ann"
        assert client.simulate_get("/nowhere", headers=accept).status_code == 404
    for prefix in ("", "/api"):
        made = client.simulate_post(
            f"{prefix}/data/departments", headers={**token, **BROWSER}, json={"name": f"A{prefix}", "color": "#000000"}
        )
        assert made.status_code == 201


@pytest.mark.parametrize(
    "path",
    ["/api/data/persons", "/api", "/pictures/thumbnails/organisations/x.png", "/movies/a", "/plugins/x/frontend"],
)
def test_below_these_a_browser_means_the_api(client: falcon.testing.TestClient, path: str) -> None:
    answer = client.simulate_get(path, headers=BROWSER)
    assert answer.text != PAGE
    assert client.simulate_get("/apidocs", headers=BROWSER).text.startswith("<!doctype html>")
    assert "Kitsulite" in client.simulate_get("/apidocs", headers=BROWSER).text


def test_nothing_but_what_is_the_clients_is_served(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = lay(tmp_path / "kitsu")
    client = falcon.testing.TestClient(create_app(studio.tracker, ui=folder))
    for path in (
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/../../secret.txt",
        "/..%2fsecret.txt",
        "/assets/app-1a2b3c4d.js.gz",
    ):
        assert client.simulate_get(path).status_code == 404
    (folder / "index.html").unlink()  # what is served was copied when the server began
    assert client.simulate_get("/", headers=BROWSER).text == PAGE


# --- how it is sent ---


@pytest.mark.parametrize(
    ("path", "type"),
    [
        ("/assets/app-1a2b3c4d.js", "text/javascript; charset=utf-8"),
        ("/assets/small-9f8e7d6c.css", "text/css; charset=utf-8"),
        ("/favicon.ico", "image/vnd.microsoft.icon"),
        ("/fonts/a.woff2", "font/woff2"),
        ("/site.webmanifest", "application/manifest+json"),
        ("/img/a%20b.svg", "image/svg+xml"),
    ],
)
def test_files_are_what_they_are(client: falcon.testing.TestClient, path: str, type: str) -> None:
    answer = client.simulate_get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, type)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_is_large_is_sent_compressed_to_who_takes_it(client: falcon.testing.TestClient) -> None:
    path = "/assets/app-1a2b3c4d.js"
    packed = client.simulate_get(path, headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert gzip.decompress(packed.content).decode() == LARGE
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(packed.content) < len(LARGE) / 3
    plain = client.simulate_get(path)
    assert (plain.text, "content-encoding" in plain.headers) == (LARGE, False)
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "Accept-Encoding" in plain.headers["vary"]
    small = client.simulate_get("/assets/small-9f8e7d6c.css", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


@pytest.mark.parametrize(
    ("said", "takes"),
    [("gzip", True), ("*", True), ("gzip;q=0", False), ("gzip; q=0.5", True), ("br", False), (None, False)],
)
def test_who_takes_what_is_compressed(said: str | None, takes: bool) -> None:
    assert accepts_gzip(said) is takes


def test_what_is_named_by_its_content_is_kept_and_all_else_asked_for_again(client: falcon.testing.TestClient) -> None:
    assert "immutable" in client.simulate_get("/assets/app-1a2b3c4d.js").headers["cache-control"]
    page = client.simulate_get("/", headers=BROWSER)
    assert page.headers["cache-control"] == "no-cache"
    assert client.simulate_get("/favicon.ico").headers["cache-control"] == "no-cache"
    again = client.simulate_get("/", headers={**BROWSER, "If-None-Match": f'"x", W/{page.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")


def test_its_own_scripts_run_and_no_others(client: falcon.testing.TestClient) -> None:
    policy = client.simulate_get("/", headers=BROWSER).headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert hashes_of_scripts(PAGE) == [
        "sha256-" + __import__("base64").b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    ]
    assert hashes_of_scripts(PAGE)[0] in scripts
    assert "'unsafe-inline'" not in scripts
    assert "object-src 'none'" in policy


# --- how it gets here ---


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def test_a_folder_a_tar_and_a_zip_will_do(data: Path, tmp_path: Path) -> None:
    for place in (lay(tmp_path / "kitsu"), tar(tmp_path / "kitsu.tgz"), zipped(tmp_path / "kitsu.zip")):
        ready = webclient.prepare(str(place), data)
        assert (ready / "index.html").read_text() == PAGE
        assert webclient.prepare(str(place), data) == ready
    assert len(list((data / "ui").iterdir())) == webclient.KEPT


def test_another_build_in_a_folder_is_another_client(data: Path, tmp_path: Path) -> None:
    folder = lay(tmp_path / "kitsu")
    before = webclient.prepare(str(folder), data)
    (folder / "index.html").write_text("new")
    os.utime(folder / "index.html", ns=(1, 1))
    after = webclient.prepare(str(folder), data)
    assert (before != after, (after / "index.html").read_text()) == (True, "new")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """Where a package can be fetched."""
    tar(tmp_path / "site.tgz")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *given: object) -> None:
            super().__init__(*given, directory=str(tmp_path))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/site.tgz"
    server.shutdown()
    server.server_close()


def test_an_address_needs_its_sha256_and_is_asked_once(site: str, data: Path, tmp_path: Path) -> None:
    digest = packages.digest_of(tmp_path / "site.tgz")
    with pytest.raises(BadPackage, match="say the sha256"):
        webclient.prepare(site, data)
    with pytest.raises(BadPackage, match=f"its sha256 is {digest}"):
        webclient.prepare(site, data, "0" * 64)
    with pytest.raises(BadPackage, match="64 letters and digits"):
        webclient.prepare(site, data, "abc")
    with pytest.raises(BadPackage, match="answered 404"):
        webclient.prepare(site + "x", data, digest)
    assert [path.name for path in (data / "ui").iterdir()] == []
    told: list[int] = []
    ready = webclient.prepare(site, data, digest.upper(), lambda size, total: told.append(size))
    assert (ready / "assets" / "app-1a2b3c4d.js").read_text() == LARGE
    assert sum(told) == (tmp_path / "site.tgz").stat().st_size
    (tmp_path / "site.tgz").unlink()
    assert webclient.prepare(site, data, digest) == ready


def _links(archive: tarfile.TarFile) -> None:
    entry = tarfile.TarInfo("dist/link")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
    archive.addfile(entry)


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out", "C:out", "a\\out"])
def test_a_tar_that_leads_elsewhere_is_refused(data: Path, tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "bad.tgz", "w:gz") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = 1
        archive.addfile(entry, io.BytesIO(b"x"))
    with pytest.raises(BadPackage, match="leads out of its folder"):
        webclient.prepare(str(tmp_path / "bad.tgz"), data)


def test_what_is_no_client_is_refused(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, why in (
        (tmp_path / "nowhere", "no folder, and no package"),
        (lay(tmp_path / "empty", {"readme.txt": "x"}), "no index.html"),
        (tar(tmp_path / "empty.tgz", {"readme.txt": "x"}), "no index.html"),
    ):
        with pytest.raises(BadPackage, match=why):
            webclient.prepare(str(place), data)
    with tarfile.open(tmp_path / "links.tgz", "w:gz") as archive:
        _links(archive)
    with pytest.raises(BadPackage, match="holds a link"):
        webclient.prepare(str(tmp_path / "links.tgz"), data)
    (tmp_path / "no.tgz").write_bytes(b"\x1f\x8b nothing")
    with pytest.raises(BadPackage, match="is no tar that can be read"):
        webclient.prepare(str(tmp_path / "no.tgz"), data)
    os.symlink("/etc/passwd", lay(tmp_path / "linked") / "link")
    with pytest.raises(BadPackage, match="is a link"):
        webclient.prepare(str(tmp_path / "linked"), data)
    monkeypatch.setattr(packages, "MOST_BYTES", 1000)
    with pytest.raises(BadPackage, match="larger than"):
        webclient.prepare(str(tar(tmp_path / "kitsu.tgz")), data)
    assert list((data / "ui").iterdir()) == []


def test_only_the_owner_can_look_into_it(data: Path, tmp_path: Path) -> None:
    webclient.prepare(str(lay(tmp_path / "kitsu")), data)
    assert stat.S_IMODE((data / "ui").stat().st_mode) & 0o077 == 0


def test_settings_name_it_too(tmp_path: Path) -> None:
    place = tar(tmp_path / "kitsu.tgz")
    settings = Settings(data=str(tmp_path / "studio"), secret_key="s" * 40, ui=str(place))
    with Tracker(settings) as tracker:
        client = falcon.testing.TestClient(create_app(tracker))
        assert client.simulate_get("/login", headers=BROWSER).text == PAGE
        assert client.simulate_get("/api/").json["api"]
