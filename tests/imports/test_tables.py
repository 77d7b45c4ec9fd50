"""Tables, whatever program wrote them (docs/api/imports.md)."""

import csv
import datetime
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import openpyxl
import pytest
import tabling
from openpyxl.chart import BarChart, Reference
from peewee import sqlite3
from studio import Member, Studio

from kitsulite.areas import imports
from kitsulite.areas.imports import lines, tables
from kitsulite.models.people import Department
from kitsulite.storage import Row
from kitsulite.work.work import operator

HEAD = "Sequence{0}Name{0}Description\n"


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", "admin")


@pytest.fixture
def project(studio: Studio) -> Row:
    return studio.project("Fox")


def shots(project: Row, query: str = "") -> str:
    return f"projects/{project['id']}/shots{query}"


@pytest.mark.parametrize(
    "content",
    [
        b'Sequence,Name,Description\nS1,001,"a, \xc3\xa9\n""b"""\n',
        b'Sequence;Name;Description\r\nS1;001;"a, \xc3\xa9\n""b"""\r\n',
        b'Sequence\tName\tDescription\nS1\t001\t"a, \xc3\xa9\n""b"""',
        b'Sequence|Name|Description\nS1|001|"a, \xc3\xa9\n""b"""',
        b'\xef\xbb\xbfSequence,Name,Description\nS1,001,"a, \xc3\xa9\n""b"""\n',
        b'Sequence, Name, Description\nS1, 001, "a, \xc3\xa9\n""b"""\n',
        'Sequence\tName\tDescription\r\nS1\t001\t"a, é\n""b"""\r\n'.encode("utf-16"),
        'Sequence;Name;Description\nS1;001;"a, é\n""b"""\n'.encode("utf-32"),
        b"\xfe\xff" + 'Sequence;Name;Description\nS1;001;"a, é\n""b"""\n'.encode("utf-16-be"),
    ],
    ids=["commas", "semicolons", "tabs", "bars", "mark", "spaced", "utf-16", "utf-32", "utf-16-be"],
)
def test_every_spreadsheets_csv_is_read(studio: Studio, ann: Member, project: Row, content: bytes) -> None:
    (shot,) = tabling.take(ann, shots(project), content)
    assert (shot["name"], shot["description"]) == ("001", 'a, é\n"b"')


def test_excels_own_files_are_read(ann: Member, project: Row) -> None:
    sent = tabling.workbook(
        ["Sequence", "Name", "Description", "Frames", "FPS"],
        ["S1", "001", datetime.datetime(2026, 2, 3), 12.0, 23.976],
        [None, None, "", None, None],
        ["S1", 2, True, None, 25],
    )
    first, second = tabling.take(ann, shots(project), sent)
    assert (first["name"], first["description"], first["nb_frames"], first["data"]["fps"]) == (
        "001",
        "2026-02-03",
        12,
        "23.976",
    )
    assert (second["name"], second["description"], second["data"]["fps"]) == ("2", "true", "25")
    assert tabling.refused(
        ann, shots(project), tabling.workbook(["Sequence", "Name"], ["S1", "3"], [], ["S1", ""])
    ) == (
        "Name cannot be empty",
        4,
        1,
    )


def test_what_only_looks_like_excel_is_refused(ann: Member, project: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tabling.send(ann, shots(project), b"PK\x03\x04 nonsense")
    assert broken.status == 400
    assert "no Excel sheet" in broken.json["message"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("something.txt", "else")
    assert "no Excel sheet" in tabling.send(ann, shots(project), packed.getvalue()).json["message"]
    monkeypatch.setattr(tables, "LARGEST_BOOK", 100)
    assert "too large" in tabling.send(ann, shots(project), tabling.workbook(["Sequence", "Name"])).json["message"]


def test_without_the_extra_excel_is_refused_in_words(
    ann: Member, project: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    answer = tabling.send(ann, shots(project), b"PK\x03\x04")
    assert answer.status == 400
    assert "kitsulite[xlsx]" in answer.json["message"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty."),
        (b"\xef\xbb\xbf", "the file is empty."),
        (b"\n\n", "the file is empty."),
        (tabling.workbook(), "the file is empty."),
        (b"Name\n001\n", "there is no comma, semicolon, tab or bar between headings in the first line."),
    ],
)
def test_a_table_has_two_columns_at_least(ann: Member, project: Row, content: bytes, why: str) -> None:
    answer = tabling.send(ann, shots(project), content)
    assert (answer.status, answer.json["message"]) == (400, f"Could not determine delimiter: {why}")


def test_no_heading_stands_twice(ann: Member, project: Row) -> None:
    lines = ["001", "S1", "002", "a", "b"]
    for table in (
        "Sequence,Name,Notes,Name\nS1,001,,002\n",
        tabling.workbook(["Name", "Sequence", "Name", "Notes", "Notes"], lines),
    ):
        answer = tabling.send(ann, shots(project), table)
        assert answer.status == 400
        assert answer.json["message"].startswith("The heading Name stands over two columns")
    assert len(tabling.take(ann, shots(project), "Sequence,Name,,,Notes,Notes\nS1,001,,,a,b\n")) == 1


def test_an_excel_file_of_charts_alone(ann: Member, project: Row) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Sequence", "Name"])
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=1, min_row=1))
    book.create_chartsheet("Chart", 0).add_chart(chart)
    content = io.BytesIO()
    book.save(content)
    assert tabling.take(ann, shots(project), content.getvalue()) == []
    book.remove(book.worksheets[0])
    alone = io.BytesIO()
    book.save(alone)
    answer = tabling.send(ann, shots(project), alone.getvalue())
    assert (answer.status, answer.json["message"]) == (400, "There is no table in the Excel file, only charts.")


def test_what_is_no_text_is_refused_before_anything_is_written(ann: Member, project: Row) -> None:
    answer = tabling.send(ann, shots(project), b"Sequence,Name\nS1,001\nS1,\xe9t\xe9\n")
    assert answer.status == 400
    assert "not in UTF-8 (byte 24)" in answer.json["message"]
    for coding in ("utf-16", "utf-32"):
        cut_off = "Sequence,Name\nS1,001\n".encode(coding)[:-1]
        answer = tabling.send(ann, shots(project), cut_off)
        assert answer.status == 400
        assert answer.json["message"].startswith(f"The file is not in {coding.upper()}-LE (byte ")
    assert ann.get(f"/data/projects/{project['id']}/shots") == []


def test_a_cell_may_be_as_long_as_what_it_is_of(ann: Member, project: Row) -> None:
    long = "x" * 500_000
    tabling.take(ann, shots(project), f"Sequence,Name,Description\nS1,001,{long}\n")
    table = ann.call("GET", f"/export/csv/projects/{project['id']}/shots.csv").text
    assert len(table) > len(long)
    (shot,) = tabling.take(ann, shots(project, "?update=true"), table)
    assert shot["description"] == long
    limit = csv.field_size_limit(1000)
    try:
        answer = tabling.send(ann, shots(project), table)
    finally:
        csv.field_size_limit(limit)
    assert answer.status == 400
    assert answer.json["message"] == f"Line 2 has a cell of more than {tables.LONGEST_CELL} characters."


def test_what_was_sent_is_repeated_in_short(ann: Member, project: Row) -> None:
    for heading in ("Frames", "Frame In"):
        message, _, _ = tabling.refused(ann, shots(project), f"Sequence,Name,{heading}\nS1,001,{'7' * 400}x\n")
        assert message.endswith(f"{'7' * 79}…'")


def test_a_file_must_come(ann: Member, project: Row) -> None:
    answer = ann.form(f"/import/csv/{shots(project)}", {"other": "x"}, {})
    assert answer.status == 400
    assert answer.json["error"] is True


def test_lines_count_as_in_the_file_and_empty_ones_are_passed_over(ann: Member, project: Row) -> None:
    table = 'Sequence,Name,Description\nS1,001,"two\nlines"\n\n , ,\nS1,002\nS1,,x\n'
    assert tabling.refused(ann, shots(project), table) == ("Name cannot be empty", 7, 2)
    kept = {shot["name"]: shot["description"] for shot in ann.get(f"/data/projects/{project['id']}/shots")}
    assert kept == {"001": "two\nlines", "002": None}


def test_a_missing_column_is_told_in_known_words(ann: Member, project: Row) -> None:
    assert tabling.refused(ann, shots(project), "Sequence,Nom\nS1,001\n") == ("A columns is missing: 'Name'", 2, 0)
    assert tabling.send(ann, shots(project), "Sequence,Nom\nS1,001\n").json["hint"] == "the columns are Sequence, Nom"
    assert tabling.take(ann, shots(project), "Sequence,Nom\n") == []


def test_numbers_may_be_written_with_a_comma(studio: Studio, ann: Member, project: Row) -> None:
    tabling.field(studio, project, "Effort", kind="number")
    table = "Sequence;Name;FPS;Effort\nS1;001;23,976;2,5\nS1;002;25;-0,5\nS1;003;;a, b\n"
    rows = tabling.take(ann, shots(project), table)
    assert [(row["data"].get("fps"), row["data"]["effort"]) for row in rows] == [
        ("23.976", "2.5"),
        ("25", "-0.5"),
        ("", "a, b"),
    ]


@pytest.mark.parametrize("said", ["1", "true", "TRUE"])
def test_a_dry_run_is_dry_however_it_is_said(ann: Member, project: Row, said: str) -> None:
    assert tabling.send(ann, shots(project, f"?dry-run={said}"), "Sequence,Name\nS1,001\n").status == 200
    assert tabling.send(ann, shots(project, "?dry-run=perhaps"), "Sequence,Name\nS1,001\n").status == 400
    assert tabling.send(ann, shots(project, "?atomic=perhaps"), "Sequence,Name\nS1,001\n").status == 400
    assert ann.get(f"/data/projects/{project['id']}/shots") == []


def test_who_manages_the_production_may(studio: Studio, project: Row) -> None:
    bob, eve = studio.person("Bob", "manager"), studio.person("Eve", "manager")
    studio.join(project, bob)
    table = "Sequence,Name\nS1,001\n"
    assert tabling.send(bob, shots(project), table).status == 201
    assert tabling.send(eve, shots(project), table).status == 403
    assert tabling.send(bob, shots({"id": "nobody"}), table).status == 404
    assert tabling.send(bob, "persons", "First Name,Last Name,Email\n").status == 403
    artist = studio.person("Ian", "user")
    studio.join(project, artist)
    assert tabling.send(artist, shots(project), table).status == 403


def test_an_atomic_import_takes_all_lines_or_none(ann: Member, project: Row) -> None:
    table = "Sequence,Name\nS1,001\nS2,002\nS1,\n"
    assert tabling.refused(ann, shots(project, "?atomic=true"), table) == ("Name cannot be empty", 4, 0)
    assert ann.get(f"/data/projects/{project['id']}/sequences") == []
    assert ann.get("/data/events/last") == []
    assert len(tabling.take(ann, shots(project, "?atomic=true"), table.replace("S1,\n", "S1,003\n"))) == 3


def test_a_refused_line_leaves_nothing_behind_and_tells_nothing(ann: Member, project: Row) -> None:
    table = "Sequence,Name,Frames\nS1,001,12\nS2,002,many\nS1,003,1\n"
    message = "nb_frames must be an integer, got 'many'"
    assert tabling.refused(ann, shots(project), table) == (message, 3, 1)
    assert [row["name"] for row in ann.get(f"/data/projects/{project['id']}/sequences")] == ["S1"]
    told = [event["name"] for event in ann.get("/data/events/last?limit=10")]
    assert sorted(told) == ["sequence:new", "shot:new"]


def test_a_dry_run_tells_of_every_line_and_changes_nothing(studio: Studio, ann: Member, project: Row) -> None:
    tabling.take(ann, shots(project), "Sequence,Name,Description,Frame In\nS1,001,old,1\nS1,002,same,1\n")
    before = ann.get(f"/data/projects/{project['id']}/shots")
    events = len(ann.get("/data/events/last?limit=100"))
    table = "Sequence,Name,Description,Frame In\nS1,001,new,2\nS1,002,same,1\nS9,003,,x\nS9,004,,5\nS1,,,\n"
    told = tabling.dry(ann, shots(project, "?update=true"), table)
    assert {key: told[key] for key in ("dry_run", "made", "changed", "left", "refused")} == {
        "dry_run": True,
        "made": 1,
        "changed": 1,
        "left": 1,
        "refused": 2,
    }
    assert told["lines"][0] == {
        "line_number": 2,
        "outcome": "changed",
        "name": "001",
        "changes": {"description": ["old", "new"], "frame_in": [1, 2]},
    }
    assert [line["outcome"] for line in told["lines"]] == ["changed", "left", "refused", "made", "refused"]
    assert told["lines"][2]["message"] == "frame_in must be an integer, got 'x'"
    assert ann.get(f"/data/projects/{project['id']}/shots") == before
    assert [row["name"] for row in ann.get(f"/data/projects/{project['id']}/sequences")] == ["S1"]
    assert len(ann.get("/data/events/last?limit=100")) == events


def test_others_write_while_many_lines_are_looked_at(studio: Studio, ann: Member, project: Row) -> None:
    """Where there is one writer, a dry run works on a copy, of which nothing is left."""
    tracker = studio.tracker
    written: list[str] = []

    def write(number: int) -> None:
        if number == 150:
            with ThreadPoolExecutor() as pool:
                written.append(pool.submit(studio.add, Department, name="Light", color="#FFFFFF").result(10)["id"])

    table = tables.read_table(
        io.BytesIO(("Sequence,Name\n" + "".join(f"S1,{number:03}\n" for number in range(200))).encode())
    )
    importer = imports.TABLES["shots"].make(project)
    report = lines.take_in(partial(tracker.work, operator()), importer, table, dry=True, told=write)
    assert report.counts == {"made": 200, "changed": 0, "left": 0, "refused": 0}
    assert [row["id"] for row in ann.get("/data/departments")] == written
    assert ann.get(f"/data/projects/{project['id']}/shots") == []
    assert ann.get("/data/events/last?limit=10") == []
    assert list(tracker.settings.scratch_folder.iterdir()) == []


def test_no_room_for_the_copy_is_said(
    studio: Studio, ann: Member, project: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    if studio.tracker.db.name != "sqlite":
        return

    def full(source: object, target: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("kitsulite.storage.sqlite.copy_file", full)
    table = "Sequence,Name\n" + "".join(f"S1,{number:03}\n" for number in range(200))
    assert tabling.send(ann, shots(project, "?dry-run=true"), table).status == 507
    assert len(tabling.dry(ann, shots(project), table[: len("Sequence,Name\n") + 7 * 50])["lines"]) == 50


def test_many_lines_are_many_transactions(studio: Studio, ann: Member, project: Row) -> None:
    table = "Sequence,Name\n" + "".join(f"S1,{number:03}\n" for number in range(250)) + "S1,\n"
    assert tabling.refused(ann, shots(project), table) == ("Name cannot be empty", 252, 250)
    assert len(ann.get(f"/data/projects/{project['id']}/shots")) == 250
    assert len(ann.get(f"/data/projects/{project['id']}/sequences")) == 1
