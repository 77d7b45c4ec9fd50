"""The processes of a running server: which is which, and their sudden end."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LISTENING = "0A"


def children(process: int) -> list[int]:
    """The processes that a process started."""
    with suppress(FileNotFoundError):
        return [int(id) for id in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def workers(master: int, port: int) -> list[int]:
    """Those that answer at the port of a server."""
    return [process for process in children(master) if _listens(process, port)]


def event_processes(master: int, port: int) -> list[int]:
    """The one that holds the sockets of a server, and not its port; none while it is being made."""
    return [process for process in children(master) if not _listens(process, port)]


def kill(*processes: int) -> None:
    """End processes as a loss of power does."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _listens(process: int, port: int) -> bool:
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    places = {
        f"socket:[{row[9]}]" for row in rows if row[3] == LISTENING and int(row[1].rpartition(":")[2], 16) == port
    }
    return bool(places & set(_open_files(process)))


def _open_files(process: int) -> Iterator[str]:
    with suppress(FileNotFoundError):
        for file in Path(f"/proc/{process}/fd").iterdir():
            with suppress(FileNotFoundError):
                yield str(file.readlink())
