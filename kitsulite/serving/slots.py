"""How many requests are at work at once. A thread that waits for its client gives its slot to another meanwhile."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOST_WAITING = 64
"""Threads that may wait for clients beside those at work; more of them keep their slots."""


class Slots:
    """See the module.

    lends  is called, by the thread that waits, when its slot has become free
    """

    def __init__(self, count: int, lends: Callable[[], None]) -> None:
        self.count = count
        self._lends = lends
        self._at_work = 0
        self._waiting = 0
        self._lock = threading.Lock()
        self._here = threading.local()

    def take(self) -> bool:
        """Take a slot, if one is free."""
        with self._lock:
            if self._at_work >= self.count:
                return False
            self._at_work += 1
            return True

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """This thread works in a slot that was taken for it, and gives it back in the end."""
        self._here.works = True
        try:
            yield
        finally:
            self._here.works = False
            with self._lock:
                self._at_work -= 1

    @contextmanager
    def lent(self) -> Iterator[None]:
        """While the block lasts, the slot of this thread is another's. Then it is at work again, with one more than usual.

        A thread that has no slot has none to lend.
        """
        with self._lock:
            is_lent = getattr(self._here, "works", False) and self._waiting < MOST_WAITING
            self._waiting += is_lent
            self._at_work -= is_lent
        if is_lent:
            self._lends()
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= is_lent
                self._at_work += is_lent
