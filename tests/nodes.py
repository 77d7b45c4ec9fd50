"""Several nodes of one studio: `kitsulite serve` on one PostgreSQL, each with a folder of its own, sharing what nodes must share.

with nodes(tmp_path, database) as (here, there):
    kill(here)
"""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from serving import PATIENCE, Served, serve

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
