"""Previews under comments, and the main ones of entities."""

from typing import Annotated

import msgspec

from kitsulite.access.callers import admin
from kitsulite.access.comments import may_act_on_its_task
from kitsulite.access.rules import comment, every, row
from kitsulite.access.tasks import has_task_access, may_set_main_preview
from kitsulite.areas.tasks import revisions
from kitsulite.areas.tasks.routes import Ids
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.web.paged import paged
from kitsulite.web.routing import Either, Route, delete, get, post, put
from kitsulite.work.work import Work

ENTITY = ENTITIES["Entity"]


class Revision(msgspec.Struct):
    revision: Annotated[int, msgspec.Meta(ge=0)] | None = None


class TasksShown(msgspec.Struct):
    task_ids: Ids


class Page(msgspec.Struct):
    """Which page of a list."""

    page: int | None = None


def get_task(work: Work, id: str) -> Row:
    return work.get(Task, id)


of_comment = "/actions/tasks/{task_id}/comments/{comment_id}"
preview = revisions.ROW.with_relations()
acting = comment(may_act_on_its_task)
ROUTES: list[Route] = [
    post(f"{of_comment}/add-preview", acting, revisions.add_to_comment, takes=Revision, gives=preview, status=201),
    post(f"{of_comment}/preview-files/{{preview_file_id}}", acting, revisions.add_beside, gives=preview, status=201),
    delete(f"{of_comment}/preview-files/{{preview_file_id}}", acting, revisions.remove_from_comment),
    get("/data/tasks/{task_id}/previews", row(Task, has_task_access), revisions.list_of_task, gives=[revisions.ROW]),
    get(
        "/data/projects/{project_id}/preview-files",
        admin,
        revisions.list_of_project,
        query=Page,
        gives=Either([revisions.ROW], paged(revisions.ROW)),
    ),
    put(
        "/actions/tasks/{task_id}/set-main-preview", row(Task, may_set_main_preview), revisions.show_last, gives=ENTITY
    ),
    put(
        "/actions/tasks/set-main-preview",
        every(Task, may_set_main_preview, key="task_ids", found=get_task),
        revisions.show_last_of,
        takes=TasksShown,
        gives=[ENTITY],
    ),
]
