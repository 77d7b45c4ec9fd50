"""Leaving with the process that started this one: a worker whose master was killed would hold the port and serve for ever.

The master of a server that stops tells its workers. One that is killed can't, so they look for themselves.
"""

import logging
import os
import threading
import time

log = logging.getLogger("kitsulite")

LOOK = 0.2
"""Seconds between two looks; it takes a few microseconds."""
ABANDONED = 1


def leave_with(parent: int) -> None:
    """End this process at once when its parent is another than this, in whatever it is: what was acknowledged is on the
    disk, and what was not is undone by the database, as when the machine loses its power."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK)
        log.error("The server that started this worker was killed: it leaves too.")
        os._exit(ABANDONED)

    threading.Thread(target=watch, name="kitsulite-orphans", daemon=True).start()
