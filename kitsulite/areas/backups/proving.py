"""Proving a backup: its rows are put into a studio of their own, which is looked through; each file is read back.

What was not restored once is no backup.
"""

import datetime
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from kitsulite.areas.backups import contents, snapshots
from kitsulite.areas.backups.cipher import CannotOpen
from kitsulite.areas.backups.copying import Digesting, side_by_side
from kitsulite.areas.backups.snapshots import File, Proof, Snapshot
from kitsulite.areas.backups.taking import Tell, quietly
from kitsulite.areas.backups.target import NoBackup, Target
from kitsulite.areas.studio import transfer
from kitsulite.areas.studio.marks import NotWhole, Tally, unmarked
from kitsulite.models import TABLES, schema
from kitsulite.models.migrations import latest_version
from kitsulite.storage import Database, DiskFull, StorageError, open_database, url_of
from kitsulite.storage.files import MissingFile
from kitsulite.work.filekeys import key_of

MOST_NAMED = 20
"""How many problems of a kind are named."""


def prove(target: Target, name: str, scratch: Path | None, tell: Tell = quietly) -> Proof:
    """Try a backup, and write beside it what came of that."""
    proof = tried(target, name, scratch, tell)
    snapshots.prove(target, name, proof)
    return proof


def tried(target: Target, name: str, scratch: Path | None, tell: Tell = quietly) -> Proof:
    """What comes of trying a backup."""
    snapshot = snapshots.read(target, name)
    problems = list(_problems_of_rows(target, snapshot, scratch, tell))
    damaged, said = _damaged(target, snapshot, tell)
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return Proof(at, problems + said, sorted(damaged))


def put_rows(target: Target, snapshot: Snapshot, db: Database, tell: Tell = quietly) -> None:
    """The rows of a backup into an empty database: all, or none; secrets as they were stored. NoBackup."""

    def told(lines: Iterator[bytes]) -> Iterator[bytes]:
        for line in lines:
            tell("Rows", 1, snapshot.rows["rows"])
            yield line

    try:
        with snapshots.lines_of(target, snapshot.name) as lines:
            transfer.load(db, transfer.read_lines(told(unmarked(lines))), tables=contents.TABLES)
    except MissingFile as problem:
        raise NoBackup(f"The rows of the backup {snapshot.name} cannot be put back: {problem} is gone.") from None
    except (transfer.BadLine, NotWhole, CannotOpen, OSError, EOFError, zlib.error) as problem:
        raise NoBackup(f"The rows of the backup {snapshot.name} cannot be put back: {problem}") from None


def differences(db: Database, snapshot: Snapshot) -> Iterator[str]:
    """What sets the rows of a database apart from those that the backup was made of."""
    if snapshot.schema != latest_version():
        return  # they were brought up to date
    tally = Tally()
    for line in contents.dump(db):
        tally.count(line)
    for table, count in snapshot.rows["tables"].items():
        if tally.tables[table] != count:
            yield f"{table} has {tally.tables[table]} rows, not {count}."
    if tally.end["digest"] != snapshot.rows["digest"]:
        yield "The rows are not those that the backup was made of."


def _problems_of_rows(target: Target, snapshot: Snapshot, scratch: Path | None, tell: Tell) -> Iterator[str]:
    """In words, what is wrong with the rows, or with what they refer to."""
    if snapshot.schema > latest_version():
        raise NoBackup(f"The backup {snapshot.name} is of a newer Kitsulite (schema {snapshot.schema}).")
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        db = open_database(url_of(Path(folder) / "trial.db"))
        try:
            schema.prepare(db)
            put_rows(target, snapshot, db, tell)
            yield from differences(db, snapshot)
            with db.reading():
                for table in TABLES:
                    tell("Tables", 1, len(TABLES))
                    yield from (f"{table}: {problem}" for problem in db.problems_of(table))
                lacking = contents.lacking(contents.wanted(db), {*snapshot.files, *snapshot.missing})
            yield from (f"{key_of(kinds[0], id)} is not in the backup." for id, kinds in lacking[:MOST_NAMED])
        except DiskFull as problem:  # which is nothing that is wrong with the backup
            raise NoBackup(f"The backup {snapshot.name} could not be tried: {problem}.") from None
        except (NoBackup, StorageError) as problem:
            yield str(problem)
        finally:
            db.close()


def _damaged(target: Target, snapshot: Snapshot, tell: Tell) -> tuple[set[str], list[str]]:
    """The digests of files that cannot be read back as they were, and what is wrong with them in words."""
    once = {file.digest: file for file in snapshot.contents}
    total = sum(file.size for file in once.values())
    damaged: set[str] = set()
    said = []
    for file, why in side_by_side(lambda file: (file, read_back(target, file)), once.values()):
        tell("Files", file.size, total)
        if why:
            damaged.add(file.digest)
            said.append(why)
    more = [f"{len(said) - MOST_NAMED} more files are not what they were."] if len(said) > MOST_NAMED else []
    return damaged, said[:MOST_NAMED] + more


def read_back(target: Target, file: File) -> str:
    """What is wrong with a file in a backup; nothing when it is what it was."""
    name = target.object_name(file.digest)
    try:
        with target.reading(name) as content:
            reading = Digesting(content)
            while reading.read():
                pass
    except MissingFile:
        return f"{name} is gone."
    except CannotOpen as problem:
        return str(problem)
    return "" if reading.digest == file.digest else f"{name} is not what it was."
