"""The mechanism behind every `/data/<things>` (docs/api/rows.md)."""

import pytest
from studio import NOBODY, Member, Studio

from kitsulite.models.people import Department
from kitsulite.models.productions import MetadataDescriptor
from kitsulite.models.schedules import Milestone
from kitsulite.models.tasks import TaskType
from kitsulite.models.tools import ApiEvent, CustomAction

FORMAT = "One of the provided values has an invalid format: "


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", role="admin")


@pytest.fixture
def three(studio: Studio) -> list[str]:
    """Three departments, the last one changed last."""
    rows = [studio.add(Department, name=name, color="#000000") for name in ("Layout", "Édition", "FX_100%")]
    return [row["id"] for row in rows]


def names(rows: list[dict[str, str]]) -> list[str]:
    return [row["name"] for row in rows]


# --- lists ---


def test_a_list_comes_in_the_order_of_creation_and_a_page_latest_change_first(
    studio: Studio, ann: Member, three: list[str]
) -> None:
    ann.put(f"/data/departments/{three[0]}", {"color": "#ffffff"})
    assert names(ann.get("/data/departments?limit=1")) == ["Layout", "Édition", "FX_100%"]
    page = ann.get("/data/departments?page=1&limit=2")
    assert names(page["data"]) == ["Layout", "FX_100%"]
    assert {key: page[key] for key in page if key != "data"} == {
        "total": 3,
        "nb_pages": 2,
        "limit": 2,
        "offset": 0,
        "page": 1,
    }


@pytest.mark.parametrize(
    ("query", "limit", "offset"),
    [
        ("page=0&limit=2", 2, -2),
        ("page=9&limit=2", 2, 16),
        ("page=99999999999999999999&limit=99999999999999999999", 10**20 - 1, (10**20 - 2) * (10**20 - 1)),
        ("page=2&limit=0", 100, 100),
    ],
)
def test_a_page_where_nothing_is_is_empty_and_tells_the_total(
    ann: Member, three: list[str], query: str, limit: int, offset: int
) -> None:
    page = ann.get(f"/data/departments?{query}")
    assert (page["data"], page["total"], page["limit"], page["offset"]) == ([], 3, limit, offset)


def test_a_negative_page_is_no_page(ann: Member, three: list[str]) -> None:
    assert len(ann.get("/data/departments?page=-1")) == 3


@pytest.mark.parametrize("query", ["page=x", "page=", "limit=1.5"])
def test_a_page_is_counted_in_whole_numbers(ann: Member, query: str) -> None:
    key = query.partition("=")[0]
    answer = ann.get(f"/data/departments?{query}", status=400)
    assert answer == {"error": True, "message": f"{key} must be an integer.", "data": None}


@pytest.mark.parametrize("query", ["limit=-1", "page=2&limit=-3"])
def test_a_negative_limit_is_refused(ann: Member, query: str) -> None:
    answer = ann.get(f"/data/departments?{query}", status=400)
    assert answer == {"error": True, "message": "limit must be a positive integer.", "data": None}


def test_who_may_not_list_hears_so_before_anything_is_read(studio: Studio) -> None:
    studio.person(role="manager").get("/data/milestones?page=x", status=403)


def test_fields_keep_only_what_is_named_with_id_and_type(ann: Member, three: list[str]) -> None:
    assert ann.get("/data/departments?fields= name , nonsense&name=layout") == [
        {"id": three[0], "type": "Department", "name": "Layout"}
    ]
    assert set(ann.get("/data/departments?fields=")[0]) > {"name", "color"}
    assert set(ann.get("/data/departments?fields=color&page=1")["data"][0]) == {"id", "type", "color"}


def test_lists_of_ids_are_there_when_asked_for_and_by_default_on_one_row(studio: Studio, ann: Member) -> None:
    project = studio.project(team=[ann])
    assert "team" not in ann.get("/data/projects")[0]
    assert "team" not in ann.get("/data/projects?relations=1")[0]
    assert ann.get("/data/projects?relations=TRUE")[0]["team"] == [ann.id]
    assert ann.get("/data/projects?relations=true&fields=team")[0].keys() == {"id", "type", "team"}
    assert ann.get(f"/data/projects/{project['id']}")["team"] == [ann.id]
    assert "team" not in ann.get(f"/data/projects/{project['id']}?relations=false")


# --- filters ---


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=layout", ["Layout"]),
        ("name=%C3%89DITION", ["Édition"]),
        ("name=fx_100%25", ["FX_100%"]),
        ("name=fx%5C_100%25", []),
        ("name=fx%25", []),
        ("name=_ayout", []),
        ("name=%5C", []),
        ('name=["Layout"]', []),
        ("color=#000000&archived=No", ["Layout", "Édition", "FX_100%"]),
        ("archived=1", []),
        ('color=["%23000000","x"]&name=layout', ["Layout"]),
        ("color=[]", []),
        ("color=" + "0" * 99, []),
        ("order_by=name&type=Person&sort_by=id", ["Layout", "Édition", "FX_100%"]),
        ("name=layout&name=fx", ["Layout"]),
        ("created_at=2001-01-01", []),
    ],
)
def test_a_filter_is_equality_and_a_name_is_so_whatever_its_case(
    ann: Member, three: list[str], query: str, found: list[str]
) -> None:
    assert names(ann.get(f"/data/departments?{query.replace('#', '%23')}")) == found


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("departments?id=null", "Invalid UUID value: null"),
        ("departments?id=", "Invalid UUID value: "),
        ("departments?archived=", "Invalid boolean value: "),
        ("departments?color=[", "Malformed list filter for field color."),
        ("departments?created_at=soon", "Invalid value for created_at: soon"),
        ("projects?man_days=3.5", "Invalid value for man_days: 3.5"),
        ("projects?man_days=99999999999", "Invalid value for man_days: 99999999999"),
        ("projects?team=x", "Invalid value for team: x"),
        ("projects?start_date=", "Invalid value for start_date: "),
        ("output-files?source_file=x", "Invalid value for source_file: x"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(ann: Member, path: str, message: str) -> None:
    assert ann.get(f"/data/{path}", status=400) == {"error": True, "message": message, "data": None}


def test_a_filter_on_a_list_of_ids_finds_the_rows_that_hold_one(studio: Studio, ann: Member) -> None:
    mine = studio.project("Mine", team=[ann])
    studio.project("Theirs")
    assert [row["id"] for row in ann.get(f"/data/projects?team={ann.id.upper()}")] == [mine["id"]]
    assert ann.get(f"/data/projects?team={NOBODY}") == []


def test_a_filter_on_a_code_that_is_none_finds_nothing(studio: Studio, ann: Member) -> None:
    studio.project()
    for code in ("opera", ""):
        assert ann.get(f"/data/projects?production_style={code}") == []
    assert len(ann.get("/data/projects?production_style=2d3d")) == 1


def test_a_filter_on_json_finds_nothing(studio: Studio, ann: Member) -> None:
    studio.project(data={"a": 1})
    assert ann.get('/data/projects?data={"a":1}') == []


# --- one row ---


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_id_is_malformed_or_unknown(ann: Member, three: list[str], method: str) -> None:
    body = {} if method == "PUT" else None
    for id in ("x", three[0] + "x"):
        answer = ann.call(method, f"/data/departments/{id}", body)
        assert (answer.status, answer.json["message"]) == (400, "Malformed ID.")
    assert ann.call(method, f"/data/departments/{NOBODY}", body).status == 404
    assert ann.call("GET", f"/data/departments/{three[0].upper()}").status == 200


# --- bodies ---


@pytest.mark.parametrize("body", ["null", "[]", '"x"', "3"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_body_is_an_object(ann: Member, three: list[str], method: str, body: str) -> None:
    path = "/data/departments" if method == "POST" else f"/data/departments/{three[0]}"
    answer = ann.send(method, path, body)
    assert answer.status == 400
    assert answer.json == {
        "error": True,
        "message": "Data are empty. Please verify that you sent JSON data and that you set the right headers.",
        "data": None,
    }


def test_a_body_is_json_and_says_so(ann: Member) -> None:
    assert ann.send("POST", "/data/departments", "{}", type="text/plain").status == 415
    broken = ann.send("POST", "/data/departments", "{")
    assert (broken.status, broken.json["message"]) == (400, "The body is no JSON: Input data was truncated.")


@pytest.mark.parametrize("path", ["/data/departments", "/auth/login", "/data/search"])
def test_a_body_that_is_nested_too_deep_is_told_so(ann: Member, path: str) -> None:
    answer = ann.send("POST", path, "[" * 5000 + "]" * 5000)
    assert (answer.status, "nested too deep" in answer.text) == (400, True)


def test_a_new_row_takes_known_keys_only_and_its_id_from_the_server(studio: Studio, ann: Member) -> None:
    refused = ann.post("/data/departments", {"nonsense": 1, "name": "Art", "more": 2}, status=400)
    assert refused == {"message": "'nonsense' is an invalid keyword argument for Department"}
    refused = ann.post("/data/departments", {"type": "Department"}, status=400)
    assert refused == {"message": "'type' is an invalid keyword argument for Department"}
    body = {"id": NOBODY, "created_at": "2001-01-01", "name": "Art", "color": "#123456", "archived": None}
    row = ann.post("/data/departments", body)
    assert row["id"] != NOBODY
    assert not row["created_at"].startswith("2001")
    assert row["archived"] is False


def test_a_change_ignores_what_is_unknown_or_given_by_the_server(studio: Studio, ann: Member) -> None:
    project, other = studio.project(), studio.project()
    row = studio.add(Milestone, name="Alpha", project_id=project["id"])
    ann.put(f"/data/milestones/{row['id']}", {"project_id": other["id"]}, status=400)
    changed = {**row, "name": "Beta", "id": other["id"], "project_id": project["id"], "type": "X", "nonsense": 1}
    after = ann.put(f"/data/milestones/{row['id']}", {**changed, "created_at": "2001-01-01"})
    assert (after["id"], after["project_id"], after["name"]) == (row["id"], project["id"], "Beta")
    assert after["created_at"] == row["created_at"]
    assert studio.stored(Milestone, row["id"])["updated_at"] > studio.stored(Milestone, row["id"])["created_at"]


def test_what_the_database_refuses_is_said_in_words(studio: Studio, ann: Member, three: list[str]) -> None:
    assert ann.post("/data/departments", {"name": "Layout", "color": "#0"}, status=400) == {
        "message": "A record with the same unique values already exists."
    }
    assert ann.post("/data/departments", {"name": "Art"}, status=400) == {"message": "A required field is missing."}
    assert ann.put(f"/data/departments/{three[0]}", {"name": None}, status=400) == {
        "message": "A required field is missing."
    }
    assert names(ann.get("/data/departments")) == ["Layout", "Édition", "FX_100%"]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"name": 12}, "12"),
        ({"name": True}, "true"),
        ({"man_days": "7"}, 7),
        ({"man_days": 2.5}, 2),
        ({"man_days": True}, 1),
        ({"is_clients_isolated": 1}, True),
        ({"is_clients_isolated": None}, None),
        ({"start_date": "2026-04-01T22:00:00+05:00"}, "2026-04-01"),
        ({"start_date": "20260401"}, "2026-04-01"),
        ({"data": [1, {"a": None}]}, [1, {"a": None}]),
        ({"data": "text"}, "text"),
        ({"code": ""}, ""),
    ],
)
def test_values_are_taken_as_they_are_meant(
    studio: Studio, ann: Member, value: dict[str, object], kept: object
) -> None:
    project = studio.project()
    row = ann.put(f"/data/projects/{project['id']}", value)
    assert row[next(iter(value))] == kept


@pytest.mark.parametrize(
    "value",
    [
        {"name": "x" * 81},
        {"name": []},
        {"man_days": "3.5"},
        {"man_days": ""},
        {"man_days": 2**31},
        {"is_clients_isolated": "true"},
        {"start_date": ""},
        {"project_status_id": "x"},
        {"task_types": ["x"]},
        {"task_types": "x"},
    ],
)
def test_values_that_do_not_fit_are_refused(studio: Studio, ann: Member, value: dict[str, object]) -> None:
    project = studio.project()
    for refused in (
        ann.put(f"/data/projects/{project['id']}", value, status=400),
        ann.post("/data/projects", {"name": "New", **value}, status=400),
    ):
        assert refused.keys() == {"message"}
        assert refused["message"].startswith(FORMAT)


def test_an_offset_in_a_moment_is_dropped(studio: Studio, ann: Member) -> None:
    task = studio.task(studio.entity("Shot", "SH01", studio.project()))
    row = ann.put(f"/data/tasks/{task['id']}", {"due_date": "2026-04-01T10:00:00.75+02:00"})
    assert row["due_date"] == "2026-04-01T10:00:00"


def test_a_date_that_is_none_is_refused_in_words_of_its_own(studio: Studio, ann: Member) -> None:
    project = studio.project()
    answer = ann.put(f"/data/projects/{project['id']}", {"start_date": "soon"}, status=400)
    assert answer["message"] == ("Invalid date format for 'start_date': 'soon'. Expected an ISO 8601 date or datetime.")


def test_a_list_of_ids_replaces_the_one_before(studio: Studio, ann: Member) -> None:
    layout, fx = studio.department("Layout"), studio.department("FX")
    project = studio.project()
    row = ann.post(
        "/data/metadata-descriptors",
        {
            "project_id": project["id"],
            "name": "Mood",
            "field_name": "mood",
            "entity_type": "Asset",
            "departments": [layout["id"], {"id": fx["id"].upper()}],
        },
    )
    assert sorted(row["departments"]) == sorted([layout["id"], fx["id"]])
    path = f"/data/metadata-descriptors/{row['id']}"
    ann.put(path, {"departments": [fx["id"]]})
    assert ann.get(path)["departments"] == [fx["id"]]
    ann.put(path, {"departments": [NOBODY]}, status=400)
    ann.put(path, {"departments": None})
    assert ann.get(path)["departments"] == []


# --- deletion ---


def test_a_row_that_others_refer_to_stays(studio: Studio, ann: Member) -> None:
    department = studio.department("Layout")
    studio.add(TaskType, name="Layout", department_id=department["id"])
    answer = ann.call("DELETE", f"/data/departments/{department['id']}")
    assert (answer.status, answer.json) == (
        400,
        {"message": "The change conflicts with records referencing this one."},
    )
    assert studio.row(Department, department["id"])


def test_a_row_takes_its_own_lists_along_but_not_those_of_others(studio: Studio, ann: Member) -> None:
    department = studio.department("Layout")
    kept = studio.project()
    row = studio.add(MetadataDescriptor, project_id=kept["id"], name="M", field_name="m", entity_type="Shot")
    ann.put(f"/data/metadata-descriptors/{row['id']}", {"departments": [department["id"]]})
    ann.delete(f"/data/departments/{department['id']}", status=400)
    ann.delete(f"/data/metadata-descriptors/{row['id']}")
    ann.delete(f"/data/departments/{department['id']}")


# --- events ---


def test_every_change_is_told_with_the_project_of_the_row(studio: Studio, ann: Member) -> None:
    project = studio.project()
    row = ann.post("/data/milestones", {"name": "Alpha", "project_id": project["id"]})
    ann.put(f"/data/milestones/{row['id']}", {})
    ann.delete(f"/data/milestones/{row['id']}")
    events = ann.get(f"/data/events?project_id={project['id']}")
    assert [(event["name"], event["data"], event["user_id"]) for event in events] == [
        (f"milestone:{action}", {"milestone_id": row["id"], "project_id": project["id"]}, ann.id)
        for action in ("new", "update", "delete")
    ]


def test_a_change_that_fails_tells_nothing(studio: Studio, ann: Member) -> None:
    ann.post("/data/departments", {"name": "Art"}, status=400)
    assert ann.get("/data/events") == []


def test_the_event_log_lists_no_more_than_a_thousand(studio: Studio, ann: Member) -> None:
    with studio.tracker.work() as work:
        for _ in range(1001):
            work.insert(ApiEvent, name="x:y")
    assert len(ann.get("/data/events")) == 1000
    page = ann.get("/data/events?page=2&limit=5000")
    assert (page["limit"], page["total"], len(page["data"])) == (1000, 1001, 1)
    assert len(ann.get("/data/events?page=1&limit=3")["data"]) == 3


# --- tools ---


def test_a_custom_action_has_a_name(studio: Studio, ann: Member) -> None:
    for body in ({}, {"name": None}):
        answer = ann.post("/data/custom-actions", body, status=400)
        assert answer["message"] == "The 'name' field is required and cannot be None."
    row = studio.add(CustomAction, name="Open")
    answer = ann.put(f"/data/custom-actions/{row['id']}", {"name": None}, status=400)
    assert answer["message"] == "The 'name' field cannot be set to None."
    assert ann.put(f"/data/custom-actions/{row['id']}", {"url": "https://a.b"})["name"] == "Open"
    studio.person(role="vendor").get("/data/custom-actions", status=403)
    assert len(studio.person(role="client").get("/data/custom-actions")) == 1


def test_a_team_sees_rows_of_its_open_productions_only(studio: Studio, ann: Member) -> None:
    bob = studio.person("Bob")
    mine = studio.project("Mine", team=[bob])
    for project in (mine, studio.project("Closed", team=[bob], status="Closed"), studio.project("Theirs")):
        studio.add(MetadataDescriptor, project_id=project["id"], name="M", field_name="m", entity_type="Shot")
        studio.task(studio.entity("Shot", "SH01", project))
    assert names(bob.get("/data/projects")) == ["Mine"]
    for things in ("metadata-descriptors", "tasks", "entities"):
        assert {row["project_id"] for row in bob.get(f"/data/{things}")} == {mine["id"]}, things
        assert bob.get(f"/data/{things}?page=1")["total"] == 1
    assert len(ann.get("/data/tasks")) == 3
