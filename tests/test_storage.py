# ruff: noqa: PT012 (what is refused is often the end of a transaction)
"""What services can count on, whichever engine holds the rows."""

import multiprocessing
import sqlite3
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import peewee
import pytest
from engines import empty

from kitsulite.api.errors import describe
from kitsulite.models import new_id
from kitsulite.models.people import Department, Person
from kitsulite.models.tasks import Task, TaskType
from kitsulite.models.tools import ApiEvent
from kitsulite.settings import Settings
from kitsulite.storage import (
    BadData,
    Busy,
    CheckViolation,
    Database,
    ForeignKeyViolation,
    NotNullViolation,
    Statement,
    UniqueViolation,
    Wire,
    open_database,
    url_of,
)
from kitsulite.storage.sqlite import copy_file
from kitsulite.tracker import Tracker

WAIT = 0.3
MOMENT = "2026-03-01T08:30:00.000000"


@pytest.fixture
def db(database: str) -> Iterator[Database]:
    db = open_database(database, lock_timeout=WAIT, connections=4)
    if db.name != "sqlite":
        empty(db)
    yield db
    db.close()


def add_department(db: Database, name: str, **values: Any) -> str:
    id = new_id()
    db.run(Department.insert(id=id, name=name, color="#FFFFFF", created_at=MOMENT, updated_at=MOMENT, **values))
    return id


def names(db: Database) -> list[str]:
    with db.reading():
        return sorted(db.values(Department.select(Department.name)))


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


def open_connections(db: Database) -> int:
    return len(db.engine._connections) + len(db.engine._in_use)  # type: ignore[attr-defined]


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
    other = open_database(db.url + "&options=-c%20work_mem%3D7MB", lock_timeout=WAIT)
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


# --- errors ---


def test_violations_are_told_apart(db: Database) -> None:
    with db.writing():
        parent = add_department(db, "Layout")
        person = {"first_name": "Ann", "last_name": "A", "role": "user", "contract_type": "open-ended"}
        person_id = new_id()
        db.run(Person.insert(id=person_id, email="ann@a.test", **person))
        refused = [
            (UniqueViolation, Department.insert(id=new_id(), name="Layout", color="#FFFFFF")),
            (UniqueViolation, Department.insert(id=parent, name="Other", color="#FFFFFF")),
            (NotNullViolation, Department.insert(id=new_id(), name="Other", color=None)),
            (CheckViolation, Task.insert(id=new_id(), name="main", difficulty=9)),
            (ForeignKeyViolation, Task.insert(id=new_id(), name="main", difficulty=3, project_id=new_id())),
        ]
        for kind, query in refused:
            with pytest.raises(kind), db.savepoint():
                db.run(query)


def test_a_row_that_others_point_to_cannot_go(db: Database) -> None:
    with db.writing():
        department = add_department(db, "Layout")
        db.run(TaskType.insert(id=new_id(), name="Layout", department_id=department))
        with pytest.raises(ForeignKeyViolation), db.savepoint():
            db.run(Department.delete().where(Department.id == department))


def test_references_can_be_checked_at_the_end(db: Database) -> None:
    department = new_id()
    with db.writing():
        db.defer_references()
        db.run(TaskType.insert(id=new_id(), name="Layout", department_id=department))
        db.run(Department.insert(id=department, name="Layout", color="#FFFFFF"))
        db.check_references()
    with pytest.raises(ForeignKeyViolation), db.writing():
        db.defer_references()
        db.run(TaskType.insert(id=new_id(), name="Rigging", department_id=new_id()))
        db.check_references()
    with pytest.raises(ForeignKeyViolation), db.writing():
        db.defer_references()
        db.run(TaskType.insert(id=new_id(), name="Rigging", department_id=new_id()))
    assert names(db) == ["Layout"]


@pytest.mark.parametrize("values", [{"priority": 2**70}, {"name": "\ud800"}])
def test_a_value_that_no_database_holds_is_bad_data(db: Database, values: dict[str, Any]) -> None:
    with pytest.raises(BadData), db.writing():
        db.run(Task.insert({"id": new_id(), "name": "main", "difficulty": 3, **values}))


def test_a_mistake_in_sql_is_nobodys_fault_but_ours(db: Database) -> None:
    with db.reading(), pytest.raises(peewee.PeeweeException):
        db.select("SELECT nothing FROM nowhere")


# --- text search and order ---

TITLES = ["Layout", "layout", "LAYOUTS", "50%", "50 p", "a_b", "axb", "back\\slash", "ÉCLAIR", "éclair", "eclair"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("layout", {"Layout", "layout"}),
        ("layout%", {"Layout", "layout", "LAYOUTS"}),
        ("%OUT_", {"LAYOUTS"}),
        ("50\\%", {"50%"}),
        ("50%", {"50%", "50 p"}),
        ("a\\_b", {"a_b"}),
        ("a_b", {"a_b", "axb"}),
        ("back\\\\slash", {"back\\slash"}),
        ("back\\", set()),
        ("%\\", set()),
        ("éclair", {"ÉCLAIR", "éclair"}),
        ("É%", {"ÉCLAIR", "éclair"}),
        ("eclair", {"eclair"}),
        ("%CLAIR", {"ÉCLAIR", "éclair", "eclair"}),
    ],
)
def test_patterns_match_the_same_everywhere(db: Database, pattern: str, found: set[str]) -> None:
    with db.writing():
        for title in TITLES:
            add_department(db, title)
    with db.reading():
        query = Department.select(Department.name).where(db.like(Department.name, pattern))
        assert set(db.values(query)) == found


def test_rows_come_in_the_order_in_which_they_were_made(db: Database) -> None:
    with db.writing():
        for number, name in enumerate("cab"):
            moment = f"2026-03-01T08:30:00.{number:06}"
            db.run(Department.insert(id=new_id(), name=name, color="#FFFFFF", created_at=moment))
    with db.reading():
        query = Department.select(Department.name).order_by(db.creation_order(Department))
        assert db.values(query) == ["c", "a", "b"]


# --- JSON ---


def json_of(db: Database, members: dict[str, Wire], source: str = "") -> Any:
    with db.reading():
        return msgspec.json.decode(db.select(f"SELECT {db.json_bytes(db.json_object(members))} {source}")[0][0])


def test_an_object_can_have_many_keys(db: Database) -> None:
    members = {f"key {number}'": Wire(str(number), "integer") for number in range(150)}
    assert json_of(db, members) == {f"key {number}'": number for number in range(150)}
    nested = {"wide": Wire(db.json_object(members), "built"), "narrow": Wire("1", "integer")}
    assert json_of(db, nested)["wide"]["key 149'"] == 149


def test_every_kind_of_value_is_written_the_same_way(db: Database) -> None:
    with db.writing():
        values: dict[str, Any] = {
            "name": "main",
            "difficulty": 3,
            "duration": 8.0,
            "estimation": 0.1,
            "start_date": "2026-03-01T08:30:00.123456",
            "data": {"a": [1, None, 2.5], "text": 'é"\\'},
        }
        db.run(Task.insert(id=new_id(), **values))
    column = '"task"."{}"'.format
    members = {
        "text": Wire(column("name")),
        "integer": Wire(column("difficulty"), "integer"),
        "whole": Wire(column("duration"), "float"),
        "part": Wire(column("estimation"), "float"),
        "second": Wire(column("start_date"), "datetime"),
        "moment": Wire(column("start_date"), "moment"),
        "json": Wire(column("data"), "json"),
        "nothing": Wire(column("description")),
        "no float": Wire(f"nullif({column('duration')}, 8)", "float"),
        "no date": Wire(column("due_date"), "datetime"),
        "no json": Wire("NULL", "json"),
        "no flag": Wire("NULL", "boolean"),
        "flag": Wire('("task"."difficulty" = 3)', "boolean"),
    }
    with db.reading():
        text = db.select(f"SELECT {db.json_bytes(db.json_object(members))} FROM task")[0][0]
    assert b"8.0" in text
    found = msgspec.json.decode(text)
    assert isinstance(found["whole"], float)
    assert found == {
        "text": "main",
        "integer": 3,
        "whole": 8.0,
        "part": 0.1,
        "second": "2026-03-01T08:30:00",
        "moment": "2026-03-01T08:30:00.123456",
        "json": values["data"],
        **dict.fromkeys(["nothing", "no float", "no date", "no json", "no flag"]),
        "flag": True,
    }


@pytest.mark.parametrize("number", [0.0, -0.5, 8.0, 1e-7, 123456789.25, 1e14, 1e16, 1.5e300])
def test_a_float_comes_back_as_it_was(db: Database, number: float) -> None:
    with db.writing():
        db.run(Task.insert(id=new_id(), name="main", difficulty=3, duration=number))
    assert json_of(db, {"duration": Wire('"task"."duration"', "float")}, "FROM task")["duration"] == number


def test_rows_come_back_as_they_went_in(db: Database) -> None:
    id = new_id()
    row = {"id": id, "created_at": MOMENT, "updated_at": "2026-03-01T08:30:00.000100", "name": "é \U0001f600"}
    with db.writing():
        db.run(Department.insert(color="#FFFFFF", archived=True, **row))
        db.run(ApiEvent.insert(id=id, name="shot:new", data={"frame_in": 1, "list": [None, 8.0]}))
        assert db.find(Department, id) == {**row, "color": "#FFFFFF", "archived": True}
        assert db.row(Department.select()) == db.find(Department, id)
        event = db.find(ApiEvent, id)
        assert event
        assert event["data"] == {"frame_in": 1, "list": [None, 8.0]}
        assert event["project_id"] is None
        assert db.find(Department, new_id()) is None


# --- many rows ---


def test_rows_can_be_counted_whatever_the_query(db: Database) -> None:
    with db.writing():
        for name in "abcde":
            add_department(db, name, archived=name > "c")
    with db.reading():
        everything = Department.select()
        assert db.count(everything) == 5
        assert db.count(everything.where(Department.archived == True).order_by(Department.name)) == 2  # noqa: E712
        assert db.count(everything.order_by(Department.name).limit(3)) == 3
        assert db.count(Department.select(Department.archived).distinct()) == 2
        assert db.count(Department.select(peewee.SQL("1"))) == 5


BY_NAME = Statement(lambda name, archived: Department.select().where(
    Department.name == name, Department.archived == archived))  # fmt: skip


def test_a_statement_is_asked_again_with_other_values(db: Database) -> None:
    with db.writing():
        for name in "ab":
            add_department(db, name, archived=False)
    for _ in range(2):
        with db.reading():
            assert [row["name"] for row in db.ask(BY_NAME, "b", False)] == ["b"]
            assert [row["archived"] for row in db.ask(BY_NAME, "a", False)] == [False]
            assert db.ask(BY_NAME, "a", True) == []
            with pytest.raises(ValueError):
                db.ask(BY_NAME, "a")


ROWS = 20_000


@pytest.fixture
def many(db: Database) -> Database:
    with db.writing():
        rows = ([new_id(), MOMENT, MOMENT, f"{number:06}" + "x" * 70, "#FFFFFF", False] for number in range(ROWS))
        columns = ["id", "created_at", "updated_at", "name", "color", "archived"]
        db.insert_many("department", columns, rows)
    return db


def peak_of(action: Callable[[], Any]) -> int:
    """Bytes that Python held at once, at most."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_stream_holds_a_piece_in_memory_at_a_time(many: Database) -> None:
    def stream() -> None:
        query = Department.select(Department.name).order_by(Department.name)
        with many.reading():
            assert sum(len(piece) for piece in many.stream(query)) == ROWS

    def stream_rows() -> None:
        with many.reading():
            assert sum(1 for _ in many.stream_rows(Department.select())) == ROWS

    stream()
    for read in (stream, stream_rows):
        assert peak_of(read) < 1_500_000


def test_a_stream_of_postgres_is_not_held_by_the_driver_either(many: Database) -> None:
    if many.name != "postgres":
        pytest.skip("SQLite steps through its rows")
    with many.reading():
        pieces = many.stream(Department.select(Department.name), size=10)
        next(pieces)
        assert many.value(peewee.Select([peewee.SQL("pg_cursors")], [peewee.fn.COUNT(peewee.SQL("*"))])) == 1
        pieces.close()
        assert many.value(peewee.Select([peewee.SQL("pg_cursors")], [peewee.fn.COUNT(peewee.SQL("*"))])) == 0


def test_streams_can_be_read_side_by_side(many: Database) -> None:
    with many.reading():
        query = Department.select(Department.name).order_by(Department.name)
        for ours, theirs in zip(many.stream(query), many.stream(query.limit(1000)), strict=False):
            assert ours == theirs
            assert many.count(Department.select().limit(3)) == 3


def test_a_stream_that_is_left_early_gives_its_connection_back(many: Database) -> None:
    def answer() -> Iterator[Any]:
        with many.reading():
            yield from many.stream_rows(Department.select())

    for _ in range(10):
        rows = answer()
        next(rows)
        rows.close()  # type: ignore[attr-defined]
    assert open_connections(many) == 1
    assert not many.in_transaction
    with many.writing():
        many.run(Department.delete())


def test_an_error_in_a_stream_is_told_like_any_other(many: Database) -> None:
    text = "1 / (CASE WHEN name LIKE '019999%' THEN 0 ELSE 1 END)"
    if many.name == "sqlite":
        text = "json(CASE WHEN name LIKE '019999%' THEN '{' ELSE '1' END)"
    with many.reading(), pytest.raises((BadData, peewee.PeeweeException)):
        list(many.stream(Department.select(peewee.SQL(text.replace("%", "%%") if many.name == "postgres" else text))))
    assert len(names(many)) == ROWS


# --- SQLite ---


def test_a_commit_that_returned_survives_a_power_cut(tmp_path: Path) -> None:
    with (
        Tracker(Settings(data=str(tmp_path), secret_key="for-tests"), first_data=False) as tracker,
        tracker.db.reading(),
    ):
        assert tracker.db.select("PRAGMA journal_mode") == [("wal",)]
        assert tracker.db.select("PRAGMA synchronous") == [(2,)]
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
