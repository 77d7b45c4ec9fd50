"""Several nodes of one studio: `kitsulite serve` on one PostgreSQL, each with a folder of its own, sharing what nodes must share.

with nodes(tmp_path, database) as (here, there):
    kill(here)
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from serving import PATIENCE, Served, serve

from bench import processes
from bench.serving import free_port

KEY = "the-key-that-nodes-share"


@contextmanager
def nodes(folder: Path, database: str, *options: str, count: int = 2, **variables: str) -> Iterator[list[Served]]:
    """So many nodes while the block lasts; the first one makes the studio, so it is the one that says how to sign in."""
    shared = {"SECRET_KEY": KEY, "KITSULITE_FILES": (folder / "files").absolute().as_uri(), **variables}
    with ExitStack() as stack:
        yield [
            stack.enter_context(_node(folder / f"node-{number}", database, options, shared))
            for number in range(1, count + 1)
        ]


def _node(
    folder: Path, database: str, options: tuple[str, ...], shared: dict[str, str]
) -> AbstractContextManager[Served]:
    port = str(free_port())
    own = {"KITSULITE_NODE_ADDRESS": f"127.0.0.1:{port}"}
    return serve(folder, database, *options, "--port", port, **shared, **own)


def kill(node: Served) -> None:
    """End a node as a loss of power does: its master and whatever that started, all at once."""
    processes.kill(node.process.pid, *processes.children(node.process.pid))
    node.process.wait(PATIENCE)


def event_process(node: Served) -> int:
    """The process of a node that holds its sockets."""
    [found] = processes.event_processes(node.process.pid, urlsplit(node.url).port or 0)
    return found
