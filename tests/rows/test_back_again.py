"""What GET gives, PUT takes: a script reads a row, changes one thing and sends the whole row back."""

from collections.abc import Iterator
from typing import Any

import pytest
from film import Film
from full_studio import FullStudio
from studio import Member, Studio

from kitsulite.app import tables
from kitsulite.models.reviews import Comment, Playlist
from kitsulite.tables import collections
from kitsulite.web.routing import Media, Route

PATHS = {thing.table.table_name(): f"/data/{thing.path}" for thing in collections()}
PLACES = {"year": "2024", "month": "3", "week": "10", "day": "4", "date": "2024-03-04", "month_date": "2024-03"}
READ_ONLY = {"api_event", "login_log", "desktop_login_log", "search_filter_group"}


@pytest.fixture
def full(studio: Studio) -> FullStudio:
    return FullStudio(studio)


def rows_of(answer: Any) -> Iterator[dict[str, Any]]:
    """The rows of an answer, whether it is one, a list of them or a page."""
    if isinstance(answer, dict) and isinstance(answer.get("data"), list):
        answer = answer["data"]
    for row in answer if isinstance(answer, list) else [answer]:
        if isinstance(row, dict) and isinstance(row.get("id"), str):
            yield row


def shown_by(full: FullStudio, admin: Member, route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
    """The table and the row of everything that a route shows of what is in the studio."""
    kinds = {id: name for name, id in full.ids.items() if f"/data/{name}" or name}
    path = route.path.format_map(
        {**{f"{name}_id": id for name, id in full.ids.items()}, **PLACES, "person_id": admin.id}
    )
    answer = admin.call("GET", f"{path}?project_id={full.ids['project']}" if "with-tasks" in path else path)
    if answer.status == 200 and "json" in answer.headers.get("content-type", ""):
        for row in rows_of(answer.json):
            if row["id"] in kinds:
                yield kinds[row["id"]], row


def test_x(full: FullStudio) -> None:
    admin = full.members["admin"]
    problems: dict[Any, Any] = {}
    n = 0
    for route in [route for table in tables() for route in table.routes]:
        if route.method != "GET" or isinstance(route.gives, Media) or route.path.startswith(("/auth", "/shared")):
            continue
        try:
            found = list(shown_by(full, admin, route))
        except KeyError:
            continue
        for kind, row in found:
            path = PATHS.get(
                kind,
                "/data/entities"
                if kind in ("asset", "shot", "sequence", "episode", "scene", "edit", "concept")
                else None,
            )
            if kind == "asset_type":
                path = "/data/entity-types"
            if path is None:
                problems[kind] = "no path"
                continue
            n += 1
            answer = admin.call("PUT", f"{path}/{row['id']}", row)
            if answer.status != 200:
                problems[route.path, kind] = answer.text[:160]
    print(n)
    for key, value in problems.items():
        print(key, value)
    assert not problems
