"""Who holds a place: told so that others on the same machine see at once that a process is gone, and wait for no sign of life."""

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from kitsulite.models import new_id

BOOT, PROCESSES = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")


def new_holder() -> str:
    """What this process calls itself when it holds a place."""
    return f"{machine()} {os.getpid()} {new_id()}"


def is_gone(holder: str | None) -> bool:
    """Whether a holder is a process of this machine that is not there any more; of other machines nothing is known."""
    where, _, rest = (holder or "").partition(" ")
    pid = rest.partition(" ")[0]
    if not where or where != machine() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


@cache
def machine() -> str:
    """What tells this machine, as long as it runs, and in it the processes that see one another (containers don't); "" if nothing does."""
    with suppress(OSError):
        return f"{BOOT.read_text().strip()[:13]}-{PROCESSES.readlink().name.strip('pid:[]')}"
    return ""
