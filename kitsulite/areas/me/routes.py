"""`/data/user/…`: what the caller's client starts with, and what the caller works on (docs/api/me.md)."""

from typing import Any

from kitsulite.access.rules import person_only
from kitsulite.areas.me import context, worklists
from kitsulite.areas.productions import openprojects
from kitsulite.areas.tasks import lists
from kitsulite.models.entity_shapes import ASSET_TYPE, ENTITIES
from kitsulite.models.project_shapes import open_project
from kitsulite.models.task_shapes import LISTED, TASK
from kitsulite.web.call import Call
from kitsulite.web.routing import Route, get
from kitsulite.work.kinds import ASSET, SCENE, SEQUENCE, SHOT, Kind


def show_context(call: Call) -> Any:
    """The studio, its people and productions, as far as a client needs them all the time."""
    return context.context(call.work)


def list_open_projects(call: Call) -> Any:
    """The open productions that the caller works on, with all their settings."""
    return openprojects.own_open_projects(call.work, call.query.get("name"))


# --- tasks ---


def list_to_do(call: Call) -> Any:
    """What the caller has to do."""
    return lists.list_own(call.work, done=False)


def list_done(call: Call) -> Any:
    """What the caller has done, the latest first."""
    return lists.list_own(call.work, done=True)


def list_to_check(call: Call) -> Any:
    """What waits for feedback in the productions that the caller oversees."""
    return lists.list_to_check(call.work)


def on_entity(kind: Kind) -> list[Route]:
    """The routes of the caller's tasks on an entity of one kind, and of their types."""
    parameter = f"{kind.noun}_id"

    def list_tasks(call: Call, **path: str) -> Any:
        return worklists.tasks(call.work, kind, path[parameter])

    def list_task_types(call: Call, **path: str) -> Any:
        return worklists.task_types(call.work, kind, path[parameter])

    list_tasks.__doc__ = f"The caller's tasks on one {kind.noun}."
    list_task_types.__doc__ = f"The types of the caller's tasks on one {kind.noun}."
    path = f"/data/user/{kind.noun}s/{{{parameter}}}"
    return [
        get(f"{path}/tasks", person_only, list_tasks, gives=[TASK]),
        get(f"{path}/task-types", person_only, list_task_types, gives=[worklists.TASK_TYPE]),
    ]


# --- where these are ---


def list_asset_types(call: Call, project_id: str) -> Any:
    """The types of the assets on which the caller has work."""
    return worklists.asset_types(call.work, project_id)


def list_assets(call: Call, project_id: str, asset_type_id: str) -> Any:
    """The assets of a type on which the caller has work."""
    return worklists.assets(call.work, project_id, asset_type_id)


def list_sequences(call: Call, project_id: str) -> Any:
    """The sequences on whose shots the caller has work."""
    return worklists.sequences(call.work, project_id)


def list_episodes(call: Call, project_id: str) -> Any:
    """The episodes on whose shots the caller has work."""
    return worklists.episodes(call.work, project_id)


def list_shots(call: Call, sequence_id: str) -> Any:
    """The shots of a sequence on which the caller has work."""
    return worklists.children(call.work, sequence_id, SHOT)


def list_scenes(call: Call, sequence_id: str) -> Any:
    """The scenes of a sequence on which the caller has work."""
    return worklists.children(call.work, sequence_id, SCENE)


PROJECT = "/data/user/projects/{project_id}"
IN_SEQUENCE = "/data/user/sequences/{sequence_id}"
ROUTES: list[Route] = [
    get("/data/user/context", person_only, show_context),
    get("/data/user/projects/open", person_only, list_open_projects, gives=[open_project(())]),
    get("/data/user/tasks", person_only, list_to_do, gives=[LISTED]),
    get("/data/user/done-tasks", person_only, list_done, gives=[LISTED]),
    get("/data/user/tasks-to-check", person_only, list_to_check, gives=[LISTED]),
    *(route for kind in (ASSET, SHOT, SCENE, SEQUENCE) for route in on_entity(kind)),
    get(f"{PROJECT}/asset-types", person_only, list_asset_types, gives=[ASSET_TYPE]),
    get(f"{PROJECT}/asset-types/{{asset_type_id}}/assets", person_only, list_assets, gives=[ENTITIES["Asset"]]),
    get(f"{PROJECT}/sequences", person_only, list_sequences, gives=[ENTITIES["Sequence"]]),
    get(f"{PROJECT}/episodes", person_only, list_episodes, gives=[ENTITIES["Episode"]]),
    get(f"{IN_SEQUENCE}/shots", person_only, list_shots, gives=[ENTITIES["Shot"]]),
    get(f"{IN_SEQUENCE}/scenes", person_only, list_scenes, gives=[ENTITIES["Scene"]]),
]
