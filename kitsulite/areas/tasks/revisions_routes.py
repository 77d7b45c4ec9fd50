"""Previews under comments, and the main ones of entities (contract 05, 5.1)."""

from typing import Annotated

import msgspec

from kitsulite.access import admin, in_service, main_preview, task_access, task_action
from kitsulite.areas.tasks import revisions
from kitsulite.areas.tasks.routes import Ids
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.web.call import Call
from kitsulite.web.routing import Route, delete, get, post, put

ENTITY = ENTITIES["Entity"]


class Revision(msgspec.Struct):
    revision: Annotated[int, msgspec.Meta(ge=0)] | None = None


class TasksShown(msgspec.Struct):
    task_ids: Ids


def add_preview(call: Call, task_id: str, comment_id: str, body: Revision) -> object:
    """A place for a preview under a comment; its file comes later."""
    return revisions.add_to_comment(call.work, task_id, comment_id, body.revision)


def add_extra_preview(call: Call, task_id: str, comment_id: str, preview_file_id: str) -> object:
    """A place for one more preview of the same revision."""
    return revisions.add_beside(call.work, task_id, comment_id, preview_file_id)


def delete_preview(call: Call, task_id: str, comment_id: str, preview_file_id: str) -> None:
    """Remove a preview of a comment."""
    revisions.remove_from_comment(call.work, task_id, comment_id, preview_file_id)


def list_of_task(call: Call, task_id: str) -> object:
    """The previews of a task, the highest revision first."""
    return revisions.list_of_task(call.work, task_id)


def list_of_project(call: Call, project_id: str) -> object:
    """The previews of a project, latest change first."""
    return revisions.list_of_project(call.work, project_id, call.integer("page"))


def set_main_preview(call: Call, task_id: str) -> object:
    """Make the last preview of a task the main one of its entity."""
    return revisions.show_last(call.work, task_id)


def set_main_previews(call: Call, body: TasksShown) -> object:
    """Make the last previews of tasks the main ones of their entities."""
    return revisions.show_last_of(call.work, body.task_ids)


of_comment = "/actions/tasks/{task_id}/comments/{comment_id}"
preview = revisions.ROW.with_relations()
ROUTES: list[Route] = [
    post(f"{of_comment}/add-preview", task_action, add_preview, takes=Revision, gives=preview, status=201),
    post(f"{of_comment}/preview-files/{{preview_file_id}}", task_action, add_extra_preview, gives=preview, status=201),
    delete(f"{of_comment}/preview-files/{{preview_file_id}}", task_action, delete_preview),
    get("/data/tasks/{task_id}/previews", task_access, list_of_task, gives=[revisions.ROW]),
    get("/data/projects/{project_id}/preview-files", admin, list_of_project, gives=[revisions.ROW]),
    put("/actions/tasks/{task_id}/set-main-preview", main_preview, set_main_preview, gives=ENTITY),
    put(
        "/actions/tasks/set-main-preview",
        in_service("in the team, no client; vendors with a task on the entity"),
        set_main_previews,
        takes=TasksShown,
        gives=[ENTITY],
    ),
]
