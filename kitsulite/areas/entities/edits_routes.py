"""Edits (contract 03, 9)."""

from typing import Any

import msgspec

from kitsulite.access import in_service, project_access, project_manager
from kitsulite.areas.entities import edits
from kitsulite.models.entity_shapes import ENTITIES, PROJECT_NAME
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id, Text
from kitsulite.web.routing import get, post


class NewEdit(msgspec.Struct):
    """A new edit. Its episode may be called `parent_id`, as in rows."""

    name: Text
    description: str | None = ""
    data: dict[str, Any] | None = None
    episode_id: Id | None = None
    parent_id: Id | None = None


def list_edits(call: Call) -> Any:
    """The edits of a project."""
    return edits.edits(call.work, call.query)


def list_edits_with_tasks(call: Call) -> Any:
    """The edits of a project with their tasks."""
    return edits.with_tasks(call.work, call.query)


def list_edits_of_project(call: Call, project_id: str) -> Any:
    """The edits of a project."""
    return edits.of_project(call.work, project_id)


def list_edits_of_episode(call: Call, episode_id: str) -> Any:
    """The edits of an episode."""
    return edits.of_episode(call.work, episode_id, relations=call.flag("relations"))


def show_edit(call: Call, edit_id: str) -> Any:
    """One edit with its tasks."""
    return edits.edit(call.work, edit_id)


def list_versions(call: Call, edit_id: str) -> Any:
    """What an edit was like before."""
    return edits.versions(call.work, edit_id)


def create_edit(call: Call, project_id: str, body: NewEdit) -> Any:
    """A new edit."""
    values = msgspec.structs.asdict(body)
    parent_id = values.pop("parent_id")
    return edits.create(call.work, project_id, **{**values, "episode_id": body.episode_id or parent_id})


of_query = in_service("in the team of the project asked for; without one, admin")
reachable = in_service("in the project's team; vendors with a task on it")
EDIT_ROWS = [ENTITIES["Edit"]]
EDITS_OF_PROJECTS = [ENTITIES["Edit"].but(plus=PROJECT_NAME)]

ROUTES = [
    get("/data/edits", of_query, list_edits, gives=EDITS_OF_PROJECTS),
    get("/data/edits/all", of_query, list_edits, gives=EDITS_OF_PROJECTS),
    get("/data/edits/with-tasks", of_query, list_edits_with_tasks),
    get("/data/edits/{edit_id}", reachable, show_edit),
    get("/data/edits/{edit_id}/versions", reachable, list_versions, gives=[edits.VERSION]),
    get("/data/episodes/{episode_id}/edits", reachable, list_edits_of_episode, gives=EDIT_ROWS),
    get("/data/projects/{project_id}/edits", project_access, list_edits_of_project, gives=EDIT_ROWS),
    post(
        "/data/projects/{project_id}/edits",
        project_manager,
        create_edit,
        takes=NewEdit,
        body_first=True,
        gives=ENTITIES["Edit"],
        status=201,
    ),
]
