"""Backups: made while people work, proven, kept by a rule, and put back whole or not at all."""

import gzip
import hashlib
import io
import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import pytest
from engines import bare_database, drop_studio, fill_strangely, of_no_rights
from full_studio import FullStudio
from stores import spoil, store_url
from studio import Studio

from kitsulite import Settings, Tracker
from kitsulite.areas.backups import contents, making, proving, restoring, snapshots
from kitsulite.areas.backups.target import NoBackup, Target, open_target
from kitsulite.models import new_id
from kitsulite.models.outbox import Outgoing
from kitsulite.models.own import Job, Token
from kitsulite.models.people import Person
from kitsulite.models.reviews import AttachmentFile, PreviewFile
from kitsulite.tracker import HalfFilled
from kitsulite.work.filekeys import key_of
from kitsulite.work.keys import Keys, new_key

KEY = "0123456789abcdef" * 4
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
Kitsulite = Callable[..., str]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "backups here"


@pytest.fixture
def empty(engine: str, tmp_path: Path) -> Iterator[Settings]:
    """Where a studio can be put back."""
    url = bare_database(engine)
    yield Settings(data=str(tmp_path / "again"), database=url)
    drop_studio(url)


def put(tracker: Tracker, kind: str, id: str, content: bytes = b"x") -> None:
    tracker.files.put(key_of(kind, id), io.BytesIO(content))


def a_preview(studio: Studio, content: bytes | None = b"a picture") -> str:
    """A preview with its file; None for one that has lost it."""
    with studio.tracker.work() as work:
        id = work.insert(PreviewFile, name="p", original_name="p", extension="png", status="ready")
    assert id
    if content is not None:
        put(studio.tracker, "originals", id, content)
    return id


def the_target(place: Path, key: str = "") -> Target:
    return open_target(str(place), place.parent, key)


def back_up(studio: Studio, place: Path, key: str = "", **how: object) -> making.Made:
    return making.back_up(studio.tracker.work, the_target(place, key), **how)  # type: ignore[arg-type]


def put_back(place: Path, empty: Settings, key: str = "", at: str = "") -> restoring.Restored:
    target = the_target(place, key)
    target.open()
    return restoring.restore(target, snapshots.find(target, at), empty)


def dump(tracker: Tracker) -> list[bytes]:
    return list(contents.dump(tracker.db))


def size_of(place: Path) -> int:
    """Bytes of files and rows there."""
    return sum(path.stat().st_size for kind in ("objects", "rows") for path in place.rglob(f"{kind}-*"))


def objects(place: Path) -> list[Path]:
    return sorted(place.rglob("objects-*"))


def stored(tracker: Tracker) -> dict[str, bytes]:
    found = {}
    for key in tracker.files.list():
        with tracker.files.open(key) as file:
            found[key] = file.read()
    return found


# --- there and back ---


@pytest.mark.parametrize("key", ["", KEY])
def test_what_is_put_back_is_what_was_there(studio: Studio, place: Path, empty: Settings, key: str) -> None:
    FullStudio(studio)
    for size in (0, 1, 70_000, 1024 * 1024, 2_500_000):
        a_preview(studio, os.urandom(size))
    before, files = dump(studio.tracker), stored(studio.tracker)
    made = back_up(studio, place, key)
    assert made.proof
    assert made.proof.problems == []
    put_back(place, replace(empty, secret_key="for-tests"), key)
    with Tracker(replace(empty, secret_key="for-tests")) as again:
        assert dump(again) == before
        assert stored(again) == files
        assert not again.is_new


def test_a_bucket_will_do(studio: Studio, place: Path, empty: Settings, tmp_path: Path) -> None:
    files = {a_preview(studio, os.urandom(3_000_000)) for _ in range(3)}
    target = open_target(store_url("s3", tmp_path), tmp_path, KEY)
    making.back_up(studio.tracker.work, target)
    restoring.restore(target, snapshots.find(target), replace(empty, secret_key="for-tests"))
    with Tracker(replace(empty, secret_key="for-tests")) as again:
        assert stored(again).keys() == {key_of("originals", id) for id in files}


def test_the_commands(studio: Studio, kitsulite: Kitsulite, place: Path, empty: Settings) -> None:
    studio.person("Ann", "admin")
    a_preview(studio)
    said = kitsulite("backup", place)
    assert "Proven: the rows were restored as a trial, and every file was read back." in said
    name = re.search(r"Backup (\S+) in", said)
    assert name
    listed = kitsulite("backup", place, "--list")
    assert name[1] in listed
    assert f"The backup {name[1]} is proven" in kitsulite("backup", place, "--verify")
    again = {"KITSULITE_DATA": empty.data, "KITSULITE_DATABASE": empty.database}
    assert f"is in {empty.data}" in kitsulite("restore", place, **again)
    with Tracker(replace(empty, secret_key="for-tests")) as tracker, tracker.work(writes=False) as work:
        assert work.db.values(Person.select(Person.first_name)) == ["Ann"]
        assert work.db.count(Token.select()) == 0


# --- what is kept of a second ---


def test_a_second_backup_adds_what_is_new(studio: Studio, place: Path) -> None:
    a_preview(studio, b"1" * 100_000)
    same = a_preview(studio, b"1" * 100_000)
    first = back_up(studio, place)
    assert len(objects(place)) == 1
    read: list[str] = []
    real = type(studio.tracker.files).local
    studio.tracker.files.local = lambda key: (read.append(key), real(studio.tracker.files, key))[1]  # type: ignore[method-assign,assignment,func-returns-value]
    new = a_preview(studio, b"2" * 100_000)
    before = size_of(place)
    second = back_up(studio, place)
    assert read == [key_of("originals", new)]
    assert len(objects(place)) == 2
    assert second.added == size_of(place) - before
    assert 100_000 < second.added < 110_000 < first.added + 10_000
    assert second.snapshot.files.keys() == {*first.snapshot.files, key_of("originals", new)}
    put(studio.tracker, "originals", same, b"3" * 100_000)  # of the same size, and another
    assert back_up(studio, place).snapshot.files[key_of("originals", same)].digest not in {
        file.digest for file in second.snapshot.files.values()
    }


# --- closed with a key ---


def test_what_was_put_beside_it_by_hand_is_passed_over(
    studio: Studio, kitsulite: Kitsulite, place: Path, empty: Settings
) -> None:
    files = Path(studio.tracker.folder) / "files"
    studio.person("Ann")
    a_preview(studio)
    kitsulite("backup", place)
    for path in [*place.rglob("*-*"), *files.rglob("originals-*")]:
        if path.is_file():
            for name in (f"{path.name} (copy)", f"{path.name}~", "snapshots-of-mine", "proofs-copy"):
                path.with_name(name).write_bytes(path.read_bytes())
    said = kitsulite("backup", place, "--keep", "1d")
    assert "1 files" in said
    assert "Proven" in said
    assert len(kitsulite("backup", place, "--list").splitlines()) == 2
    assert "is proven" in kitsulite("backup", place, "--verify")
    own = {"KITSULITE_DATA": empty.data, "KITSULITE_DATABASE": empty.database, "KITSULITE_FILES": ""}
    assert "1 files" in kitsulite("restore", place, **own)
    assert kitsulite("backup", files.parent / "other", code=0)


@pytest.mark.long
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", ["AccessDenied", "NoSuchKey", b"cut"])
def test_an_object_that_a_bucket_does_not_give_is_named_and_stored_anew(
    studio: Studio, kitsulite: Kitsulite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str | bytes
) -> None:
    a_preview(studio, b"one")
    a_preview(studio, b"two")
    place = store_url("s3", tmp_path)
    name = f"objects-{hashlib.sha256(b'one').hexdigest()}"
    with monkeypatch.context() as broken:
        spoil(broken, "GetObject", name, fault)
        said = kitsulite("backup", place, code=1)
        assert "is not whole" in said
        assert said.count("objects-") == said.count(name) > 0
    assert "NOT WHOLE" in kitsulite("backup", place, "--list")
    open_target(place, tmp_path).files.put(name, io.BytesIO(b"eno"))
    assert "Proven" in kitsulite("backup", place)


@pytest.mark.long
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_bucket_that_lets_nobody_in_is_no_damaged_backup(
    studio: Studio, kitsulite: Kitsulite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_preview(studio)
    place = store_url("s3", tmp_path)
    kitsulite("backup", place, "--no-verify")
    with monkeypatch.context() as broken:
        spoil(broken, "GetObject", "objects-", "ExpiredToken")
        spoil(broken, "HeadBucket", "", "ExpiredToken")
        assert "does not let us in (ExpiredToken)" in kitsulite("backup", place, "--verify", code=3)
    assert kitsulite("backup", place, "--list").rstrip().endswith(" no")


def test_a_closed_backup_tells_nothing(studio: Studio, place: Path) -> None:
    studio.person("Łukasz", "admin", email="lukasz@studio.test")
    content = b"a picture that somebody knows" * 1000
    a_preview(studio, content)
    back_up(studio, place, KEY)
    import hashlib

    digest = hashlib.sha256(content).hexdigest()
    for path in place.rglob("*"):
        assert digest not in path.name
        if path.is_file():
            raw = path.read_bytes()
            assert b"a picture that somebody" not in raw
            assert b"lukasz" not in raw
            assert digest.encode() not in raw
            assert b"for-tests" not in raw
            with pytest.raises(OSError):
                gzip.decompress(raw)


def test_another_key_opens_nothing(studio: Studio, kitsulite: Kitsulite, place: Path, tmp_path: Path) -> None:
    back_up(studio, place, KEY)
    (tmp_path / "key").write_text(KEY[::-1] + "\n")
    assert "closed with a key" in kitsulite("backup", place, "--list", code=1)
    assert "closed with another key" in kitsulite("backup", place, "--list", "--key-file", tmp_path / "key", code=1)
    assert "closed with another key" in kitsulite("backup", place, "--key-file", tmp_path / "key", code=1)
    assert "32 characters" in kitsulite("backup", place, "--list", code=3, KITSULITE_BACKUP_KEY="short")
    (tmp_path / "key").write_text(KEY)
    assert kitsulite("backup", place, "--list", "--key-file", tmp_path / "key", KITSULITE_BACKUP_KEY="")


def test_what_was_exchanged_or_cut_off_is_noticed(studio: Studio, place: Path) -> None:
    for number in range(2):
        a_preview(studio, bytes([number]) * 3_000_000)
    made = back_up(studio, place, KEY)
    target = the_target(place, KEY)
    one, other = objects(place)
    raw, piece = one.read_bytes(), 1024 * 1024 + 16
    changed = bytearray(raw)
    changed[-1] ^= 1
    swapped = raw[:20] + raw[20 + piece : 20 + 2 * piece] + raw[20 : 20 + piece] + raw[20 + 2 * piece :]
    for wrong in (bytes(changed), raw[: 20 + 2 * piece], raw[: 20 + piece], raw[:10], b"", swapped, other.read_bytes()):
        one.write_bytes(wrong)
        proof = proving.prove(target, made.snapshot.name, place.parent)
        assert len(proof.problems) == len(proof.damaged) == 1, len(wrong)
    one.write_bytes(raw)
    assert proving.prove(target, made.snapshot.name, place.parent).problems == []


# --- proving ---


def test_what_is_damaged_is_told_and_made_good_by_the_next(studio: Studio, kitsulite: Kitsulite, place: Path) -> None:
    a_preview(studio, b"1" * 1000)
    a_preview(studio, b"2" * 1000)
    kitsulite("backup", place)
    changed, gone = objects(place)
    changed.write_bytes(b"3" * 1000)
    gone.unlink()
    said = kitsulite("backup", place, "--verify", code=1)
    assert f"{changed.name} is not what it was." in said
    assert f"{gone.name} is gone." in said
    assert "NOT WHOLE" in kitsulite("backup", place, "--list")
    kitsulite("backup", place)
    assert "is proven" in kitsulite("backup", place, "--verify")


def test_rows_that_are_not_what_they_were_are_noticed(studio: Studio, kitsulite: Kitsulite, place: Path) -> None:
    studio.person("Ann")
    kitsulite("backup", place, "--no-verify")
    path = next(place.rglob("rows-*"))
    lines = gzip.decompress(path.read_bytes())
    for wrong in (lines.replace(b"Ann", b"Eve"), lines.rpartition(b"\n{")[0], lines[: len(lines) // 2], b"x"):
        path.write_bytes(gzip.compress(wrong))
        assert "is not whole" in kitsulite("backup", place, "--verify", code=1)
    path.write_bytes(gzip.compress(lines)[:-20])
    assert "is not whole" in kitsulite("backup", place, "--verify", code=1)
    path.write_bytes(gzip.compress(lines))
    assert "is proven" in kitsulite("backup", place, "--verify")


def test_files_that_rows_refer_to_are_in_it_or_named(studio: Studio, place: Path) -> None:
    lost = a_preview(studio, None)
    with studio.tracker.work() as work:
        attached = work.insert(AttachmentFile, name="a")
        processing = work.insert(PreviewFile, name="q", original_name="q", status="processing")
    assert processing
    made = back_up(studio, place)
    assert made.snapshot.missing == sorted([key_of("originals", lost), key_of("attachments", attached or "")])
    target = the_target(place)
    found = snapshots.read(target, made.snapshot.name)
    found.missing = []
    snapshots.write(target, found)
    assert proving.prove(target, found.name, place.parent).problems == [
        f"{key_of('attachments', attached or '')} is not in the backup.",
        f"{key_of('originals', lost)} is not in the backup.",
    ]


def test_a_movie_that_was_being_made_is_made_afterwards(studio: Studio, place: Path, empty: Settings) -> None:
    upload = key_of("uploads", new_id())
    studio.tracker.files.put(upload, io.BytesIO(b"a movie"))
    with studio.tracker.work() as work:
        work.enqueue("make-movie", preview_id=new_id(), upload=upload, author_id=None)
        work.enqueue("letter", to="ann@studio.test")
        work.db.run(Job.update(attempts=3, taken_at="2026-01-01T00:00:00.000000", due_at="2999-01-01T00:00:00.000000"))
    back_up(studio, place)
    put_back(place, replace(empty, secret_key="for-tests"))
    with Tracker(replace(empty, secret_key="for-tests")) as again, again.work(writes=False) as work:
        (job,) = work.db.rows(Job.select())
        assert (job["name"], job["attempts"], job["taken_at"]) == ("make-movie", 0, None)
        assert work.files.exists(job["arguments"]["upload"])


# --- while people work ---


def test_a_file_that_goes_meanwhile_has_the_rows_taken_again(
    studio: Studio, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kitsulite.areas.backups.taking import Taking

    studio.tracker.settings.__dict__["remove_files"] = True
    late: list[str] = []
    real = Taking._write_rows

    def between(self: Taking, path: Path) -> object:
        """A preview comes after the files were taken, and goes after the rows were."""
        if not late:
            late.append(a_preview(studio))
            found = real(self, path)
            studio.tracker.files.delete(key_of("originals", late[0]))
            with studio.tracker.work() as work:
                work.delete(PreviewFile, PreviewFile.id == late[0])
            return found
        return real(self, path)

    monkeypatch.setattr(Taking, "_write_rows", between)
    made = back_up(studio, place)
    assert made.snapshot.missing == []
    assert made.snapshot.rows["tables"].get("preview_file") is None


def test_what_was_removed_before_the_moment_is_not_in_it(
    studio: Studio, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kitsulite.areas.backups.taking import Taking

    gone = a_preview(studio)
    real = Taking._write_rows

    def before(self: Taking, path: Path) -> object:
        studio.tracker.files.delete(key_of("originals", gone))
        with studio.tracker.work() as work:
            work.delete(PreviewFile, PreviewFile.id == gone)
        return real(self, path)

    monkeypatch.setattr(Taking, "_write_rows", before)
    assert back_up(studio, place).snapshot.files == {}


# --- the key of the studio ---


def sealed(studio: Studio) -> None:
    studio.person("Ann", "admin")
    with studio.tracker.work() as work:
        secret = studio.tracker.keys.seal.close(SECRET)
        work.db.run(Person.update(totp_enabled=True, totp_secret=secret))


def secret_of(settings: Settings) -> str | None:
    with Tracker(settings) as tracker, tracker.work(writes=False) as work:
        found = work.db.value(Person.select(Person.totp_secret))
        return tracker.keys.seal.open(found) if found else None


def test_a_closed_backup_has_the_key_of_the_studio(studio: Studio, place: Path, empty: Settings) -> None:
    studio.tracker.keys = Keys(new_key())
    sealed(studio)
    back_up(studio, place, KEY)
    done = put_back(place, empty, KEY)
    assert done.has_old_key
    assert (Path(empty.data) / "secret.key").read_text().strip() == studio.tracker.keys.secret
    assert stat.S_IMODE((Path(empty.data) / "secret.key").stat().st_mode) == 0o600
    assert secret_of(empty) == SECRET


def test_one_in_clear_has_not_and_asks_for_it(studio: Studio, place: Path, empty: Settings) -> None:
    sealed(studio)
    back_up(studio, place)
    assert not [path for path in place.rglob("*") if path.is_file() and b"for-tests" in path.read_bytes()]
    with pytest.raises(NoBackup, match="sealed with another key"):
        put_back(place, replace(empty, secret_key="another"))
    done = put_back(place, replace(empty, secret_key="for-tests"))
    assert done.has_old_key
    assert secret_of(replace(empty, secret_key="for-tests")) == SECRET


def test_without_it_the_studio_works_and_second_factors_are_off(studio: Studio, place: Path, empty: Settings) -> None:
    sealed(studio)
    back_up(studio, place)
    done = put_back(place, empty)
    assert not done.has_old_key
    assert len(done.lost) == 1
    assert secret_of(empty) is None


def test_without_it_a_broken_off_one_goes_on(
    studio: Studio, kitsulite: Kitsulite, place: Path, empty: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once rows are put in, and once they are there."""
    sealed(studio)
    kitsulite("backup", place, "--no-verify")
    own = {"KITSULITE_DATA": empty.data, "KITSULITE_DATABASE": empty.database, "SECRET_KEY": ""}
    rows = next(place.rglob("rows-*"))
    kept = rows.read_bytes()
    rows.write_bytes(kept[:-100])
    assert "cannot be put back" in kitsulite("restore", place, code=1, **own)
    rows.write_bytes(kept)
    with monkeypatch.context() as broken:
        broken.setattr(restoring, "write_once", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            kitsulite("restore", place, **own)
    assert "it has a new one" in kitsulite("restore", place, **own)
    assert secret_of(empty) is None


def test_its_own_may_be_given_to_one_that_was_broken_off_without(studio: Studio, place: Path, empty: Settings) -> None:
    studio.tracker.keys = Keys(new_key())
    sealed(studio)
    back_up(studio, place)
    rows = next(place.rglob("rows-*"))
    kept = rows.read_bytes()
    rows.write_bytes(kept[:-100])
    with pytest.raises(NoBackup, match="cannot be put back"):
        put_back(place, empty)
    rows.write_bytes(kept)
    (Path(empty.data) / "secret.key").write_text(studio.tracker.keys.secret)
    assert put_back(place, empty).has_old_key
    assert secret_of(empty) == SECRET


def test_a_key_of_the_environment_is_asked_for(studio: Studio, place: Path, empty: Settings) -> None:
    back_up(studio, place, KEY)
    with pytest.raises(NoBackup, match="say the same SECRET_KEY"):
        put_back(place, empty, KEY)
    assert put_back(place, replace(empty, secret_key="for-tests"), KEY).has_old_key


# --- places ---


def test_it_is_put_back_into_an_empty_place_only(
    studio: Studio, kitsulite: Kitsulite, place: Path, empty: Settings, settings: Settings
) -> None:
    studio.person("Ann")
    kitsulite("backup", place)
    assert "is not empty" in kitsulite("restore", place, code=1)
    Path(empty.data).mkdir()
    (Path(empty.data) / "notes.txt").write_text("Dear Ann")
    assert "notes.txt is in it" in kitsulite("restore", place, "--data", empty.data, code=1)
    assert sorted(path.name for path in Path(empty.data).iterdir()) == ["notes.txt"]
    (Path(empty.data) / "notes.txt").unlink()
    said = kitsulite("restore", place, "--data", empty.data, code=1, KITSULITE_DATABASE=settings.database)
    assert "There are rows in" in said
    assert "restoring" not in os.listdir(empty.data)


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_a_database_in_which_no_studio_can_be_made_is_told_before_anything_is_copied(
    studio: Studio, kitsulite: Kitsulite, place: Path, tmp_path: Path
) -> None:
    a_preview(studio)
    kitsulite("backup", place)
    url = bare_database("postgres")
    moved = (tmp_path / "moved").as_uri()

    def refuse(url: str, why: str) -> None:
        own = {"KITSULITE_DATABASE": url, "KITSULITE_DATA": str(tmp_path / "again")}
        for _ in range(2):
            assert why in kitsulite("restore", place, code=1, **own)
        assert list((tmp_path / "again").iterdir()) == []
        assert why in kitsulite("move", "--to", url, "--files-to", moved, code=3)
        assert not (tmp_path / "moved").exists()

    with of_no_rights(url) as theirs:
        refuse(theirs, "its user may not make tables there. Make that user")
    fill_strangely(url)
    refuse(url, "holds the tables of something else, entity for one")
    drop_studio(url)


def test_files_are_not_mixed_with_others(studio: Studio, place: Path, empty: Settings, tmp_path: Path) -> None:
    a_preview(studio)
    back_up(studio, place)
    with pytest.raises(NoBackup, match="There are files in"):
        put_back(place, replace(empty, files=(Path(studio.tracker.folder) / "files").as_uri()))


def test_a_place_is_for_one_studio(studio: Studio, kitsulite: Kitsulite, place: Path, tmp_path: Path) -> None:
    from kitsulite.models.people import Organisation

    studio.add(Organisation, name="Fox")
    kitsulite("backup", place)
    with Tracker(Settings(data=str(tmp_path / "other"))):
        pass
    other = {"KITSULITE_DATA": str(tmp_path / "other"), "KITSULITE_DATABASE": ""}
    monkey = partial(kitsulite, **other)
    assert "holds the backups of another studio" in monkey("backup", place, code=1, SECRET_KEY="")
    assert "are in clear" in kitsulite("backup", place, code=1, KITSULITE_BACKUP_KEY=KEY)
    (tmp_path / "things" / "abcd").mkdir(parents=True)
    (tmp_path / "things" / "abcd" / "notes").write_text("Dear Ann")
    assert "holds something else" in kitsulite("backup", tmp_path / "things", code=1, KITSULITE_BACKUP_KEY="")
    assert "There are no backups" in kitsulite("restore", tmp_path / "nowhere", code=1)
    assert not (tmp_path / "nowhere").exists()


def test_times_choose_a_backup(studio: Studio, place: Path) -> None:
    made = back_up(studio, place, prove=False)
    target, made_now = the_target(place), made.snapshot.name
    for name in ("20200101t030000z-aaaaaa", "20200102t030000z-bbbbbb"):
        made.snapshot.name = name
        snapshots.write(target, made.snapshot)
    found = partial(snapshots.find, target)
    assert found("2020-01-01") == "20200101t030000z-aaaaaa"
    assert found("2020-01-02T02:59:59") == "20200101t030000z-aaaaaa"
    assert found("2020-01-02 03:00") == "20200102t030000z-bbbbbb"
    assert found("9999-12-31") == made_now
    assert found("20200101t030000z-aaaaaa") == "20200101t030000z-aaaaaa"
    assert found() not in ("20200101t030000z-aaaaaa", "20200102t030000z-bbbbbb")
    for wrong, why in (("2019-12-31", "is as old as"), ("yesterday", "is no time")):
        with pytest.raises(NoBackup, match=why):
            found(wrong)


def test_a_backup_is_its_owners_alone(studio: Studio, place: Path) -> None:
    a_preview(studio)
    back_up(studio, place)
    assert all(not path.stat().st_mode & 0o077 for path in [place, *place.rglob("*")])


def test_a_half_restored_studio_opens_nowhere(studio: Studio, place: Path, empty: Settings) -> None:
    files = [a_preview(studio, os.urandom(1000)) for _ in range(3)]
    back_up(studio, place)
    target = the_target(place)
    broken = next(path for path in objects(place))
    kept = broken.read_bytes()
    broken.write_bytes(b"?" * 1000)
    with pytest.raises(NoBackup, match="is not in the backup as it was"):
        put_back(place, replace(empty, secret_key="for-tests"))
    with pytest.raises(HalfFilled):
        Tracker(replace(empty, secret_key="for-tests"))
    broken.write_bytes(kept)
    with pytest.raises(NoBackup, match="Another restore"):
        put_back(place, replace(empty, secret_key="for-tests", files=(place.parent / "f").as_uri()))
    restoring.restore(target, snapshots.find(target), replace(empty, secret_key="for-tests"))
    with Tracker(replace(empty, secret_key="for-tests")) as again:
        assert len(stored(again)) == len(files)


def test_events_go_on_where_they_were(studio: Studio, place: Path, empty: Settings) -> None:
    with studio.tracker.work() as work:
        work.emit("person:update", {})
    back_up(studio, place)
    put_back(place, replace(empty, secret_key="for-tests"))
    with Tracker(replace(empty, secret_key="for-tests")) as again:
        with again.work() as work:
            work.emit("person:update", {})
        with again.work(writes=False) as work:
            numbers = work.db.values(Outgoing.select(Outgoing.number).order_by(Outgoing.number))
    assert numbers == list(range(numbers[0], numbers[0] + 2))


def test_a_list_is_json_free_of_keys(studio: Studio, place: Path) -> None:
    back_up(studio, place)
    about = json.loads(next(place.rglob("kitsulite-backup")).read_bytes())
    assert about == {"format": 1, "closed": False, "key": "", "studio": ""}


def test_plugins_come_along(studio: Studio, place: Path, empty: Settings) -> None:
    folder = studio.tracker.settings.plugins
    (folder / "dailies" / "frontend").mkdir(parents=True)
    (folder / "dailies" / "manifest.toml").write_text("id = 'dailies'")
    (folder / "dailies" / "frontend" / "index.html").write_text("<p>")
    made = back_up(studio, place, keep="1d")
    assert sorted(made.snapshot.plugins) == ["dailies/frontend/index.html", "dailies/manifest.toml"]
    again = replace(empty, secret_key="for-tests")
    put_back(place, again)
    assert (again.plugins / "dailies" / "frontend" / "index.html").read_text() == "<p>"
    target, name = the_target(place), made.snapshot.name
    found = snapshots.read(target, name)
    found.plugins = {"../../evil": next(iter(found.plugins.values()))}
    snapshots.write(target, found)
    with pytest.raises(NoBackup, match="leads out of its folder"):
        put_back(place, replace(again, data=f"{empty.data}2", database=""))
    assert not (Path(empty.data).parent / "evil").exists()


def test_no_option_is_passed_over(kitsulite: Kitsulite, place: Path) -> None:
    said = "--at does not belong to making a backup, only to proving one (--verify)."
    assert said in kitsulite("backup", place, "--at", "2026-01-01", code=2)
    for given in (
        ["--list", "--at", "x"],
        ["--list", "--verify"],
        ["--list", "--keep", "1d"],
        ["--verify", "--no-verify"],
    ):
        assert "does not belong to" in kitsulite("backup", place, *given, code=2)
    assert not place.exists()


def test_place_and_rule_come_from_the_environment(studio: Studio, kitsulite: Kitsulite, place: Path) -> None:
    assert "Say where to" in kitsulite("backup", code=2)
    environment = {"KITSULITE_BACKUP": str(place), "KITSULITE_BACKUP_KEEP": "1d"}
    kitsulite("backup", **environment)
    kitsulite("backup", **environment)
    assert len(the_target(place).names("snapshots")) == 1
    kitsulite("backup", place, **environment)  # for a place that is said, a rule has to be said
    assert len(the_target(place).names("snapshots")) == 2
    assert "2 old backups went" in kitsulite("backup", place, "--keep", "1d")
    assert "does not say what to keep" in kitsulite("backup", place, "--keep", "some", code=2)
