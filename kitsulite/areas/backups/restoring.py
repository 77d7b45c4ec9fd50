"""Putting a backup back into an empty place, all of it or nothing.

While it goes on a file `restoring` lies in the studio's folder, and nobody opens a studio in which it lies. It can be broken
off at any moment: the same again goes on where it was, and looks at what is there already.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import msgspec

from kitsulite.areas.backups import proving, snapshots
from kitsulite.areas.backups.copying import Digesting, digest_of, side_by_side
from kitsulite.areas.backups.snapshots import File, Snapshot
from kitsulite.areas.backups.taking import Tell, quietly
from kitsulite.areas.backups.target import ROWS, NoBackup, Target
from kitsulite.areas.studio import transfer
from kitsulite.models import keyprint, schema
from kitsulite.models.migrations import latest_version
from kitsulite.settings import Settings, without_password
from kitsulite.storage import Database, FileStore, StorageError, open_database, open_files, url_of
from kitsulite.storage.files import MissingFile, Stat
from kitsulite.storage.full import said_where
from kitsulite.storage.private import make_folder, open_for_its_owner, write_once
from kitsulite.storage.seal import CannotOpen, Seal
from kitsulite.storage.wholefile import whole_file
from kitsulite.work.keys import DATABASE_FILE, KEY_FILE, RESTORING, WHOLE_KEY, BadKey, key_of_studio, new_key

LEFT = (RESTORING, KEY_FILE)
"""What may lie in a folder that a studio is put back into."""


OTHER_KEY = (
    "The secrets in this backup were sealed with another key than the one that is given (SECRET_KEY, or secret.key in the "
    "folder). Give the studio's own, or none: then authenticator apps are off."
)


class Restored(NamedTuple):
    """What was put back.

    lost  the e-mails of those whose authenticator app is off, as the key of the studio is not there
    """

    snapshot: Snapshot
    lost: list[str]
    has_old_key: bool


class Begun(msgspec.Struct):
    """What the file in the folder says: which backup goes where.

    key  the studio's from now on where nobody knows its own; a `secret.key` that lies in the folder meanwhile was given
    """

    snapshot: str
    database: str
    files: str
    key: str

    @property
    def what(self) -> str:
        return f"{self.snapshot} into {without_password(self.database)} and {without_password(self.files)}"


def restore(target: Target, name: str, settings: Settings, tell: Tell = quietly) -> Restored:
    """Put the backup of this name where the settings say. NoBackup."""
    snapshot = snapshots.read(target, name)
    if snapshot.schema > latest_version():
        raise NoBackup(f"The backup {name} is of a newer Kitsulite (schema {snapshot.schema}): upgrade this one first.")
    if not target.files.exists(f"{ROWS}-{name}"):
        raise NoBackup(f"The rows of the backup {name} are gone from {target.place}. Is an older backup whole?")
    folder = Path(settings.data)
    db_url = settings.database or url_of(folder / DATABASE_FILE)
    files_url = settings.files or (folder / "files").absolute().as_uri()
    key = _key(snapshot, settings, folder)
    begins = Begun(name, db_url, files_url, new_key())
    with said_where(str(folder)), target.at_work(writes=False), _alone(folder, begins) as begun:
        files = open_files(files_url, settings.scratch_folder)
        if begun is begins:
            _must_be_empty(files, db_url, folder)
        make_folder(settings.scratch_folder)
        _put_files(target, snapshot, files, tell)
        _put_plugins(target, snapshot, settings.plugins)
        seal = Seal(key or begun.key)
        lost = _put_rows(target, snapshot, _database(db_url, folder, settings), seal, has_old_key=bool(key), tell=tell)
        if not settings.secret_key:
            write_once(folder / KEY_FILE, (key or begun.key) + "\n")
        (folder / RESTORING).unlink()  # from here on the studio is there
    return Restored(snapshot, lost, bool(key))


def _must_be_empty(files: FileStore, db_url: str, folder: Path) -> None:
    """NoBackup; then nothing was begun."""
    try:
        db = open_database(db_url)
        try:
            if schema.is_there(db) and transfer.count_rows(db):
                raise NoBackup(f"There are rows in {db.place} already: a studio is put back into an empty database.")
            if key := next(files.names(), None):
                raise NoBackup(f"There are files in {files.place} already, such as {key}: say an empty place.")
            _make_ready(db)
        finally:
            db.close()
    except BaseException as problem:
        (folder / RESTORING).unlink()
        if isinstance(problem, StorageError | ValueError | RuntimeError):
            raise _unusable(problem) from None
        raise


def _unusable(problem: Exception) -> NoBackup:
    return NoBackup(f"The database cannot be used: {' '.join(str(problem).split())}")


def _key(snapshot: Snapshot, settings: Settings, folder: Path) -> str:
    """The key that the studio had; "" when nobody knows it."""
    try:
        given = settings.secret_key or (key_of_studio(folder) if (folder / KEY_FILE).exists() else "")
    except BadKey as problem:
        raise NoBackup(str(problem)) from None
    if snapshot.key and given and given != snapshot.key:
        raise NoBackup(
            "SECRET_KEY, or the secret.key in the folder, is not the key that this studio had: leave it out."
        )
    if snapshot.key and not given and not WHOLE_KEY.fullmatch(snapshot.key):
        raise NoBackup("This studio had its key from SECRET_KEY: say the same SECRET_KEY now, and when you start it.")
    return snapshot.key or given


@contextmanager
def _alone(folder: Path, begins: Begun) -> Iterator[Begun]:
    """Hold the folder, which is empty or was begun to be filled with the same; what it was begun with, which may be this."""
    make_folder(folder)
    mark = folder / RESTORING
    others = sorted(path.name for path in folder.iterdir() if path.name not in LEFT)
    if others and not mark.exists():
        raise NoBackup(f"{folder} is not empty ({others[0]} is in it): a studio is put back into an empty folder.")
    with open(mark, "a+b", opener=open_for_its_owner) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NoBackup(f"Somebody puts a studio back into {folder} just now.") from None
        file.seek(0)
        said = file.read()
        begun = msgspec.json.decode(said, type=Begun) if said else begins
        if begun.what != begins.what:
            raise NoBackup(
                f"Another restore into {folder} was broken off: do that again, or empty the folder. It was that of {begun.what}."
            )
        if begun is begins:
            file.write(msgspec.json.encode(begun))
            file.flush()
            os.fsync(file.fileno())
        yield begun


# --- files ---


def _put_files(target: Target, snapshot: Snapshot, files: FileStore, tell: Tell) -> None:
    there = dict(files.listing())
    if others := [key for key in there if key not in snapshot.files]:
        raise NoBackup(f"There are files in {files.place} already, such as {others[0]}: say an empty place.")
    for file in side_by_side(lambda item: _put_file(target, files, there, item), snapshot.files.items()):
        tell("Files", file.size, snapshot.size)


def _put_file(target: Target, files: FileStore, there: dict[str, Stat], item: tuple[str, File]) -> File:
    key, file = item
    if key in there and there[key].size == file.size and digest_of(files, key)[0] == file.digest:
        return file
    try:
        with _checked(target, file, key) as content:
            files.put(key, content)
    except NoBackup:
        files.delete(key)
        raise
    if digest_of(files, key)[0] != file.digest:
        raise NoBackup(f"{key} in {files.place} is not what was put there: that place is not sound.")
    return file


@contextmanager
def _checked(target: Target, file: File, name: str) -> Iterator[BinaryIO]:
    """A file of the backup to be read; NoBackup at the end when it is not what it was."""
    stored = target.object_name(file.digest)
    try:
        with target.reading(stored) as content:
            reading = Digesting(content)
            yield cast(BinaryIO, reading)
    except (MissingFile, CannotOpen) as problem:
        raise NoBackup(f"{name} is not in the backup any more: {problem}. Is an older backup whole?") from None
    if reading.digest != file.digest:
        raise NoBackup(f"{name} is not in the backup as it was ({stored}). Is an older backup whole?")


def _put_plugins(target: Target, snapshot: Snapshot, folder: Path) -> None:
    for name, file in snapshot.plugins.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise NoBackup(f"The backup {snapshot.name} has a plugin that leads out of its folder: {name}.")
        make_folder(path.parent)
        with whole_file(path) as written, _checked(target, file, name) as content:
            shutil.copyfileobj(content, written)


# --- rows ---


def _database(url: str, folder: Path, settings: Settings) -> Database:
    """An empty one, with a schema. What was left in the folder of one that was not finished goes first."""
    try:
        if not settings.database:
            for left in folder.glob(f"{DATABASE_FILE}*"):
                left.unlink()
        db = open_database(url, lock_timeout=settings.lock_timeout, connections=settings.connections)
        _make_ready(db)
    except (StorageError, ValueError, RuntimeError) as problem:
        raise _unusable(problem) from None
    return db


def _make_ready(db: Database) -> None:
    if db.name == "sqlite":
        make_folder(Path(db.place).parent)
    schema.prepare(db)


def _put_rows(
    target: Target, snapshot: Snapshot, db: Database, seal: Seal, *, has_old_key: bool, tell: Tell
) -> list[str]:
    """All rows in one transaction, which are what the backup was made of; whose authenticator apps are off now."""
    try:
        with db.writing():
            db.lock_schema()
            if transfer.count_rows(db):
                if keyprint.is_known(db, seal) if not has_old_key else not any(proving.differences(db, snapshot)):
                    return []  # it was broken off at its very end
                raise NoBackup(f"There are rows in {db.place} already: a studio is put back into an empty database.")
            proving.put_rows(target, snapshot, db, tell)
            if wrong := list(proving.differences(db, snapshot)):
                raise NoBackup(f"The backup {snapshot.name} cannot be put back: {' '.join(wrong)}")
            if not has_old_key:
                return keyprint.seal_anew(db, None, seal)
            if not keyprint.opens_what_is_there(db, seal):
                raise NoBackup(OTHER_KEY)
            keyprint.remember(db, seal)
            return []
    except StorageError as problem:
        raise NoBackup(f"The rows cannot be put back: {' '.join(str(problem).split())}") from None
    finally:
        db.close()
