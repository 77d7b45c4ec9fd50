"""Saying that something is out of order: once when it begins, and once when it is over, however often it is met."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger("kitsulite.told")


@contextmanager
def hushed() -> Iterator[None]:
    """While this lasts nothing is logged: who is within says by itself what went wrong."""
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


class Told:
    """What is told of one thing: the words for when it is out of order, and for when it is well again."""

    def __init__(self, broken: str, mended: str) -> None:
        self.broken = broken
        self.mended = mended
        self._since: float | None = None
        self._lock = threading.Lock()
        self._trying = threading.Lock()

    @property
    def since(self) -> float | None:
        """When it went out of order; None while it is well. Read before one tries, for `well`."""
        return self._since

    def trouble(self, problem: object) -> None:
        """It is out of order."""
        with self._lock:
            is_new = self._since is None
            self._since = self._since or time.monotonic()
        if is_new:
            log.error("%s: %s", self.broken, " ".join(str(problem).split()))

    def well(self, since: float | None) -> None:
        """What was begun at `since` went well. That says nothing of trouble which came while it lasted."""
        if since is None:  # as almost always; no lock is needed to see that
            return
        with self._lock:
            is_over = self._since == since
            if is_over:
                self._since = None
        if is_over:
            log.warning("%s, after %d s.", self.mended, round(time.monotonic() - since))

    @contextmanager
    def one_at_a_time(self) -> Iterator[bool]:
        """Whether to try at all: while it is out of order one thread tries, and the others do not wait for what it finds."""
        if self._since is None:
            yield True
            return
        is_ours = self._trying.acquire(blocking=False)
        try:
            yield is_ours
        finally:
            if is_ours:
                self._trying.release()
