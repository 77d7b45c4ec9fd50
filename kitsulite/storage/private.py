"""What a studio holds is readable by its owner alone: files 0600 in folders 0700.

It does not depend on the umask of whoever started the process, which may be an application that we are only a part of.
"""

import errno
import os
import stat
import tempfile
import uuid
from collections.abc import Iterable
from pathlib import Path

FOR_ITS_OWNER = 0o600
FOLDER_FOR_ITS_OWNER = 0o700
OTHERS = 0o077


def make_folder(path: Path) -> None:
    """A folder for its owner, and whatever folders it takes to get there; one that is there stays as it is. NotADirectoryError."""
    if path.is_dir():
        return
    if path.parent != path:
        make_folder(path.parent)
    try:
        path.mkdir(FOLDER_FOR_ITS_OWNER)
    except FileExistsError:
        if not path.is_dir():  # else somebody was quicker
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from None


def writable(folder: Path) -> Path | None:
    """A folder for copies that are needed for a while, made if need be; None, which means the system's own, where nothing can be written."""
    try:
        make_folder(folder)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return None


def make_file(path: Path) -> None:
    """An empty file for its owner; FileExistsError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FOR_ITS_OWNER))


def open_for_its_owner(name: str, flags: int) -> int:
    """An `opener` for `open`."""
    return os.open(name, flags, FOR_ITS_OWNER)


def write_once(path: Path, text: str) -> bool:
    """A file with this text: there whole or not at all, however this ends; False when one was there already."""
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with open(unfinished, "x", opener=open_for_its_owner) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return put_in_place(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def put_in_place(unfinished: Path, path: Path) -> bool:
    """Give a finished file its name, on the disk when this returns; False when another has the name already."""
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if path.exists():
            return False
        unfinished.rename(path)
    unfinished.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def close_to_others(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """See to it that only their owner reaches these files and folders, as far as they are there.

    Those that were open until now, and those that still are as they are not ours. A folder with the sticky bit is shared on
    purpose, such as /tmp.
    """
    mended, open_still = [], []
    for path in paths:
        try:
            mode = path.stat().st_mode
        except OSError:
            continue
        if not mode & OTHERS or mode & stat.S_ISVTX:
            continue
        try:
            path.chmod(stat.S_IMODE(mode) & ~OTHERS)
            mended.append(path)
        except OSError:
            open_still.append(path)
    return mended, open_still
