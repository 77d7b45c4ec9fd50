"""Whose turn it is to write, among the threads of all processes that share a SQLite file.

SQLite lets one write at a time and keeps no queue: who waits looks again, ever less often, and a process that writes one
transaction after the other keeps everybody else out for seconds. So there are two locks here. Who holds NEXT is the one
who writes next, and gives it up only when it holds WRITER; who has just written must go through NEXT again, behind it. A process whose
threads stand in line keeps WRITER for a few of them: it takes longer to hand it over than to write.

This is for fairness alone. That two never write at once is up to SQLite.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kitsulite.storage.errors import Busy, DiskFull, Unreachable
from kitsulite.storage.full import is_full
from kitsulite.storage.private import FOR_ITS_OWNER

NEXT, WRITER = 0, 1
LOOK_AGAIN = 0.0005
KEEP = 0.002
"""Seconds after which a process hands it over, though others of its threads wait."""


class Turn:
    """The turns at one file. The locks are bytes of a file beside it, and go with the process that holds them."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._thread = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._file: int | None = None
        self._since: float | None = None

    @contextmanager
    def taken(self, patience: float) -> Iterator[None]:
        """Hold the turn; Busy when it is not to be had within `patience` seconds."""
        deadline = time.monotonic() + patience
        if not self._come_to_turn(patience):
            raise Busy(f"No turn to write within {patience:g} s.")
        try:
            if self._since is None:
                self._take(deadline)
            yield
        finally:
            self._leave()

    def _come_to_turn(self, patience: float) -> bool:
        """Whether it is this thread's turn among those of the process, in the end."""
        is_mine = False
        self._count(+1)
        try:
            is_mine = self._thread.acquire(timeout=patience)
        finally:
            self._count(-1)
            if not is_mine and self._thread.acquire(blocking=False):  # it may just have been kept for this one
                self._leave()
        return is_mine

    def _count(self, more: int) -> None:
        with self._counting:
            self._waiting += more

    def _take(self, deadline: float) -> None:
        file = self._opened()
        _lock(file, NEXT, deadline)
        try:
            _lock(file, WRITER, deadline)
        finally:
            _unlock(file, NEXT)
        self._since = time.monotonic()

    def _leave(self) -> None:
        if self._file and self._since and not (self._waiting and time.monotonic() - self._since < KEEP):
            _unlock(self._file, WRITER)
            self._since = None
        self._thread.release()

    def close(self) -> None:
        with self._thread:
            if self._file is not None:
                os.close(self._file)
                self._file = self._since = None

    def _opened(self) -> int:
        if self._file is None:
            try:
                self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FOR_ITS_OWNER)
            except OSError as error:
                raise (DiskFull if is_full(error) else Unreachable)(f"{self.path}: {error.strerror}") from error
        return self._file


def _lock(file: int, byte: int, deadline: float) -> None:
    while True:
        try:
            return fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Busy("Another process keeps writing.") from None
            time.sleep(LOOK_AGAIN)


def _unlock(file: int, byte: int) -> None:
    fcntl.lockf(file, fcntl.LOCK_UN, 1, byte)
