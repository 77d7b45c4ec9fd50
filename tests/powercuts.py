"""Power cuts, simulated: whatever a SQLite studio said was stored is there afterwards, and nothing is broken.

`python tests/powercuts.py 10000` cuts at ten thousand moments. Threads of two workers write, and a third process tells what it finds in
the outbox, by the very code of `kitsulite.storage`; only SQLite itself is reached through apsw, for its files can be recorded: what is
written where, and when it is brought to the disk, be it by SQLite or by us. At a moment of that record the power goes: what was brought
to the disk is there, and of everything else what chance leaves, whole or in sectors. The files are opened again and looked over.

`--forget writers` and `--forget readers` leave out our own waiting for the disk, and must find something lost.
"""

import argparse
import collections
import itertools
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest import mock

import apsw
import peewee
from peewee import sqlite3

from kitsulite.live import outbox
from kitsulite.models import new_id, now, schema
from kitsulite.models.outbox import Outgoing
from kitsulite.models.people import Department
from kitsulite.storage.sqlite import Sqlite

VFS = "recorded"
SECTOR = 512
WORKERS, THREADS, EACH = 2, 4, 12
"""How many write at once, and how often each does in one record."""
CUTS_A_RECORD = 250
SLOWEST = 0.002
"""Seconds that the disk takes at the most."""
FOLDING = {"FOLD": 4, "LONG_LOG": 40, "LONGEST_LOG": 120}
"""The log is folded in and begins anew much sooner than in a studio, by us and by SQLite itself."""
FILE, LOG = "studio.db", "studio.db-wal"


class Step(NamedTuple):
    """What happened to a file: `write` bytes at a place, `cut` off at a size, `synced` all that came before a step; or `told`."""

    kind: str
    file: str = ""
    place: int = 0
    content: bytes = b""


@dataclass
class Record:
    """Everything that happened, in order."""

    steps: list[Step] = field(default_factory=list)
    chance: random.Random = field(default_factory=random.Random)

    def note(self, *step: Any) -> None:
        self.steps.append(Step(*step))

    def bring(self, file: str) -> None:
        """A disk at work: what is written meanwhile is not brought along."""
        begun = len(self.steps)
        time.sleep(self.chance.uniform(0, SLOWEST))
        self.note("synced", file, begun)


# --- SQLite, recorded ---


class _Files(apsw.VFS):
    def __init__(self, record: Record) -> None:
        self.record = record
        super().__init__(VFS, "")

    def xOpen(self, name: Any, flags: list[int]) -> "_File":
        return _File(self.record, name, flags)


class _File(apsw.VFSFile):
    def __init__(self, record: Record, name: Any, flags: list[int]) -> None:
        self.record = record
        self.name = Path(name.filename() if isinstance(name, apsw.URIFilename) else name or "").name
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        self.record.note("write", self.name, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:
        super().xTruncate(newsize)
        self.record.note("cut", self.name, newsize)

    def xSync(self, flags: int) -> None:
        self.record.bring(self.name)
        if self.name == LOG:  # SQLite brings the folder along when it does so the first time
            self.record.note("named")


class _Cursor:
    """What the driver's cursor is to peewee."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._cursor = connection.cursor()
        self._cursor.exec_trace = self._describe  # when it is done, it does not tell any more
        self.lastrowid, self.rowcount = None, -1
        self.description: Any = None

    def _describe(self, cursor: apsw.Cursor, sql: str, parameters: Any) -> bool:
        self.description = [(column[0], *[None] * 6) for column in cursor.get_description()]
        return True

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "_Cursor":
        with _as_driver():
            self._cursor.execute(sql, tuple(parameters))
        return self

    def fetchall(self) -> list[Any]:
        with _as_driver():
            return self._cursor.fetchall()

    def fetchone(self) -> Any:
        with _as_driver():
            return self._cursor.fetchone()

    def close(self) -> None:
        self._cursor.close()


class _Connection:
    """What the driver's connection is to peewee."""

    def __init__(self, address: str, *, timeout: float = 5, **options: Any) -> None:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI
        self._connection = apsw.Connection(address, flags=flags, vfs=VFS)
        self._connection.set_busy_timeout(round(timeout * 1000))

    def cursor(self, *kind: Any) -> _Cursor:
        return _Cursor(self._connection)

    def execute(self, sql: str) -> _Cursor:
        return self.cursor().execute(sql)

    def create_function(
        self, name: str, count: int, function: Callable[..., Any], *, deterministic: bool = False
    ) -> None:
        self._connection.create_scalar_function(name, function, count, deterministic=deterministic)

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    @property
    def total_changes(self) -> int:
        return self._connection.total_changes()

    def commit(self) -> None:
        if self.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        if self.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        self._connection.close()


@contextmanager
def _as_driver() -> Iterator[None]:
    try:
        yield
    except apsw.Error as error:
        raise sqlite3.OperationalError(str(error)) from error


# --- a studio at work ---


@contextmanager
def _recorded(folder: Path, record: Record) -> Iterator[Callable[[], Sqlite]]:
    """What opens the file of a folder so that everything is recorded."""
    files = _Files(record)
    path = folder / FILE
    opened: list[Sqlite] = []

    def to_disk(number: int) -> None:
        if os.path.samestat(os.fstat(number), os.stat(path.with_name(LOG))):
            record.bring(LOG)
        else:
            record.note("named")

    def open_again() -> Sqlite:
        db = Sqlite(f"sqlite:///{path}", lock_timeout=30, connections=THREADS + 1)
        db.log.to_disk = to_disk
        db._turn = (
            opened[0]._turn if opened else db._turn
        )  # of one process; locks of the system keep none of its threads out
        opened.append(db)
        return db

    driver = SimpleNamespace(**{**vars(sqlite3), "connect": _Connection})
    with mock.patch.object(peewee, "sqlite3", driver), mock.patch.multiple("kitsulite.storage.sqlite", **FOLDING):
        try:
            yield open_again
        finally:
            kept = list(record.steps)  # the end of a process is no part of it
            for db in opened:
                db.close()
            record.steps[:] = kept
            files.unregister()


def work(folder: Path, seed: int, forget: str = "") -> tuple[bytes, list[Step]]:
    """What was in the file before, and what happened while many wrote.

    forget  who does not wait for the disk: `writers` or `readers`
    """
    record = Record(chance=random.Random(seed))
    before = _made(folder)
    with _recorded(folder, record) as open_again:
        workers, teller = [open_again() for _ in range(WORKERS)], open_again()
        for db in workers if forget == "writers" else [teller] if forget == "readers" else []:
            db.log.settle = lambda: None  # type: ignore[method-assign]
        is_over = threading.Event()
        with ThreadPoolExecutor(WORKERS * THREADS + 1) as pool:
            telling = pool.submit(_tell, teller, record, is_over)
            numbers = range(WORKERS * THREADS)
            writing = [pool.submit(_write, workers[i % WORKERS], record, seed * 100 + i) for i in numbers]
            try:
                for one in writing:
                    one.result()
            finally:
                is_over.set()
            telling.result()
        return before, list(record.steps)


def _made(folder: Path) -> bytes:
    """A studio of two tables; its file, on the disk."""
    db = Sqlite(f"sqlite:///{folder / FILE}", lock_timeout=30, connections=1)
    db.make(lambda new: [schema.create_table(new, table) for table in (Department, Outgoing)])
    db.close()
    return (folder / FILE).read_bytes()


def _write(db: Sqlite, record: Record, seed: int) -> None:
    """Rows, each with its event; many small ones, and some that take pages."""
    chance = random.Random(seed)
    for number in range(EACH):
        id = new_id()
        with db.writing():
            name, at = f"{seed} {number}", now()
            db.insert(Department, {"id": id, "name": name, "color": "", "created_at": at, "updated_at": at})
            data = json.dumps({"text": "x" * chance.choice((10, 200, 3000, 12_000))})
            event = (id, "department:new", data, None, "[]", None, None, at)
            db.insert_in_turn(Outgoing.table_name(), outbox.COLUMNS, [event])
        record.note("told", "", 0, id.encode())


def _tell(db: Sqlite, record: Record, is_over: threading.Event) -> None:
    """Another process tells of what it finds."""
    seq = 0
    while not is_over.is_set():
        with db.reading():
            found = outbox.read_after(db, seq)
        for event in found:
            assert event.id
            seq = event.seq
            record.note("told", "", 0, event.id.encode())
        time.sleep(0.001)


# --- cutting ---


@dataclass
class Disk:
    """What is on it for sure, and what is on its way to it."""

    sure: dict[str, bytearray]
    coming: dict[str, list[tuple[int, Step]]] = field(default_factory=lambda: collections.defaultdict(list))
    told: set[str] = field(default_factory=set)
    is_named: bool = False

    def go_on(self, number: int, step: Step) -> None:
        match step.kind:
            case "told":
                self.told.add(step.content.decode())
            case "named":
                self.is_named = True
            case "synced":
                coming = self.coming[step.file]
                for at, one in coming:
                    if at < step.place:
                        _apply(self.sure[step.file], one)
                self.coming[step.file] = [(at, one) for at, one in coming if at >= step.place]
            case _:
                self.coming[step.file].append((number, step))

    def cut(self, folder: Path, chance: random.Random) -> None:
        """Leave in a folder what a power cut leaves."""
        for name, sure in self.sure.items():
            if name == LOG and not self.is_named and chance.random() < 0.5:
                continue
            left = bytearray(sure)
            lucky = chance.choice((0.0, 1.0, chance.random()))
            for _, step in self.coming[name]:
                for part in _torn(step, chance):
                    if chance.random() < lucky:
                        _apply(left, part)
            (folder / name).write_bytes(left)


def _torn(step: Step, chance: random.Random) -> list[Step]:
    """A write in the sectors of which some may get through; mostly whole."""
    if step.kind == "cut" or chance.random() < 0.7:
        return [step]
    edges = range(step.place - step.place % SECTOR, step.place + len(step.content), SECTOR)
    parts = [(max(edge, step.place), min(edge + SECTOR, step.place + len(step.content))) for edge in edges]
    return [step._replace(place=a, content=step.content[a - step.place : b - step.place]) for a, b in parts]


def _apply(file: bytearray, step: Step) -> None:
    if step.kind == "cut":
        del file[step.place :]
        return
    file.extend(bytes(max(0, step.place + len(step.content) - len(file))))
    file[step.place : step.place + len(step.content)] = step.content


@dataclass
class Found:
    """How many cuts there were, after how many something told was lost, and after how many what was left was broken."""

    cuts: int = 0
    lost: int = 0
    broken: int = 0
    told: int = 0
    unsure: int = 0

    def __str__(self) -> str:
        sums = f"{self.told} writes had been told in sum, {self.unsure} steps were not on the disk yet"
        return (
            f"{self.cuts} power cuts: {self.lost} lost something that was told, {self.broken} broke something; {sums}"
        )


def cut_often(cuts: int, seed: int = 1, forget: str = "") -> Found:
    """Record, and cut at so many moments of the records."""
    found = Found()
    place = Path("/dev/shm")
    for turn in itertools.count(seed):
        if found.cuts == cuts:
            return found
        with tempfile.TemporaryDirectory(dir=place if place.is_dir() else None) as folder:
            chance = random.Random(turn)
            before, steps = work(Path(folder), turn, forget)
            disk = Disk({FILE: bytearray(before), LOG: bytearray()})
            moments = collections.Counter(
                chance.randrange(len(steps)) for _ in range(min(CUTS_A_RECORD, cuts - found.cuts))
            )
            for number, step in enumerate(steps):
                disk.go_on(number, step)
                for _ in range(moments[number]):
                    found.cuts += 1
                    found.told += len(disk.told)
                    found.unsure += sum(map(len, disk.coming.values()))
                    with tempfile.TemporaryDirectory(dir=folder) as left:
                        disk.cut(Path(left), chance)
                        is_lost, is_broken = _look_over(Path(left), disk.told)
                    found.lost += is_lost
                    found.broken += is_broken
    return found


def _look_over(folder: Path, told: set[str]) -> tuple[bool, bool]:
    """Whether anything that was told is lost, and whether anything is broken: a page, or half a transaction."""
    try:
        with closing(sqlite3.connect(folder / FILE)) as left:
            is_whole = left.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            rows = {id for (id,) in left.execute(f'SELECT id FROM "{Department.table_name()}"')}
            events = left.execute(f'SELECT number, event_id FROM "{Outgoing.table_name()}" ORDER BY number').fetchall()
    except sqlite3.DatabaseError:
        return False, True
    is_in_order = [number for number, _ in events] == list(range(1, len(events) + 1))
    is_broken = not is_whole or not is_in_order or {id for _, id in events} != rows
    return not told <= rows, is_broken


def main() -> int:
    parser = argparse.ArgumentParser("powercuts.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("cuts", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--forget", choices=("writers", "readers"), default="")
    given = parser.parse_args()
    found = cut_often(given.cuts, given.seed, given.forget)
    sys.stdout.write(f"{found}\n")
    return bool(found.lost or found.broken)


if __name__ == "__main__":
    sys.exit(main())
