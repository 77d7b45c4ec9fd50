# ruff: noqa: PT012 (what is refused is often the end of a transaction)
"""One behaviour of two engines: errors, text search, JSON, and many rows."""

import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import peewee
import pytest
from departments import MOMENT, add_department, names, open_connections

from kitsulite.models import BadValue, new_id
from kitsulite.models.people import Department, Person
from kitsulite.models.tasks import Task, TaskType
from kitsulite.models.tools import ApiEvent
from kitsulite.storage import (
    BadData,
    CheckViolation,
    Database,
    ForeignKeyViolation,
    NotNullViolation,
    Statement,
    UniqueViolation,
    Wire,
)

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
    with pytest.raises((BadData, BadValue)), db.writing():
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


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        ([{"id": "a", "n": 1}, {"id": "b", "n": 2}, {"id": "b", "n": 3}], {"id": "b", "n": 2}),
        (["b", 7, None, ["b"], {"name": "b"}, {"id": "b"}], {"id": "b"}),
        ([{"id": "a"}], None),
        ([], None),
        ({"id": "b"}, None),
        ("b", None),
        (None, None),
    ],
)
def test_an_object_of_a_stored_list_is_found_by_a_text(db: Database, stored: Any, found: Any) -> None:
    with db.writing():
        db.run(Task.insert(id=new_id(), name="b", data=stored))
    item = Wire(db.json_item('"task"."data"', "id", '"task"."name"'), "json")
    assert json_of(db, {"item": item}, "FROM task") == {"item": found}


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
            with pytest.raises(TypeError):
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
