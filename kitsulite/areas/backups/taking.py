"""Making a backup while people work (docs/backups.md).

Files come first: most of them are there long before. Then the rows, of one moment; then the files that came until that moment,
which are few. A file is stored before its row is, so all that the rows refer to is there at their moment; and while a backup
is made none is removed (`work/filekeys.py`). Should one be gone all the same, the rows are taken once more.
"""

import datetime
import gzip
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from kitsulite.areas.backups import contents, snapshots
from kitsulite.areas.backups.copying import Digesting, side_by_side
from kitsulite.areas.backups.snapshots import File, Snapshot
from kitsulite.areas.backups.target import ROWS, SNAPSHOT, NoBackup, Target
from kitsulite.areas.studio.marks import Tally, marked
from kitsulite.models.migrations import latest_version
from kitsulite.models.people import Organisation
from kitsulite.storage import Database, FileStore
from kitsulite.storage.files import MissingFile, Stat, split_key
from kitsulite.storage.full import said_where
from kitsulite.version import __version__
from kitsulite.work.filekeys import key_of
from kitsulite.work.work import Begin

TRIES = 5
"""How often the rows are taken, at the most, because files went meanwhile."""
Tell = Callable[[str, int, int | None], None]
"""Is told of progress: what is done, how much of it now, of how much in all."""


def quietly(what: str, done: int, total: int | None) -> None:
    """Tells nobody."""


class Taken(NamedTuple):
    """A backup that was made, and the bytes that it added to the place."""

    snapshot: Snapshot
    added: int


class Rows(NamedTuple):
    """Rows of one moment, in a file, and which of them have files."""

    at: datetime.datetime
    tally: dict[str, object]
    owners: set[str]
    wanted: list[contents.Wanted]


@dataclass
class Taking:
    """One backup on its way.

    key      the studio's, which goes into a backup that is closed itself
    known    the files of the backup before
    plugins  the folder of plugins
    """

    db: Database
    files: FileStore
    target: Target
    scratch: Path | None
    plugins: Path
    key: str
    tell: Tell = quietly
    known: dict[str, File] = field(default_factory=dict)
    found: dict[str, File] = field(default_factory=dict)
    there: dict[str, Stat] = field(default_factory=dict)
    added: int = 0
    counting: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> Taken:
        """All of it; once this returns, the backup is there."""
        self._know_the_last()
        self._take_files()
        plugins = dict(self._take_plugins())
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder, said_where(folder):
            path = Path(folder) / "rows"
            taken, lacking = self._take_rows(path)
            missing = sorted(key_of(kinds[0], id) for id, kinds in lacking)
            snapshot = Snapshot(
                name=snapshots.new_name(taken.at),
                at=taken.at.isoformat(timespec="seconds"),
                version=__version__,
                schema=latest_version(),
                engine=self.db.name,
                rows=taken.tally,
                files=dict(sorted(self.found.items())),
                missing=missing,
                key=self.key if self.target.cipher else "",
                plugins=plugins,
            )
            with path.open("rb") as file:
                self.added += self.target.put(f"{ROWS}-{snapshot.name}", file)
        self._must_be_there(snapshot)
        snapshots.write(self.target, snapshot)
        return Taken(snapshot, self.added)

    def _know_the_last(self) -> None:
        """What lies there already, so that it is not sent again; but nothing that a trial found damaged."""
        self.there = self.target.objects()
        names = self.target.names(SNAPSHOT)
        for name in reversed(names):
            try:
                self.known = snapshots.read(self.target, name).files
                break
            except NoBackup:  # one that is out of order is no reason to make no more
                continue
        for name in names:
            if proof := snapshots.proof_of(self.target, name):
                for digest in proof.damaged:
                    self.there.pop(self.target.object_name(digest), None)

    # --- files ---

    def _take_files(self) -> set[str]:
        """All that are in the store now, whose keys this gives; what is taken already, and is as it was, is not read again."""
        listed = dict(self.files.listing())
        new = [(key, stat) for key, stat in listed.items() if not self._has(key, stat)]
        total = sum(stat.size for _, stat in new)
        for key, file in side_by_side(self._take_file, new):
            if file is not None:
                self.found[key] = file
            self.tell("Files", file.size if file else 0, total)
        return set(listed)

    def _has(self, key: str, stat: Stat) -> bool:
        for files in (self.found, self.known):
            file = files.get(key)
            if file and (file.size, file.changed_at) == (stat.size, stat.changed_at) and self._lies_there(file):
                self.found[key] = file
                return True
        return False

    def _lies_there(self, file: File) -> bool:
        stat = self.there.get(self.target.object_name(file.digest))
        return stat is not None and stat.size == self.target.stored_size(file.size)

    def _take_file(self, item: tuple[str, Stat]) -> tuple[str, File | None]:
        """A file that is gone meanwhile is none of this moment."""
        key, stat = item
        try:
            with self.files.local(key) as path, path.open("rb") as content:
                return key, self._store(content, stat.changed_at)
        except (MissingFile, FileNotFoundError):
            return key, None

    def _take_plugins(self) -> Iterator[tuple[str, File]]:
        """Programs that were installed, which are few and small."""
        for path in sorted(self.plugins.rglob("*")) if self.plugins.is_dir() else ():
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as content:
                    yield path.relative_to(self.plugins).as_posix(), self._store(content, path.stat().st_mtime)

    def _store(self, content: BinaryIO, changed_at: float) -> File:
        """See to it that a file is in the place."""
        reading = Digesting(content)
        while reading.read():
            pass
        file = File(reading.digest, reading.size, changed_at)
        if not self._lies_there(file):
            content.seek(0)
            name = self.target.object_name(file.digest)
            size = self.target.put(name, content)
            with self.counting:
                self.added += size
                self.there[name] = Stat(self.target.stored_size(file.size), 0)
        return file

    # --- rows ---

    def _take_rows(self, path: Path) -> tuple[Rows, list[contents.Wanted]]:
        """Rows to which all files are there; and of what is not, what was missing before."""
        for last in range(TRIES):
            taken = self._write_rows(path)
            listed = self._take_files()
            lacking = contents.lacking(taken.wanted, self.found)
            still = set(contents.wanted(self.db)) if lacking else set()
            if all(item in still for item in lacking):
                break
            if last == TRIES - 1:
                raise NoBackup("Files were removed all the time while the backup was made: try it again.")
        for key in self.found.keys() - listed:  # of rows that were gone at that moment already
            if split_key(key)[1] not in taken.owners:
                del self.found[key]
        return taken, lacking

    def _write_rows(self, path: Path) -> Rows:
        """To a file of this machine at first: a transaction is not kept open by a place that is slow."""
        tally = Tally()
        with self.db.reading(), path.open("wb") as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
            at = datetime.datetime.now(datetime.UTC)
            total = contents.count(self.db)
            for line in marked(self._counted(contents.dump(self.db), tally, total), latest_version()):
                packed.write(line + b"\n")
            return Rows(at, tally.end, contents.owners(self.db), list(contents.wanted(self.db)))

    def _counted(self, lines: Iterable[bytes], tally: Tally, total: int) -> Iterable[bytes]:
        for line in lines:
            tally.count(line)
            self.tell("Rows", 1, total)
            yield line

    def _must_be_there(self, snapshot: Snapshot) -> None:
        """That nobody took away meanwhile what was there at first: someone who counted us for gone."""
        objects = self.target.objects()
        gone = {file.digest for file in snapshot.contents if self.target.object_name(file.digest) not in objects}
        if gone:
            raise NoBackup(f"{len(gone)} files went from {self.target.place} while the backup was made: try it again.")


def studio_of(begin: Begin) -> str:
    """What tells this studio from others, wherever it moves."""
    with begin(writes=False) as work:
        return str(work.db.value(Organisation.select(Organisation.id).order_by(Organisation.created_at)) or "")
