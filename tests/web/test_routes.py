"""Every route of the tables, walked by everybody: nobody gets a 500, strangers get nothing, nothing is missing."""

import dataclasses
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from full_studio import FullStudio
from studio import Studio
from walking import PARAMETER, Walker

from kitsulite import Settings
from kitsulite.access.rules import Rule
from kitsulite.app import tables
from kitsulite.models import TABLES
from kitsulite.models.fields import Json
from kitsulite.models.shapes import Shape
from kitsulite.web.routing import Route

CONTRACT = Path(__file__).parents[3] / "shared" / "contract" / "routes.json"
PUBLIC = re.compile(
    r"/($|config$|status|health$|openapi|apidocs|admin/|shared/|auth/(login|app-login/token|reset-password|email-otp|fido|saml|oidc)|plugins/)"
)
BUILT = {
    "admin",
    "assets",
    "auth",
    "breakdown",
    "chats",
    "concepts",
    "crud",
    "departments",
    "edits",
    "entities",
    "events",
    "export",
    "files",
    "index",
    "news",
    "openapi_spec",
    "persons",
    "playlists",
    "previews",
    "project_templates",
    "projects",
    "search",
    "shared",
    "shots",
    "tasks",
    "user",
}
"""Areas of the contract that are whole here; an area that gets whole is added."""

NEVER = {("POST", "/pictures/thumbnails/preview-background-files/{instance_id}.png")}
"""Routes of the reference that lead nowhere."""

ODD_QUERIES = (
    "",
    "page=1&limit=2&relations=true&fields=id,name",
    "page=-1&limit=-3&relations=1",
    "page=x&limit=99999999999999999999",
    "page=99999999999999999999&limit=1",
    "project_id=x&person_id=&task_type_id=[&name=%00&after=x&before=2024-13-01&id=x",
    "project_id={project}&after=2024-01-01&before=2030-01-01&only_preview=true&name=%25&force=true&with_relations=true",
)
ODD_BODIES: tuple[Any, ...] = (None, [], "x", 7, {}, [None], [{}], ["x"])
ODD_VALUES: tuple[Any, ...] = (None, "x", "", "\x00", 3, 10**30, -1.5, True, [], ["x"], [[]], {}, {"id": "x"})

ROUTE_TABLES = {table.name: table for table in tables()}
ALL_ROUTES = [route for table in tables() for route in table.routes]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, debug=True, admin_token="operator", mail_enabled=False, scim=True)


@pytest.fixture
def full(studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> FullStudio:
    caplog.set_level(logging.CRITICAL, logger="kitsulite")  # the answers say it all
    return FullStudio(studio)


@pytest.fixture
def walker(full: FullStudio) -> Walker:
    return Walker(full)


def each_place(walker: Walker, route: Route) -> Iterator[str]:
    """A path to what is there, to what is not, and to what cannot be."""
    yield walker.path(route, walker.full.ids)
    if "{" in route.path:
        yield walker.path(route, {})
        yield walker.path(route, "malformed")


def odd_objects(route: Route) -> Iterator[dict[str, Any]]:
    """Bodies that have the keys of the route, and nonsense in them; alone where nothing else would refuse it before."""
    shape = route.gives[0] if isinstance(route.gives, list) else route.gives
    if route.takes is not None:
        keys = loose = [field.encode_name for field in msgspec.structs.fields(route.takes)]
    elif isinstance(shape, Shape):
        keys = [*shape.columns, *shape.table.relations]
        loose = [key for key, column in shape.columns.items() if isinstance(column, Json)]
    else:
        keys = loose = ["id", "name", "data", "task_ids", "person_id", "project_id", "date"]
    for value in ODD_VALUES:
        yield dict.fromkeys(keys, value)
    for key in loose:
        yield {key: "x"}
        yield {key: [{}]}


def of_area(name: str) -> list[Route]:
    return list(ROUTE_TABLES[name].routes)


@pytest.mark.parametrize("route", ALL_ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_says_who_may_call_it(route: Route) -> None:
    assert isinstance(route.who, Rule)
    assert route.who.name
    assert not route.who.public or PUBLIC.match(route.path)


def test_no_route_is_told_twice() -> None:
    found = [(route.method, route.path) for route in ALL_ROUTES]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("area", ROUTE_TABLES)
def test_strangers_are_sent_away_before_anything_is_looked_up(walker: Walker, area: str) -> None:
    for route in of_area(area):
        for path in each_place(walker, route):
            status = walker.call(route, path, "a stranger", body={})
            assert (status == 401) or route.who.public, f"{route.method} {path}: {status}"
    walker.check()


@pytest.mark.long
@pytest.mark.parametrize("area", ROUTE_TABLES)
def test_whatever_a_role_asks_for_is_answered(walker: Walker, area: str) -> None:
    for route in of_area(area):
        body = ... if route.method == "GET" else {}
        for who in walker.full.members:
            walker.call(route, walker.path(route, walker.full.ids), who, body=body)
        for path in each_place(walker, route):
            walker.call(route, path, "supervisor", body=body)
    walker.check()


@pytest.mark.long
@pytest.mark.parametrize("area", ROUTE_TABLES)
def test_whatever_is_sent_is_answered(walker: Walker, area: str) -> None:
    for route in of_area(area):
        path = walker.path(route, walker.full.ids)
        for query in ODD_QUERIES:
            walker.call(
                route,
                path,
                "admin",
                query=query.replace("{project}", walker.full.ids["project"]),
                body=... if route.method == "GET" else {},
            )
        if route.method != "GET":
            for body in (..., *ODD_BODIES, *odd_objects(route)):
                walker.call(route, path, "admin", body=body)
    walker.check()


def test_every_table_is_walked_through(full: FullStudio) -> None:
    """Else the walk would look at empty lists only."""
    with full.studio.tracker.db.reading():
        empty = [name for name, table in TABLES.items() if not full.studio.tracker.db.count(table.select())]
    assert set(empty) == {
        "backup_run",
        "event_node",
        "job",
        "job_consumer",
        "review_room",
        "review_seat",
        "room_message",
    }


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is not here")
def test_no_route_of_a_built_area_is_missing() -> None:
    ours = {(route.method, PARAMETER.sub("{}", route.path)) for route in ALL_ROUTES}
    missing = [
        f"{known['area']}: {method} {known['path']}"
        for known in json.loads(CONTRACT.read_text())
        for method in known["methods"]
        if known["area"] in BUILT
        and (method, known["path"]) not in NEVER
        and (method, PARAMETER.sub("{}", known["path"])) not in ours
    ]
    assert not missing, f"{len(missing)} routes are missing:\n" + "\n".join(missing)
