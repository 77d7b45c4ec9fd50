"""What somebody may not see of the data of entities shows nowhere: every route is read by who must not see it."""

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
from kitsulite.models.productions import DepartmentMetadataDescriptorLink, MetadataDescriptor
from kitsulite.models.tasks import Task
from kitsulite.web.routing import Route
from kitsulite.work.work import BY_LINK

pytestmark = pytest.mark.walk

INNER, KEPT, OPEN = "innermost", "keepsake", "openhanded"
"""The values of three fields: of the studio alone, for clients but of another department, and for everybody."""

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
        for kind in ("Asset", "Shot", "Edit", "Episode", "Sequence", "Scene", "Concept"):
            for name, kept in FIELDS.items():
                ids = {"project_id": callers.ids["project"], "entity_type": kind}
                id = work.insert(
                    MetadataDescriptor,
                    name=name,
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
        work.db.run(Task.update(done_date="2024-03-04T10:00:00"))
        for kind in KINDS:
            work.update(Entity, callers.ids[kind.lower()], name=f"{kind} of ours")
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


def test_nobody_reads_what_is_hidden_from_them(callers: Callers) -> None:
    seen = {route for route, text in answers(callers, "admin") if INNER in text and KEPT in text}
    assert len(seen) > 60, "the walk must come by what is hidden"
    for who, hidden in SEES_NOT.items():
        found = list(answers(callers, who))
        leaks = [route for route, text in found if any(value in text for value in hidden)]
        assert not leaks, f"{who} reads {hidden}:\n" + "\n".join(leaks)
        if who != "guest":
            assert sum(OPEN in text for _, text in found) > 20, f"{who} must still read what is open"


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
