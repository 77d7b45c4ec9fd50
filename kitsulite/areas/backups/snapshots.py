"""What a backup says of itself: its moment, what rows it has, and the digest of every file."""

import datetime
import gzip
import io
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import msgspec

from kitsulite.areas.backups.cipher import CannotOpen
from kitsulite.areas.backups.target import PROOF, ROWS, SNAPSHOT, NoBackup, Target
from kitsulite.storage.files import MissingFile

STAMP = "%Y%m%dt%H%M%Sz"
FORMS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")


class File(msgspec.Struct, array_like=True):
    """A file as it was: its digest, its size, and when it was stored, as the studio's store says."""

    digest: str
    size: int
    changed_at: float


class Snapshot(msgspec.Struct):
    """One backup.

    at       its moment
    rows     what the dump of its rows ends with
    files    by their keys
    missing  keys that rows refer to, of which there was nothing already
    plugins  what lies in the folder of plugins, by paths within it
    key      the studio's; only in a backup that is closed with a key itself
    """

    name: str
    at: str
    version: str
    schema: int
    engine: str
    rows: dict[str, Any]
    files: dict[str, File]
    missing: list[str]
    key: str = ""
    plugins: dict[str, File] = {}

    @property
    def contents(self) -> list[File]:
        """All files, whatever they are."""
        return [*self.files.values(), *self.plugins.values()]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.contents)


class Proof(msgspec.Struct):
    """What came of a trial: when, and what was wrong.

    damaged  digests of files that are not what they were
    """

    at: str
    problems: list[str]
    damaged: list[str]


def new_name(at: datetime.datetime) -> str:
    return f"{at.strftime(STAMP)}-{uuid.uuid4().hex[:6]}"


def moment_of(name: str) -> datetime.datetime:
    """When a backup was made, by its name."""
    return datetime.datetime.strptime(name.partition("-")[0], STAMP).replace(tzinfo=datetime.UTC)


def find(target: Target, at: str = "") -> str:
    """The newest backup, or the newest that is not younger than a moment (UTC; a day means its end). NoBackup."""
    names = target.names(SNAPSHOT)
    if not names:
        raise NoBackup(f"There is no backup in {target.place} yet.")
    if not at:
        return names[-1]
    if at in names:
        return at
    until = read_moment(at)
    older = [name for name in names if moment_of(name) <= until]
    if not older:
        raise NoBackup(f"No backup in {target.place} is as old as {at} (UTC): the oldest is {names[0]}.")
    return older[-1]


def read_moment(text: str) -> datetime.datetime:
    for form in FORMS:
        try:
            found = datetime.datetime.strptime(text.removesuffix("Z"), form).replace(tzinfo=datetime.UTC)
        except ValueError:
            continue
        return found.replace(hour=23, minute=59, second=59) if form == FORMS[-1] else found
    raise NoBackup(f"{text} is no time: say 2026-11-30 or 2026-11-30T19:15:00 (UTC), or the name of a backup.")


def write(target: Target, snapshot: Snapshot) -> None:
    """From here on the backup is there."""
    target.put(f"{SNAPSHOT}-{snapshot.name}", _packed(snapshot))


def read(target: Target, name: str) -> Snapshot:
    """NoBackup, when what it says of itself cannot be read."""
    return _read(target, f"{SNAPSHOT}-{name}", Snapshot)


def prove(target: Target, name: str, proof: Proof) -> None:
    target.put(f"{PROOF}-{name}", _packed(proof))


def proof_of(target: Target, name: str) -> Proof | None:
    """What came of the last trial of a backup; None when it was never tried."""
    if not target.files.exists(f"{PROOF}-{name}"):
        return None
    return _read(target, f"{PROOF}-{name}", Proof)


def _packed(content: Any) -> BinaryIO:
    return io.BytesIO(gzip.compress(msgspec.json.encode(content)))


def _read(target: Target, key: str, kind: Any) -> Any:
    try:
        with target.reading(key) as file:
            return msgspec.json.decode(gzip.decompress(file.read()), type=kind)
    except MissingFile:
        raise NoBackup(f"{key} is not in {target.place} any more.") from None
    except (CannotOpen, OSError, EOFError, zlib.error, msgspec.MsgspecError) as problem:
        raise NoBackup(f"{key} in {target.place} cannot be read: {problem}") from None


@contextmanager
def lines_of(target: Target, name: str) -> Iterator[gzip.GzipFile]:
    """The lines of the rows of a backup."""
    with target.reading(f"{ROWS}-{name}") as file, gzip.GzipFile(fileobj=cast(Any, file)) as lines:
        yield lines
