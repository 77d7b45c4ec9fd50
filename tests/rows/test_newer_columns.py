"""Columns that the newest servers of this kind have: which are shown, which are written, which are nobody's."""

import pytest
from studio import Studio

from kitsulite.models.files import FileStatus, OutputFile, WorkingFile
from kitsulite.models.people import Person
from kitsulite.models.productions import MetadataDescriptor, ProjectTaskStatusLink, ProjectTaskTypeLink
from kitsulite.models.tasks import TaskStatus
from kitsulite.storage import Row

IDENTITY = {
    "saml_issuer": "https://id.test",
    "saml_subject": "subject",
    "oidc_issuer": "https://id.test",
    "oidc_subject": "subject",
}
LENT = {
    "preview_project_id": "",
    "preview_opened_at": "2026-01-01T00:00:00",
    "preview_open_until": "2026-01-01T00:00:00",
}


def test_who_somebody_is_to_a_single_sign_on_is_neither_shown_nor_written(studio: Studio) -> None:
    admin = studio.person("Ada", "admin")
    lent = {**IDENTITY, **LENT, "preview_project_id": studio.project("Heist")["id"]}
    body = {"first_name": "A", "last_name": "B", "email": "a@example.com", **lent}
    made = admin.post("/data/persons", body)
    assert not IDENTITY.keys() & made.keys()
    admin.put(f"/data/persons/{made['id']}", {"last_name": "C", **IDENTITY})
    for key in LENT:
        assert admin.call("PUT", f"/data/persons/{made['id']}", {"last_name": "D", key: lent[key]}).status == 400
        assert made[key] is None
    stored = studio.stored(Person, made["id"])
    assert {stored[key] for key in lent} == {None}
    studio.store(Person, made["id"], **IDENTITY)
    assert not IDENTITY.keys() & admin.get(f"/data/persons/{made['id']}").keys()
    assert not [person for person in admin.get("/data/persons") if IDENTITY.keys() & person.keys()]


@pytest.mark.parametrize(
    ("path", "key", "right"), [("output-files", "quality", "mid"), ("working-files", "validation_status", "validated")]
)
def test_codes_of_files_are_those_that_there_are(studio: Studio, path: str, key: str, right: str) -> None:
    admin, project = studio.person("Ada", "admin"), studio.project("Heist")
    shot = studio.entity("Shot", "SH01", project)
    table, more = (WorkingFile, {}) if path == "working-files" else (OutputFile, {"file_status_id": _status(studio)})
    body = {"name": "main", "revision": 1, "entity_id": shot["id"], **more}
    assert admin.call("POST", f"/data/{path}", {**body, key: "superb"}).json["message"] == f"Invalid {key}"
    made = admin.post(f"/data/{path}", body)
    assert made[key] == ("neutral" if table is WorkingFile else None)
    assert admin.call("PUT", f"/data/{path}/{made['id']}", {key: "superb"}).json["message"] == f"Invalid {key}"
    assert admin.put(f"/data/{path}/{made['id']}", {key: right})[key] == right


def _status(studio: Studio) -> str:
    return str(studio.add(FileStatus, name="OK", color="#000000")["id"])


def test_a_production_tells_what_its_links_say(studio: Studio) -> None:
    admin, project, type = studio.person("Ada", "admin"), studio.project("Heist"), studio.task_type()
    status = studio.add(TaskStatus, name="Done", short_name="done", color="#000000")
    studio.add(ProjectTaskTypeLink, project_id=project["id"], task_type_id=type["id"], hd_bitrate_compression=9)
    studio.add(
        ProjectTaskStatusLink, project_id=project["id"], task_status_id=status["id"], is_client_allowed=True, priority=2
    )
    single = admin.get(f"/data/projects/{project['id']}")
    ann = studio.person("Ann")
    studio.join(project, ann)
    listed = [
        who.get(f"/data/projects/{which}")[0]
        for who in (admin, ann)
        for which in ("open", "all", "open?name=Heist", "all?name=Heist")
    ]
    for told in (single, ann.get(f"/data/projects/{project['id']}"), *listed):
        assert told["task_type_links"] == {
            type["id"]: {
                "priority": None,
                "hd_bitrate_compression": 9,
                "ld_bitrate_compression": None,
                "is_client_visible": True,
            }
        }
        assert told["task_statuses_link"][status["id"]]["is_client_allowed"] is True
        assert told["is_client_stats_visible"] is True


def test_a_production_read_by_itself_tells_what_its_pages_need(studio: Studio) -> None:
    admin, type = studio.person("Ada", "admin"), studio.task_type()
    ann, cleo = studio.person("Ann"), studio.person("Cleo", "client")
    project = studio.project("Heist", team=[ann, cleo], production_type="tvshow")
    path = f"/data/projects/{project['id']}"
    studio.add(ProjectTaskTypeLink, project_id=project["id"], task_type_id=type["id"], priority=4)
    field = {"name": "Mood", "field_name": "mood", "data_type": "string", "entity_type": "Shot"}
    studio.add(MetadataDescriptor, project_id=project["id"], **field, for_client=False)
    assert "first_episode_id" not in admin.get(path)
    assert admin.get("/data/episodes") == []
    studio.entity("Episode", "E01", project, status="complete")
    second = studio.entity("Episode", "E02", project, status="running")
    for who, names in ((admin, ["Mood"]), (ann, ["Mood"]), (cleo, [])):
        single, opened = who.get(path), who.get("/data/projects/open")[0]
        assert single["task_types_priority"] == {type["id"]: 4}
        assert single["first_episode_id"] == second["id"]
        assert [descriptor["name"] for descriptor in single["descriptors"]] == names
        for key in ("task_types_priority", "descriptors", "first_episode_id", "task_type_links", "task_statuses_link"):
            assert single[key] == opened[key]


def test_bit_rates_and_who_sees_are_said_with_a_task_type_and_stay(studio: Studio) -> None:
    moe, type = studio.person("Moe", "manager"), studio.task_type()
    project = studio.project("Heist", team=[moe])
    path = f"/data/projects/{project['id']}"

    def said() -> tuple[int | None, int | None, bool]:
        link = moe.get(path)["task_type_links"][type["id"]]
        return link["hd_bitrate_compression"], link["ld_bitrate_compression"], link["is_client_visible"]

    def add(status: int = 201, **values: object) -> None:
        moe.post(f"{path}/settings/task-types", {"task_type_id": type["id"], **values}, status=status)

    add(priority=2)
    assert said() == (None, None, True)
    add(hd_bitrate_compression=20, is_client_visible=False)
    add(ld_bitrate_compression=1)
    add(priority=3)
    moe.post(
        "/data/task-type-links", {**link_of(project, type), "hd_bitrate_compression": 7, "is_client_visible": True}
    )
    assert said() == (20, 1, False)
    for key in ("hd_bitrate_compression", "ld_bitrate_compression"):
        for wrong in (0, -1, "x"):
            add(400, **{key: wrong})
    add(400, is_client_visible="maybe")
    assert said() == (20, 1, False)
    moe.send_form(f"{path}/settings/task-types", {"task_type_id": type["id"], "hd_bitrate_compression": "9"}, {})
    assert said()[0] == 9
    add(hd_bitrate_compression=None, is_client_visible=True)
    assert said() == (None, 1, True)
    moe.delete(f"{path}/settings/task-types/{type['id']}")
    add(hd_bitrate_compression=9)
    assert said() == (9, None, True)


def link_of(project: Row, task_type: Row) -> Row:
    return {"project_id": project["id"], "task_type_id": task_type["id"]}


def test_a_template_hands_on_what_links_say(studio: Studio) -> None:
    admin, project, type = studio.person("Ada", "admin"), studio.project("Heist"), studio.task_type()
    studio.add(ProjectTaskTypeLink, project_id=project["id"], task_type_id=type["id"], is_client_visible=False)
    template = admin.post(f"/data/project-templates/from-project/{project['id']}", {"name": "Like Heist"})
    made = admin.post("/data/projects", {"name": "Again", "project_template_id": template["id"]})
    links = admin.get(f"/data/projects/{made['id']}")["task_type_links"]
    assert links[type["id"]]["is_client_visible"] is False
