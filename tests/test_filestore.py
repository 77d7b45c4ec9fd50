"""Where bytes live: what is stored appears whole or not at all (kitsulite/storage/files.py)."""

import io
from pathlib import Path

import pytest

from kitsulite.storage.files import FileStore, MissingFile, open_files

KEY = "attachments-6f5a1a0e-4b0c-4d6c-9a39-5d4c47d7ad60"


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return open_files((tmp_path / "files").as_uri(), tmp_path)


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
    assert [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()] == [KEY]


@pytest.mark.parametrize("key", ["../secret", "attachments-../../etc", "attachments", "", "Attachments-ABCD"])
def test_a_key_cannot_lead_out_of_the_store(store: FileStore, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        store.put(key, io.BytesIO(b"x"))


def test_a_store_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="No file store speaks"):
        open_files("gopher://files", Path())
