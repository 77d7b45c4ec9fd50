"""What only so many do at once, such as sending files: others wait for their turn, and not for ever."""

import contextlib
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from kitsulite.work.errors import NoTurn


class Turn:
    """A place among those at work. Who takes over a part of the work holds it too; it is free when the last gives it back."""

    def __init__(self, free: Callable[[], None]) -> None:
        self._free = free
        self._holders = 1
        self._lock = threading.Lock()

    def hold(self) -> None:
        with self._lock:
            self._holders += 1

    def give_back(self) -> None:
        with self._lock:
            self._holders -= 1
            is_free = self._holders == 0
        if is_free:
            self._free()


class Turns:
    """See the module.

    most           how many at once; 0 for any number
    patience       seconds for which others wait
    while_waiting  what a thread is to hold meanwhile, so that others work
    """

    def __init__(self, most: int, patience: float) -> None:
        self.while_waiting: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
        self._patience = patience
        self._places = threading.BoundedSemaphore(most) if most else None

    def take(self) -> Turn | None:
        """A turn, when it comes; None where nobody has to wait. NoTurn when it does not come in time."""
        places = self._places
        if places is None:
            return None
        if not places.acquire(blocking=False):
            with self.while_waiting():
                if not places.acquire(timeout=self._patience):
                    raise NoTurn
        return Turn(places.release)
