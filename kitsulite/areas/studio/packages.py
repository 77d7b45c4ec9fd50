"""Packages on their way: a folder, a zip or a tar, on this machine or at an address, copied or unpacked into a folder.

What comes is not trusted: it stays within its folder, holds no links, and has a size.
"""

import hashlib
import os
import stat
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Collection
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import urlsplit

MOST_BYTES = 512 * 1024**2
MOST_FILES = 20_000
LONGEST_PACKAGE = 256 * 1024**2
"""Bytes of a package that is fetched."""
SECONDS = 600
PIECE = 1024 * 1024
TOO_LARGE = f"It is larger than {MOST_BYTES // 1024**2} MB, or has more than {MOST_FILES} files."
AGENT = {"User-Agent": "Kitsulite"}
ZIPPED = b"PK"


class BadPackage(Exception):
    """What is no package that can be used; a sentence."""


class Room:
    """How much may still come."""

    def __init__(self) -> None:
        self.files, self.bytes = MOST_FILES, MOST_BYTES

    def file(self) -> None:
        self.files -= 1
        self._check()

    def take(self, size: int) -> None:
        self.bytes -= size
        self._check()

    def _check(self) -> None:
        if self.files < 0 or self.bytes < 0:
            raise BadPackage(TOO_LARGE)


# --- copying ---


def copy(source: Path, target: Path, left_out: Collection[str] = ()) -> None:
    """Copy files into a folder that is there; BadPackage for links, which could lead anywhere.

    left_out  names of folders that do not come along
    """
    room = Room()
    for folder, names, files in os.walk(source):
        names[:] = sorted(name for name in names if name not in left_out)
        here = Path(folder)
        for name in [*names, *files]:
            kind = (here / name).lstat().st_mode
            if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
                raise BadPackage(f"{here / name} is a link, or no plain file.")
        place = target / here.relative_to(source)
        place.mkdir(exist_ok=True)
        for name in files:
            room.file()
            with (here / name).open("rb") as content, (place / name).open("wb") as file:
                _copy(content, file, room)


def unzip(package: Path, target: Path) -> None:
    """Unpack a zip within a folder; BadPackage for what would lead out of it, and for what grows beyond all bounds."""
    room = Room()
    try:
        with zipfile.ZipFile(package) as archive:
            for entry in archive.infolist():
                room.file()
                place = target / _within_zip(entry)
                if entry.is_dir():
                    place.mkdir(parents=True, exist_ok=True)
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as content, place.open("xb") as file:
                    _copy(content, file, room)
    except FileExistsError as problem:
        raise BadPackage(f"{package.name} holds {Path(problem.filename).name} twice.") from None
    except NotADirectoryError as problem:
        raise BadPackage(f"{package.name} holds {problem.filename} as a file and as a folder.") from None
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
    ) as problem:
        raise BadPackage(f"{package.name} is no zip that can be read: {problem}.") from None


def _within_zip(entry: zipfile.ZipInfo) -> PurePosixPath:
    kind = entry.external_attr >> 16
    if stat.S_IFMT(kind) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BadPackage(f"The zip holds a link, or no plain file: {entry.filename!r}.")
    return _within(entry.filename)


def _within(name: str) -> PurePosixPath:
    """The path of an entry, which stays within its folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not path.parts:
        raise BadPackage(f"The package holds a path that leads out of its folder: {name!r}.")
    return path


def untar(package: Path, target: Path) -> None:
    """The same of a tar, compressed or not."""
    room = Room()
    try:
        with tarfile.open(package) as archive:
            for entry in archive:
                room.file()
                if entry.name in (".", "./"):
                    continue
                place = target / _within(entry.name)
                if entry.isdir():
                    place.mkdir(parents=True, exist_ok=True)
                    continue
                content = archive.extractfile(entry) if entry.isreg() else None
                if content is None:
                    raise BadPackage(f"The tar holds a link, or no plain file: {entry.name!r}.")
                place.parent.mkdir(parents=True, exist_ok=True)
                with content, place.open("xb") as file:
                    _copy(content, file, room)
    except (FileExistsError, NotADirectoryError) as problem:
        raise BadPackage(f"{package.name} holds {Path(problem.filename).name} twice.") from None
    except (tarfile.TarError, EOFError, ValueError, OSError) as problem:
        raise BadPackage(f"{package.name} is no tar that can be read: {problem}.") from None


def unpack(package: Path, target: Path) -> None:
    """A zip or a tar, whatever it is called."""
    with package.open("rb") as file:
        is_zip = file.read(len(ZIPPED)) == ZIPPED
    (unzip if is_zip else untar)(package, target)


def digest_of(package: Path) -> str:
    with package.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(content: IO[bytes], file: IO[bytes], room: Room) -> None:
    while piece := content.read(PIECE):
        room.take(len(piece))
        file.write(piece)


# --- fetching ---


def fetch(url: str, target: Path, told: Callable[[int, int | None], None] = lambda size, total: None) -> None:
    """Fetch a package; where it leads on to is followed.

    told  is called with the bytes of each piece, and those of the whole as far as they are known
    """
    host, end, left = urlsplit(url).hostname, time.monotonic() + SECONDS, LONGEST_PACKAGE
    try:
        request = urllib.request.Request(url, headers=AGENT)
        with urllib.request.urlopen(request, timeout=60) as answer, target.open("wb") as file:
            total = int(answer.headers.get("Content-Length") or 0) or None
            while piece := answer.read(PIECE):
                told(len(piece), total)
                left -= len(piece)
                if left < 0:
                    raise BadPackage(f"What {host} sends is larger than {LONGEST_PACKAGE // 1024**2} MB.")
                if time.monotonic() > end:
                    raise BadPackage(f"{host} took longer than {SECONDS} seconds.")
                file.write(piece)
    except urllib.error.HTTPError as problem:
        raise BadPackage(f"{host} answered {problem.code} {problem.reason}.") from None
    except (urllib.error.URLError, OSError, ValueError) as problem:
        raise BadPackage(f"{url} cannot be fetched: {problem}.") from None
