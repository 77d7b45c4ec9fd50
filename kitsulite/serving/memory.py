"""Memory of a process that serves, and how it is given back (docs/architecture.md).

The C library of most Linuxes gives each thread a store of its own, and gives little of them back: after some long lists a process
would hold several times what it needs, for good. So there is one store here, large pieces have a place of their own, which goes with
them, and what a store has in vain goes back now and then. On other systems nothing is done.
"""

import ctypes
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
"""What `mallopt` calls them."""
CHOSEN = {
    "MALLOC_ARENA_MAX": (ARENA_MAX, 1),
    "MALLOC_TRIM_THRESHOLD_": (TRIM_THRESHOLD, 256 * 1024),
    "MALLOC_MMAP_THRESHOLD_": (MMAP_THRESHOLD, 128 * 1024),
}
"""What is set, by the variable of the environment with which somebody can say otherwise."""
ENOUGH = 8 * 1024**2
"""Bytes that must have come together, so that it is worth to look through them."""


LONGEST_PAUSE = 60
"""How often it may look away."""


def settle() -> None:
    """Have this process, and those that it makes, hold little. Before it has threads."""
    if mallopt := _function("mallopt"):
        for name, (option, value) in CHOSEN.items():
            if name not in os.environ:
                mallopt(option, value)


class Thrift:
    """Gives back what a process has in vain."""

    def __init__(self) -> None:
        self._trim = _function("malloc_trim")
        self._least: int | None = None
        self._pause = self._left = 0

    def look(self) -> None:
        """Called every second. As long as the process holds no more than it needed once, nothing is done; and who has looked in vain
        takes longer and longer to look again."""
        if self._trim is None:
            return
        held = own_memory()
        if self._least is None or held < self._least:
            self._least = held
        elif held < self._least + ENOUGH:
            self._pause = self._left = 0
        elif self._left:
            self._left -= 1
        else:
            self._trim(0)
            gained = held - own_memory()
            self._pause = 0 if gained > ENOUGH else min(2 * self._pause + 1, LONGEST_PAUSE)
            self._left = self._pause


def own_memory() -> int:
    """Bytes of memory that this process has for itself."""
    _, resident, shared, *_ = Path("/proc/self/statm").read_text().split()
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


def _function(name: str) -> Callable[..., Any] | None:
    return getattr(ctypes.CDLL(None), name, None)
