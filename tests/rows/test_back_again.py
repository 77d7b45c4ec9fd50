"""What GET gives, PUT takes: a script reads a row, changes one thing and sends the whole row back."""

from collections.abc import Iterator
from typing import Any

import pytest
from film import Film, film
from full_studio import FullStudio
from studio import Studio

from kitsulite.app import tables
from kitsulite.models import new_id
from kitsulite.tables import collections
from kitsulite.web.routing import PARAMETER, Media, Route

__all__ = ["film"]
Row = dict[str, Any]
KINDS = ("asset", "shot", "sequence", "episode", "scene", "edit", "concept")
PATHS = {
    **{collection.table.table_name(): f"/data/{collection.path}" for collection in collections()},
    **dict.fromkeys(KINDS, "/data/entities"),
    "asset_type": "/data/entity-types",
}
PLACES = {"year": "2024", "month": "3", "week": "10", "day": "4", "date": "2024-03-04", "month_date": "2024-03"}
ROUTES = [
    route
    for table in tables()
    for route in table.routes
    if route.method == "GET" and not isinstance(route.gives, Media) and not route.path.startswith(("/auth", "/shared"))
]


@pytest.fixture
def full(studio: Studio) -> FullStudio:
    return FullStudio(studio)


def rows_of(answer: Any) -> Iterator[Row]:
    """The rows of an answer, whether it is one, a list of them or a page."""
    if isinstance(answer, dict) and isinstance(answer.get("data"), list):
        answer = answer["data"]
    for row in answer if isinstance(answer, list) else [answer]:
        if isinstance(row, dict) and isinstance(row.get("id"), str):
            yield row


def answer_of(full: FullStudio, route: Route, query: str = "") -> Any:
    """What a route answers an admin; None when it is no JSON."""
    places = {**PLACES, "person_id": full.members["admin"].id}
    ids = {f"{name}_id": id for name, id in full.ids.items()}
    path = PARAMETER.sub(lambda found: {**ids, **places}.get(found[1]) or new_id(), route.path)
    query += f"&project_id={full.ids['project']}" if "with-tasks" in path else ""
    answer = full.members["admin"].call("GET", f"{path}?{query}" if query else path)
    is_json = answer.status == 200 and answer.headers.get("content-type", "").startswith("application/json")
    return answer.json if is_json else None


def test_every_row_that_any_route_shows_is_taken_back_as_it_is(full: FullStudio) -> None:
    known = {id: name for name, id in full.ids.items() if name in PATHS}
    refused, sent = [], 0
    for route in ROUTES:
        for row in rows_of(answer_of(full, route)):
            if row["id"] in known:
                sent += 1
                answer = full.members["admin"].call("PUT", f"{PATHS[known[row['id']]]}/{row['id']}", row)
                if answer.status != 200:
                    refused.append(f"{route.path}: {answer}")
    assert sent > 150
    assert refused == []


def test_what_lists_spell_nothing_with_is_nothing(film: Film) -> None:
    film.studio.task(film.asset, "Modeling")
    [row] = film.ann.get(f"/data/assets/with-tasks?project_id={film.id}")
    assert (row["preview_file_id"], row["ready_for"]) == ("", "None")
    film.ann.put(f"/data/entities/{film.asset['id']}", {**row, "description": "new"})
    stored = film.ann.get(f"/data/entities/{film.asset['id']}")
    assert (stored["preview_file_id"], stored["ready_for"], stored["description"]) == (None, None, "new")
    film.ann.put(f"/data/entities/{film.asset['id']}", {"preview_file_id": "none"}, status=400)
    playlist = film.ann.post("/data/playlists", {"name": "P", "project_id": film.id, "for_entity": "shot"})
    film.ann.put(f"/data/playlists/{playlist['id']}", {**playlist, "shots": None, "name": "Q"})


def test_what_stands_there_already_may_stay(film: Film) -> None:
    old = film.studio.project("Old", resolution="large", team=[film.ann])
    row = film.admin.get(f"/data/projects/{old['id']}")
    assert film.ann.put(f"/data/projects/{old['id']}", {**row, "name": "Older"})["resolution"] == "large"
    film.ann.put(f"/data/projects/{old['id']}", {**row, "resolution": "larger"}, status=400)


def test_moments_that_are_sent_back_to_the_second_stay_to_the_microsecond(film: Film) -> None:
    task = film.studio.task(film.shot, end_date="2026-03-02T10:00:00.123456")
    film.ann.put(f"/data/tasks/{task['id']}", film.ann.get(f"/data/tasks/{task['id']}"))
    from kitsulite.models.tasks import Task

    assert film.studio.stored(Task, task["id"])["end_date"] == "2026-03-02T10:00:00.123456"


def test_every_list_sends_the_keys_that_are_asked_for(full: FullStudio) -> None:
    wrong, lists = [], 0
    for route in ROUTES:
        answer = answer_of(full, route, "fields=id, name")
        rows = answer.get("data") if isinstance(answer, dict) and "total" in answer else answer
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            lists += 1
            if not all(row.keys() <= {"id", "name", "type"} for row in rows):
                wrong.append(route.path)
    assert lists > 90
    assert "\n".join(wrong) == ""
