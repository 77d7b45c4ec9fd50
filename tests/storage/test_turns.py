"""Turns to write at a SQLite file: among threads and processes, and nobody is left out."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kitsulite.storage import Busy
from kitsulite.storage.turn import Turn

fork = multiprocessing.get_context("fork")
HAMMERS, PATIENCE = 4, 10.0


@contextmanager
def elsewhere(work: Callable[[], object]) -> Iterator[None]:
    """Something done by another process."""
    process = fork.Process(target=work)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def hammer(turn: Turn) -> None:
    while True:
        with turn.taken(PATIENCE):
            time.sleep(0.001)


def longest_wait(turn: Turn, times: int) -> float:
    waits = []
    for _ in range(times):
        asked = time.monotonic()
        with turn.taken(PATIENCE):
            waits.append(time.monotonic() - asked)
        time.sleep(0.001)
    return max(waits)


def test_a_process_of_many_threads_that_write_all_the_time_keeps_nobody_out(tmp_path: Path) -> None:
    turn = Turn(str(tmp_path / "turn"))
    hammering = fork.Event()

    def hammer_with_many() -> None:
        theirs = Turn(str(tmp_path / "turn"))
        for _ in range(HAMMERS):
            threading.Thread(target=hammer, args=(theirs,), daemon=True).start()
        hammering.set()
        hammer(theirs)

    with elsewhere(hammer_with_many):
        assert hammering.wait(PATIENCE)
        assert longest_wait(turn, 50) < 2


def test_one_process_gives_it_up_as_soon_as_nobody_of_its_own_waits(tmp_path: Path) -> None:
    turn = Turn(str(tmp_path / "turn"))
    with turn.taken(PATIENCE):
        pass

    had = fork.Event()

    def take() -> None:
        with Turn(str(tmp_path / "turn")).taken(PATIENCE):
            had.set()

    with elsewhere(take):
        assert had.wait(PATIENCE)


def test_who_gives_up_waiting_keeps_nobody_else_out(tmp_path: Path) -> None:
    """The turn was kept for just that thread."""
    has_given_up, is_left, had = threading.Event(), threading.Event(), fork.Event()

    class Slow(Turn):
        def _count(self, more: int) -> None:
            if more < 0 and threading.current_thread() is impatient:
                has_given_up.set()
                assert is_left.wait(PATIENCE)
            super()._count(more)

    def wait() -> None:
        with pytest.raises(Busy), turn.taken(0.01):
            pass

    def take() -> None:
        with Turn(str(tmp_path / "turn")).taken(PATIENCE):
            had.set()

    turn, impatient = Slow(str(tmp_path / "turn")), threading.Thread(target=wait)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kitsulite.storage.turn.KEEP", PATIENCE)
        with turn.taken(PATIENCE):
            impatient.start()
            assert has_given_up.wait(PATIENCE)
        is_left.set()
        impatient.join()
        with elsewhere(take):
            assert had.wait(PATIENCE)


def test_whoever_waits_too_long_is_told(tmp_path: Path) -> None:
    turn = Turn(str(tmp_path / "turn"))
    held, is_over = fork.Event(), fork.Event()

    def hold() -> None:
        with Turn(str(tmp_path / "turn")).taken(PATIENCE):
            held.set()
            is_over.wait()

    with elsewhere(hold):
        assert held.wait(PATIENCE)
        with pytest.raises(Busy), turn.taken(0.05):
            pass
        is_over.set()
        with turn.taken(PATIENCE):
            pass
