"""Edits."""

from typing import Any

import msgspec

from kitsulite.access.callers import is_any_admin, project_access, project_manager
from kitsulite.access.entities import has_entity_access
from kitsulite.access.rules import MEMBER, asked_project, entity
from kitsulite.areas.entities import edits
from kitsulite.areas.entities.narrowing import Narrowed
from kitsulite.areas.entities.withtasks import EDITS, shape_with_tasks
from kitsulite.models.entities import Entity
from kitsulite.models.entity_shapes import ENTITIES, PROJECT_NAME
from kitsulite.web.inputs import Id, Name, Related
from kitsulite.web.routing import Route, get, post
from kitsulite.work.kinds import EDIT, EPISODE


class NewEdit(msgspec.Struct):
    """A new edit. Its episode may be called `parent_id`, as in rows."""

    name: Name
    description: str | None = ""
    data: dict[str, Any] | None = None
    episode_id: Id | None = None
    parent_id: Id | None = None


of_query = asked_project(MEMBER, otherwise=is_any_admin)
reachable = entity(EDIT, has_entity_access)
EDIT_ROWS = [ENTITIES["Edit"]]
EDITS_OF_PROJECTS = [ENTITIES["Edit"].but(plus=PROJECT_NAME, title="EditOfProject")]

WITH_TASKS = shape_with_tasks(EDITS)
ROUTES: list[Route] = [
    get("/data/edits", of_query, edits.edits, query=Narrowed, filters=Entity, gives=EDITS_OF_PROJECTS),
    get("/data/edits/all", of_query, edits.edits, query=Narrowed, filters=Entity, gives=EDITS_OF_PROJECTS),
    get("/data/edits/with-tasks", of_query, edits.with_tasks, query=Narrowed, filters=Entity, gives=[WITH_TASKS]),
    get("/data/edits/{edit_id}", reachable, edits.show_edit, gives=WITH_TASKS),
    get("/data/edits/{edit_id}/versions", reachable, edits.versions, gives=[edits.VERSION]),
    get(
        "/data/episodes/{episode_id}/edits",
        entity(EPISODE, has_entity_access),
        edits.of_episode,
        query=Related,
        gives=[ENTITIES["Edit"].with_relations()],
    ),
    get("/data/projects/{project_id}/edits", project_access, edits.of_project, gives=EDIT_ROWS),
    post(
        "/data/projects/{project_id}/edits",
        project_manager,
        edits.create,
        takes=NewEdit,
        body_first=True,
        gives=ENTITIES["Edit"],
        status=201,
    ),
]
