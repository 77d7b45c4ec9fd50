"""Another studio of the same kind pulls all that there is (docs/api/imports.md): what it asks, in its order, and what it makes of
the answers. What it asks for is asked of one studio here, and pushed into another."""

from collections.abc import Iterator
from typing import Any

import pytest
from footage import picture
from full_studio import FullStudio
from studio import Member, Studio

from kitsulite import Settings, Tracker
from kitsulite.areas.studio import transfer
from kitsulite.models import TABLES
from kitsulite.models.people import Organisation
from kitsulite.models.productions import Project
from kitsulite.models.tools import ApiEvent
from kitsulite.storage import Row
from kitsulite.tables import collections

MAIN = (
    "studios",
    "departments",
    "task-types",
    "task-status",
    "status-automations",
    "custom-actions",
    "organisations",
    "project-status",
    "entity-types",
    "persons",
    "projects",
    "search-filter-groups",
    "search-filters",
    "day-offs",
)
OF_PROJECT = {
    "episodes": "entities",
    "sequences": "entities",
    "assets": "entities",
    "shots": "entities",
    "tasks": "tasks",
    "preview-files": "preview-files",
    "time-spents": "time-spents",
    "playlists/all": "playlists",
    "build-jobs": "build-jobs",
    "comments": "comments",
    "concepts": "entities",
    "attachment-files": "attachment-files",
    "metadata-descriptors": "metadata-descriptors",
    "schedule-items": "schedule-items",
    "subscriptions": "subscriptions",
    "notifications": "notifications",
    "entity-links": "entity-links",
    "news": "news",
    "milestones": "milestones",
}
"""In the order in which they are asked for, and where they go."""
PAGED = {"tasks", "comments", "notifications", "playlists/all", "preview-files"}
REFERENCE = (
    "studio",
    "department",
    "department_link",
    "task_type",
    "task_status",
    "project_status",
    "entity_type",
    "person",
    "preview_background_file",
)
"""What is the same in both: what the one that pulls has read before."""


OF_THERE: dict[str, Row] = {"person": {"preview_project_id": None}}
"""What leads to productions, which are still to come."""


def pull_pages(member: Member, path: str, query: str = "") -> list[Row]:
    """All pages of a list."""
    rows, page, pages = [], 1, 1
    while page <= pages:
        answer = member.get(f"{path}?page={page}{query}")
        rows += answer["data"]
        page, pages = page + 1, answer["nb_pages"]
    return rows


def pull_until_empty(member: Member, path: str) -> list[Row]:
    rows: list[Row] = []
    page = 1
    while found := member.get(f"{path}?page={page}")["data"]:
        rows += found
        page += 1
    return rows


def pull(member: Member, project_id: str, name: str) -> list[Row]:
    path = f"/data/projects/{project_id}/{name}"
    if name == "news":
        return pull_until_empty(member, path)
    rows = pull_pages(member, path) if name in PAGED else member.get(path)
    assert isinstance(rows, list)
    return rows


@pytest.fixture
def full(studio: Studio) -> FullStudio:
    full = FullStudio(studio)
    studio.store(Project, full.ids["project"], resolution="1920x1080", fps="25", production_type="short")
    return full


@pytest.fixture
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Another studio, on SQLite."""
    folder = tmp_path_factory.mktemp("other")
    with Tracker(Settings(data=str(folder), secret_key="other"), first_data=False) as tracker:
        yield Studio(tracker)


def test_main_data_come_in_pages_with_their_lists_of_ids(full: FullStudio) -> None:
    admin = full.members["admin"]

    pulled = {name: pull_pages(admin, f"/data/{name}", "&relations=true&with_pass_hash=true") for name in MAIN}

    assert all(pulled.values())
    assert {"task_types"} <= pulled["entity-types"][0].keys()
    assert {"team", "task_types", "task_statuses", "asset_types"} <= pulled["projects"][0].keys()
    person = pulled["persons"][0]
    assert {"departments", "password"} <= person.keys()
    assert not {"totp_secret", "email_otp_secret", "otp_recovery_codes"} & person.keys()
    assert all(
        "password" not in row for row in pull_pages(full.members["manager"], "/data/persons", "&with_pass_hash=true")
    )


def test_one_production_can_be_asked_for(studio: Studio, full: FullStudio) -> None:
    admin, id = full.members["admin"], full.ids["project"]
    studio.project("Another")

    assert [row["id"] for row in pull_pages(admin, "/data/projects", f"&relations=true&id={id}")] == [id]
    assert pull_pages(admin, "/data/search-filters", f"&relations=true&project_id={id}")


def test_a_production_is_pulled_in_the_order_of_asking(studio: Studio, full: FullStudio, other: Studio) -> None:
    admin, project_id = full.members["admin"], full.ids["project"]
    rows = [(0, name, row | OF_THERE.get(name, {})) for name in REFERENCE for row in _dumped(studio, name)]
    transfer.load(other.tracker.db, rows)
    bob = other.person("Bob", "admin")

    projects = pull_pages(admin, "/data/projects", "&relations=true")
    bob.post("/import/kitsu/projects", projects, status=200)
    main: dict[str, Any] = {}
    for name, model in OF_PROJECT.items():
        entries = [dict(row) for row in pull(admin, project_id, name)]
        assert entries, name
        for entry in entries if model == "entities" else ():
            main[entry["id"]] = entry.pop("preview_file_id")
        answer = bob.post(f"/import/kitsu/{model}", entries, status=200)
        assert [row["id"] for row in answer] == [row["id"] for row in entries]

    assert set(main.values()) > {None} or any(main.values())
    assert sorted(row["id"] for row in pull(bob, project_id, "tasks")) == sorted(
        row["id"] for row in pull(admin, project_id, "tasks")
    )


def _dumped(studio: Studio, name: str) -> list[Row]:
    db = studio.tracker.db
    with db.reading():
        return db.rows(TABLES[name].select())


def test_pages_do_not_lose_or_repeat_rows(studio: Studio) -> None:
    admin, project = studio.person("Ann", "admin"), studio.project()
    ids = {studio.task(studio.entity("Shot", f"SH{number}", project))["id"] for number in range(205)}

    found = [row["id"] for row in pull(admin, project["id"], "tasks")]

    assert len(found) == len(set(found)) == 205
    assert set(found) == ids


def test_events_are_replayed_page_by_page(studio: Studio) -> None:
    admin = studio.person("Ann", "admin")
    moment = "2026-01-02T03:04:05.000006"
    names = ["asset:new", "preview-file:add-file", "person:set-thumbnail", "project:set-thumbnail"]
    made = [
        studio.add(ApiEvent, name=name, data={}, created_at=moment if number < 6 else f"2026-01-03T00:00:0{number}")
        for number, name in enumerate(names * 2)
    ]
    studio.add(ApiEvent, name="organisation:set-thumbnail", data={}, created_at="2026-01-01T00:00:00")

    seen: list[str] = []
    cursor = ""
    while page := admin.get(f"/data/events/last?limit=3&after=2026-01-01T12:00:00{cursor}"):
        seen += [event["id"] for event in page]
        cursor = f"&cursor_event_id={page[-1]['id']}"
    files = admin.get("/data/events/last?limit=300&only_files=true&before=2026-01-02T12:00:00")

    assert len(seen) == 8
    assert set(seen) == {row["id"] for row in made}
    assert {event["name"] for event in files} == {
        "preview-file:add-file",
        "person:set-thumbnail",
        "project:set-thumbnail",
        "organisation:set-thumbnail",
    }


def test_a_row_of_an_event_is_asked_for_by_its_id(full: FullStudio) -> None:
    admin = full.members["admin"]
    tables = {collection.path: collection.table.table_name() for collection in collections()}
    for name in (*MAIN, *{*OF_PROJECT.values()} - {"entities", "comments", "build-jobs"}):
        id = full.ids[tables[name]]
        assert admin.get(f"/data/{name}/{id}")["id"] == id
    path = f"/data/playlists/{full.ids['playlist']}/jobs/{full.ids['build_job']}"
    assert admin.get(path)["id"] == full.ids["build_job"]
    for kind in ("asset", "shot", "sequence", "episode", "concept"):
        assert admin.get(f"/data/{kind}s/{full.ids[kind]}")["id"] == full.ids[kind]
    assert admin.get(f"/data/comments/{full.ids['comment']}")["id"] == full.ids["comment"]


def test_files_are_fetched_under_the_names_that_are_asked_for(studio: Studio) -> None:
    admin = studio.person("Ann", "admin")
    project = studio.project(team=[admin])
    task = studio.task(studio.entity("Shot", "SH01", project))
    png = ("a.png", picture(), "image/png")
    said = {"task_status_id": task["task_status_id"], "comment": "Look"}
    comment = admin.send_form(
        f"/actions/tasks/{task['id']}/comment", said, {"file-1": ("notes.txt", b"notes", "text/plain")}
    )
    preview = admin.post(f"/actions/tasks/{task['id']}/comments/{comment['id']}/add-preview", {})
    admin.send_form(f"/pictures/preview-files/{preview['id']}", {}, {"file": png})
    other = admin.post(f"/actions/tasks/{task['id']}/comments/{comment['id']}/preview-files/{preview['id']}", {})
    admin.send_form(f"/pictures/preview-files/{other['id']}", {}, {"file": ("a.pdf", b"%PDF-1.4 a", "application/pdf")})
    light = admin.post("/data/preview-background-files", {"name": "Sky"})
    admin.send_form(
        f"/pictures/preview-background-files/{light['id']}", {}, {"file": ("a.hdr", SKY, "image/vnd.radiance")}
    )
    organisation = studio.add(Organisation, name="Studio")
    things = {"persons": admin.id, "organisations": organisation["id"], "projects": project["id"]}
    for thing, id in things.items():
        admin.send_form(f"/pictures/thumbnails/{thing}/{id}", {}, {"file": png})
    [attachment] = admin.get(f"/data/projects/{project['id']}/attachment-files")

    found = {
        path: admin.call("GET", path)
        for path in (
            *(f"/pictures/thumbnails/{thing}/{id}.png" for thing, id in things.items()),
            *(f"/pictures/{size}/preview-files/{preview['id']}.png" for size in SIZES),
            f"/pictures/originals/preview-files/{other['id']}.pdf",
            f"/pictures/preview-background-files/{light['id']}.hdr",
            f"/pictures/thumbnails/preview-background-files/{light['id']}.png",
            f"/data/attachment-files/{attachment['id']}/file/{attachment['name']}",
        )
    }

    assert {path: answer.status for path, answer in found.items()} == dict.fromkeys(found, 200)
    assert all(answer.content for answer in found.values())


SIZES = ("thumbnails", "thumbnails-square", "previews", "originals")
SKY = b"#?RADIANCE\n\n-Y 1 +X 1\n\x80\x80\x80\x81"
