"""A place where backups lie: a folder or a bucket, in clear or closed with a key.

kitsulite-backup     what this place is, so that neither another key nor another studio is mixed in
snapshots-<name>     what a backup holds; there once all of it is, so that it stands for the whole
rows-<name>          the rows of the studio at its moment
proofs-<name>        what came of restoring it as a trial
objects-<digest>     a file, as often as it stands in backups
running-<name>       somebody makes or reads a backup; pruning-<name>: somebody removes what no backup needs
"""

import io
import re
import threading
import uuid
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote

import msgspec

from kitsulite.areas.backups.cipher import PIECE, CannotOpen, Cipher, Pieces
from kitsulite.areas.backups.copying import around
from kitsulite.live.holders import is_gone, new_holder
from kitsulite.storage import FileStore, StoreBroken, open_files
from kitsulite.storage.files import MissingFile, Stat

ABOUT = "kitsulite-backup"
SNAPSHOT, ROWS, PROOF, OBJECT, RUNNING, PRUNING = "snapshots", "rows", "proofs", "objects", "running", "pruning"
FORMAT = 1
GZIP = b"\x1f\x8b"
NAME = re.compile(r"[0-9]{8}t[0-9]{6}z-[a-z0-9]+")
"""Of a backup: its moment, and what tells it from others of the same second."""
SIGN_OF_LIFE, GIVEN_UP = 60.0, 900.0
"""Seconds between two signs of life of who is at work here, and after how many without one it counts as gone."""
PAUSE = 2.0


class NoBackup(Exception):
    """Why a place cannot be used, or nothing is found in it; a sentence."""


class Form(msgspec.Struct):
    """What every Kitsulite says first of a place."""

    format: int


class About(Form):
    """What a place says of itself.

    key     what only the key that closes it makes
    studio  what tells the studio from others
    """

    closed: bool
    key: str
    studio: str


class Target:
    """See the module.

    cipher  None for a place in clear
    """

    def __init__(self, files: FileStore, key: str = "") -> None:
        self.files = files
        self.cipher = Cipher(key) if key else None

    @property
    def place(self) -> str:
        return self.files.place

    # --- what this place is ---

    def about(self) -> "About | None":
        """What this place says of itself; None of an empty one, and of one with backups that says nothing any more."""
        try:
            with self.files.open(ABOUT) as file:
                said = file.read()
            if msgspec.json.decode(said, type=Form).format != FORMAT:
                raise NoBackup(f"The backups in {self.place} are of a newer Kitsulite.")
            return msgspec.json.decode(said, type=About)
        except MissingFile:
            return None
        except msgspec.MsgspecError:
            if self.names(SNAPSHOT):
                return None
            raise NoBackup(f"{self.place} holds something else than backups ({ABOUT} does not say what).") from None

    def open(self) -> None:
        """NoBackup, where no backup can be read with this key."""
        if (about := self.about()) is not None:
            self._fits(about)
        elif not self.names(SNAPSHOT):
            raise NoBackup(f"There are no backups in {self.place}.")

    def open_or_begin(self, studio: str, made: Collection[str] = ()) -> None:
        """The same for who makes backups here; an empty place becomes one for them, and so does one that lost what it says of itself.

        studio  what tells this studio from others
        made    the names of backups that it knows to be its own
        """
        about = self.about()
        why = "" if about else self._why_not_begin(made)
        if why and (about := self.about()) is None:  # nor did somebody else begin meanwhile
            raise NoBackup(why)
        if about is None:
            said = About(FORMAT, self.cipher is not None, self._sign("key"), studio)
            self.files.put(ABOUT, io.BytesIO(msgspec.json.encode(said)))
            return
        self._fits(about)
        if about.studio != studio:
            raise NoBackup(f"{self.place} holds the backups of another studio.")

    def _why_not_begin(self, made: Collection[str]) -> str:
        names = self.names(SNAPSHOT)
        if not names:
            is_empty = next(self.files.names(), None) is None
            return "" if is_empty else f"{self.place} holds something else already: say an empty place for backups."
        if any(name in made and self._is_closed_as_we_do(name) for name in names):
            return ""
        return (
            f"{self.place} has backups that can be listed and restored, but lost its {ABOUT}, and this studio knows none of them "
            "as its own, made with this key: say an empty place for new ones."
        )

    def _is_closed_as_we_do(self, name: str) -> bool:
        """Whether a backup is in clear as we make them, or closed with our key."""
        with suppress(CannotOpen, MissingFile), self.reading(f"{SNAPSHOT}-{name}") as file:
            return file.read(len(GZIP)) == GZIP
        return False

    def stand_apart(self, *folders: str) -> None:
        """NoBackup for a place within one of these, whose files would be backed up with what lies here."""
        if folder := around(self.files, folders):
            raise NoBackup(f"{self.place} lies in {folder}, which is backed up: say a place of its own.")

    def _fits(self, about: "About") -> None:
        if about.closed and self.cipher is None:
            raise NoBackup(f"The backups in {self.place} are closed with a key: KITSULITE_BACKUP_KEY, or --key-file.")
        if not about.closed and self.cipher is not None:
            raise NoBackup(f"The backups in {self.place} are in clear: for closed ones say another place.")
        if about.key != self._sign("key"):
            raise NoBackup(f"The backups in {self.place} were closed with another key.")

    def _sign(self, word: str) -> str:
        return self.cipher.name(word) if self.cipher else ""

    # --- what lies here ---

    def object_name(self, digest: str) -> str:
        return f"{OBJECT}-{self.cipher.name(digest) if self.cipher else digest}"

    def stored_size(self, size: int) -> int:
        return self.cipher.size(size) if self.cipher else size

    def put(self, key: str, content: BinaryIO) -> int:
        """Store a stream, closed where there is a key; the bytes that it takes."""
        return self.files.put(key, cast(BinaryIO, self.cipher.closing(content, key)) if self.cipher else content)

    @contextmanager
    def reading(self, key: str) -> Iterator[BinaryIO]:
        """A file as it was before it was closed; MissingFile, CannotOpen."""
        with self._blamed(key):
            file = self.files.open(key)
        with file:
            read = cast(BinaryIO, Pieces(lambda: self._piece(file, key)))
            yield cast(BinaryIO, self.cipher.opening(read, key)) if self.cipher else read

    def _piece(self, file: BinaryIO, key: str) -> bytes:
        with self._blamed(key):
            return file.read(PIECE)

    @contextmanager
    def _blamed(self, key: str) -> Iterator[None]:
        """CannotOpen for a file that cannot be read; StoreBroken where it is not this file, but the whole place."""
        try:
            yield
        except (StoreBroken, OSError) as problem:
            self.files.check()
            raise CannotOpen(f"{key} cannot be read: {problem}") from None

    def objects(self) -> dict[str, Stat]:
        return dict(self.files.listing(f"{OBJECT}-"))

    def all_of(self, kind: str) -> dict[str, Stat]:
        """The files of a kind by the names of their backups, oldest first."""
        found = ((key.removeprefix(f"{kind}-"), stat) for key, stat in self.files.listing(f"{kind}-"))
        return {name: stat for name, stat in found if NAME.fullmatch(name)}

    def names(self, kind: str) -> list[str]:
        """The names of the backups of which there is such a file, oldest first."""
        return list(self.all_of(kind))

    # --- who is at work here ---

    @contextmanager
    def at_work(self, *, writes: bool = True) -> Iterator[None]:
        """While this lasts nothing is removed that no backup needs yet.

        writes  whether anything is written; else a place that can only be read will do, from which we keep nobody
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(self._marked(RUNNING))
                while self._alive(PRUNING):  # it sees us, too, and gives up
                    self._wait(PAUSE)
            except (StoreBroken, OSError):
                if writes:
                    raise
            yield

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether nobody else is at work here, nor comes in while this lasts."""
        with self._marked(PRUNING):
            yield not self._alive(RUNNING)

    _wait = staticmethod(threading.Event().wait)

    @contextmanager
    def _marked(self, kind: str) -> Iterator[None]:
        own, holder = f"{kind}-{uuid.uuid4().hex}", new_holder().encode()
        over = threading.Event()

        def mark() -> None:
            self.files.put(own, io.BytesIO(holder))

        def go_on() -> None:
            while not over.wait(SIGN_OF_LIFE):
                with suppress(StoreBroken, OSError):
                    mark()

        mark()
        living = threading.Thread(target=go_on, name="kitsulite-backup", daemon=True)
        living.start()
        try:
            yield
        finally:
            over.set()
            living.join()
            with suppress(StoreBroken):
                self.files.delete(own)

    def _alive(self, kind: str) -> list[str]:
        """Who works here in this way. Times are those of the place itself, whatever ours is."""
        marks = {key: stat.changed_at for mark in (RUNNING, PRUNING) for key, stat in self.files.listing(f"{mark}-")}
        newest = max(marks.values(), default=0.0)
        fresh = [key for key, at in marks.items() if key.startswith(f"{kind}-") and newest - at < GIVEN_UP]
        return [key for key in fresh if not self._is_left(key)]

    def _is_left(self, mark: str) -> bool:
        """Whether who made a mark was a process of this machine that is gone."""
        try:
            with self.files.open(mark) as file:
                return is_gone(file.read().decode())
        except MissingFile:
            return True

    def gone(self) -> list[str]:
        """Marks of who was killed at work."""
        alive = {*self._alive(RUNNING), *self._alive(PRUNING)}
        return [key for kind in (RUNNING, PRUNING) for key in self.files.list(f"{kind}-") if key not in alive]


def open_target(place: str, scratch: Path, key: str = "") -> Target:
    """The place that somebody says: a folder, or the URL of a store. ValueError, BadKey."""
    if "://" not in place and place.startswith(("s3:", "file:")):
        raise ValueError(f"{place} is neither a folder nor an address: say s3://bucket/prefix or file:///folder.")
    url = place if "://" in place else "file://" + quote(str(Path(place).absolute()))
    return Target(open_files(url, scratch), key)
