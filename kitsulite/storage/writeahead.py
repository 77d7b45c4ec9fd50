"""The log of a SQLite file, and when what was committed is on the disk.

SQLite's commit leaves a transaction in the log, whence others see it, without waiting for the disk. Who may write gives up the turn then,
and waits here: of all that wait one brings the log to the disk, for everybody whose commit came before it began. So the disk is waited for
once where many write, and while one waits the next one writes.

With `synchronous=NORMAL` SQLite itself brings the log to the disk before it folds it into the file, and the file before it begins the
log anew: so a log that is gone, or begun anew, holds nothing any more that a power cut could take.
"""

import errno
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

PIECE = 1024 * 1024
FORGETFUL = 2.5
"""Seconds within which a file system may give two writes the same time."""


to_disk = os.fsync if sys.platform == "darwin" else os.fdatasync


class _Opened:
    """A file, open as long as anybody uses it."""

    def __init__(self, path: str) -> None:
        self.number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        found = os.fstat(self.number)
        self.identity = (found.st_dev, found.st_ino)
        self.untouched_since: int | None = None

    def __del__(self) -> None:
        if hasattr(self, "number"):
            os.close(self.number)


class Log:
    """The log of one file, as a process knows it.

    to_disk  brings an open file to the disk
    problem  what went wrong with it: from then on nobody knows what of it a power cut would leave
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.to_disk: Callable[[int], None] = to_disk
        self.problem: OSError | None = None
        self._file: _Opened | None = None
        self._change = threading.Condition()
        self._is_busy = False
        self._begun = self._done = 0

    def look(self) -> None:
        """Open the log that is there now. Called by who may write, before anything is written: the system tells of a write that failed
        only those who had the file open."""
        try:
            found = os.stat(self.path)  # noqa: PTH116 - before every transaction that writes
            if self._file is None or self._file.identity != (found.st_dev, found.st_ino):
                self._file = self._opened()
        except FileNotFoundError:
            self._file = None

    def settle(self) -> None:
        """What was committed before, by whomever, is on the disk when this returns. OSError."""
        if self._file is None:
            self.look()
        with self._change:
            mine = self._begun + 1
            while self._is_busy and not self.problem:
                self._change.wait()
                if self._done >= mine:
                    return
            if self.problem:
                raise OSError(*self.problem.args)
            file = self._file
            if file is None or _written(file) == file.untouched_since:
                return
            self._is_busy = True
            self._begun += 1
        problem: OSError | None = OSError(errno.EIO, os.strerror(errno.EIO))
        try:
            self._bring(file)
            problem = None
        except OSError as error:
            problem = error
            raise
        finally:
            with self._change:
                self._is_busy, self.problem = False, problem
                if problem is None:
                    self._done = self._begun
                self._change.notify_all()

    def mend(self) -> None:
        """Write the log once more as it is, and bring it to the disk: of what could not be written, a system may hold that it was. Called
        while nobody writes to it. OSError."""
        with open(self.path, "r+b", buffering=0) as log:
            place = 0
            while piece := os.pread(log.fileno(), PIECE, place):
                os.pwrite(log.fileno(), piece, place)
                place += len(piece)
            self.to_disk(log.fileno())
        with self._change:
            self._file, self.problem = None, None

    def close(self) -> None:
        """Let go of the file: what is gone takes room as long as it is open."""
        self._file = None

    def _opened(self) -> _Opened:
        """The log, and the folder on the disk that names it."""
        file = _Opened(self.path)
        folder = os.open(Path(self.path).parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self.to_disk(folder)
        finally:
            os.close(folder)
        return file

    def _bring(self, file: _Opened) -> None:
        written, now = _written(file), time.time_ns()
        self.to_disk(file.number)
        if now - written > FORGETFUL * 1e9:
            file.untouched_since = written


def _written(file: _Opened) -> int:
    """When a file was last written to."""
    return os.fstat(file.number).st_mtime_ns
