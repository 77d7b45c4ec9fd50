"""Records of a Shotgun site (docs/api/imports.md)."""

from typing import Any

import pytest
from studio import NOBODY, Member, Studio

from kitsulite.areas.imports import shotgun
from kitsulite.areas.imports.shotgun_kinds import KINDS
from kitsulite.areas.imports.shotgun_routes import ALIASES, ONE_OF
from kitsulite.models.entities import Entity, EntityLink
from kitsulite.models.files import WorkingFile
from kitsulite.models.people import Department, DepartmentLink, Person
from kitsulite.models.productions import Project, ProjectPersonLink
from kitsulite.models.reviews import Comment, PreviewFile
from kitsulite.models.shapes import Shape, read
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus, TaskType
from kitsulite.models.tools import DataImportError
from kitsulite.storage import Row
from kitsulite.work.work import Event

ANN = {"type": "HumanUser", "id": 1, "name": "Ann Lee"}
FOX = {"type": "Project", "id": 7, "name": "Fox"}


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", "admin")


@pytest.fixture
def told(studio: Studio) -> list[Event]:
    events: list[Event] = []
    studio.tracker.on("*", events.append)
    return events


def take(member: Member, path: str, *records: Any, status: int = 200) -> Any:
    return member.post(f"/import/shotgun/{path}", list(records), status=status)


def remove(member: Member, one: str, id: int) -> Any:
    return member.post(f"/import/shotgun/remove/{one}", {"id": id}, status=200)


def person(**more: Any) -> Row:
    return {"id": 1, "email": "ann.lee@fox-film.com", "firstname": "Ann", "lastname": "Lee", "login": "ann", **more}


class Site:
    """A production there, with one of each."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.person = self.take("persons", person())
        self.project = self.take("projects", {"id": 7, "name": "Fox", "sg_status": "Active"})
        self.status = self.take("status", {"id": 1, "name": "In Progress", "code": "ip", "bg_color": "1,2,255"})
        self.step = self.take("steps", {"id": 1, "code": "Anim Key", "color": "1,2,3", "entity_type": "Shot"})
        self.episode = self.take("episodes", {"id": 1, "code": "E01", "project": FOX})
        self.sequence = self.take("sequences", {"id": 1, "code": "S01", "project": FOX, "episode": {"id": 1}})
        scene = {"id": 1, "code": "SC01", "project": FOX, "sequence_sg_scenes_1_sequences": [{"id": 1}]}
        self.scene = self.take("scenes", scene)
        self.asset = self.take("assets", {"id": 1, "code": "Sheep", "project": FOX, "sg_asset_type": "Prop"})
        self.shot_record = {
            "id": 1,
            "code": "SH01",
            "project": FOX,
            "sg_sequence": {"id": 1},
            "sg_scene": {"id": 1, "name": "SC01"},
            "assets": [{"type": "Character", "id": 1}, {"id": 99}],
            "sg_cut_in": 5,
            "sg_cut_duration": 10,
            "sg_cut_out": 99,
            "sg_mood": "dark",
            "sg_empty": None,
        }
        self.shot = self.take("shots", self.shot_record)
        self.task_record = {
            "id": 1,
            "cached_display_name": "Animation",
            "step": {"id": 1},
            "project": {"id": 7},
            "entity": {"type": "Shot", "id": 1},
            "created_by": ANN,
            "task_assignees": [ANN],
            "sg_status_list": "ip",
            "sg_sort_order": 3,
            "duration": 60,
            "start_date": "2017-01-02",
        }
        self.task = self.take("tasks", self.task_record)
        note = {"id": 1, "tasks": [{"id": 1}], "content": "Look", "user": ANN, "created_at": "2016-12-05 15:06:34 UTC"}
        self.note = self.take("notes", note)
        movie = {"url": "https://sg.test/a.mov", "name": "a.mov"}
        version = {"id": 1, "code": "v1", "sg_task": {"id": 1}, "user": ANN, "sg_uploaded_movie": movie}
        self.version = self.take("versions", version)
        self.take("project-connections", {"id": 1, "project": FOX, "user": ANN})

    def take(self, path: str, record: Row) -> Row:
        [row] = take(self.member, path, record)
        assert isinstance(row, dict)
        return row


@pytest.fixture
def site(ann: Member) -> Site:
    return Site(ann)


# --- all kinds ---


@pytest.mark.parametrize("path", [*KINDS, *ALIASES.values()])
def test_records_are_for_admins_and_come_in_lists(studio: Studio, ann: Member, path: str) -> None:
    assert take(ann, path) == []
    assert take(ann, path, {"bad": "wrong"}, "x", None, {"id": "x"}, {"id": True}, {"id": 2**31}, {"id": 1}) == []
    assert ann.post(f"/import/shotgun/{path}", {"id": 1}, status=400)["message"] == shotgun.NO_LIST
    take(studio.person("Bob", "manager"), path, status=403)


@pytest.mark.parametrize("path", KINDS)
def test_removing_is_for_admins(studio: Studio, ann: Member, path: str) -> None:
    for one in {ONE_OF[path], ALIASES.get(path, path).removesuffix("s") if path in ALIASES else ONE_OF[path]}:
        assert remove(ann, one, 999) == {"success": True}
        ann.post(f"/import/shotgun/remove/{one}", {}, status=400)
        studio.person(f"Bob {one}", "manager").post(f"/import/shotgun/remove/{one}", {"id": 1}, status=403)


def test_what_is_taken_twice_stays_as_it_is_and_nobody_is_told(
    studio: Studio, ann: Member, told: list[Event], site: Site
) -> None:
    first = _rows(studio)

    Site(ann)

    assert _rows(studio) == first
    assert told == []


def _rows(studio: Studio) -> dict[str, list[Row]]:
    tables = (Person, Project, TaskStatus, TaskType, Department, Entity, EntityLink, Task, Comment, PreviewFile)
    with studio.tracker.db.reading():
        return {
            table.table_name(): sorted(studio.tracker.db.rows(table.select()), key=lambda row: row["id"])
            for table in tables
        }


def test_one_that_cannot_be_taken_does_not_hold_up_the_others(ann: Member, site: Site) -> None:
    records = [
        {"id": 2, "code": "x" * 161, "project": FOX, "sg_asset_type": "Prop"},
        {"id": 3, "code": "Sheep", "project": FOX, "sg_asset_type": "Prop", "description": ["x"]},
        {"id": 4, "code": "Dog", "project": {"id": 8}, "sg_asset_type": "Prop"},
        {"id": 5, "code": "Cat", "project": FOX, "sg_asset_type": "Shot"},
        {"id": 6, "code": "Cow", "project": FOX, "sg_asset_type": None},
        {"id": 7, "code": "Hen", "project": FOX},
        {"id": 8, "code": "Ox", "project": FOX, "sg_asset_type": "Animal"},
    ]

    assert [row["name"] for row in take(ann, "assets", *records)] == ["Ox"]


def test_what_a_record_made_before_it_was_passed_over_is_not_relied_on(ann: Member) -> None:
    take(ann, "projects", {"id": 7, "name": "Fox", "sg_status": None})

    long, good = {"id": 1, "code": "x" * 161, "project": FOX}, {"id": 2, "code": "SC01", "project": FOX}

    assert [row["name"] for row in take(ann, "scenes", long, good)] == ["SC01"]


def test_a_person_who_was_passed_over_half_made_can_come_again(ann: Member) -> None:
    again = person(department={"name": "Art"})

    [row] = take(ann, "persons", person(department={"name": "x" * 81}), again)

    assert row["full_name"] == "Ann Lee"


# --- kind by kind ---


def test_a_production_has_its_status_its_fields_and_a_tree(studio: Studio, ann: Member, site: Site) -> None:
    record = {"id": 7, "name": "Fox 2", "sg_status": "Hold", "sg_type": "Film", "sg_none": None, "code": "x"}

    [row] = take(ann, "projects", record, {"id": 9, "name": "Owl"}, {"id": 10, "sg_status": "Hold"})

    assert (row["id"], row["name"], row["data"]) == (site.project["id"], "Fox 2", {"sg_type": "Film"})
    assert {status["name"] for status in ann.get("/data/project-status")} >= {"Active", "Hold"}
    assert {"output", "preview"} <= row["file_tree"].keys()
    [owl] = take(ann, "projects", {"id": 9, "name": "Owl", "sg_status": None})
    assert "Owl" in [open["name"] for open in ann.get("/data/projects/open")]
    assert owl["data"] == {}


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"sg_status_list": "act"}, {"active": True, "role": "user"}),
        ({"sg_status_list": "dis"}, {"active": False}),
        ({"permission_rule_set": {"name": "Manager"}}, {"role": "manager"}),
        ({"permission_rule_set": {"name": "Admin"}}, {"role": "admin"}),
        ({"permission_rule_set": {"name": "Artist"}}, {"role": "user"}),
        ({}, {"active": True, "desktop_login": "ann", "password": None, "shotgun_id": 1, "full_name": "Ann Lee"}),
    ],
)
def test_a_person(ann: Member, values: Row, wanted: Row) -> None:
    [row] = take(ann, "persons", person(**values))

    assert {key: row[key] for key in wanted} == wanted


def test_a_person_who_is_here_stays_but_for_the_department(studio: Studio, ann: Member) -> None:
    bob, layout = studio.person("Bob", "manager"), studio.department("Layout")
    studio.link(DepartmentLink, person_id=bob.id, department_id=layout["id"])
    studio.store(Person, bob.id, password="hash", totp_secret="sealed", email="bob@fox-film.com")
    email = studio.stored(Person, bob.id)["email"].upper()

    [row] = take(ann, "persons", person(email=email, department={"name": "Sound"}))

    assert (row["id"], row["first_name"], row["role"], row["shotgun_id"]) == (bob.id, "Bob", "manager", None)
    assert row["password"] is row["totp_secret"] is row["jti"] is None
    [department] = [one for one in ann.get("/data/departments") if one["name"] == "Sound"]
    assert ann.get(f"/data/persons/{bob.id}?relations=true")["departments"] == [department["id"]]


def test_who_has_no_address_is_passed_over(ann: Member) -> None:
    assert take(ann, "persons", person(email="changeme@email.com"), person(email="x"), person(firstname=None)) == []


def test_nobody_is_taken_beyond_the_room_of_the_studio(
    studio: Studio, ann: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(studio.tracker.settings), "user_limit", 1, raising=False)
    object.__setattr__(studio.tracker.settings, "user_limit", 1)

    [row] = take(ann, "persons", person(), person(id=2, email="b@fox-film.com", sg_status_list="dis"))

    assert row["shotgun_id"] == 2


def test_a_team_gains_who_is_known(studio: Studio, ann: Member, site: Site) -> None:
    owl = {"id": 9, "name": "Owl"}
    rows = take(
        ann,
        "projectconnections",
        {"id": 1, "project": FOX, "user": ANN},
        {"id": 2, "project": owl, "user": ANN},
        {"id": 3, "project": FOX, "user": {"id": 99}},
    )

    assert [row["id"] for row in rows] == [site.project["id"]]
    assert ann.get(f"/data/projects/{site.project['id']}?relations=true")["team"] == [site.person["id"]]


def test_a_step_is_a_task_type_of_its_first_word(studio: Studio, ann: Member, site: Site) -> None:
    [department] = ann.get("/data/departments")
    assert (department["name"], department["color"]) == ("Anim", "#010203")
    wanted = {"name": "Anim Key", "for_entity": "Shot", "color": "#010203", "department_id": department["id"]}
    assert {key: site.step[key] for key in wanted} == wanted
    bad = [{"id": 2, "code": "X", "color": color} for color in ("red", "1,2", "1,2,256", 7)]

    assert take(ann, "steps", *bad, {"id": 2, "code": " ", "color": "1,2,3"}) == []
    [row] = take(ann, "steps", {"id": 5, "code": "Anim Key", "entity_type": "Shot", "short_name": "AK"})
    assert (row["id"], row["short_name"], row["color"], row["shotgun_id"]) == (site.step["id"], "AK", "#000000", 5)


def test_a_status_is_found_by_its_code(ann: Member, site: Site) -> None:
    assert take(ann, "status", {"name": "Doing", "code": "ip", "bg_color": None}) == []
    [row] = take(ann, "status", {"id": 9, "name": "Doing", "code": "ip", "bg_color": None})

    assert (row["id"], row["name"], row["color"]) == (site.status["id"], "Doing", "#000000")


def test_why_a_record_is_passed_over_stands_in_the_log(
    ann: Member, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="kitsulite"):
        take(ann, "episodes", {"id": 3, "code": "E04", "project": {"id": 7, "name": "Wolf"}}, "x")

    assert caplog.messages == [
        "Shotgun Episode 3 is passed over: its project is not here",
        "Shotgun Episode None is passed over: it is no record: it has no id",
    ]


def test_episodes_and_sequences_keep_clear_of_namesakes(studio: Studio, ann: Member, site: Site) -> None:
    project = studio.row(Project, site.project["id"])
    ours = studio.entity("Episode", "E02", project)

    assert take(ann, "episodes", {"id": 2, "code": "E02", "project": FOX}) == []
    [row] = take(ann, "episodes", {"id": 1, "code": "E02", "project": FOX, "description": "x"})
    assert (row["id"], row["name"], row["description"]) == (site.episode["id"], "E01", "x")
    assert studio.stored(Entity, ours["id"])["shotgun_id"] is None
    [row] = take(ann, "episodes", {"id": 1, "code": "E03", "project": FOX})
    assert row["name"] == "E03"
    assert take(ann, "episodes", {"id": 3, "code": "E04", "project": {"id": 7, "name": "Wolf"}}) == []
    [moved] = take(ann, "sequences", {"id": 1, "code": "S01", "project": FOX})
    assert (site.sequence["parent_id"], moved["parent_id"]) == (site.episode["id"], None)


def test_a_shot_has_its_place_its_frames_its_fields_and_its_casting(studio: Studio, ann: Member, site: Site) -> None:
    assert site.shot["parent_id"] == site.sequence["id"]
    assert site.shot["source_id"] == site.scene["id"]
    assert site.shot["data"] == {
        "frame_in": 5,
        "frame_out": 15,
        "sg_cut_duration": 10,
        "sg_mood": "dark",
        "sg_scene": {"id": 1, "name": "SC01"},
    }
    assert _cast(studio, site.shot["id"]) == [site.asset["id"]]
    [row] = take(ann, "shots", {**site.shot_record, "assets": [], "sg_cut_duration": None})
    assert (row["data"]["frame_in"], row["data"]["frame_out"]) == (5, 5)
    assert _cast(studio, site.shot["id"]) == []
    assert take(ann, "shots", {**site.shot_record, "sg_cut_in": "x"}) == []


def _cast(studio: Studio, id: str) -> list[str]:
    with studio.tracker.work(writes=False) as work:
        return sorted(read(work.show(Shape(Entity).with_relations(), id))["entities_out"])


def test_assets_are_cast_in_their_parents(studio: Studio, ann: Member, site: Site) -> None:
    parent = [{"type": "Asset", "id": 1}]
    plain = {"project": FOX, "sg_asset_type": "Prop"}

    horn, bell = take(
        ann,
        "assets",
        {"id": 2, "code": "Horn", "parents": parent, **plain},
        {"id": 3, "code": "Bell", "parents": parent, **plain},
    )
    assert _cast(studio, site.asset["id"]) == sorted([horn["id"], bell["id"]])
    take(ann, "assets", {"id": 2, "code": "Horn", "parents": [*parent, {"id": 2}], **plain})
    assert _cast(studio, site.asset["id"]) == [horn["id"]]
    assert _cast(studio, horn["id"]) == []


def test_an_asset_that_is_here_may_lose_its_type_there(ann: Member, site: Site) -> None:
    [row] = take(ann, "assets", {"id": 1, "code": "Ram", "project": FOX, "sg_asset_type": None})

    assert (row["name"], row["entity_type_id"]) == ("Ram", site.asset["entity_type_id"])


def test_a_task_has_its_place_and_its_people(studio: Studio, ann: Member, site: Site) -> None:
    wanted = {
        "name": "Animation",
        "entity_id": site.shot["id"],
        "task_type_id": site.step["id"],
        "task_status_id": site.status["id"],
        "assigner_id": site.person["id"],
        "sort_order": 3,
        "duration": 60,
        "start_date": "2017-01-02T00:00:00",
    }
    assert {key: site.task[key] for key in wanted} == wanted
    assert _assignees(studio, site.task["id"]) == [site.person["id"]]
    [row] = take(ann, "tasks", {**site.task_record, "id": 5, "task_assignees": [], "sg_status_list": "zzz"})
    assert (row["id"], row["shotgun_id"]) == (site.task["id"], 5)
    assert _assignees(studio, site.task["id"]) == []
    assert studio.stored(TaskStatus, row["task_status_id"])["is_default"]


def _assignees(studio: Studio, id: str) -> list[str]:
    db = studio.tracker.db
    with db.reading():
        return db.values(TaskPersonLink.select(TaskPersonLink.person_id).where(TaskPersonLink.task_id == id))


@pytest.mark.parametrize(
    "lacking",
    [
        {"step": None},
        {"project": None},
        {"entity": None},
        {"entity": {"type": "Shot", "id": 9}},
        {"entity": {"type": "Asset", "id": 2}},
        {"entity": {"id": 1}},
        {"step": {"id": 9}},
        {"task_assignees": [ANN, {"id": 9}]},
        {"cached_display_name": None},
        {"due_date": "soon"},
    ],
)
def test_a_task_that_hangs_in_the_air_is_passed_over(ann: Member, site: Site, lacking: Row) -> None:
    assert take(ann, "tasks", {**site.task_record, "id": 8, "cached_display_name": "Other", **lacking}) == []


def test_a_note_is_a_comment_of_its_day(ann: Member, site: Site) -> None:
    wanted = {
        "object_id": site.task["id"],
        "object_type": "Task",
        "text": "Look",
        "person_id": site.person["id"],
        "created_at": "2016-12-05T15:06:34",
        "shotgun_id": 1,
    }
    assert {key: site.note[key] for key in wanted} == wanted
    note = {"id": 2, "content": "x", "user": ANN}
    assert take(ann, "notes", note, {**note, "tasks": []}, {**note, "tasks": [{"id": 9}]}) == []
    assert take(ann, "notes", {**note, "tasks": [{"id": 1}], "user": {"id": 9}}) == []


def test_a_version_is_a_preview_elsewhere(ann: Member, site: Site) -> None:
    wanted = {
        "name": "v1",
        "task_id": site.task["id"],
        "person_id": site.person["id"],
        "source": "Shotgun",
        "uploaded_movie_url": "https://sg.test/a.mov",
        "uploaded_movie_name": "a.mov",
    }
    assert {key: site.version[key] for key in wanted} == wanted
    [row] = take(ann, "versions", {"id": 4, "code": "v1", "sg_task": {"id": 1}})
    assert (row["id"], row["shotgun_id"]) == (site.version["id"], 4)
    assert take(ann, "versions", {"id": 5, "code": "v2"}, {"id": 6, "code": "v2", "sg_task": {"id": 9}}) == []
    hostile = {"url": "javascript:alert(1)", "name": "a"}
    assert take(ann, "versions", {"id": 7, "code": "v3", "sg_task": {"id": 1}, "sg_uploaded_movie": hostile}) == []


# --- removing ---


def test_what_something_else_needs_stays(ann: Member, site: Site) -> None:
    for one in ("project", "episode", "sequence", "scene", "shot", "status", "step", "person"):
        answer = remove(ann, one, 7 if one == "project" else 1)
        row = getattr(site, one)
        assert answer == {"success": False, "removed_instance_id": row["id"]}, one


def test_all_can_be_removed_from_the_leaves_on(studio: Studio, ann: Member, site: Site) -> None:
    for one in (
        "version",
        "note",
        "task",
        "shot",
        "asset",
        "scene",
        "sequence",
        "episode",
        "step",
        "status",
        "project",
    ):
        answer = remove(ann, one, 7 if one == "project" else 1)
        assert answer == {"success": True, "removed_instance_id": getattr(site, one)["id"]}, one
    assert remove(ann, "person", 1)["success"]
    rows = _rows(studio)
    tables = ("entity", "task", "project", "entity_link", "comment")
    assert not any(rows[table] for table in tables)


def test_a_task_goes_with_what_was_said(studio: Studio, ann: Member, site: Site) -> None:
    assert remove(ann, "task", 1)["success"]
    assert not _rows(studio)["comment"]


def test_an_asset_with_working_files_is_canceled(studio: Studio, ann: Member, site: Site) -> None:
    of_asset = {"id": 2, "cached_display_name": "Model", "entity": {"type": "Asset", "id": 1}}
    [task] = take(ann, "tasks", {**site.task_record, **of_asset})
    studio.add(WorkingFile, name="a", task_id=task["id"])

    assert remove(ann, "asset", 1) == {"success": True, "removed_instance_id": site.asset["id"]}

    assert studio.stored(Entity, site.asset["id"])["canceled"]


def test_a_shot_and_an_asset_of_one_id_are_two(studio: Studio, ann: Member, site: Site) -> None:
    assert remove(ann, "asset", 1)["removed_instance_id"] == site.asset["id"]
    assert studio.stored(Entity, site.shot["id"])


@pytest.mark.parametrize("one", ["project-connection", "projectconnection"])
def test_who_left_a_team_leaves_it_here(studio: Studio, ann: Member, site: Site, told: list[Event], one: str) -> None:
    assert remove(ann, one, 1) == {"success": True, "removed_instance_id": site.project["id"]}

    with studio.tracker.db.reading():
        assert not studio.tracker.db.rows(ProjectPersonLink.select())
    assert [event.name for event in told] == ["project:update"]


def test_the_last_admin_stays(studio: Studio, ann: Member) -> None:
    studio.store(Person, ann.id, shotgun_id=5)

    assert "last active admin" in ann.post("/import/shotgun/remove/person", {"id": 5}, status=400)["message"]


# --- errors ---


def test_errors_are_kept_until_they_are_forgotten(studio: Studio, ann: Member) -> None:
    studio.add(DataImportError, event_data={}, source="csv")
    row = ann.post("/import/shotgun/errors", {"a": [1]})

    assert (row["event_data"], row["source"]) == ({"a": [1]}, "shotgun")
    assert ann.get("/import/shotgun/errors") == [row]
    for id in (NOBODY, "x"):
        ann.delete(f"/import/shotgun/errors/{id}", status=404)
    ann.delete(f"/import/shotgun/errors/{row['id']}")
    assert ann.get("/import/shotgun/errors") == []
    assert ann.send("POST", "/import/shotgun/errors", "null").status == 400


def test_errors_are_for_admins(studio: Studio, ann: Member) -> None:
    bob = studio.person("Bob", "manager")
    row = ann.post("/import/shotgun/errors", {"a": 1})

    bob.get("/import/shotgun/errors", status=403)
    bob.post("/import/shotgun/errors", {"a": 1}, status=403)
    bob.delete(f"/import/shotgun/errors/{row['id']}", status=403)
