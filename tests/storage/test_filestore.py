"""Where bytes live: what is stored appears whole or not at all (kitsulite/storage/files.py)."""

import io
import time
import urllib.request
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from stores import store_url

from kitsulite.storage import FileStore, open_files
from kitsulite.storage.files import MissingFile

KEY = "attachments-6f5a1a0e-4b0c-4d6c-9a39-5d4c47d7ad60"
OTHER = "attachments-0e6f5a1a-4b0c-4d6c-9a39-5d4c47d7ad60"


@pytest.fixture
def store(files_url: str, tmp_path: Path) -> FileStore:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return open_files(files_url, scratch)


def read(store: FileStore, *where: int | None) -> bytes:
    with store.open(KEY, *where) as file:  # type: ignore[arg-type]
        return file.read()


def test_what_is_put_in_comes_out(store: FileStore) -> None:
    assert store.put(KEY, io.BytesIO(b"hello")) == 5
    with store.open(KEY) as file:
        assert file.read() == b"hello"
    assert (store.size(KEY), store.exists(KEY), list(store.list("attachments-"))) == (5, True, [KEY])
    assert store.put(KEY, io.BytesIO(b"bye")) == store.size(KEY) == 3


def test_what_is_not_there_is_missing(store: FileStore) -> None:
    assert store.size(KEY) is None
    assert list(store.list()) == []
    store.delete(KEY)
    with pytest.raises(MissingFile):
        store.open(KEY)


def test_a_file_that_breaks_off_leaves_the_old_one_whole(store: FileStore, tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError("the sender is gone")
            return super().read(2)

    store.put(KEY, io.BytesIO(b"old"))
    with pytest.raises(OSError, match="gone"):
        store.put(KEY, Broken(b"new one"))
    assert store.size(KEY) == 3
    assert list(store.list()) == [KEY]
    assert [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()] in ([KEY], [])


def test_files_are_listed_by_how_their_keys_begin(store: FileStore) -> None:
    movie = OTHER.replace("attachments", "movies")
    for key in (OTHER, KEY, movie):
        store.put(key, io.BytesIO(b"x"))
    assert list(store.list()) == [OTHER, KEY, movie]
    assert list(store.list("attachments-")) == [OTHER, KEY]
    assert list(store.list("attachments-6")) == [KEY]
    assert list(store.list("mov")) == [movie]
    assert list(store.list("nothing-")) == []


def test_the_files_are_measured(store: FileStore) -> None:
    assert list(store.sizes()) == []
    store.put("movies-0badcafe", io.BytesIO(b"12345"))
    store.put("thumbnails-0badcafe", io.BytesIO(b"123"))
    assert sorted(store.sizes()) == [3, 5]


def test_a_part_of_a_file_can_be_read(store: FileStore) -> None:
    store.put(KEY, io.BytesIO(b"0123456789"))
    assert read(store, 7) == b"789"
    assert read(store, 2, 5)[:3] == b"234"
    assert read(store, 0, 10) == b"0123456789"


def test_a_file_of_this_machine_is_taken_in(store: FileStore, tmp_path: Path) -> None:
    path = tmp_path / "movie.mp4"
    path.write_bytes(b"frames")
    assert store.take(KEY, path) == 6
    assert read(store) == b"frames"


def test_a_stored_file_can_be_had_on_this_machine(store: FileStore) -> None:
    store.put(KEY, io.BytesIO(b"frames"))
    with store.local(KEY) as path:
        assert path.read_bytes() == b"frames"
    with pytest.raises(MissingFile), store.local(OTHER):
        pass


def test_a_copy_is_a_file_of_its_own(store: FileStore) -> None:
    store.put(KEY, io.BytesIO(b"one"))
    store.copy(KEY, OTHER)
    store.copy(KEY, OTHER)
    store.put(KEY, io.BytesIO(b"two!"))
    assert (store.size(KEY), store.size(OTHER)) == (4, 3)
    store.move(OTHER, KEY)
    assert list(store.list()) == [KEY]
    assert read(store) == b"one"
    with pytest.raises(MissingFile):
        store.copy(OTHER, KEY)


def test_a_stored_file_tells_its_age(store: FileStore) -> None:
    before = time.time()
    store.put(KEY, io.BytesIO(b"hello"))
    found = store.stat(KEY)
    assert found is not None
    assert abs(found.changed_at - before) < 5


def test_a_large_file_goes_through_in_pieces(store: FileStore, tmp_path: Path) -> None:
    class Large(io.RawIOBase):
        left, largest = 40 * 2**20, 0

        def read(self, size: int = -1) -> bytes:
            size = self.left if size < 0 else min(size, self.left)
            self.left -= size
            self.largest = max(self.largest, size)
            return bytes(size)

    content = Large()
    assert store.put(KEY, content) == store.size(KEY) == 40 * 2**20
    assert content.largest <= 2**23


def test_an_object_store_may_send_its_files_itself(tmp_path: Path) -> None:
    store = open_files(store_url("s3", tmp_path) + "&redirect=60", tmp_path)
    store.put(KEY, io.BytesIO(b"hello"))
    link = store.link(KEY, {"Content-Disposition": "attachment; filename=a.txt", "ETag": "x"})
    assert link is not None
    with urllib.request.urlopen(link) as answer:
        assert (answer.read(), answer.headers["Content-Disposition"]) == (b"hello", "attachment; filename=a.txt")
    assert open_files(store.url.replace("&redirect=60", ""), tmp_path).link(KEY, {}) is None


@pytest.mark.long
def test_a_store_without_room_says_which_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_files(store_url("s3", tmp_path), tmp_path)

    def full(*anything: object, **more: object) -> None:
        raise ClientError({"Error": {"Code": "XMinioStorageFull"}}, "PutObject")

    monkeypatch.setattr(store.client, "upload_fileobj", full)  # type: ignore[attr-defined]
    with pytest.raises(OSError, match="No space left") as told:
        store.put(KEY, io.BytesIO(b"hello"))
    assert told.value.filename == store.place


@pytest.mark.parametrize("url", ["s3://", "s3://bucket?colour=blue"])
def test_an_address_that_makes_no_sense_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no address"):
        open_files(url + "&region=x" if "?" in url else url + "?region=x", tmp_path)


@pytest.mark.parametrize("key", ["../secret", "attachments-../../etc", "attachments", "", "Attachments-ABCD"])
def test_a_key_cannot_lead_out_of_the_store(store: FileStore, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        store.put(key, io.BytesIO(b"x"))


def test_a_store_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="No file store speaks"):
        open_files("gopher://files", Path())
