# ruff: noqa: PT012 (what is refused is often the end of a transaction)
"""Transactions, turns and connections: what services can count on, whichever engine holds the rows."""

import multiprocessing
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from departments import WAIT, add_department, names, open_connections
from engines import directly
from peewee import sqlite3

from kitsulite.models import new_id
from kitsulite.models.people import Department
from kitsulite.settings import Settings
from kitsulite.storage import (
    Busy,
    Database,
    UniqueViolation,
    open_database,
    url_of,
)
from kitsulite.storage.sqlite import copy_file
from kitsulite.tracker import Tracker
from kitsulite.web.errors import describe


def in_thread(action: Callable[[], Any]) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(action).result(timeout=20)


# --- transactions ---


def test_a_transaction_is_kept_whole_or_not_at_all(db: Database) -> None:
    with db.writing():
        add_department(db, "Layout")
    with pytest.raises(ZeroDivisionError), db.writing():
        add_department(db, "Rigging")
        raise ZeroDivisionError
    assert names(db) == ["Layout"]


def test_the_outermost_of_nested_transactions_decides(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.writing():
        with db.writing():
            add_department(db, "Layout")
        with db.reading():
            assert db.count(Department.select()) == 1
        raise ZeroDivisionError
    assert names(db) == []


def test_a_savepoint_undoes_its_own_part_only(db: Database) -> None:
    with db.writing():
        add_department(db, "Layout")
        with pytest.raises(UniqueViolation), db.savepoint():
            add_department(db, "Rigging")
            add_department(db, "Layout")
        with db.savepoint():
            add_department(db, "Lighting")
    assert names(db) == ["Layout", "Lighting"]


def test_a_refused_statement_leaves_a_transaction_that_can_be_begun_anew(db: Database) -> None:
    with pytest.raises(UniqueViolation), db.writing():
        add_department(db, "Layout")
        add_department(db, "Layout")
    with db.writing():
        add_department(db, "Layout")
    assert names(db) == ["Layout"]


def test_who_reads_cannot_write(db: Database) -> None:
    with db.reading():
        with pytest.raises(RuntimeError, match="cannot start to write"), db.writing():
            pass
        with pytest.raises(RuntimeError, match="cannot write"):
            add_department(db, "Layout")
        with pytest.raises(RuntimeError, match="cannot write"):
            db.insert_many("department", ["id"], [[new_id()]])
    assert names(db) == []


def test_nothing_goes_without_a_transaction(db: Database) -> None:
    for act in (
        lambda: db.rows(Department.select()),
        lambda: db.select("SELECT 1"),
        lambda: add_department(db, "Layout"),
        lambda: next(db.stream(Department.select(Department.id))),
        lambda: next(db.stream_rows(Department.select())),
        lambda: db.find(Department, new_id()),
    ):
        with pytest.raises(RuntimeError, match="No transaction"):
            act()


def test_a_reader_sees_the_same_all_the_time(db: Database) -> None:
    with db.reading():
        assert db.count(Department.select()) == 0

        def write() -> None:
            with db.writing():
                add_department(db, "Layout")

        in_thread(write)
        assert db.count(Department.select()) == 0
    assert names(db) == ["Layout"]


# --- waiting ---


def test_readers_never_wait_for_a_writer(db: Database) -> None:
    with db.writing():
        add_department(db, "Layout")
        started = time.monotonic()
        assert in_thread(lambda: names(db)) == []
        assert time.monotonic() - started < WAIT


def holding_a_row(db: Database, id: str) -> None:
    db.run(Department.update(name="Held").where(Department.id == id))


def test_a_writer_waits_its_turn_for_so_long_and_then_is_told(db: Database) -> None:
    with db.writing():
        id = add_department(db, "Layout")
    with db.writing():
        holding_a_row(db, id)
        started = time.monotonic()

        def write() -> None:
            with db.writing():
                holding_a_row(db, id)

        with pytest.raises(Busy) as refused:
            in_thread(write)
        assert WAIT * 0.9 < time.monotonic() - started < WAIT + 2
    status, body = describe(refused.value, debug=False)
    assert status == 503
    assert "busy" in body["message"]


def test_another_process_waits_its_turn_for_so_long_and_then_is_told(db: Database) -> None:
    other = open_database(db.url, lock_timeout=WAIT)  # shares nothing but the database
    with db.writing():
        id = add_department(db, "Layout")
    with db.writing():
        holding_a_row(db, id)

        def write() -> None:
            with other.writing():
                holding_a_row(other, id)

        with pytest.raises(Busy):
            in_thread(write)
    with other.writing():
        holding_a_row(other, id)
    other.close()
    assert names(db) == ["Held"]


def write_many(url: str, who: str, count: int) -> None:
    db = open_database(url)
    for number in range(count):
        with db.writing():
            add_department(db, f"{who}{number}")
    db.close()


def write_without_a_pause(url: str, ready: Any, stop: Any) -> None:
    db = open_database(url)

    def write() -> None:
        while not stop.is_set():
            with db.writing():
                add_department(db, new_id())
                time.sleep(0.01)
            ready.set()

    with ThreadPoolExecutor(3) as pool:
        for _ in range(3):
            pool.submit(write)
    db.close()


@pytest.mark.long
def test_a_process_that_never_pauses_does_not_keep_others_from_writing(db: Database) -> None:
    context = multiprocessing.get_context("spawn")
    ready, stop = context.Event(), context.Event()
    busy = context.Process(target=write_without_a_pause, args=(db.url, ready, stop))
    busy.start()
    patient = open_database(db.url)
    waits = []
    try:
        assert ready.wait(timeout=20)
        for number in range(10):
            started = time.monotonic()
            with patient.writing():
                add_department(patient, f"{number}")
            waits.append(time.monotonic() - started)
            time.sleep(0.02)
    finally:
        stop.set()
        busy.join(timeout=20)
        patient.close()
    assert max(waits) < 0.5


def test_processes_and_threads_write_at_once_and_nothing_is_lost(db: Database) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=write_many, args=(db.url, who, 30)) for who in "ab"]
    for process in processes:
        process.start()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda who: write_many(db.url, who, 20), "cde"))
    for process in processes:
        process.join(timeout=30)
        assert process.exitcode == 0
    assert len(names(db)) == 2 * 30 + 3 * 20


# --- connections ---


def test_connections_are_bounded_and_who_gets_none_in_time_is_told(db: Database) -> None:
    hold, held = threading.Event(), threading.Barrier(5)

    def read() -> None:
        with db.reading():
            held.wait(timeout=10)
            hold.wait(timeout=10)

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        held.wait(timeout=10)
        with pytest.raises(Busy, match="4 connections"):
            names(db)
        hold.set()
        for reader in readers:
            reader.result(timeout=10)
    assert names(db) == []


def test_short_threads_leave_no_connections_behind(db: Database) -> None:
    for _ in range(250):
        threads = [threading.Thread(target=names, args=(db,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert open_connections(db) <= 4
    assert not db.engine._in_use  # type: ignore[attr-defined]


def test_closing_a_tracker_closes_the_connections_of_all_threads(settings: Settings) -> None:
    tracker = Tracker(settings, first_data=False)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: names(tracker.db), range(9)))
    assert open_connections(tracker.db) > 0
    tracker.close()
    assert open_connections(tracker.db) == 0


def test_a_restart_of_the_server_costs_the_transaction_at_hand_and_no_more(db: Database) -> None:
    if db.name != "postgres":
        pytest.skip("SQLite has no server")

    def restart() -> None:
        other = open_database(db.url)
        with other.reading():
            other.select("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                         " WHERE datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip
        other.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: names(db), range(9)))
    restart()
    assert names(db) == []
    with pytest.raises(Busy), db.writing():
        restart()
        add_department(db, "Layout")
    with db.writing():
        add_department(db, "Rigging")
    assert names(db) == ["Rigging"]


def test_an_unreachable_server_is_said_to_be_so() -> None:
    db = open_database("postgresql://postgres@127.0.0.1:9/nowhere", lock_timeout=WAIT)
    with pytest.raises(Busy), db.reading():
        pass


def test_options_of_the_url_are_kept(db: Database) -> None:
    if db.name != "postgres":
        pytest.skip("a URL of SQLite has no options")
    other = open_database(directly(db.url) + "&options=-c%20work_mem%3D7MB", lock_timeout=WAIT)
    with other.reading():
        assert other.select("SHOW work_mem") == [("7MB",)]
        assert other.select("SHOW lock_timeout") == [("300ms",)]
        assert other.select("SHOW timezone") == [("UTC",)]
    other.close()


def read_and_write_after_fork(db: Database) -> None:
    with db.writing():
        add_department(db, "Child")
    db.close()


def test_a_database_opened_before_a_fork_is_of_use_in_both_processes(db: Database) -> None:
    with db.writing():
        add_department(db, "Parent")
    child = multiprocessing.get_context("fork").Process(target=read_and_write_after_fork, args=(db,))
    with db.reading():
        assert db.count(Department.select()) == 1
        child.start()
        child.join(timeout=20)
        assert child.exitcode == 0
        assert db.count(Department.select()) == 1
    assert names(db) == ["Child", "Parent"]


@pytest.mark.parametrize("folder", ["with spaces", "100%", "%41", "what?", "a#b", "Žluťoučký", "a&b=c", "'quoted\""])
def test_a_studio_can_live_in_any_folder(tmp_path: Path, folder: str) -> None:
    settings = Settings(data=str(tmp_path / folder), secret_key="for-tests")
    with Tracker(settings, first_data=False) as tracker, tracker.db.writing():
        add_department(tracker.db, "Layout")
    assert (tmp_path / folder / "studio.db").is_file()
    with open_database(url_of(tmp_path / folder / "studio.db")).reading():
        pass
    assert [path.name for path in tmp_path.iterdir()] == [folder]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "mysql://host/studio", "studio.db"])
def test_a_url_that_means_nothing_is_refused_in_words(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///path"):
        open_database(url)


# --- SQLite ---


def test_a_file_is_opened_so_that_its_log_is_brought_to_the_disk(tmp_path: Path) -> None:
    """That it is, `test_power_cuts.py` shows."""
    with (
        Tracker(Settings(data=str(tmp_path), secret_key="for-tests"), first_data=False) as tracker,
        tracker.db.reading(),
    ):
        assert tracker.db.select("PRAGMA journal_mode") == [("wal",)]
        assert tracker.db.select("PRAGMA synchronous") == [(1,)]
        assert tracker.db.select("PRAGMA foreign_keys") == [(1,)]


def test_a_copy_of_a_file_in_use_is_whole(tmp_path: Path) -> None:
    with Tracker(Settings(data=str(tmp_path), secret_key="for-tests"), first_data=False) as tracker:
        with tracker.db.writing():
            add_department(tracker.db, "Layout")
        with tracker.db.writing():
            add_department(tracker.db, "Rigging")
            copy_file(tmp_path / "studio.db", tmp_path / "copy.db")
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT name FROM department").fetchall() == [("Layout",)]
    copy.close()
