"""Productions, exports, activity and the studio itself, in the terminal."""

import asyncio
import io
import itertools
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from driving import LARGE, SMALL, Driver, check_snapshot, on_one_engine, terminal
from signing import PASSWORD, known
from studio import Studio

from kitsulite.areas import exports
from kitsulite.areas.people import signin
from kitsulite.areas.people.rows_of_persons import Persons
from kitsulite.areas.people.secondfactors import Proof
from kitsulite.areas.people.signin import Device
from kitsulite.areas.studio import installation
from kitsulite.models.own import Job
from kitsulite.models.people import LoginLog, Person
from kitsulite.models.productions import Project, ProjectPersonLink, ProjectTemplate
from kitsulite.models.tasks import TaskStatus, TaskType
from kitsulite.models.tools import ApiEvent
from kitsulite.settings import Settings, in_force
from kitsulite.storage import Row, StoreBroken
from kitsulite.tui.activity import SECONDS
from kitsulite.tui.facts import size as written_size
from kitsulite.work.errors import LoginRefused
from kitsulite.work.work import Caller

pytestmark = pytest.mark.long


def fill(studio: Studio) -> Row:
    """A production with a team, and tasks of every kind of status."""
    statuses = [
        ("todo", "Todo", "#f5f5f5", {"is_default": True}),
        ("wip", "Work In Progress", "#3273dc", {"is_wip": True}),
        ("retake", "Retake", "#ff3860", {"is_retake": True}),
        ("done", "Done", "#22d160", {"is_done": True}),
    ]
    ids = [
        studio.add(TaskStatus, name=name, short_name=short, color=color, priority=priority, **flags)["id"]
        for priority, (short, name, color, flags) in enumerate(statuses, start=1)
    ]
    ann, bob = known(studio, "Ann", role="admin"), studio.person("Bob")
    fox = studio.project("Fox", team=[ann, bob], production_type="short", start_date="2026-01-01")
    sequence = studio.entity("Sequence", "SQ010", fox)
    for number in range(8):
        shot = studio.entity("Shot", f"SH{number:03}", fox, sequence)
        studio.task(shot, "Animation", task_status_id=ids[number % 4])
        if number < 4:
            studio.task(shot, "Layout", task_status_id=ids[3])
    studio.project("Old", status="Closed")
    return fox


async def snapshot(driver: Driver, name: str) -> None:
    """Compare the screen, with the same person before it on every machine."""
    driver.app.desk.name = "somebody"
    driver.app.screen.query_one("#places").refresh(layout=True)
    await driver.settle()
    check_snapshot(f"{name}-{driver.app.size.width}x{driver.app.size.height}", driver)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_productions_look_as_they_should(studio: Studio, size: tuple[int, int]) -> None:
    fill(studio)

    async def drive() -> None:
        async with terminal(studio, size) as driver:
            await driver.press("2")
            await snapshot(driver, "productions")
            await driver.press("enter")
            await snapshot(driver, "production")
            await driver.press("escape", "3")
            await snapshot(driver, "exports")
            await driver.press("f1")
            check_snapshot(f"help-{size[0]}x{size[1]}", driver)

    asyncio.run(drive())


def test_productions_are_closed_and_opened(studio: Studio) -> None:
    fox = fill(studio)

    async def drive() -> None:
        async with terminal(studio) as driver:
            await driver.press("2", "o", "escape", "o", "enter")
            assert driver.told == ["Fox is closed now."]
            assert [project["status"] for project in driver.shown()] == ["Closed", "Closed"]
            await driver.press("o", "enter")

    asyncio.run(drive())
    assert studio.row(Project, fox["id"])["project_status_id"] == fox["project_status_id"]


def named(studio: Studio, table: Any, name: str) -> Row:
    with studio.tracker.work(writes=False) as work:
        row = work.db.row(table.select().where(table.name == name))
    assert row, f"there is no {name}"
    return studio.row(table, row["id"])


def test_productions_are_made_and_changed(studio: Studio) -> None:
    ann = known(studio, "Ann", role="admin")
    studio.project("Fox", team=[ann])
    studio.add(ProjectTemplate, name="Series", fps="24")

    async def drive() -> None:
        async with terminal(studio) as driver:
            await driver.press("2")
            await driver.burst("n<enter>fox<ctrl+s>")
            assert "name must not be blank." in driver.text
            await driver.burst("<shift+tab>Fox<ctrl+s>")
            assert "There is one with these values already." in driver.text
            driver.app.screen.query_one("#name").value = "Owl"
            driver.app.screen.query_one("#production_type").value = "tvshow"
            driver.app.screen.query_one("#production_style").value = "vfx"
            driver.app.screen.query_one("#start_date").value = "soon"
            await driver.press("ctrl+s")
            assert "start_date is not a date" in driver.text
            driver.app.screen.query_one("#start_date").value = "2027-01-04"
            driver.app.screen.query_one("#template").value = named(studio, ProjectTemplate, "Series")["id"]
            await driver.press("ctrl+s")
            assert driver.told == ["Owl is here now."]
            await driver.point_at("owl")
            await driver.burst("eBarn Owl<ctrl+s>")
            assert driver.told[1:] == ["Owl is changed."]

    asyncio.run(drive())
    owl = named(studio, Project, "Barn Owl")
    assert {key: owl[key] for key in ("code", "production_type", "production_style", "start_date", "fps")} == {
        "code": "fox",
        "production_type": "tvshow",
        "production_style": "vfx",
        "start_date": "2027-01-04",
        "fps": "25",
    }
    episodes = ann.get(f"/data/projects/{owl['id']}/episodes")
    assert [episode["name"] for episode in episodes] == ["E01"]


def test_task_types_and_statuses_are_made_and_changed(studio: Studio) -> None:
    fill(studio)
    modeling = studio.department("Modeling")

    async def drive() -> None:
        async with terminal(studio) as driver:
            await driver.press("5", "w", "n")
            driver.app.screen.query_one("#name").value = "Animation"
            driver.app.screen.query_one("#for_entity").value = "Shot"
            await driver.press("ctrl+s")
            assert "A task type with similar name already exists" in driver.text
            driver.app.screen.query_one("#for_entity").value = "Asset"
            driver.app.screen.query_one("#department_id").value = modeling["id"]
            driver.app.screen.query_one("#color").value = "#123456"
            await driver.press("ctrl+s")
            assert driver.told == ["Animation is here now."]
            assert [row["for_entity"] for row in driver.shown("task-types")] == ["Asset", "Shot", "Shot"]
            await driver.press("home", "enter")
            await driver.burst("Grooming<ctrl+s>")
            await driver.press("tab", "end", "e")
            assert driver.app.screen.query_one("#name").value == "Done"
            driver.app.screen.query_one("#flags").focus()
            await driver.settle()
            await driver.burst(" <ctrl+s>")
            assert driver.told[-1] == "Done is changed."

    asyncio.run(drive())
    grooming, done, todo = (
        named(studio, TaskType, "Grooming"),
        named(studio, TaskStatus, "Done"),
        named(studio, TaskStatus, "Todo"),
    )
    assert (grooming["for_entity"], grooming["color"], grooming["department_id"]) == (
        "Asset",
        "#123456",
        modeling["id"],
    )
    assert (done["is_default"], todo["is_default"]) == (True, False)
    assert done["is_done"]


def test_a_team_is_joined_changed_and_left(studio: Studio) -> None:
    fox = fill(studio)
    cleo = studio.person("Cleo")

    def role() -> list[Row]:
        with studio.tracker.work(writes=False) as work:
            return work.db.rows(ProjectPersonLink.select().where(ProjectPersonLink.person_id == cleo.id))

    async def drive() -> None:
        async with terminal(studio) as driver:
            await driver.press("2", "enter", "n")
            await driver.type("cleo")
            await driver.press("enter")
            driver.app.screen.query_one("#role").value = "supervisor"
            await driver.press("ctrl+s")
            assert [link["role"] for link in role()] == ["supervisor"]
            assert role()[0]["project_id"] == fox["id"]
            await driver.press("end", "c")
            driver.app.screen.query_one("#role").value = None
            await driver.press("ctrl+s")
            assert [link["role"] for link in role()] == [None]
            await driver.press("end", "x", "enter")

    asyncio.run(drive())
    assert role() == []


def test_an_export_is_what_the_api_sends(studio: Studio, tmp_path: Path) -> None:
    fox = fill(studio)
    admin = studio.person("Eve", role="admin")
    sent = admin.call("GET", f"/export/csv/projects/{fox['id']}/shots.csv").content

    async def drive() -> None:
        async with terminal(studio) as driver:
            await driver.press("3", "down", "enter", "enter", "enter")
            assert driver.app.screen.query_one("#file").value == "kitsu_fox_shots.csv"
            driver.app.screen.query_one("#file").value = str(tmp_path / "nowhere" / "shots.csv")
            await driver.press("ctrl+s")
            assert "there is no such folder" in driver.text
            driver.app.screen.query_one("#file").value = str(tmp_path / "shots.csv")
            await driver.press("ctrl+s")
            assert "9 lines" in driver.text.replace("\n", "")

    asyncio.run(drive())
    assert (tmp_path / "shots.csv").read_bytes() == sent


@on_one_engine
def test_an_export_that_is_stopped_leaves_nothing_behind(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(studio)
    monkeypatch.setattr("kitsulite.areas.exports.sheets.LINES_A_PIECE", 1)
    (tmp_path / "people.csv").write_text("kept")

    async def drive() -> None:
        async with terminal(studio) as driver:
            await driver.press("3")
            screen = driver.app.screen
            monkeypatch.setattr(driver.app, "call_from_thread", lambda show, lines: screen.action_stop())
            await screen._write("persons", "", tmp_path / "people.csv")
            await driver.settle()
            assert "Stopped: nothing was written." in driver.text

    asyncio.run(drive())
    assert [path.name for path in tmp_path.glob("people*")] == ["people.csv"]
    assert (tmp_path / "people.csv").read_text() == "kept"


def test_activity_shows_what_happens_while_it_happens(studio: Studio) -> None:
    ann = known(studio, "Ann", role="admin")

    async def drive() -> None:
        async with terminal(studio) as driver:
            await driver.press("4")
            before = len(driver.shown())
            signin.log_in(studio.tracker.work, "ann@studio.test", PASSWORD, Proof(), Device(None, browser=True))
            with studio.tracker.work(Caller(ann.row)) as work:
                Persons().update(work, ann.id, {"phone": "1"})
            await asyncio.sleep(SECONDS + 0.2)
            await driver.settle()
            found = {(row["what"], row["who"]) for row in driver.shown()}
            assert len(driver.shown()) > before
            assert {("person:update", "Ann Test"), ("sign-in", "Ann Test")} <= found
            await driver.press("space")
            with studio.tracker.work(Caller(ann.row)) as work:
                Persons().update(work, ann.id, {"phone": "2"})
            held = len(driver.shown())
            await asyncio.sleep(SECONDS + 0.2)
            await driver.settle()
            assert (driver.told[-1], len(driver.shown())) == ("Paused.", held)
            await driver.press("space")
            assert driver.told[-1] == "Following what happens."
            with pytest.raises(LoginRefused):
                signin.log_in(
                    studio.tracker.work, "ann@studio.test", "wrong", Proof(), Device("10.0.0.7", browser=False)
                )
            await driver.press("r")
            await driver.point_at("failed")
            assert [row["about"] for row in driver.shown()] == ["once from 10.0.0.7"]

    asyncio.run(drive())


def test_activity_names_what_happened_by_names(studio: Studio) -> None:
    ann = known(studio, "Ann", role="admin")
    fox = studio.project("Fox", team=[ann])
    shot = studio.entity("Shot", "SH010", fox, studio.entity("Sequence", "SQ010", fox))
    task = studio.task(shot, "Animation", assignees=[ann])
    gone = studio.entity("Prop", "Lantern", fox)
    ann.put(f"/data/entities/{shot['id']}", {"nb_frames": 12})
    ann.post(f"/actions/tasks/{task['id']}/comment", {"task_status_id": task["task_status_id"], "comment": "Well done"})
    ann.put(f"/data/projects/{fox['id']}", {"fps": "24"})
    ann.delete(f"/data/entities/{gone['id']}")
    studio.add(ApiEvent, name="person:odd", data={"people": [ann.id], "roles": {"old": "user", "new": None}})

    async def drive() -> None:
        async with terminal(studio, LARGE) as driver:
            await driver.press("4")
            about: dict[str, str] = {row["what"]: row["about"] for row in driver.shown()}
            assert about["shot:update"] == "SQ010 / SH010"
            assert about["comment:new"].startswith("SQ010 / SH010 / Animation")
            assert about["project:update"] == "Fox"
            assert about["person:odd"] == "people Ann Test  roles old user, new none"
            assert about["asset:delete"] == f"{gone['id'][:8]} (gone)"
            everything = " ".join(f"{row['about']} {row['who']} {row['where']}" for row in driver.shown())
            assert not re.findall(r"[0-9a-f]{8}-|[0-9a-f]{8} (?!\(gone)", everything)
            await driver.point_at("shot:update")
            await driver.press("enter")
            assert re.search(r"Production +Fox", driver.text)
            assert re.search(r"Shot +SQ010 / SH010", driver.text)

    asyncio.run(drive())


@on_one_engine
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_activity_looks_as_it_should(studio: Studio, greenwich: None, size: tuple[int, int]) -> None:
    ann = known(studio, "Ann", role="admin")
    fox = studio.project("Fox", team=[ann])
    day = "2026-03-04T10:0{}:00.000000"
    for number, (name, data, project_id) in enumerate(
        [
            ("person:new", {"person_id": ann.id}, None),
            ("project:update", {"project_id": fox["id"]}, fox["id"]),
            ("task:status-changed", {"task_id": "0badcafe-0000-0000-0000-000000000000"}, fox["id"]),
        ]
    ):
        at = day.format(number)
        values = {"name": name, "data": data, "user_id": ann.id, "project_id": project_id}
        studio.add(ApiEvent, created_at=at, updated_at=at, **values)
    studio.add(LoginLog, person_id=ann.id, ip_address="10.0.0.7", origin="web", created_at=day.format(5))
    with studio.tracker.work() as work:
        work.update(Person, ann.id, login_failed_attemps=2, last_login_failed=day.format(6))

    async def drive() -> None:
        async with terminal(studio, size) as driver:
            await driver.press("4")
            await snapshot(driver, "activity")

    asyncio.run(drive())


@on_one_engine
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_the_studio_looks_as_it_should(
    studio: Studio, greenwich: None, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(studio)
    studio.add(Job, name="letter", attempts=7, error="Nobody answers there.", due_at=None, arguments={})
    of_this_machine = {
        "version": "1.2.3",
        "engine_version": "3.50.0",
        "database_size": 5 * 2**20,
        "database_place": "/srv/fox/studio.db",
        "files_place": "s3://fox/files",
        "disk_free": 3 * 2**38,
        "disk_total": 2**40,
    }
    describe = installation.describe
    monkeypatch.setattr(installation, "describe", lambda work: describe(work) | of_this_machine)
    monkeypatch.setattr("kitsulite.tui.studio.in_force", lambda settings: in_force(Settings(), {}))

    async def drive() -> None:
        async with terminal(studio, size) as driver:
            await driver.press("5")
            await snapshot(driver, "studio")
            await driver.press("w")
            await snapshot(driver, "workflow")

    asyncio.run(drive())


def test_the_studio_tells_where_things_lie_how_large_they_are_and_what_is_set(studio: Studio) -> None:
    for key, content in {"thumbnails-0badcafe": b"a" * 1500, "movies-0badcafe": b"b" * 548}.items():
        studio.tracker.files.put(key, io.BytesIO(content))
    place = studio.tracker.db.place

    async def drive() -> None:
        async with terminal(studio, LARGE) as driver:
            await driver.press("5")
            text = "".join(driver.text.split())  # long paths go on in the next line
            with studio.tracker.work(writes=False) as work:
                assert f"{place}{written_size(work.db.size())}".replace(" ", "") in text
            assert f"{studio.tracker.files.place}2.0KiBin2files" in text
            settings = {setting.variable: setting for setting in driver.shown("settings")}
            assert settings["KITSULITE_DATA"].value == studio.tracker.settings.data
            assert settings["SECRET_KEY"].value == "(set, not shown)"
            assert (settings["USER_LIMIT"].value, settings["USER_LIMIT"].origin) == ("100", "default")
            assert studio.tracker.settings.secret_key not in driver.text
            await driver.press("end", "enter")
            assert "Remove_files" not in driver.text
            assert "From: default. Deleting a row also deletes its stored files." in driver.text

    asyncio.run(drive())


@on_one_engine
def test_counting_files_goes_on_beside_and_tells_of_trouble(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = threading.Event()

    def count(files: object) -> Iterator[installation.Measured]:
        yield installation.Measured(1000, 2048, is_all=False)
        counted.wait(10)
        raise StoreBroken("The bucket fox is not there.")

    monkeypatch.setattr(installation, "measure_files", count)

    async def drive() -> None:
        async with terminal(studio) as driver:
            driver.app.simulate_key("5")
            await driver.wait_for("2.0 KiB in 1 000 files, counting …")
            driver.app.simulate_key("w")
            await driver.wait_for("Task types and statuses")
            driver.app.simulate_key("escape")
            await driver.wait_for("1 000 files")
            counted.set()
            await driver.wait_for("not reachable: The bucket fox is not there.")

    asyncio.run(drive())


def test_the_studio_is_described_and_checked(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(studio)

    async def drive() -> None:
        async with terminal(studio) as driver:
            await driver.press("5")
            assert f"{studio.tracker.db.name} {_version(studio)}" in driver.text
            assert "1 open of 2" in driver.text
            await driver.press("i")
            assert "tables are sound." in driver.text
            endless = itertools.repeat(installation.Checked("task", 1, 9, []))
            monkeypatch.setattr(installation, "check_integrity", lambda begin: endless)
            driver.app.simulate_key("i")
            await asyncio.sleep(0.1)
            await driver.press("escape")
            assert "Checking task" in driver.text

    asyncio.run(drive())


def _version(studio: Studio) -> str:
    with studio.tracker.db.reading():
        return studio.tracker.db.version().split()[0]


def test_a_job_that_failed_says_why_and_is_retried(studio: Studio) -> None:
    with studio.tracker.work() as work:
        id = work.insert(Job, name="letter", arguments={}, attempts=7, error="Nobody answers there.", due_at=None)

    async def drive() -> None:
        async with terminal(studio, LARGE) as driver:
            await driver.press("5", "enter")
            assert "Nobody answers there." in driver.text
            await driver.press("escape", "t")

    asyncio.run(drive())
    with studio.tracker.work(writes=False) as work:
        assert work.get(Job, id)["attempts"] == 0


@on_one_engine
def test_the_palette_reaches_the_actions_of_the_screen_and_every_place(studio: Studio) -> None:
    known(studio, "Ann")

    async def drive() -> None:
        async with terminal(studio) as driver:
            titles = [command.title for command in driver.app.get_system_commands(driver.app.screen)]
            assert {"New person", "New bot, with an API token", "Go to Studio", "Light or dark"} <= set(titles)
            await driver.press("ctrl+p")
            await driver.pilot.press(*"go to prod")
            await driver.pilot.pause(0.5)
            await driver.press("enter")
            await driver.pilot.pause(0.2)
            assert driver.app.screen.place == "productions"

    asyncio.run(drive())


@on_one_engine
def test_the_mouse_goes_to_places_sorts_and_opens(studio: Studio) -> None:
    fill(studio)

    async def drive() -> None:
        async with terminal(studio) as driver:
            assert [person["first_name"] for person in driver.shown()] == ["Ann", "Bob"]
            await driver.pilot.click("#people", offset=(4, 0))
            await driver.settle()
            assert [person["first_name"] for person in driver.shown()] == ["Bob", "Ann"]
            await driver.pilot.click("#people", offset=(4, 2))
            await driver.settle()
            assert driver.app.screen.person["first_name"] == "Ann"
            await driver.pilot.click("#places", offset=(14, 0))
            await driver.settle()
            assert driver.app.screen.place == "productions"

    asyncio.run(drive())


@on_one_engine
def test_what_is_not_done_is_told_in_a_sentence(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = known(studio, "Ann", email=None)
    assert ann

    async def drive() -> None:
        async with terminal(studio) as driver:
            await driver.press("l", "enter")
            assert "This person has no e-mail address." in driver.text
            await driver.press("escape")

            def broken(*arguments: object) -> None:
                raise KeyError("bug")

            monkeypatch.setattr("kitsulite.areas.people.persons.unlock", broken)
            await driver.press("u")
            assert driver.told[-1].startswith("Unexpected KeyError")

    asyncio.run(drive())


@on_one_engine
def test_every_export_of_the_table_can_be_chosen(studio: Studio) -> None:
    async def drive() -> None:
        async with terminal(studio) as driver:
            await driver.press("3")
            assert [name for name, _ in driver.shown()] == list(exports.EXPORTS)

    asyncio.run(drive())
