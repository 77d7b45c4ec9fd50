"""Asking a directory of the studio's own while somebody signs in (docs/sso.md): a few at once, and what goes wrong is told in our log."""

import contextlib
import logging
import threading
from collections.abc import Iterator

from kitsulite.work.errors import ShortlyRefused

log = logging.getLogger("kitsulite")

AT_ONCE = 4
"""How many threads of a process wait for one kind of directory at once, so that its being slow holds up nobody else."""
BUSY = "Many people are signing in at this moment. Try again."


class Asking:
    """Whatever a directory answers that makes no sense is told in our log, and to the caller only that it failed.

    protocol       what it speaks, for the log
    failed         what the caller is told
    not_installed  what they are told where a library is missing
    """

    def __init__(self, protocol: str, failed: str, not_installed: str) -> None:
        self._protocol, self._failed, self._not_installed = protocol, failed, not_installed
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        if not self._turns.acquire(blocking=False):
            raise ShortlyRefused(BUSY)
        try:
            yield
        except ShortlyRefused:
            raise
        except ImportError:
            raise ShortlyRefused(self._not_installed) from None
        except Exception as problem:
            log.warning("%s: %s: %s", self._protocol, type(problem).__name__, problem)
            raise ShortlyRefused(self._failed) from None
        finally:
            self._turns.release()
