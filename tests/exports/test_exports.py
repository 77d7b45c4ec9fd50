"""CSV exports (docs/api/exports.md)."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from studio import Member, Studio

from kitsulite.areas import exports
from kitsulite.areas.exports import sheets
from kitsulite.models import new_id
from kitsulite.models.entities import EntityLink
from kitsulite.models.people import Person, TimeSpent
from kitsulite.models.people import Studio as Site
from kitsulite.models.productions import MetadataDescriptor, Project
from kitsulite.models.reviews import Comment, Playlist, PreviewFile
from kitsulite.models.tasks import TaskType
from kitsulite.storage import Row

OF_PROJECT = ("assets", "shots", "edits", "casting")
OF_STUDIO = ("persons", "projects", "task-types", "tasks", "time-spents")


def rows(member: Member, path: str) -> list[list[str]]:
    """The cells of an export, its head included."""
    text = member.get(f"/export/csv/{path}")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def of(project: Row, name: str, query: str = "") -> str:
    return f"projects/{project['id']}/{name}.csv{query}"


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", "admin")


# --- assets, shots, edits ---


def test_shots_are_told_with_their_place_their_numbers_and_their_tasks(studio: Studio, ann: Member) -> None:
    bob, zoe = studio.person("Bob"), studio.person("Zoe")
    project = studio.project("Big Fox")
    e02, e01 = studio.entity("Episode", "E02", project), studio.entity("Episode", "E01", project)
    late, early = studio.entity("Sequence", "S01", project, e02), studio.entity("Sequence", "S02", project, e01)
    studio.entity("Shot", "SH02", project, late, nb_frames=12, data={"fps": 25, "frame_in": "7"})
    shot = studio.entity("Shot", "SH01", project, early, description="Dawn; dusk", canceled=True)
    studio.entity("Shot", "SH00", project, studio.entity("Sequence", "S09", project))
    studio.entity("Shot", "nowhere", project)
    studio.task_type("Layout", priority=2)
    studio.task_type("Animation", priority=1)
    studio.task(shot, "Layout", duration=100.0)
    studio.task(shot, "Animation", assignees=[zoe, bob], duration=50.0)
    studio.task(studio.entity("Prop", "Tree", project), "Modeling")
    assert ann.get(f"/export/csv/{of(project, 'shots')}") == (
        "Project;Episode;Sequence;Name;Description;Time Spent;Frames;Frame In;Frame Out;FPS"
        ";Animation;Assignations;Layout;Assignations\r\n"
        "Big Fox;;S09;SH00;;0.00;;;;;;;;\r\n"
        'Big Fox;E01;S02;SH01;"Dawn; dusk";0.31;;;;;todo;Bob Test,Zoe Test;todo;\r\n'
        "Big Fox;E02;S01;SH02;;0.00;12;7;;25;;;;\r\n"
    )
    assert [row[3] for row in rows(ann, of(project, "shots", f"?episode_id={e02['id']}"))] == ["Name", "SH02"]
    assert len(rows(ann, of(project, "shots", "?episode_id=all"))) == 4
    assert len(rows(ann, of(project, "shots", "?episode_id=main"))) == 1
    assert [row[3] for row in rows(ann, of(project, "shots", f"?id={shot['id'].upper()}"))] == ["Name", "SH01"]


def test_assets_are_chosen_by_episode_and_by_who_works_on_them(studio: Studio) -> None:
    bob, zoe = studio.person("Bob"), studio.person("Zoe")
    project = studio.project(team=[bob])
    episode = studio.entity("Episode", "E01", project)
    tree = studio.entity("Prop", "Tree", project, canceled=True)
    hat = studio.entity("Prop", "Hat", project, source_id=episode["id"])
    studio.entity("Character", "Zed", project)
    studio.add(EntityLink, entity_in_id=episode["id"], entity_out_id=tree["id"])
    studio.task(hat, "Modeling", assignees=[bob], duration=480.0)
    studio.task(hat, "Rigging", assignees=[zoe], duration=240.0)

    def named(query: str = "") -> list[str]:
        return [row[2] for row in rows(bob, of(project, "assets", query))[1:]]

    assert named() == named("?episode_id=all") == ["Zed", "Hat", "Tree"]
    assert named(f"?episode_id={episode['id']}") == ["Hat", "Tree"]
    assert named("?episode_id=main") == ["Zed", "Tree"]
    assert named(f"?id={tree['id']}") == ["Tree"]
    head, *found = rows(bob, of(project, "assets", "?assigned_to="))
    assert head == ["Project", "Type", "Name", "Description", "Time Spent", "Modeling", "Assignations"]
    assert found == [[project["name"], "Prop", "Hat", "", "1.50", "todo", "Bob Test"]]


def test_task_types_of_one_name_share_their_columns(studio: Studio, ann: Member) -> None:
    project = studio.project()
    for asset, priority in (("Hat", 3), ("Tree", 1)):
        modeling = studio.add(TaskType, name="Modeling", for_entity="Asset", priority=priority)
        studio.task(studio.entity("Prop", asset, project), modeling)
    studio.task_type("Rig", priority=2)
    studio.task(studio.entity("Prop", "Zoo", project), "Rig")
    head, *found = rows(ann, of(project, "assets"))
    assert head[5:] == ["Modeling", "Assignations", "Rig", "Assignations"]
    assert [row[5::2] for row in found] == [["todo", ""], ["todo", ""], ["", "todo"]]


def test_metadata_has_a_column_for_each_field_in_its_order(studio: Studio, ann: Member) -> None:
    meg, cat = studio.person("Meg"), studio.person("Cat", "client")
    project = studio.project(team=[meg, cat])

    def field(name: str, **values: object) -> None:
        kept = {"project_id": project["id"], "entity_type": "Edit", "name": name, "field_name": name.lower()}
        studio.add(MetadataDescriptor, **{"data_type": "string", **kept, **values})

    field("Zoom", position=1)
    field("Alpha", position=2, for_client=True)
    field("Approved", data_type="boolean")
    field("Tags", data_type="taglist")
    field("Elsewhere", entity_type="Shot")
    for name, data in (
        ("A", {"zoom": "1.5", "alpha": 3, "approved": "True", "tags": ["a", "b"]}),
        ("B", {"zoom": None, "approved": True, "tags": False}),
        ("C", None),
    ):
        studio.entity("Edit", name, project, data=data)
    head, *found = rows(meg, of(project, "edits"))
    assert head == ["Project", "Episode", "Name", "Description", "Time Spent", "Zoom", "Alpha", "Approved", "Tags"]
    assert [row[5:] for row in found] == [
        ["1.5", "3", "true", '["a","b"]'],
        ["", "", "true", "false"],
        ["", "", "false", ""],
    ]
    assert rows(cat, of(project, "edits"))[0][5:] == ["Alpha"]


@pytest.mark.parametrize(("kind", "name"), [("Shot", "shots"), ("Asset", "assets"), ("Edit", "edits")])
def test_who_is_meant_is_told_by_name(studio: Studio, ann: Member, kind: str, name: str) -> None:
    zoe = studio.person("Zoë", last_name="D'Été")
    gone = new_id()
    project = studio.project(team=[ann])
    kept = {"project_id": project["id"], "entity_type": kind, "data_type": "person"}
    for number, field in enumerate(("lead", "crew", "gone", "empty")):
        studio.add(MetadataDescriptor, name=field.title(), field_name=field, position=number, **kept)
    parent = studio.entity("Sequence", "SQ", project) if kind == "Shot" else None
    data = {"lead": zoe.id, "crew": [zoe.id, ann.id], "gone": gone}
    studio.entity("Prop" if kind == "Asset" else kind, "One", project, parent, data=data)
    head, row = rows(ann, of(project, name))
    found = dict(zip(head, row, strict=True))
    assert [found[field] for field in ("Lead", "Crew", "Gone", "Empty")] == [
        "Zoë D'Été", "Ann Test,Zoë D'Été", gone, "",
    ]  # fmt: skip


@pytest.mark.parametrize("name", OF_PROJECT)
def test_productions_are_exported_by_their_team_but_not_by_vendors(studio: Studio, name: str, ann: Member) -> None:
    team = [studio.person(role=role) for role in ("client", "user", "manager", "vendor")]
    project = studio.project("Étoile d'or", team=team)
    for member in team:
        answer = member.call("GET", f"/export/csv/{of(project, name)}")
        assert answer.status == (403 if member.row["role"] == "vendor" else 200)
    answer = ann.call("GET", f"/export/csv/{of(project, name)}")
    assert answer.headers["content-type"] == "text/csv"
    assert answer.headers["content-disposition"] == f"attachment; filename=kitsu_etoile_d_or_{name}.csv"
    studio.person("Eve").get(f"/export/csv/{of(project, name)}", status=403)
    ann.get(f"/export/csv/projects/{new_id()}/{name}.csv", status=404)
    if name != "edits":
        wrong = ann.get(f"/export/csv/{of(project, name)}?episode_id=x", status=400)
        assert wrong["message"] == "Invalid UUID format for episode_id: x"


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-1+2", "'-1+2"),
        ("\tx", "'\tx"),
        ("＝1", "'＝1"),
        ("-5", "-5"),
        ("+33612345678", "+33612345678"),
        ("-0,5", "-0,5"),
        ("a=1", "a=1"),
        ('a "b"', 'a "b"'),
        ("a\nb", "a\nb"),
    ],
)
def test_no_cell_is_a_formula(name: str, cell: str) -> None:
    (line,) = (line for piece in sheets.Sheet([], [[name, None, 1.0]]).pieces() for line in piece)
    assert next(csv.reader(io.StringIO(line, newline=""), delimiter=";")) == [cell, "", "1.0"]


@pytest.mark.parametrize("name", ["=x", "'=x", "''=x", "'", "''", "'x", "", "-1", "'-1", "-x", "\t=1"])
def test_what_is_made_safe_is_read_back_as_it_was(name: str) -> None:
    (line,) = (line for piece in sheets.Sheet([], [[name, 1.0]]).pieces() for line in piece)
    assert sheets.unguarded(next(csv.reader([line], delimiter=";"))[0]) == name


def test_what_people_call_things_is_no_formula_either(studio: Studio, ann: Member) -> None:
    studio.project('=HYPERLINK("http://x")')
    assert ann.get("/export/csv/projects.csv") == 'Name;Status\r\n"\'=HYPERLINK(""http://x"")";Open\r\n'


# --- castings ---


@pytest.fixture
def show(studio: Studio) -> Row:
    """A show whose episode, shot, assets and main pack cast something."""
    project = studio.project(production_type="tvshow")
    boat, lake, mine, hut = (
        studio.entity(kind, name, project)
        for kind, name in (("Props", "Boat"), ("Environment", "Lake"), ("Environment", "Mine"), ("Environment", "Hut"))
    )
    for name in ("E02", "E01"):
        episode = studio.entity("Episode", name, project)
        shot = studio.entity("Shot", "SH01", project, studio.entity("Sequence", "S01", project, episode))
        well = studio.entity("Environment", f"Well of {name}", project, source_id=episode["id"])
        for place, asset, count in ((episode, lake, 1), (shot, mine, 2), (well, boat, 3)):
            studio.add(EntityLink, entity_in_id=place["id"], entity_out_id=asset["id"], nb_occurences=count, label=None)
    studio.add(EntityLink, entity_in_id=lake["id"], entity_out_id=boat["id"], nb_occurences=4, label="set")
    studio.add(EntityLink, entity_in_id=lake["id"], entity_out_id=hut["id"], nb_occurences=5, label="set")
    return project


CAST = ["Asset Type", "Asset", "Occurences", "Label"]
MAIN_PACK = [
    ["MP", "Environment", "Lake", "Environment", "Hut", "5", "set"],
    ["MP", "Environment", "Lake", "Props", "Boat", "4", "set"],
]


def test_castings_of_a_show_are_told_by_episode(ann: Member, show: Row) -> None:
    head = ["Episode", "Parent", "Name", *CAST]
    wells = [[e, "Environment", f"Well of {e}", "Props", "Boat", "3", ""] for e in ("E01", "E02")]
    shots = [[e, "S01", "SH01", "Environment", "Mine", "2", ""] for e in ("E01", "E02")]
    e02 = next(row for row in ann.get(f"/data/projects/{show['id']}/episodes") if row["name"] == "E02")["id"]
    assert rows(ann, of(show, "casting")) == [head, *wells, *MAIN_PACK]
    assert rows(ann, of(show, "casting", f"?episode_id={e02}")) == [head, wells[1], *MAIN_PACK]
    assert rows(ann, of(show, "casting", "?episode_id=main")) == [head, *MAIN_PACK]
    assert rows(ann, of(show, "casting", "?is_shot_casting=true")) == [head, *shots]
    assert rows(ann, of(show, "casting", f"?is_shot_casting=true&episode_id={e02}")) == [head, shots[1]]
    assert rows(ann, of(show, "casting", "?episode_id=all")) == [
        ["Parent", "Name", *CAST],
        *(["Episode", e, "Environment", "Lake", "1", ""] for e in ("E01", "E02")),
    ]


def test_castings_of_a_film_have_no_episodes(studio: Studio, ann: Member, show: Row) -> None:
    with studio.tracker.work() as work:
        work.update(Project, show["id"], production_type="short")
    head = ["Parent", "Name", *CAST]
    shots = ["S01", "SH01", "Environment", "Mine", "2", ""]
    assert rows(ann, of(show, "casting", "?episode_id=main")) == [head, *(row[1:] for row in MAIN_PACK)]
    assert rows(ann, of(show, "casting", f"?is_shot_casting=true&episode_id={new_id()}")) == [head, shots, shots]
    assert [row[1] for row in rows(ann, of(show, "casting"))] == [
        "Name",
        *("Lake", "Lake", "Well of E01", "Well of E02", "E01", "E02"),
    ]


# --- playlists ---


def test_a_playlist_tells_what_was_shown_and_what_was_said_last(studio: Studio) -> None:
    meg, cat = studio.person("Meg", "manager", timezone="Europe/Paris"), studio.person("Cat", "client")
    project = studio.project("Big Fox", team=[meg, cat])
    sequence = studio.entity("Sequence", "S01", project, studio.entity("Episode", "E01", project))
    shot, other = (studio.entity("Shot", name, project, sequence, nb_frames=12) for name in ("SH01", "SH02"))
    task = studio.task(shot, retake_count=3)
    preview = studio.add(PreviewFile, name="p", task_id=task["id"], revision=5)
    for minute, (author, text) in enumerate(((meg, "first"), (meg, "=last"), (cat, "client"))):
        moment = f"2024-01-01T10:0{minute}:00.000000"
        fixed = {"object_id": task["id"], "object_type": "Task", "person_id": author.id}
        studio.add(Comment, **fixed, text=text, created_at=moment)
    shown = [
        {"entity_id": other["id"], "preview_file_id": new_id()},
        {"entity_id": shot["id"], "preview_file_id": preview["id"]},
    ]
    playlist = studio.add(
        Playlist, name="Day 1", project_id=project["id"], shots=shown, created_at="2024-01-01T20:00:00.500000"
    )
    answer = meg.call("GET", f"/export/csv/playlists/{playlist['id']}")
    assert answer.headers["content-disposition"] == "attachment; filename=kitsu_big_fox_playlist_day_1.csv"
    assert answer.text == (
        "Playlist;Big Fox | for shots;Day 1;2024-01-01T21:00:00;;;\r\n"
        ";;;;;;\r\n"
        "Entity name;Nb Frames;Task Type;Retake count;Revision;Task Status"
        ";Last comment author;Last comment date;Last comment\r\n"
        "E01 / S01 / SH02;12;;;;;;;\r\n"
        "E01 / S01 / SH01;12;Animation;3;5;Todo;Meg Test;2024-01-01T11:01:00;'=last\r\n"
    )


def test_whatever_a_playlist_was_made_with_can_be_exported(studio: Studio, ann: Member) -> None:
    project = studio.project("Big Fox", team=[ann])
    shot = studio.entity("Shot", "SH01", project)
    odd = [{"id": shot["id"]}, {"entity_id": shot["id"]}, {"preview_file_id": 3}, "x", {}]
    for number, (shots, lines) in enumerate([(odd, 4), ({}, 0), ("x", 0), (None, 0)]):
        row = studio.add(Playlist, name=f"Odd {number}", project_id=project["id"], shots=shots)
        found = rows(ann, f"playlists/{row['id']}")[3:]
        assert len(found) == lines
        assert [line[0] for line in found[:2]] == ["SH01"] * min(2, lines)


def test_a_playlist_is_for_supervisors_and_for_the_clients_it_is_made_for(studio: Studio, ann: Member) -> None:
    team = {role: studio.person(role=role) for role in ("manager", "supervisor", "user", "client", "vendor")}
    project = studio.project(team=team.values())
    episode = studio.entity("Episode", "E01", project)
    fixed = {"project_id": project["id"], "episode_id": episode["id"], "for_entity": "asset", "shots": []}
    inner = studio.add(Playlist, name="Inner", **fixed)
    outer = studio.add(Playlist, name="Outer", for_client=True, **fixed)
    answers = {
        role: [member.call("GET", f"/export/csv/playlists/{row['id']}").status for row in (inner, outer)]
        for role, member in team.items()
    }
    assert answers == {
        "manager": [200, 200],
        "supervisor": [200, 200],
        "user": [403, 403],
        "client": [403, 200],
        "vendor": [403, 403],
    }
    assert rows(ann, f"playlists/{inner['id']}")[0][1] == f"{project['name']} - E01 | for assets"
    ann.get(f"/export/csv/playlists/{new_id()}", status=404)


# --- the studio ---


def test_people_are_told_without_bots_and_guests_and_with_salaries_for_admins_only(studio: Studio) -> None:
    site = studio.add(Site, name="Lyon", color="#000000")
    values = {"phone": "+33 6", "country": "FR", "studio_id": site["id"], "daily_salary": 200}
    zed = studio.person("zed", "admin", **values, position="lead", seniority="senior")
    ann = studio.person("Ann", "manager", active=True, contract_type="freelance")
    studio.add(Person, first_name="Farm", last_name="", is_bot=True)
    studio.add(Person, first_name="Guest", last_name="", email="g@studio.test", is_guest=True)
    studio.department("Rig", zed)
    studio.department("Anim", zed)
    head, first, second = rows(zed, "persons.csv")
    assert ";".join(head) == (
        "First Name;Last Name;Email;Phone;Role;Departments;Studio;Country;Contract Type;Position;Seniority;Daily Salary;Active"
    )
    assert first[:2] + first[4:9] + first[11:] == ["Ann", "Test", "manager", "", "", "", "freelance", "0", "yes"]
    assert second == [
        *("zed", "Test", "zed@studio.test", "'+33 6", "admin", "Anim,Rig", "Lyon", "FR", "open-ended", "lead"),
        *("senior", "200", "yes"),
    ]
    assert [row[11] for row in rows(ann, "persons.csv")] == ["Daily Salary", "", ""]


def test_task_types_without_a_department_are_left_out(studio: Studio, ann: Member) -> None:
    studio.task_type("Layout", studio.department("Layout"))
    studio.task_type("Rig", studio.department("Anim"))
    studio.task_type("Lonely")
    assert rows(ann, "task-types.csv") == [["Department", "Name"], ["Anim", "Rig"], ["Layout", "Layout"]]


def test_tasks_are_those_of_open_projects_and_for_managers_of_their_own(studio: Studio, ann: Member) -> None:
    meg, bob = studio.person("Meg", "manager"), studio.person("Bob")
    own, other, closed = studio.project("Own", team=[meg]), studio.project("Other"), studio.project(status="Closed")
    sequence = studio.entity("Sequence", "S01", own, studio.entity("Episode", "E01", own))
    studio.task(
        studio.entity("Shot", "SH01", own, sequence),
        assignees=[meg, bob],
        assigner_id=meg.id,
        duration=50.0,
        estimation=1.5,
        start_date="2024-01-01T00:00:00.000000",
        end_date="2024-02-03T23:00:00.000000",
    )
    for project in (other, closed):
        studio.task(studio.entity("Prop", "Tree", project))
    head, theirs, mine = rows(ann, "tasks.csv")
    assert ";".join(head) == (
        "Project;Task Type;Episode;Sequence;Entity Type;Entity;Assigner;Assignees;Duration;Estimation;Start date;Due date"
        ";WIP date;Validation date;Task Status"
    )
    assert mine == [
        *("Own", "Animation", "E01", "S01", "Shot", "SH01", "Meg Test", "Bob Test, Meg Test", "50.0", "1.5"),
        *("2024-01-01", "", "", "2024-02-03", "Todo"),
    ]
    assert theirs[0] == "Other"
    assert rows(meg, "tasks.csv") == [head, mine]


def test_time_is_told_by_day_with_the_whole_name_of_shots(studio: Studio, ann: Member) -> None:
    meg = studio.person("Meg", "manager")
    going_on, closed = studio.project("Own", team=[meg], status="Active"), studio.project(status="Closed")
    other = studio.project("Other")
    shot = studio.entity("Shot", "SH01", going_on, studio.entity("Sequence", "S01", going_on))
    tasks = [studio.task(shot), *(studio.task(studio.entity("Prop", "Tree", place)) for place in (other, closed))]
    for task, date in zip(tasks, ("2024-01-02", "2024-01-01", "2024-01-01"), strict=True):
        studio.add(TimeSpent, task_id=task["id"], person_id=meg.id, date=date, duration=90.0)
    head = ["Project", "Person", "Entity Type Name", "Entity", "Task Type", "Date", "Time spent"]
    mine = ["Own", "Meg Test", "Shot", "S01 / SH01", "Animation", "2024-01-02", "90.0"]
    assert rows(ann, "time-spents.csv") == [
        head,
        ["Other", "Meg Test", "Prop", "Tree", "Animation", "2024-01-01", "90.0"],
        mine,
    ]
    assert rows(meg, "time-spents.csv") == [head, mine]


@pytest.mark.parametrize("name", OF_STUDIO)
def test_the_studio_is_exported_by_admins_and_managers(studio: Studio, name: str) -> None:
    titles = {
        "persons": "people_export",
        "tasks": "tasks_export",
        "time-spents": "2024_05_06_open_projects_time_spents_export",
    }
    for role in ("admin", "manager", "supervisor", "client"):
        member = studio.person(role=role)
        with time_machine.travel(datetime(2024, 5, 6, 12, tzinfo=UTC), tick=False):
            answer = member.call("GET", f"/export/csv/{name}.csv")
        assert answer.status == (200 if role in ("admin", "manager") else 403)
        if answer.status == 200:
            assert answer.headers["content-type"] == "text/csv; charset=utf-8"
            title = titles.get(name, "export")
            assert answer.headers["content-disposition"] == f"attachment; filename=kitsu_{title}.csv"


# --- how they are made ---


def test_the_number_of_statements_does_not_grow_with_the_rows(studio: Studio, ann: Member) -> None:
    project = studio.project()
    sequence = studio.entity("Sequence", "S01", project)

    def statements() -> list[int]:
        found = []
        for name, export in exports.EXPORTS.items():
            if name != "playlist":
                before = studio.tracker.db.statements
                ann.get(f"/export/csv/{of(project, name) if export.of else name + '.csv'}")
                found.append(studio.tracker.db.statements - before)
        return found

    before = statements()
    for number in range(3):
        shot, prop = (
            studio.entity("Shot", f"SH{number}", project, sequence),
            studio.entity("Prop", f"P{number}", project),
        )
        task = studio.task(shot, assignees=[ann])
        studio.add(TimeSpent, task_id=task["id"], person_id=ann.id, date="2024-01-01", duration=1.0)
        studio.add(EntityLink, entity_in_id=shot["id"], entity_out_id=prop["id"])
    assert statements() == before


def test_rows_go_out_piece_by_piece() -> None:
    read = 0

    def endless() -> Iterator[sheets.Cells]:
        nonlocal read
        while True:
            read += 1
            yield [read]

    pieces = sheets.Sheet([["Number"]], endless()).pieces()
    assert next(pieces)[:2] == ["Number\r\n", "1\r\n"]
    assert read < 1000
