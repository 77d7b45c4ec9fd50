"""Whose turn it is to write, among the threads of all processes that share a SQLite file.

SQLite lets one write at a time and keeps no queue: who waits looks again, ever less often, and a process that writes one
transaction after the other keeps everybody else out for seconds. So there are two locks here. Who holds NEXT is the one
who writes next, and gives it up only when it holds WRITER; who has just written must go through NEXT again, behind it.

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


class Turn:
    """The turns at one file. The locks are bytes of a file beside it, and go with the process that holds them."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._thread = threading.Lock()
        self._file: int | None = None

    @contextmanager
    def taken(self, patience: float) -> Iterator[None]:
        """Hold the turn; Busy when it is not to be had within `patience` seconds."""
        deadline = time.monotonic() + patience
        if not self._thread.acquire(timeout=patience):
            raise Busy(f"No turn to write within {patience:g} s.")
        try:
            file = self._opened()
            _lock(file, NEXT, deadline)
            try:
                _lock(file, WRITER, deadline)
            finally:
                _unlock(file, NEXT)
            try:
                yield
            finally:
                _unlock(file, WRITER)
        finally:
            self._thread.release()

    def close(self) -> None:
        with self._thread:
            if self._file is not None:
                os.close(self._file)
                self._file = None

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
