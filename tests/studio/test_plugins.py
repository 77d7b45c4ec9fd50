"""Plugins: manifests, installing, and the front ends that browsers get (docs/plugins.md)."""

import io
import json
import os
import shutil
import stat
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from studio import Member, Studio

from kitsulite import Tracker
from kitsulite.areas.studio import packages, plugin_packages, plugins
from kitsulite.areas.studio.manifests import BadPlugin, Manifest, as_manifest, read_manifest
from kitsulite.cli import main
from kitsulite.models.tools import Plugin
from kitsulite.work.work import Event

GOOD = {"id": "clock", "name": "Clock", "version": "1.2.3", "license": "MIT", "frontend_project_enabled": True}
PAGE = "<h1>Clock</h1>"


def toml(values: dict[str, Any]) -> str:
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def make(folder: Path, files: dict[str, str] | None = None, **values: Any) -> Path:
    """A plugin in a folder."""
    given = {"manifest.toml": toml({**GOOD, **values}), "frontend/dist/index.html": PAGE, **(files or {})}
    for name, text in given.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def zipped(path: Path, files: dict[str, str], *, modes: dict[str, int] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (modes or {}).get(name, 0o100644) << 16
            archive.writestr(entry, text)
    return path


WHOLE = {"manifest.toml": toml(GOOD), "frontend/dist/index.html": PAGE}

# --- manifests ---


def test_a_manifest_with_all_that_it_may_say() -> None:
    more = {"description": "Tells the time", "website": "https://clock.test", "icon": "clock", "strange": 1}

    manifest = as_manifest({**GOOD, **more, "maintainer": "Ann Lee <ann@clock.test>", "version": "2.0.0-rc.1+x"})

    assert (manifest.maintainer_name, manifest.maintainer_email) == ("Ann Lee", "ann@clock.test")
    assert (manifest.icon, manifest.version, manifest.has_frontend) == ("clock", "2.0.0-rc.1+x", True)
    assert as_manifest({**GOOD, "maintainer": "Ann"}).maintainer_name == "Ann"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"id": None}, "id is missing"),
        ({"name": ""}, "name is missing"),
        ({"version": "1.2"}, "version is not a semantic version"),
        ({"version": 1}, "version is no text"),
        ({"version": "01.2.3"}, "version is not a semantic version"),
        ({"license": "free for all!"}, "license is not an SPDX license"),
        ({"id": "../x"}, "id is not an id"),
        ({"id": ".x"}, "id is not an id"),
        ({"id": "a" * 81}, "id is not an id"),
        ({"name": "x" * 81}, "longer"),
        ({"description": 3}, "description is no text"),
        ({"frontend_studio_enabled": "yes"}, "frontend_studio_enabled is neither true nor false"),
    ],
)
def test_a_manifest_that_is_wrong(values: dict[str, Any], why: str) -> None:
    given = {key: value for key, value in {**GOOD, **values}.items() if value is not None}
    with pytest.raises((BadPlugin, ValueError), match=why):
        as_manifest(given)


@pytest.mark.parametrize(
    "license", ["MIT", "GPL-3.0-only", "Apache-2.0 OR MIT", "GPL-2.0+ WITH x", "(MIT AND BSD-3-Clause)"]
)
def test_licenses(license: str) -> None:
    assert as_manifest({**GOOD, "license": license}).license == license


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"id = ", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b"a = " + b"[" * 50_000, "cannot be read"),
        (b"#" * 70_000, "longer than"),
        (b"id = 1", "id is no text"),
    ],
)
def test_a_manifest_that_cannot_be_read(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "manifest.toml").write_bytes(content)
    with pytest.raises(BadPlugin, match=why):
        read_manifest(tmp_path)
    with pytest.raises(BadPlugin, match="There is no manifest"):
        read_manifest(tmp_path / "nowhere")


def test_versions_have_an_order() -> None:
    order = ["1.0.0-alpha", "1.0.0-alpha.2", "1.0.0-alpha.10", "1.0.0-beta", "1.0.0", "1.2.0", "1.10.0"]
    manifests = [as_manifest({**GOOD, "version": version}) for version in reversed(order)]

    assert [manifest.version for manifest in sorted(manifests, key=lambda one: one.order)] == order


# --- installing ---


@pytest.fixture
def kitsulite(
    studio: Studio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    monkeypatch.setenv("SECRET_KEY", studio.tracker.settings.secret_key)
    place = ("--data", studio.tracker.settings.data, "--database", studio.tracker.settings.database)

    def run(*arguments: str, code: int = 0) -> str:
        of_studio = () if arguments[0] in ("create", "package") else place
        assert main(["plugin", *arguments, *of_studio]) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    return run


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", "admin")


def row(studio: Studio) -> dict[str, Any] | None:
    with studio.tracker.work(writes=False) as work:
        return plugins.find(work, "clock")


def left(studio: Studio) -> list[str]:
    """What lies in PLUGIN_FOLDER."""
    folder = studio.tracker.settings.plugins
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_plugin_is_installed_shown_and_taken_away(
    studio: Studio, ann: Member, kitsulite: Callable[..., str], tmp_path: Path
) -> None:
    source = make(
        tmp_path / "mine", {"frontend/dist/assets/app.js": "1"}, maintainer="Ann <ann@clock.test>", icon="clock"
    )

    assert kitsulite("install", str(source)) == "The plugin clock 1.2.3 is installed.\n"

    [shown] = studio.person("Bob").get("/data/user/context")["plugins"]
    assert (shown["plugin_id"], shown["icon"], shown["maintainer_email"]) == ("clock", "clock", "ann@clock.test")
    stranger = ann.__class__(ann.client.app, "", ann.row)
    page = stranger.call("GET", "/plugins/clock/frontend")
    assert (page.status, page.text, page.headers["content-type"]) == (200, PAGE, "text/html; charset=utf-8")
    assert "max-age=0" in page.headers["cache-control"]
    assert "sandbox" not in page.headers["content-security-policy"]
    script = stranger.call("GET", "/plugins/clock/frontend/assets/app.js")
    assert (script.text, script.headers["content-type"]) == ("1", "text/javascript; charset=utf-8")
    known = stranger.call("GET", "/plugins/clock/frontend", headers={"If-None-Match": page.headers["etag"]})
    assert (known.status, known.text) == (304, "")
    assert stranger.call("HEAD", "/plugins/clock/frontend").headers["content-length"] == str(len(PAGE))
    assert kitsulite("uninstall", "clock") == "The plugin clock is gone.\n"
    assert stranger.call("GET", "/plugins/clock/frontend").status == 404
    assert (row(studio), left(studio)) == (None, [])
    assert "There is no plugin clock." in kitsulite("uninstall", "clock", code=1)
    assert "There is no plugin" in kitsulite("uninstall", "../studio", code=1)


@pytest.mark.parametrize(
    "path",
    [
        "nowhere.js",
        "assets",
        "../../manifest.toml",
        "..%2f..%2fmanifest.toml",
        "%2e%2e/%2e%2e/manifest.toml",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "link.txt",
        "linked/secret.txt",
        "a%00b",
        "x" * 5000,
    ],
)
def test_nothing_is_served_from_outside(
    studio: Studio, ann: Member, kitsulite: Callable[..., str], tmp_path: Path, path: str
) -> None:
    kitsulite("install", str(make(tmp_path / "mine", {"frontend/dist/assets/app.js": "1"})))
    (tmp_path / "out").mkdir()
    (tmp_path / "out/secret.txt").write_text("secret")
    dist = studio.tracker.settings.plugins / "clock/frontend/dist"
    (dist / "link.txt").symlink_to(tmp_path / "out/secret.txt")
    (dist / "linked").symlink_to(tmp_path / "out")

    assert ann.call("GET", f"/plugins/clock/frontend/{path}").status in (404, 308)


@pytest.mark.parametrize("id", ["nothing", "..", "%2e%2e", "clock%00", "."])
def test_what_is_no_plugin_is_not_found(ann: Member, id: str) -> None:
    assert ann.call("GET", f"/plugins/{id}/frontend").status == 404


def test_a_front_end_that_is_not_enabled_is_not_there(
    ann: Member, kitsulite: Callable[..., str], tmp_path: Path
) -> None:
    said = kitsulite("install", str(make(tmp_path / "mine", frontend_project_enabled=False)))

    assert "It shows nothing" in said
    assert ann.call("GET", "/plugins/clock/frontend").status == 404


def test_a_row_alone_installs_nothing(ann: Member, kitsulite: Callable[..., str]) -> None:
    values = {
        **{key: value for key, value in GOOD.items() if key != "id"},
        "plugin_id": "clock",
        "maintainer_name": "x",
    }
    ann.post("/data/plugins", values)

    assert ann.call("GET", "/plugins/clock/frontend").status == 404
    assert "no files" in kitsulite("list")


def test_another_version_takes_the_place_of_the_one_before(
    studio: Studio, kitsulite: Callable[..., str], tmp_path: Path
) -> None:
    kitsulite("install", str(make(tmp_path / "mine", {"frontend/dist/old.js": "1"})))
    first = row(studio)
    told: list[Event] = []
    studio.tracker.on("*", told.append)

    said = kitsulite("install", str(make(tmp_path / "newer", {"hooks.py": ""}, version="1.10.0", name="Time")))

    second = row(studio)
    assert first
    assert second
    assert (second["id"], second["version"], second["name"]) == (first["id"], "1.10.0", "Time")
    assert not (studio.tracker.settings.plugins / "clock/frontend/dist/old.js").exists()
    assert left(studio) == ["clock"]
    assert "no newer" not in said
    assert "code for another server" in said
    assert "It is no newer than 1.10.0" in kitsulite("install", str(make(tmp_path / "older", version="1.9.0")))
    assert "It is no newer than 1.9.0" in kitsulite("install", str(make(tmp_path / "older", version="1.9.0")))


def test_an_install_that_fails_leaves_what_was_there(
    studio: Studio, kitsulite: Callable[..., str], tmp_path: Path
) -> None:
    kitsulite("install", str(make(tmp_path / "mine")))
    folder = studio.tracker.settings.plugins
    newer = make(tmp_path / "newer", version="2.0.0")
    staged = plugins.staged(folder, lambda place: plugin_packages.copy(newer, place))

    def fail() -> None:
        with studio.tracker.work() as work:
            plugins.install(work, folder, read_manifest(newer), staged)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    there = row(studio)
    assert there
    assert there["version"] == read_manifest(folder / "clock").version == "1.2.3"
    assert left(studio) == ["clock"]


def test_events_tell_of_plugins(studio: Studio, tmp_path: Path) -> None:
    told: list[Event] = []
    studio.tracker.on("plugin:*", told.append)
    folder = studio.tracker.settings.plugins
    for _ in range(2):
        source = make(tmp_path / "mine")
        staged = plugins.staged(folder, lambda place, source=source: plugin_packages.copy(source, place))  # type: ignore[misc]
        with studio.tracker.work() as work:
            plugins.install(work, folder, read_manifest(source), staged)
    with studio.tracker.work() as work:
        plugins.uninstall(work, folder, "clock")

    assert [event.name for event in told] == ["plugin:new", "plugin:update", "plugin:delete"]


def test_a_broken_plugin_is_left_out_and_told(
    studio: Studio, kitsulite: Callable[..., str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = studio.tracker.settings.plugins
    make(folder / "clock", version="x")
    make(folder / "other")

    with Tracker(studio.tracker.settings):
        pass

    assert [record.getMessage().startswith("A plugin is left out") for record in caplog.records].count(True) == 2
    listed = {one["plugin_id"]: one["state"] for one in json.loads(kitsulite("list", "--json"))}
    assert "version is not a semantic version" in listed["clock"]
    assert "which is not its name" in listed["other"]


def test_plugins_are_listed(kitsulite: Callable[..., str], tmp_path: Path) -> None:
    kitsulite("install", str(make(tmp_path / "mine", maintainer="Ann <ann@clock.test>")))
    kitsulite("install", str(make(tmp_path / "other", id="map", name="Map", license="Apache-2.0")))

    assert [one["plugin_id"] for one in json.loads(kitsulite("list", "--json"))] == ["clock", "map"]
    assert "Ann <ann@clock.test>  MIT" in kitsulite("list")
    [one] = json.loads(kitsulite("list", "--json", "--filter", "license=apache"))
    assert one["plugin_id"] == "map"
    assert "A filter is" in kitsulite("list", "--filter", "color=red", code=1)


# --- packages ---


def test_a_zip_is_installed(studio: Studio, kitsulite: Callable[..., str], tmp_path: Path) -> None:
    kitsulite("install", str(zipped(tmp_path / "a.zip", WHOLE)))
    kitsulite("install", str(zipped(tmp_path / "b.zip", {f"clock-main/{name}": text for name, text in WHOLE.items()})))

    assert row(studio)


BOMB = "0" * (packages.PIECE * 3)


class Bad(NamedTuple):
    """What a zip holds that it must not, with the modes of some files."""

    files: dict[str, str]
    modes: dict[str, int] = {}


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_BYTES", packages.PIECE * 2)


@pytest.mark.usefixtures("little_room")
@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (Bad({"../out.txt": "x"}), "leads out of its folder"),
        (Bad({"a/../../out.txt": "x"}), "leads out of its folder"),
        (Bad({"/out.txt": "x"}), "leads out of its folder"),
        (Bad({"C:out.txt": "x"}), "leads out of its folder"),
        (Bad({"..\\out.txt": "x"}), "leads out of its folder"),
        (Bad({"link": "/etc/passwd"}, {"link": stat.S_IFLNK | 0o777}), "holds a link"),
        (Bad({"pipe": ""}, {"pipe": stat.S_IFIFO | 0o644}), "holds a link, or no plain file"),
        (Bad({"a": "x", "a/b": "x"}), "as a file and as a folder|twice"),
        (Bad({"big": BOMB}), "larger than"),
    ],
)
def test_a_hostile_zip_is_refused_and_leaves_nothing(
    studio: Studio,
    kitsulite: Callable[..., str],
    tmp_path: Path,
    bad: Bad,
    why: str,
) -> None:
    package = zipped(tmp_path / "bad.zip", {**bad.files, **WHOLE}, modes=bad.modes)

    said = kitsulite("install", str(package), code=1)

    assert any(one in said for one in why.split("|"))
    assert "nothing was installed" in said
    assert not list(tmp_path.rglob("out.txt"))
    assert (row(studio), left(studio)) == (None, [])


def test_a_zip_that_is_none_or_that_lies(
    kitsulite: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04 nothing")
    assert "is no zip that can be read" in kitsulite("install", str(tmp_path / "no.zip"), code=1)
    whole = zipped(tmp_path / "cut.zip", {**WHOLE, "more": "x" * 5000}).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole.replace(b"manifest.toml", b"manifest.tomk", 1))
    assert "nothing was installed" in kitsulite("install", str(tmp_path / "cut.zip"), code=1)
    monkeypatch.setattr(packages, "MOST_FILES", 1)
    assert packages.TOO_LARGE.removesuffix(".") in kitsulite(
        "install", str(zipped(tmp_path / "many.zip", WHOLE)), code=1
    )


def test_a_folder_with_links_is_refused(studio: Studio, kitsulite: Callable[..., str], tmp_path: Path) -> None:
    source = make(tmp_path / "mine")
    (source / "secret").symlink_to("/etc/passwd")
    assert "is a link" in kitsulite("install", str(source), code=1)
    (source / "secret").unlink()
    (source / "etc").symlink_to("/etc")
    assert "is a link" in kitsulite("install", str(source), code=1)
    (source / "etc").unlink()
    os.mkfifo(source / "pipe")
    assert "no plain file" in kitsulite("install", str(source), code=1)
    assert left(studio) == []


def test_what_is_not_the_plugins_is_not_copied(studio: Studio, kitsulite: Callable[..., str], tmp_path: Path) -> None:
    kitsulite("install", str(make(tmp_path / "mine", {"node_modules/x/a.js": "1", ".git/config": "x"})))

    place = studio.tracker.settings.plugins / "clock"
    assert not (place / "node_modules").exists()
    assert not (place / ".git").exists()


@contextmanager
def serving(answers: dict[str, tuple[int, dict[str, str], bytes]]) -> Iterator[str]:
    class Answering(BaseHTTPRequestHandler):
        def log_message(self, *said: Any) -> None:
            pass

        def do_GET(self) -> None:
            status, headers, content = answers[self.path]
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_zip_is_fetched(
    studio: Studio, kitsulite: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = zipped(tmp_path / "a.zip", WHOLE).read_bytes()
    answers = {
        "/clock.zip": (200, {}, content),
        "/latest.zip": (302, {"Location": "/clock.zip"}, b""),
        "/gone.zip": (404, {}, b""),
        "/file.zip": (302, {"Location": "file:///etc/passwd"}, b""),
        "/page.zip": (200, {}, b"<html>"),
    }
    with serving(answers) as url:
        kitsulite("install", f"{url}/latest.zip")
        assert row(studio)
        assert "answered 404" in kitsulite("install", f"{url}/gone.zip", code=1)
        assert "nothing was installed" in kitsulite("install", f"{url}/file.zip", code=1)
        assert "is no zip" in kitsulite("install", f"{url}/page.zip", code=1)
        monkeypatch.setattr(packages, "LONGEST_PACKAGE", 10)
        assert "is larger than" in kitsulite("install", f"{url}/clock.zip", code=1)
    assert "cannot be fetched" in kitsulite("install", "http://127.0.0.1:1/x.zip", code=1)


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")
def test_a_repository_is_cloned(studio: Studio, kitsulite: Callable[..., str], tmp_path: Path) -> None:
    source = make(tmp_path / "clock.git")
    identity = ("-c", "user.name=x", "-c", "user.email=x@x.test")
    for arguments in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-q", "-m", "x")):
        subprocess.run(["git", *arguments], cwd=source, check=True)

    kitsulite("install", f"git+file://{source}")

    assert row(studio)
    assert not (studio.tracker.settings.plugins / "clock/.git").exists()
    assert "cannot be cloned" in kitsulite("install", f"git+file://{tmp_path}/nothing", code=1)
    hostile = "git+ext::sh -c 'touch " + str(tmp_path / "ran") + "'"
    assert "nothing was installed" in kitsulite("install", hostile, code=1)
    assert "nothing was installed" in kitsulite("install", "git+--upload-pack=touch", code=1)
    assert not (tmp_path / "ran").exists()


def test_without_git_it_says_what_to_do(kitsulite: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert "git is not installed here" in kitsulite("install", "git@clock.test:clock.git", code=1)


def test_nothing_there(kitsulite: Callable[..., str]) -> None:
    assert "There is no folder and no file nowhere" in kitsulite("install", "nowhere", code=1)


# --- making ---


def test_a_new_plugin_can_be_packed_and_installed(
    studio: Studio, kitsulite: Callable[..., str], tmp_path: Path
) -> None:
    folder = tmp_path / "new"
    odd = 'Tells "the\\time"\n<&>\x07'
    maintainer = "Ann <ann@clock.test>"
    kitsulite(
        "create", str(folder), "--id", "clock", "--name", "A & <b>", "--description", odd, "--maintainer", maintainer
    )

    assert read_manifest(folder) == Manifest(
        "clock",
        "A & <b>",
        "0.1.0",
        "GPL-3.0-only",
        description=odd,
        maintainer_name="Ann",
        maintainer_email="ann@clock.test",
        frontend_project_enabled=True,
    )
    assert "is not empty" in kitsulite("create", str(folder), "--id", "clock", code=1)
    kitsulite("create", str(folder), "--id", "clock", "--force")
    assert "id is not an id" in kitsulite("create", str(tmp_path / "x"), "--id", "../x", code=1)
    assert not (tmp_path / "x").exists()
    made = kitsulite("package", str(folder), "--output", str(tmp_path / "out")).strip()
    assert made == str(tmp_path / "out/clock-0.1.0.zip")
    assert "is there already" in kitsulite("package", str(folder), "--output", str(tmp_path / "out"), code=1)
    kitsulite("package", str(folder), "--output", str(tmp_path / "out"), "--force")
    with zipfile.ZipFile(io.BytesIO(Path(made).read_bytes())) as archive:
        assert sorted(archive.namelist()) == ["frontend/dist/index.html", "manifest.toml"]
    kitsulite("install", made)
    assert row(studio)


def test_plugins_may_lie_elsewhere(
    studio: Studio, kitsulite: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLUGIN_FOLDER", str(tmp_path / "elsewhere"))

    kitsulite("install", str(make(tmp_path / "mine")))

    assert (tmp_path / "elsewhere/clock/manifest.toml").is_file()
    assert Plugin.table_name() == "plugin"
