"""What a studio holds is its owner's alone: on the disk, in the database, in the hands of another node."""

import dataclasses
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyotp
import pytest
from disks import small_png
from driving import on_one_engine
from engines import drop_studio, new_studio
from serving import serve
from studio import Studio

from kitsulite import Settings, Tracker
from kitsulite.areas.people import secondfactors
from kitsulite.cli import main
from kitsulite.models.keyprint import OtherKey
from kitsulite.models.own import Secret
from kitsulite.models.people import Person
from kitsulite.storage import open_files
from kitsulite.storage.seal import CannotOpen, Seal
from kitsulite.work.keys import BadKey

PNG = small_png()
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def modes(folder: Path) -> dict[str, str]:
    """What others may do to a folder and to everything in it, where they may do anything."""
    paths = {".": folder, **{str(path.relative_to(folder)): path for path in folder.rglob("*")}}
    open_to_others = {name: stat.S_IMODE(path.lstat().st_mode) for name, path in paths.items()}
    return {name: oct(mode) for name, mode in open_to_others.items() if mode & 0o077}


@contextmanager
def generous_umask() -> Iterator[None]:
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


# --- files ---


@on_one_engine
def test_nothing_that_a_studio_makes_can_be_read_by_others(engine: str, tmp_path: Path) -> None:
    with generous_umask(), Tracker(Settings(data=str(tmp_path / "deep" / "studio"))) as tracker:
        studio = Studio(tracker)
        admin = studio.person("Ann", "admin")
        admin.send_form(f"/pictures/thumbnails/persons/{admin.id}", {}, {"file": ("me.png", PNG, "image/png")})
        movie = tmp_path / "movie.mp4"
        movie.write_bytes(b"frames")
        tracker.files.take("movies-0e6f5a1a-4b0c", movie)
        with (tmp_path / "other.mp4").open("wb+") as other:
            tracker.files.put("movies-1e6f5a1a-4b0c", other)
        assert (tmp_path / "deep" / "studio" / "studio.db-wal").exists()
        assert modes(tmp_path / "deep") == {}
    with serve(tmp_path / "deep" / "studio"):
        log = tmp_path / "deep" / "studio" / "errors.log"  # the test's own
        log.chmod(0o600)
        assert modes(tmp_path / "deep") == {}


def test_a_store_elsewhere_is_closed_to_others_too(tmp_path: Path) -> None:
    with generous_umask():
        store = open_files((tmp_path / "raid" / "fox").as_uri(), tmp_path)
        (tmp_path / "movie.mp4").write_bytes(b"frames")
        store.take("movies-0e6f5a1a-4b0c", tmp_path / "movie.mp4")
    assert modes(tmp_path / "raid") == {}


def test_of_a_folder_with_other_things_only_the_store_is_closed(tmp_path: Path) -> None:
    shared, studio = tmp_path / "raid", str(tmp_path / "studio")
    settings = Settings(data=studio, files=shared.as_uri())
    for folder in (shared, shared / "other", shared / "ab"):
        folder.mkdir(mode=0o755)
    (shared / "other" / "song.mp3").touch(0o644)
    with Tracker(settings) as tracker:
        (tmp_path / "movie.mp4").write_bytes(b"frames")
        tracker.files.take("movies-0e6f5a1a-4b0c", tmp_path / "movie.mp4")
    (shared / "movies").chmod(0o755)
    Tracker(settings).close()
    assert set(modes(shared)) == {".", "other", "ab", "other/song.mp3"}


def test_a_studio_that_was_open_is_closed_and_that_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "studio"
    Tracker(Settings(data=str(folder))).close()
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o755 if path.is_dir() else 0o644)
    (folder / "studio.db-wal").touch(0o644)
    (folder / "studio.db-wal").chmod(0o644)
    Tracker(Settings(data=str(folder))).close()
    assert modes(folder) == {}
    [line] = [message for message in caplog.messages if "Every user" in message]
    assert str(folder / "secret.key") in line
    caplog.clear()
    Tracker(Settings(data=str(folder))).close()
    assert caplog.messages == []


def test_a_folder_that_is_shared_on_purpose_is_left_alone(tmp_path: Path) -> None:
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    Tracker(Settings(data=str(tmp_path / "studio"), files=shared.as_uri(), scratch=str(shared))).close()
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777


# --- the key ---


@pytest.mark.parametrize("content", ["", "\n", "abc", "x" * 63, "x" * 65, "x" * 63 + "é"])
def test_a_key_that_is_not_what_was_written_is_refused(tmp_path: Path, content: str) -> None:
    settings = Settings(data=str(tmp_path))
    Tracker(settings).close()
    (tmp_path / "secret.key").write_text(content)
    with pytest.raises(BadKey, match="is not the key that was written"):
        Tracker(settings)
    assert (tmp_path / "secret.key").read_text() == content


def test_a_start_that_is_killed_leaves_no_half_of_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kitsulite.storage.private.put_in_place", killed)
    with pytest.raises(KeyboardInterrupt):
        Tracker(Settings(data=str(tmp_path)))
    assert not (tmp_path / "secret.key").exists()
    monkeypatch.undo()
    Tracker(Settings(data=str(tmp_path))).close()


def test_a_key_that_is_not_there_is_not_made_anew(tmp_path: Path) -> None:
    key = tmp_path / "studio" / "secret.key"
    settings = Settings(data=str(key.parent))
    Tracker(settings).close()
    kept = key.rename(tmp_path / "kept")
    with pytest.raises(OtherKey, match=r"secret\.key is not there"):
        Tracker(settings)
    assert not key.exists()
    kept.rename(key)
    Tracker(settings).close()


def test_a_node_with_another_key_does_not_start(settings: Settings, tracker: Tracker, tmp_path: Path) -> None:
    elsewhere = {"data": str(tmp_path / "node"), "database": settings.database or f"sqlite:///{tmp_path}/studio.db"}
    with pytest.raises(OtherKey, match="SECRET_KEY"):
        Tracker(Settings(**elsewhere, secret_key="another"))
    with pytest.raises(OtherKey):
        Tracker(Settings(**elsewhere))
    Tracker(Settings(**elsewhere, secret_key=settings.secret_key)).close()


# --- second factors ---


def with_app(studio: Studio) -> dict[str, Any]:
    """Somebody who has just turned on an authenticator app, as stored."""
    ann = studio.person("Ann", "admin")
    secret = ann.put("/auth/totp")["otp_secret"]
    ann.post("/auth/totp", {"totp": pyotp.TOTP(secret).now()}, status=200)
    return {**studio.stored(Person, ann.id), "clear": secret}


def test_the_secret_of_an_authenticator_app_is_sealed_in_the_database(studio: Studio) -> None:
    ann = with_app(studio)
    assert ann["totp_secret"].startswith("sealed:")
    assert ann["clear"] not in ann["totp_secret"]
    assert studio.tracker.keys.seal.open(ann["totp_secret"]) == ann["clear"]
    if studio.tracker.db.name == "sqlite":
        everything = b"".join(path.read_bytes() for path in studio.tracker.db.files())
        assert ann["clear"].encode() not in everything


def test_a_seal_opens_with_its_own_key_only() -> None:
    sealed = Seal("one").close(SECRET)
    assert Seal("one").open(sealed) == SECRET
    assert Seal("one").close(sealed) == sealed
    for wrong in (lambda: Seal("two").open(sealed), lambda: Seal("one").open(sealed[:-4] + "AAAA")):
        with pytest.raises(CannotOpen):
            wrong()


def test_a_dump_holds_secrets_in_clear_and_another_studio_seals_them_with_its_own_key(
    studio: Studio, settings: Settings, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = with_app(studio)
    dump = tmp_path / "dump.jsonl"
    before = os.umask(0)
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)
    assert main(["dump", str(dump), "--data", settings.data, "--database", settings.database]) == 0
    os.umask(before)
    assert stat.S_IMODE(dump.stat().st_mode) == 0o600
    rows = [json.loads(line)["row"] for line in dump.read_text().splitlines() if '"person"' in line[:20]]
    assert [row["totp_secret"] for row in rows if row["id"] == ann["id"]] == [ann["clear"]]
    (tmp_path / "there").mkdir()
    url = new_studio(engine, tmp_path / "there")
    monkeypatch.setenv("SECRET_KEY", "the key of another studio")
    where = ["--data", str(tmp_path / "there"), "--database", url]
    assert main(["load", str(dump), *where]) == 0
    with Tracker(Settings(data=where[1], database=url, secret_key="the key of another studio")) as there:
        with there.db.reading():
            person = there.db.find(Person, ann["id"])
        assert person
        assert person["totp_secret"].startswith("sealed:")
        assert person["totp_secret"] != ann["totp_secret"]
        proof = secondfactors.Proof(totp=pyotp.TOTP(ann["clear"]).now())
        assert secondfactors.verify(there.work, person, proof, None) is secondfactors.Verdict.RIGHT
    drop_studio(url)


def test_a_studio_that_forgot_its_key_takes_none_that_does_not_open_its_secrets(
    studio: Studio, settings: Settings
) -> None:
    """As when its rows were put back without those that belong to the installation."""
    with_app(studio)
    with studio.tracker.work() as work:
        work.delete(Secret, Secret.purpose == "fingerprint")
    with pytest.raises(OtherKey):
        Tracker(dataclasses.replace(settings, secret_key="another"))
    Tracker(settings).close()


@pytest.mark.parametrize("old_is_there", [True, False])
def test_a_studio_gets_another_key(
    studio: Studio,
    old_is_there: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ann, settings = with_app(studio), studio.tracker.settings
    (tmp_path / "old.key").write_text(settings.secret_key + "\n")
    monkeypatch.setenv("SECRET_KEY", "the new key")
    where = ["--data", settings.data, "--database", settings.database]
    given = ["--old-key", str(tmp_path / "old.key")] if old_is_there else []
    assert main(["person", "list", *where]) == 3
    assert "kitsulite new-key" in capsys.readouterr().err
    assert main(["new-key", *given, *where]) == 0
    said = capsys.readouterr().out
    assert (ann["email"] in said) is not old_is_there
    stored = studio.stored(Person, ann["id"])
    assert stored["totp_enabled"] is old_is_there
    if old_is_there:
        assert Seal("the new key").open(stored["totp_secret"]) == ann["clear"]
    assert main(["person", "list", *where]) == 0
    assert main(["new-key", *where]) == 1
