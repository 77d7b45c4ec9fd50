"""Several nodes of one studio: `kitsulite serve` on one PostgreSQL, each with a folder of its own, sharing what nodes must share.

with nodes(tmp_path, database) as (here, there):
    kill(here)
"""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from serving import PATIENCE, Served, serve

LISTENING = "0A"
KEY = "the-key-that-nodes-share"


@contextmanager
def nodes(folder: Path, database: str, *options: str, count: int = 2, **variables: str) -> Iterator[list[Served]]:
    """So many nodes while the block lasts; the first one makes the studio, so it is the one that says how to sign in."""
    shared = {"SECRET_KEY": KEY, "KITSULITE_FILES": (folder / "files").absolute().as_uri(), **variables}
    with ExitStack() as stack:
        yield [
            stack.enter_context(serve(folder / f"node-{number}", database, *options, **shared))
            for number in range(1, count + 1)
        ]


def kill(node: Served) -> None:
    """End a node as a loss of power does: its master and whatever that started, all at once."""
    for process in (node.process.pid, *children(node.process.pid)):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    node.process.wait(PATIENCE)


def children(process: int) -> list[int]:
    """The processes that a process started."""
    with suppress(FileNotFoundError):
        return [int(id) for id in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def event_process(server: Served) -> int:
    """The process of a server that holds its sockets: the one that does not listen at its port, as workers do."""
    [found] = [process for process in children(server.process.pid) if not _listens(process, urlsplit(server.url).port)]
    return found


def _listens(process: int, port: int | None) -> bool:
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    places = {
        f"socket:[{row[9]}]" for row in rows if row[3] == LISTENING and int(row[1].rpartition(":")[2], 16) == port
    }
    return bool(places & set(_open_files(process)))


def _open_files(process: int) -> Iterator[str]:
    for file in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):
            yield os.readlink(file)
