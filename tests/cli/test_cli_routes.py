"""`kitsulite routes`: the way from a path to its code."""

import inspect
from pathlib import Path

import pytest

from kitsulite import cli
from kitsulite.app import tables
from kitsulite.areas.entities import shots
from kitsulite.areas.tasks import details

TASK = "3954730f-f12a-4e69-9138-0a8d37b9eb8b"
ROOT = Path(cli.__file__).parents[2]


def place(function: object) -> str:
    source, line = inspect.getsourcefile(function), inspect.getsourcelines(function)[1]  # type: ignore[arg-type]
    return f"{Path(str(source)).relative_to(ROOT)}:{line}"


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert cli.main(["routes", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    "path",
    [
        "/data/tasks/{task_id}/full",
        f"/data/tasks/{TASK}/full",
        f"/api/data/tasks/{TASK}/full?relations=true",
        f"https://studio.test/api/data/tasks/{TASK}/full",
        f"data/tasks/{TASK}/full/",
    ],
)
def test_a_path_leads_to_who_may_and_to_the_rule_of_the_trade(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    [line] = printed(capsys, path)
    method, route, who = line.split(maxsplit=2)
    assert (method, route) == ("GET", "/data/tasks/{task_id}/full")
    assert who.startswith("in the project's team")
    assert line.endswith(place(details.full_task))


def test_a_word_of_the_path_is_no_id(capsys: pytest.CaptureFixture[str]) -> None:
    [line] = printed(capsys, "/data/shots/all")
    assert line.endswith(place(shots.shots))


@pytest.mark.parametrize("word", ["tasks", "search-filters"])
def test_the_rows_of_a_table_lead_to_where_they_are_declared(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    for line in printed(capsys, f"/data/{word}/{TASK}"):
        file, _, number = line.split()[-1].rpartition(":")
        assert "/areas/" in file
        assert f'"{word}"' in (ROOT / file).read_text().splitlines()[int(number) - 1]


def test_how_a_path_begins_leads_to_all_of_its_routes(capsys: pytest.CaptureFixture[str]) -> None:
    for beginning in ("/auth/tot", "/auth/totp"):
        assert [line.split()[0] for line in printed(capsys, beginning)] == ["PUT", "POST", "DELETE"]
    below = printed(capsys, f"/data/projects/{TASK}/budgets/{TASK}/")
    assert {line.split()[0] for line in below} >= {"GET", "PUT", "DELETE"}
    assert all("/budgets/{budget_id}" in line for line in below)


def test_without_a_path_all_routes_come_each_with_a_line_of_code(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys)
    assert len(lines) == sum(len(table.routes) for table in tables())
    for line in lines:
        file, _, number = line.split()[-1].rpartition(":")
        assert 0 < int(number) <= len((ROOT / file).read_text().splitlines())


def test_a_path_that_is_none_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["routes", "/nowhere"]) == 1
    assert capsys.readouterr().err == "kitsulite: No route is like /nowhere. `kitsulite routes` lists all of them.\n"
