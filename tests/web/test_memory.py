"""What a worker holds goes down again after long lists (`kitsulite/serving/memory.py`)."""

import concurrent.futures
import http.client
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from serving import serve, signed_in

from kitsulite import Settings, Tracker
from kitsulite.models.base import new_id
from kitsulite.serving import memory

MANY, CLIENTS, EACH = 20_000, 8, 6
MORE = 25 * 1024**2
"""Bytes that a worker may still hold beyond what it began with: SQLite's pages of each of its connections, and what it came to know."""


def own_memory(process: int) -> int:
    """Bytes that a process has for itself."""
    _, resident, shared, *_ = Path(f"/proc/{process}/statm").read_text().split()
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="looks at Linux' processes")
def test_a_worker_gives_back_what_long_lists_took(tmp_path: Path) -> None:
    folder = tmp_path / "studio"
    with Tracker(Settings(data=str(folder))) as tracker, tracker.db.writing():
        at = "2026-03-01T10:00:00.000000"
        rows = ((new_id(), f"Department {number}", "#123456", False, at, at) for number in range(MANY))
        columns = ("id", "name", "color", "archived", "created_at", "updated_at")
        tracker.db.insert_many("department", columns, rows)
    with serve(folder) as served:
        token = signed_in(served, served.url)
        address, tokens = urlsplit(served.url).netloc, token.tokens["access_token"]

        def read(times: int) -> None:
            connection = http.client.HTTPConnection(address, timeout=60)
            for _ in range(times):
                connection.request(
                    "GET", "/data/departments?page=1&limit=50000", headers={"Authorization": f"Bearer {tokens}"}
                )
                answer = connection.getresponse()
                assert len(answer.read()) > 100 * MANY
            connection.close()

        children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
        before = {child: own_memory(int(child)) for child in children}
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(read, [EACH] * CLIENTS))
        until = time.monotonic() + 20
        grown = MORE + 1
        while grown > MORE and time.monotonic() < until:
            time.sleep(0.5)
            grown = max(own_memory(int(child)) - before[child] for child in children)
        assert grown <= MORE, f"{grown / 2**20:.0f} MiB more than before"


class Library:
    """A C library, and how much of the memory comes back when it is asked."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.held, self.vain, self.trims = 50 * 2**20, 0, 0
        patch.setattr(memory, "own_memory", lambda: self.held)
        patch.setattr(memory, "_function", lambda name: self.trim)

    def trim(self, pad: int) -> None:
        self.trims += 1
        self.held -= self.vain
        self.vain = 0


def test_it_is_looked_for_what_is_held_in_vain_where_that_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(monkeypatch)
    thrift = memory.Thrift()
    for _ in range(5):
        thrift.look()
    library.held += memory.ENOUGH // 2
    thrift.look()
    assert library.trims == 0
    library.vain = 100 * 2**20
    library.held += library.vain
    thrift.look()
    thrift.look()
    assert library.trims == 1


def test_who_looks_in_vain_looks_away_for_longer_and_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(monkeypatch)
    thrift = memory.Thrift()
    thrift.look()
    library.held *= 3
    for _ in range(100):
        thrift.look()
    assert 1 <= library.trims <= 7
    library.vain = 50 * 2**20
    for _ in range(memory.LONGEST_PAUSE + 1):
        thrift.look()
    assert library.vain == 0


def test_what_the_environment_says_of_it_counts_more(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Any, ...]] = []
    monkeypatch.setattr(memory, "_function", lambda name: lambda *values: told.append(values))
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    memory.settle()
    assert {option for option, _ in told} == {memory.TRIM_THRESHOLD, memory.MMAP_THRESHOLD}
