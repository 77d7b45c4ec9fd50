"""A ShotGrid site, read through its REST API (docs/shotgrid.md)."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from serving import command, environment
from shotgridsite import KEY, SCRIPT, FakeSite, site_of
from studio import Studio

from kitsulite import Settings, Tracker
from kitsulite.areas.imports.shotgrid import Progress, Reading
from kitsulite.areas.imports.shotgrid_site import ATTEMPTS, LONGEST_WAIT, Site, SiteError
from kitsulite.cli import main
from kitsulite.models.entities import Entity, EntityLink
from kitsulite.models.people import Person
from kitsulite.models.productions import Project, ProjectPersonLink
from kitsulite.models.reviews import Comment, PreviewFile
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus, TaskType
from kitsulite.storage import Row
from kitsulite.work.work import operator

TABLES = (Person, Project, TaskStatus, TaskType, Entity, Task, Comment, PreviewFile)
LINKS = (EntityLink, ProjectPersonLink, TaskPersonLink)


def link(type: str, id: int, name: str = "") -> Row:
    return {"type": type, "id": id, "name": name}


FOX, OWL = link("Project", 7, "Fox"), link("Project", 8, "Owl")
ANN, SCRIPTED, GROUP = link("HumanUser", 1, "Ann Lee"), link("ApiUser", 1, "robot"), link("Group", 1, "All")


def records() -> dict[str, list[Row]]:
    """A site with two productions."""
    return {
        "statuses": [
            {"id": 1, "name": "In Progress", "code": "ip", "bg_color": "1,2,255"},
            {"id": 2, "name": "Final", "code": "fin", "bg_color": None},
        ],
        "steps": [
            {"id": 1, "code": "Anim", "color": "1,2,3", "short_name": "ANM", "entity_type": "Shot"},
            {"id": 2, "code": "Model", "color": "9,9,9", "short_name": "MDL", "entity_type": "Asset"},
        ],
        "human_users": [
            {"id": 1, "firstname": "Ann", "lastname": "Lee", "email": "ann@fox-film.com", "login": "ann"},
            {"id": 2, "firstname": "Bob", "lastname": "Ray", "email": "bob@fox-film.com", "sg_status_list": "dis"}
            | {
                "permission_rule_set": link("PermissionRuleSet", 5, "Manager"),
                "department": link("Department", 1, "Art"),
            },
            {"id": 3, "firstname": "No", "lastname": "Mail", "email": None},
        ],
        "projects": [
            {"id": 7, "name": "Fox", "sg_status": "Active", "sg_type": "Film"},
            {"id": 8, "name": "Owl", "sg_status": None},
        ],
        "project_user_connections": [
            {"id": 1, "project": FOX, "user": ANN},
            {"id": 2, "project": OWL, "user": link("HumanUser", 2)},
        ],
        "episodes": [{"id": 1, "code": "E01", "description": "x", "project": FOX}],
        "sequences": [
            {"id": 1, "code": "S01", "project": FOX, "episode": link("Episode", 1)},
            {"id": 2, "code": "S01", "project": OWL},
        ],
        "assets": [
            {"id": 1, "code": "Sheep", "project": FOX, "sg_asset_type": "Character", "parents": []},
            {"id": 2, "code": "Bell", "project": FOX, "sg_asset_type": "Prop", "parents": [link("Asset", 9)]},
            {"id": 3, "code": "Odd", "project": FOX, "sg_asset_type": None, "parents": []},
            {"id": 9, "code": "Herd", "project": FOX, "sg_asset_type": "Prop", "parents": []},
            {"id": 10, "code": "Horn", "project": FOX, "sg_asset_type": "Prop", "parents": [link("Asset", 9)]},
        ],
        "shots": [
            {"id": number, "code": f"SH{number:02}", "project": FOX, "sg_sequence": link("Sequence", 1)}
            | {"assets": [link("Asset", 1), link("Asset", 2)], "sg_cut_in": 1, "sg_cut_duration": 9, "sg_mood": "dark"}
            for number in range(1, 6)
        ]
        + [{"id": 6, "code": "SH01", "project": OWL, "sg_sequence": link("Sequence", 2), "assets": []}],
        "tasks": [
            {"id": 1, "content": "Animation", "project": FOX, "step": link("Step", 1), "entity": link("Shot", 1)}
            | {"task_assignees": [GROUP, ANN], "created_by": SCRIPTED, "sg_status_list": "fin", "duration": 60},
            {"id": 2, "content": "Model", "project": FOX, "step": link("Step", 2), "entity": link("Asset", 1)}
            | {"task_assignees": [], "created_by": ANN, "sg_status_list": "zzz"},
            {"id": 3, "content": "Lost", "project": FOX, "step": link("Step", 9), "entity": link("Asset", 1)},
        ],
        "notes": [
            {"id": 1, "project": FOX, "tasks": [link("Task", 1)], "content": "Look", "user": ANN}
            | {"created_at": "2019-02-03T04:05:06Z"},
            {"id": 2, "project": FOX, "tasks": [link("Task", 1)], "content": "Beep", "user": SCRIPTED},
        ],
        "versions": [
            {"id": 1, "project": FOX, "code": "v1", "user": ANN, "sg_task": link("Task", 1)}
            | {"sg_uploaded_movie": {"url": "https://sg.test/a.mov", "name": "a.mov"}}
        ],
    }


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with site_of(records()) as site:
        yield site


def reading(tracker: Tracker, site: FakeSite, folder: Path, *projects: str, key: str = KEY, **more: Any) -> Reading:
    remote = Site(site.url, SCRIPT, key, sleep=more.pop("sleep", lambda seconds: None))
    return Reading(partial(tracker.work, operator()), remote, folder, projects, **more)


def read(tracker: Tracker, site: FakeSite, folder: Path, *projects: str, **more: Any) -> Progress:
    return reading(tracker, site, folder, *projects, **more).run()


def rows(tracker: Tracker) -> dict[str, list[Row]]:
    """All that a reading writes."""
    with tracker.db.reading():
        found = {table.table_name(): tracker.db.rows(table.select()) for table in TABLES}
        found |= {table.table_name(): tracker.db.rows(table.select()) for table in LINKS}
    return {name: sorted(found[name], key=lambda row: json.dumps(row, default=str)) for name in found}


def essence(tracker: Tracker) -> dict[str, list[Any]]:
    """What is the same however it was read: names and Shotgun's ids."""
    return {
        name: sorted([str(row.get("name") or row.get("email")), row.get("shotgun_id") or 0] for row in found)
        for name, found in rows(tracker).items()
    }


def of(tracker: Tracker, table: Any, **values: Any) -> Row:
    with tracker.db.reading():
        [row] = tracker.db.rows(
            table.select().where(*(table.columns()[name] == value for name, value in values.items()))
        )
    return row


# --- what comes of it ---


def test_a_site_comes_over(tracker: Tracker, site: FakeSite, tmp_path: Path) -> None:
    result = read(tracker, site, tmp_path)

    assert result.taken["shots"] == 6
    assert result.lacking.keys() == {"scenes"}
    fox = of(tracker, Project, name="Fox")
    assert (fox["shotgun_id"], fox["data"]) == (7, {"sg_type": "Film"})
    ann, bob = of(tracker, Person, shotgun_id=1), of(tracker, Person, shotgun_id=2)
    assert (ann["active"], bob["active"], bob["role"]) == (True, False, "manager")
    sequence = of(tracker, Entity, name="S01", project_id=fox["id"])
    shot = of(tracker, Entity, name="SH01", project_id=fox["id"])
    assert shot["parent_id"] == sequence["id"]
    assert shot["data"]["sg_mood"] == "dark"
    assert (shot["data"]["frame_in"], shot["data"]["frame_out"]) == (1, 10)
    assert shot["nb_entities_out"] == 2
    assert of(tracker, Entity, name="Herd")["nb_entities_out"] == 2
    task = of(tracker, Task, shotgun_id=1)
    assert (task["name"], task["entity_id"], task["assigner_id"]) == ("Animation", shot["id"], None)
    assert task["task_status_id"] == of(tracker, TaskStatus, short_name="fin")["id"]
    assert of(tracker, TaskPersonLink, task_id=task["id"])["person_id"] == ann["id"]
    assert of(tracker, Comment, shotgun_id=1)["created_at"].startswith("2019-02-03T04:05:06")
    preview = of(tracker, PreviewFile, shotgun_id=1)
    assert (preview["status"], preview["uploaded_movie_url"]) == ("missing", "https://sg.test/a.mov")
    assert of(tracker, ProjectPersonLink, project_id=fox["id"])["person_id"] == ann["id"]


def test_every_record_that_was_not_taken_is_told_with_its_reason(
    tracker: Tracker, site: FakeSite, tmp_path: Path
) -> None:
    result = read(tracker, site, tmp_path)

    assert {(left.type, left.id): left.why for left in result.left} == {
        ("HumanUser", 3): "it has no email",
        ("Asset", 3): "it has no sg_asset_type",
        ("Task", 3): "its step is not here",
        ("Note", 2): "it has no user",
    }


def test_a_second_run_changes_nothing(tracker: Tracker, site: FakeSite, tmp_path: Path) -> None:
    read(tracker, site, tmp_path)
    first = rows(tracker)

    read(tracker, site, tmp_path)

    assert rows(tracker) == first
    assert list(tmp_path.glob("shotgrid-*")) == []


def test_a_second_run_brings_what_changed(tracker: Tracker, site: FakeSite, tmp_path: Path) -> None:
    read(tracker, site, tmp_path)
    site.records["shots"][0]["code"] = "SH99"
    site.records["shots"].append({"id": 44, "code": "SH44", "project": FOX, "sg_sequence": link("Sequence", 1)})

    read(tracker, site, tmp_path)

    assert of(tracker, Entity, name="SH99")["shotgun_id"] == 1
    assert of(tracker, Entity, name="SH44")


def test_only_the_productions_that_are_named(tracker: Tracker, site: FakeSite, tmp_path: Path) -> None:
    read(tracker, site, tmp_path, "Owl")

    found = essence(tracker)
    assert found["project"] == [["Owl", 8]]
    assert [name for name, _ in found["entity"]] == ["S01", "SH01"]
    assert len(found["person"]) == 2


def test_a_production_that_is_not_there(tracker: Tracker, site: FakeSite, tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="has no production Wolf"):
        read(tracker, site, tmp_path, "Fox", "Wolf")


def test_what_is_here_under_the_same_name_is_taken_for_the_same(
    tracker: Tracker, studio: Studio, site: FakeSite, tmp_path: Path
) -> None:
    ann = studio.person("Ann", "admin", email="ann@fox-film.com")
    fox = studio.project("Fox")
    episode = studio.entity("Episode", "E01", fox)
    sequence = studio.entity("Sequence", "S01", fox, episode)
    shot = studio.entity("Shot", "SH01", fox, sequence)

    read(tracker, site, tmp_path)

    assert of(tracker, Person, shotgun_id=1)["id"] == ann.id
    assert of(tracker, Person, shotgun_id=1)["role"] == "admin"
    assert of(tracker, Project, name="Fox")["id"] == fox["id"]
    assert of(tracker, Entity, name="SH01", project_id=fox["id"])["id"] == shot["id"]


# --- cut short ---


def test_it_goes_on_where_it_was_cut_short(tracker: Tracker, site: FakeSite, tmp_path: Path) -> None:
    def breaks(path: str, body: Any) -> Any:
        if path == "shots" and body["filters"][-1][2] >= 2:
            return 403, {}, {"errors": [{"title": "Enough"}]}
        return None

    site.hook = breaks
    with pytest.raises(SiteError, match="Enough"):
        read(tracker, site, tmp_path)
    [place] = tmp_path.glob("shotgrid-*")
    assert place.stat().st_mode & 0o077 == 0
    assert KEY not in place.read_text()
    assert "token" not in place.read_text()
    site.hook, site.asked = lambda path, body: None, []

    result = read(tracker, site, tmp_path)

    assert {path for path, _ in site.asked} == {"shots", "tasks", "notes", "versions"}
    assert site.searches("shots")[0]["filters"][-1] == ["id", "greater_than", 2]
    assert result.taken["shots"] == 6
    assert ("Asset", 3) in {(left.type, left.id) for left in result.left}
    with Tracker(Settings(data=str(tmp_path / "whole"), secret_key="x"), first_data=False) as other:
        read(other, site, tmp_path)
        assert essence(other) == essence(tracker)


def test_another_choice_of_productions_waits_for_the_first(tracker: Tracker, site: FakeSite, tmp_path: Path) -> None:
    site.hook = lambda path, body: (403, {}, {}) if path == "tasks" else None
    with pytest.raises(SiteError):
        read(tracker, site, tmp_path, "Fox")

    with pytest.raises(SiteError, match="A reading of Fox is not through yet"):
        read(tracker, site, tmp_path)


def test_a_place_that_cannot_be_read_is_told(tracker: Tracker, site: FakeSite, tmp_path: Path) -> None:
    reading(tracker, site, tmp_path).place.write_text("{")

    with pytest.raises(SiteError, match="Remove it to read the site anew"):
        read(tracker, site, tmp_path)


# --- the site ---


def test_a_busy_site_is_left_alone_for_as_long_as_it_says(tracker: Tracker, site: FakeSite, tmp_path: Path) -> None:
    said = [(429, {"Retry-After": "7"}, {}), (503, {}, {}), (429, {"Retry-After": "99999"}, {})]
    site.hook = lambda path, body: said.pop(0) if said and path == "shots" else None
    waits: list[float] = []

    result = read(tracker, site, tmp_path, sleep=waits.append)

    assert waits == [7, 2, LONGEST_WAIT]
    assert result.taken["shots"] == 6


def test_a_site_that_stays_busy_is_given_up(tracker: Tracker, site: FakeSite, tmp_path: Path) -> None:
    site.hook = lambda path, body: (502, {}, {})

    with pytest.raises(SiteError, match=f"answered 502 Bad Gateway, {ATTEMPTS} times"):
        read(tracker, site, tmp_path)


def test_a_token_that_has_run_out_is_asked_for_anew(tracker: Tracker, site: FakeSite, tmp_path: Path) -> None:
    def forgets(path: str, body: Any) -> None:
        if path == "shots":
            site.tokens.clear()

    site.hook = forgets

    assert read(tracker, site, tmp_path).taken["shots"] == 6
    assert site.signed_in > 2


def test_a_wrong_key_is_told_and_not_repeated(tracker: Tracker, site: FakeSite, tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="does not let in the script kitsulite") as told:
        read(tracker, site, tmp_path, key="wrong-key")

    assert "wrong-key" not in str(told.value)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ((200, {}, b"<html>"), "something that is no JSON"),
        ((404, {}, b"<html>"), "404: Not Found"),
        ((403, {}, {"errors": [{"title": "Not allowed"}]}), "403: Not allowed"),
        ((403, {}, {"errors": ["x"]}), "403: Forbidden"),
        ((302, {"Location": "http://elsewhere.test/"}, b""), "with 302"),
    ],
)
def test_what_a_site_says_that_is_none(tracker: Tracker, site: FakeSite, tmp_path: Path, said: Any, why: str) -> None:
    site.hook = lambda path, body: said

    with pytest.raises(SiteError, match=why):
        read(tracker, site, tmp_path)


@pytest.mark.parametrize(
    "data", [None, [], [None, 7, {"id": "x"}, {"id": True}, {}], [{"id": 0, "attributes": 3, "relationships": [1]}], {}]
)
def test_records_that_are_none_are_the_end(tracker: Tracker, site: FakeSite, tmp_path: Path, data: Any) -> None:
    site.hook = lambda path, body: (200, {}, {"data": data})

    assert read(tracker, site, tmp_path).taken == {}


def test_a_key_goes_over_https_alone() -> None:
    for url in ("http://sg.test", "ftp://sg.test", "sg.test", "http://127.0.0.1.sg.test"):
        with pytest.raises(SiteError, match="is no https:// address"):
            Site(url, SCRIPT, KEY)
    Site("https://sg.test", SCRIPT, KEY)


def test_where_nobody_is_nobody_is_waited_for(tracker: Tracker, tmp_path: Path) -> None:
    waits: list[float] = []
    remote = Site("http://127.0.0.1:1", SCRIPT, KEY, sleep=waits.append)

    with pytest.raises(SiteError, match=r"127.0.0.1:1 is not reachable .*\. Is http://127.0.0.1:1 the address"):
        Reading(partial(tracker.work, operator()), remote, tmp_path).run()

    assert waits == []


def test_a_site_that_goes_away_is_asked_again_and_that_is_told(
    tracker: Tracker, site: FakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    remote = Site(site.url, SCRIPT, KEY, sleep=lambda seconds: None, warn=told.append)
    site.hook = lambda path, body: monkeypatch.setattr(remote, "url", "http://127.0.0.1:1") if path == "shots" else None

    with pytest.raises(SiteError, match=rf"Connection refused\), {ATTEMPTS} times. Run the same command later"):
        Reading(partial(tracker.work, operator()), remote, tmp_path).run()

    assert len(told) == ATTEMPTS - 1
    assert told[1].startswith("127.0.0.1:1 is not reachable (")
    assert told[1].endswith("), trying again in 2 seconds.")


# --- the command ---


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with Tracker(Settings(data=str(tmp_path / "studio"))):
        return tmp_path / "studio"


def test_the_command_reads_a_site_and_reports(
    site: FakeSite, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHOTGRID_KEY", KEY)
    report = data.parent / "report.json"

    assert main(["import", "shotgrid", site.url, "--script", SCRIPT, "--data", str(data), "--report", str(report)]) == 0

    said = capsys.readouterr().out
    assert "shots" in said
    assert "The site has no scenes." in said
    assert "Task 3: its step is not here" in said
    told = json.loads(report.read_text())
    assert told["taken"]["shots"] == 6
    assert {"type": "Note", "id": 2, "why": "it has no user"} in told["left"]
    assert KEY not in said + report.read_text()


def test_the_command_says_why_it_waits(
    site: FakeSite, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHOTGRID_KEY", KEY)
    said: list[tuple[int, dict[str, str], Any]] = [(503, {"Retry-After": "0"}, {})]
    site.hook = lambda path, body: said.pop() if said else None

    assert main(["import", "shotgrid", site.url, "--script", SCRIPT, "--data", str(data)]) == 0

    assert "answered 503 Service Unavailable, trying again in 0 seconds.\n" in capsys.readouterr().err


def test_the_key_comes_from_a_file_or_the_environment(
    site: FakeSite, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SHOTGRID_KEY", raising=False)
    monkeypatch.setenv("OTHER", f" {KEY} ")
    file = data.parent / "key"
    given = ["import", "shotgrid", site.url, "--script", SCRIPT, "--data", str(data), "--project", "Owl"]

    assert main(given) == 1
    assert "SHOTGRID_KEY is not set" in capsys.readouterr().err
    assert main([*given, "--key-file", str(file)]) == 1
    assert "cannot be read" in capsys.readouterr().err
    file.write_bytes(b"\xff")
    assert main([*given, "--key-file", str(file)]) == 1
    file.write_text("\n")
    assert main([*given, "--key-file", str(file)]) == 1
    file.write_text(f"{KEY}\n")
    assert main([*given, "--key-file", str(file)]) == 0
    assert main([*given, "--key-env", "OTHER"]) == 0
    assert main([*given, "--key-env", "HOME"]) == 1
    assert "its name or its key is another" in capsys.readouterr().err


@pytest.mark.long
def test_killed_at_any_moment_it_goes_on(site: FakeSite, data: Path, tmp_path: Path) -> None:
    site.records["shots"] += [
        {"id": 100 + number, "code": f"X{number}", "project": FOX, "sg_sequence": link("Sequence", 1)}
        for number in range(60)
    ]
    site.hook = lambda path, body: time.sleep(0.02)
    run = command("import", "shotgrid", site.url, "--script", SCRIPT, "--data", str(data))
    kills = 0
    for delay in (0.6, 0.9, 1.2, 1.5, 1.1, 0.8):
        with subprocess.Popen(run, env=environment(SHOTGRID_KEY=KEY), stdout=subprocess.DEVNULL) as process:
            time.sleep(delay)
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
    subprocess.run(run, env=environment(SHOTGRID_KEY=KEY), check=True, capture_output=True)

    assert kills
    with (
        Tracker(Settings(data=str(data))) as tracker,
        Tracker(Settings(data=str(tmp_path / "whole"), secret_key="x")) as whole,
    ):
        site.hook = lambda path, body: None
        read(whole, site, tmp_path)
        mine, theirs = essence(tracker), essence(whole)
        assert mine == theirs
