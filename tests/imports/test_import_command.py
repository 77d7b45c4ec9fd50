"""`kitsulite import csv` (docs/api/imports.md)."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import tabling
from studio import Studio

from kitsulite.cli import main
from kitsulite.models.entities import Entity
from kitsulite.models.people import Person
from kitsulite.models.tasks import Task, TaskStatus


class Said(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


Import = Callable[..., Said]


@pytest.fixture
def take(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Import:
    """Runs `kitsulite import csv KIND` on a table, in the studio of the test."""
    settings = studio.tracker.settings
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)

    def run(kind: str, table: str, *more: str) -> Said:
        file = tmp_path / "table.csv"
        file.write_text(table, "utf-8")
        place = ("--data", settings.data, "--database", settings.database)
        code = main(["import", "csv", kind, str(file), *more, *place])
        return Said(code, *capsys.readouterr())

    return run


def test_a_table_comes_in_whole_or_not_at_all(studio: Studio, take: Import) -> None:
    ann = studio.person("Ann", "admin")
    project = studio.project("Fox")
    tabling.task_type(studio, project, "Layout")
    for name in ("Todo", "Done"):
        studio.one_of(TaskStatus, name, short_name=name.lower(), color="#000000", is_default=name == "Todo")
    table = "Sequence,Name,Layout,Layout comment\nS1,001,done,well\nS1,002,,\n"
    said = take("shots", table, "--project", "Fox", "--as", "ANN@studio.test")
    assert (said.code, said.out) == (0, "2 made, 0 changed, 0 left as they are.\n")
    with studio.tracker.work(writes=False) as work:
        assert {row["assigner_id"] for row in work.db.rows(Task.select())} == {ann.id}
    said = take("shots", "Sequence,Name\nS1,003\nS1,\n", "--project", "Fox")
    assert said.code == 1
    assert said.err.endswith("table.csv, line 3: Name cannot be empty; nothing was imported.\n")
    said = take("shots", "Sequence,Nom\nS1,003\n", "--project", "Fox")
    assert "A columns is missing: 'Name' (the columns are Sequence, Nom); nothing" in said.err
    assert len(ann.get(f"/data/projects/{project['id']}/shots")) == 2
    said = take("shots", "Sequence,Name\nS1,003\nS1,\n", "--project", "Fox", "--by-parts")
    assert said.err.endswith("table.csv, line 3: Name cannot be empty; what came before it was imported (1).\n")
    assert len(ann.get(f"/data/projects/{project['id']}/shots")) == 3
    said = take("shots", table.replace("done", "todo"), "--project", "Fox", "--update")
    assert "say in whose (--as)" in said.err


@pytest.mark.parametrize(
    ("kind", "option"),
    [
        ("shots", ["--task-type", "Layout"]),
        ("assets", ["--episode", "E1"]),
        ("casting", ["--update"]),
        ("estimations", ["--update"]),
        ("persons", ["--project", "Fox"]),
    ],
)
def test_no_option_is_passed_over(take: Import, kind: str, option: list[str]) -> None:
    said = take(kind, "Sequence,Name\nS1,001\n", *option)
    assert said.code == 2
    assert said.err.startswith(f"kitsulite: {option[0]} does not belong to {kind}, only to ")


def test_a_dry_run_says_what_would_become_of_each_line(studio: Studio, take: Import) -> None:
    ann = studio.person("Ann", "admin")
    project = studio.project("Fox")
    take("shots", "Sequence,Name,Description\nS1,001,old\nS1,002,x\n", "--project", "Fox")
    table = "Sequence,Name,Description\nS1,001,new\nS1,002,x\nS1,003,\nS1,,\n"
    said = take("shots", table, "--project", "Fox", "--update", "--dry-run")
    assert said.code == 1
    assert said.out == (
        "line 2 changed 001 description: old -> new\n"
        "line 4 made 003\n"
        "line 5 refused Name cannot be empty\n"
        "1 would be made, 1 changed, 1 left as they are, 1 refused.\n"
    )
    assert len(ann.get(f"/data/projects/{project['id']}/shots")) == 2


def test_what_means_nothing_and_what_is_passed_over_is_told(studio: Studio, take: Import, tmp_path: Path) -> None:
    project = studio.project("Fox")
    shot = studio.entity("Shot", "001", project, parent_id=studio.entity("Sequence", "S1", project)["id"])
    studio.entity("Prop", "Tree", project)
    table = "Parent,Name,Asset Type,Asset,Occurences,Lable\nS1,001,Prop,Tree,2,x\nS1,001,Prop,Treee,1,x\n"
    assert take("casting", table, "--project", "Fox").out == (
        "line 3 left Treee in S1 001 There is no such asset.\n"
        "Columns that mean nothing here were passed over: Lable.\n"
        "0 made, 1 changed, 1 left as they are.\n"
    )
    settings = studio.tracker.settings
    for of, lines in (([], 2), (["--of", "assets"], 1)):
        sheet = tmp_path / "casting.csv"
        place = ("--data", settings.data, "--database", settings.database)
        assert main(["export", "casting", "--project", "Fox", *of, "--output", str(sheet), *place]) == 0
        assert len(sheet.read_text().splitlines()) == lines
    assert studio.stored(Entity, shot["id"])["nb_entities_out"] == 1


def test_people_castings_and_estimations_too(studio: Studio, take: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    project = studio.project("Fox", production_type="tvshow")
    task_type = tabling.task_type(studio, project, "Modeling", for_entity="Asset")
    episode = studio.entity("Episode", "E01", project)
    tree = studio.entity("Prop", "Tree", project, source_id=episode["id"])
    task = studio.task(tree, task_type)
    assert take("persons", "First Name,Last Name,Email\nLéa,D,lea@fox-studio.com\n").code == 0
    assert (
        take("casting", "Parent,Name,Asset Type,Asset,Occurences\nEpisode,E01,Prop,Tree,1\n", "--project", "Fox").code
        == 0
    )
    estimated = "Parent,Entity,Estimation\nProp,Tree,2\n"
    assert "--task-type" in take("estimations", estimated, "--project", "Fox").err
    said = take("estimations", estimated, "--project", "Fox", "--task-type", "Modeling", "--episode", "E01")
    assert said.out.startswith("0 made, 1 changed")
    assert studio.stored(Task, task["id"])["estimation"] == 960.0
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with studio.tracker.work(writes=False) as work:
        assert work.exists(Person, Person.email == "lea@fox-studio.com")


def test_what_is_not_there_is_told(studio: Studio, take: Import, tmp_path: Path) -> None:
    studio.project("Fox")
    assert "say which with --project" in take("shots", "a,b\n").err
    assert "There is no project Wolf." in take("shots", "a,b\n", "--project", "Wolf").err
    assert "There is nobody with the address x@y." in take("shots", "a,b\n", "--project", "Fox", "--as", "x@y").err
    place = ("--data", studio.tracker.settings.data, "--database", studio.tracker.settings.database)
    assert main(["import", "csv", "shots", str(tmp_path / "nothing.csv"), "--project", "Fox", *place]) == 1
