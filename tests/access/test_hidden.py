"""What somebody may not see of `data`, and of the fields themselves, shows nowhere: every route is read by who must not see it."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from callers import Callers
from full_studio import KINDS
from studio import Answered, Studio, Visitor
from test_matrix import Walk, leaves

from kitsulite.app import tables
from kitsulite.models.entities import Entity, EntityVersion
from kitsulite.models.productions import DepartmentMetadataDescriptorLink, MetadataDescriptor, Project
from kitsulite.models.reviews import Playlist
from kitsulite.models.tasks import Task
from kitsulite.web.routing import Route
from kitsulite.work.work import BY_LINK

INNER, KEPT, OPEN = "innermost", "keepsake", "openhanded"
"""The values of three fields: of the studio alone, for clients but of another department, and for everybody. The fields are
called after them, so that these are found as well.
"""

DATA = {"inner": INNER, "kept": KEPT, "open": OPEN}
FIELDS = {"inner": None, "kept": "another", "open": None}
SEES_NOT = {
    "client": (INNER,),
    "manager as client": (INNER,),
    "guest": (INNER,),
    "vendor": (KEPT,),
    "lent vendor": (KEPT,),
}


@pytest.fixture
def callers(studio: Studio) -> Callers:
    callers = Callers(studio)
    with studio.tracker.work() as work:
        department = studio.department("Closed")
        for kind in (*KINDS, "Task", "Project"):
            for name, kept in FIELDS.items():
                ids = {"project_id": callers.ids["project"], "entity_type": kind}
                if kind == "Task":
                    ids["task_type_id"] = callers.ids["task_type"]
                id = work.insert(
                    MetadataDescriptor,
                    name=f"The {DATA[name]} of {kind}",
                    field_name=name,
                    data_type="string",
                    for_client=name != "inner",
                    **ids,
                )
                if kept:
                    work.insert(
                        DepartmentMetadataDescriptorLink, metadata_descriptor_id=id, department_id=department["id"]
                    )
        work.db.run(Entity.update(data=DATA, is_shared=True))
        work.db.run(EntityVersion.update(data=DATA))
        work.db.run(Task.update(data=DATA, done_date="2024-03-04T10:00:00"))
        work.db.run(Project.update(data=DATA))
        for kind in KINDS:
            work.update(Entity, callers.ids[kind.lower()], name=f"{kind} of ours")
        work.update(Entity, callers.ids["shot"], parent_id=callers.ids["sequence"])
    return callers


def reading(route: Route) -> bool:
    """Whether a route only reads."""
    return route.method == "GET" or not route.writes


def answers(callers: Callers, who: str) -> Iterator[tuple[str, str]]:
    """What is answered to somebody by every route that reads, and by changes that answer with a row."""
    walk = Walk(callers)
    for route in (route for table in tables() for route in table.routes if reading(route)):
        if route.token not in ("access", BY_LINK) or route.path == "/auth/logout":
            continue
        asked = any(rule.unasked is not None for rule in leaves(route.who))
        queries = [f"project_id={callers.ids['project']}", "relations=true"] if asked else ["", "relations=true"]
        for query in queries:
            status, text = walk.ask(route, walk.path(route), who, query)
            assert status < 500, f"{route.method} {route.path}: {text}"
            yield f"{route.method} {route.path}?{query}", text


@pytest.mark.long
def test_nobody_reads_what_is_hidden_from_them(callers: Callers) -> None:
    seen = {route for route, text in answers(callers, "admin") if INNER in text and KEPT in text}
    assert len(seen) > 60, "the walk must come by what is hidden"
    for who, hidden in SEES_NOT.items():
        found = list(answers(callers, who))
        leaks = [route for route, text in found if any(value in text for value in hidden)]
        assert not leaks, f"{who} reads {hidden}:\n" + "\n".join(leaks)
        if who != "guest":
            assert sum(OPEN in text for _, text in found) > 20, f"{who} must still read what is open"


def test_who_sees_all_of_tasks_and_productions_sees_it_in_the_same_places(callers: Callers) -> None:
    for path in (f"/data/tasks/{callers.ids['task']}", f"/data/projects/{callers.ids['project']}"):
        for who in ("artist", "manager", "vendor as manager", "admin"):
            assert callers.people[who].get(path)["data"] == DATA, who
        for who, hidden in SEES_NOT.items():
            if who != "guest":
                assert callers.people[who].get(path)["data"] == {
                    key: value for key, value in DATA.items() if value not in hidden
                }, who


@pytest.mark.parametrize(
    "path",
    [
        "/data/tasks?fields=data",
        "/data/tasks?page=1&fields=id,data",
        "/data/projects?page=1&fields=data",
        "/data/projects/{project}/tasks?page=1",
        "/data/projects/{project}/tasks?fields=data",
        "/data/tasks/open-tasks?project_id={project}",
        "/data/shots/with-tasks?project_id={project}&compact=true",
        "/data/assets/with-tasks?project_id={project}&compact=true",
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson"])
def test_no_form_of_a_list_shows_what_is_hidden(callers: Callers, path: str, accept: str) -> None:
    path = path.format(**callers.ids)
    shown = callers.people["admin"].call("GET", path, headers={"Accept": accept}).text
    assert INNER in shown
    assert KEPT in shown
    for who, hidden in SEES_NOT.items():
        if who != "guest":
            text = callers.people[who].call("GET", path, headers={"Accept": accept}).text
            assert not any(value in text for value in hidden), who


def test_a_field_of_tasks_is_hidden_in_tasks_of_its_type_alone(callers: Callers) -> None:
    """Whatever else of the same name there is: a field of another task type, of all of them, of assets."""
    project, asset, client = callers.ids["project"], callers.ids["asset"], callers.people["client"]
    kept = {"project_id": project, "name": "Cost", "field_name": "cost", "data_type": "string"}
    other = callers.studio.task_type("Other type")
    data = {**DATA, "cost": 1, "rate": 2}
    with callers.studio.tracker.work() as work:
        first = work.get(Task, callers.ids["task"])
        same = {key: first[key] for key in ("project_id", "task_status_id", "entity_id")}
        elsewhere = work.insert(Task, name="Elsewhere", task_type_id=other["id"], data=data, **same)
        nothing = work.insert(Task, name="Nothing", task_type_id=first["task_type_id"], data=None, **same)
        odd = work.insert(Task, name="Odd", task_type_id=first["task_type_id"], data="odd", **same)
        work.update(Task, first["id"], data=data)
        work.update(Entity, asset, data=data)
        work.insert(MetadataDescriptor, entity_type="Task", task_type_id=first["task_type_id"], **kept)
        work.insert(MetadataDescriptor, entity_type="Task", **{**kept, "name": "Rate", "field_name": "rate"})

    def shown(path: str) -> object:
        return client.get(path)["data"]

    assert shown(f"/data/tasks/{first['id']}") == {"kept": KEPT, "open": OPEN}
    assert shown(f"/data/tasks/{elsewhere}") == {**DATA, "cost": 1}
    assert [shown(f"/data/tasks/{id}") for id in (nothing, odd)] == [None, "odd"]
    assert shown(f"/data/entities/{asset}") == {"kept": KEPT, "open": OPEN, "cost": 1, "rate": 2}


def test_fields_are_known_to_who_sees_their_values(callers: Callers) -> None:
    path = f"/data/projects/{callers.ids['project']}/metadata-descriptors"
    fields = {row["id"]: row["name"] for row in callers.people["admin"].get(path)}
    assert len(fields) > len(FIELDS) * len(KINDS)
    for who in (*SEES_NOT, "artist", "supervisor", "manager", "vendor as manager"):
        if who == "guest":
            continue
        person, hidden = callers.people[who], SEES_NOT.get(who, ())
        known = {row["id"] for row in person.get(path)}
        if hidden:
            assert not any(value in fields[id] for id in known for value in hidden), who
            assert any(OPEN in fields[id] for id in known), who
        else:
            assert known == fields.keys(), who
        for id in fields:
            assert person.call("GET", f"{path}/{id}").status == (200 if id in known else 404), who
        assert {row["id"] for row in person.get("/data/metadata-descriptors")} == known, who
        (context,) = (
            row for row in person.get("/data/user/context")["projects"] if row["id"] == callers.ids["project"]
        )
        assert {row["id"] for row in context["descriptors"]} == known, who


def test_nothing_is_found_by_what_is_hidden(callers: Callers) -> None:
    def found(who: str, text: str) -> set[str]:
        rows = callers.people[who].post("/data/search", {"query": text}, status=200)
        return {row["id"] for kind in rows.values() for row in kind}

    shot = callers.ids["shot"]
    for who, hidden in SEES_NOT.items():
        if who != "guest":
            for value in hidden:
                assert found(who, value) == set(), who
                assert found(who, value[:6]) == set(), who
            assert shot in found(who, OPEN), who
    assert shot in found("admin", INNER)
    assert shot in found("artist", INNER)


@pytest.mark.parametrize(
    "path",
    [
        "/data/entities",
        "/data/shots",
        "/data/shots/with-tasks",
        "/data/assets",
        "/data/assets/with-tasks",
        "/data/edits",
    ],
)
def test_nothing_is_filtered_by_what_is_hidden(callers: Callers, path: str) -> None:
    project = callers.ids["project"]
    for text in (json.dumps(DATA), json.dumps({"inner": INNER}), INNER):
        answers = {
            callers.people["client"].call("GET", f"{path}?project_id={project}&data={quote(query)}").text
            for query in (text, text.replace(INNER, "elsewhere"))
        }
        assert len({answer.replace("elsewhere", INNER) for answer in answers}) == 1


def test_what_is_hidden_is_answered_to_no_change(callers: Callers) -> None:
    """Who may change a row without seeing all of it changes what is shown, and reads no more in the answer."""
    with callers.studio.tracker.work() as work:
        for who in ("client", "vendor"):
            work.update(Entity, callers.ids["shot"], created_by=callers.people[who].id)
    vendor = callers.people["vendor"]
    for path in ("/data/entities", "/data/shots"):
        answer: Answered = vendor.call("PUT", f"{path}/{callers.ids['shot']}", {"description": "Mine"})
        assert KEPT not in answer.text
    row = vendor.get(f"/data/entities/{callers.ids['shot']}")
    vendor.put(f"/data/entities/{callers.ids['shot']}", row)
    assert callers.studio.stored(Entity, callers.ids["shot"])["data"]["kept"] == KEPT


def test_the_stranger_of_a_link_sees_no_more_than_clients(callers: Callers) -> None:
    stranger: Visitor = callers.studio.stranger
    for path in ("", "/context", "/comments"):
        assert INNER not in stranger.call("GET", f"/shared/playlists/{callers.ids['token']}{path}").text


# --- what changes answers without being shown ---


@pytest.mark.parametrize("change", ["rename", "remove", "erase"])
def test_a_column_that_goes_leaves_nothing_in_older_versions(callers: Callers, change: str) -> None:
    descriptors = f"/data/projects/{callers.ids['project']}/metadata-descriptors"
    admin = callers.people["admin"]
    fields = {(row["entity_type"], row["field_name"]): row["id"] for row in admin.get(descriptors)}
    versions = f"/data/shots/{callers.ids['shot']}/versions"
    callers.studio.add(EntityVersion, name="before", entity_id=callers.ids["shot"], data=DATA)
    for name in ("inner", "kept"):
        id = fields["Shot", name]
        if change == "rename":
            departments = next(row["departments"] for row in admin.get(descriptors) if row["id"] == id)
            admin.put(
                f"{descriptors}/{id}",
                {"name": f"New {name}", "for_client": name != "inner", "departments": departments},
            )
        elif change == "remove":
            admin.delete(f"{descriptors}/{id}")
        else:
            admin.delete(f"/data/metadata-descriptors/{id}")
    stored = admin.get(versions)[0]["data"]
    assert stored == ({"new_inner": INNER, "new_kept": KEPT, "open": OPEN} if change == "rename" else {"open": OPEN})
    for who, hidden in SEES_NOT.items():
        if who in ("client", "vendor"):
            text = callers.people[who].get(versions)[0]["data"]
            assert OPEN in text.values()
            assert not any(value in text.values() for value in hidden), who


def test_what_was_written_of_it_is_told_to_nobody_from_whom_it_is_hidden(callers: Callers) -> None:
    """Of a change that is told, neither the names of hidden columns nor what they held and hold; of people, what few may know."""
    admin, ids = callers.people["admin"], callers.ids
    after = admin.get("/data/events?after=last")["last"]
    changed = {name: value[::-1] for name, value in DATA.items()}
    for kind in (*KINDS, "Task", "Project"):
        path = f"/data/{kind.lower()}s" if kind in ("Task", "Project") else "/data/entities"
        admin.put(f"{path}/{ids[kind.lower()]}", {"data": changed})
    salary = {"daily_salary": 41785296, "phone": "0123456789", "first_name": "Renamed"}
    admin.put(f"/data/persons/{callers.people['artist'].id}", salary)

    def told(who: str) -> str:
        return callers.people[who].call("GET", f"/data/events?after={after}&limit=1000").text

    everything = told("admin")
    assert all(text in everything for text in (*DATA, *changed.values(), *DATA.values(), "41785296", "0123456789"))
    for who, hidden in SEES_NOT.items():
        if who == "guest":
            continue
        text = told(who)
        names = [name for name, value in DATA.items() if value in hidden]
        assert not [word for value in hidden for word in (value, value[::-1]) if word in text], who
        assert not [name for name in names if f'"{name}"' in text], who
        assert OPEN[::-1] in text, who
    for who, knows in (("manager", True), ("artist", True), ("supervisor", False), ("client", False)):
        text = told(who)
        assert "Renamed" in text
        assert "41785296" not in text
        assert "daily_salary" not in text
        assert ("0123456789" in text) is knows, who


def test_what_was_hidden_stays_so_when_its_field_is_renamed_or_gone(callers: Callers) -> None:
    admin, ids = callers.people["admin"], callers.ids
    after = admin.get("/data/events?after=last")["last"]
    changed = {name: value[::-1] for name, value in DATA.items()}
    admin.put(f"/data/entities/{ids['asset']}", {"data": changed})
    fields = {
        field["field_name"]: field["id"]
        for field in admin.get(f"/data/projects/{ids['project']}/metadata-descriptors")
        if field["entity_type"] == "Asset"
    }
    where = f"/data/projects/{ids['project']}/metadata-descriptors"
    admin.delete(f"{where}/{fields['inner']}")
    admin.put(f"{where}/{fields['kept']}", {"name": "Renamed"})
    for who, hidden in SEES_NOT.items():
        if who != "guest":
            text = callers.people[who].call("GET", f"/data/events?after={after}&limit=1000").text
            assert not [word for value in hidden for word in (value, value[::-1]) if word in text], who
            assert OPEN[::-1] in text, who
    assert INNER in admin.call("GET", f"/data/events?after={after}&limit=1000").text


def test_what_is_opened_to_clients_tells_nothing_of_before(callers: Callers) -> None:
    admin, client, ids = callers.people["admin"], callers.people["client"], callers.ids
    with callers.studio.tracker.work() as work:
        work.update(Playlist, ids["playlist"], name="Secret cut", for_client=False)
    after = admin.get("/data/events?after=last")["last"]
    admin.put(f"/data/playlists/{ids['playlist']}", {"name": "For you", "for_client": True})
    [told] = client.get(f"/data/events?after={after}")["events"]
    assert (told["name"], told["fields"]) == ("playlist:update", {"for_client": [False, True]})
    [told] = admin.get(f"/data/events?after={after}")["events"]
    assert told["fields"]["name"] == ["Secret cut", "For you"]
