"""Several comments at once (contract 05, 4): all are found right before any is posted."""

from collections.abc import Iterable, Sequence
from typing import Any

from kitsulite.models.comment_shapes import CREATED_FOR, CREATED_IN_BATCH
from kitsulite.models.shapes import Raw
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.services import access
from kitsulite.services.comments import Draft, draft_comment, post_comment, posted
from kitsulite.services.errors import NotFound
from kitsulite.services.work import Work
from kitsulite.storage import Row
from kitsulite.storage.files import Upload

KEYS = {"object_id", "task_status_id", "comment"}


def comment_many(work: Work, project_id: str, items: Iterable[Any]) -> list[Raw]:
    """Comment tasks of a project (`object_id`, `task_status_id`, `comment`, perhaps `links`); the new comments.

    Items without one of these keys, and tasks that the caller may not comment, are passed over. Forbidden when a status is
    not the caller's to give.
    """
    drafts = []
    for item in items:
        if not isinstance(item, dict) or not item.keys() >= KEYS:
            continue
        task = work.get(Task, item["object_id"])
        if task["project_id"] != project_id.lower():
            raise NotFound
        if not access.may_comment_in_bulk(work, task):
            continue
        status = work.get(TaskStatus, item["task_status_id"])
        access.require(access.may_use_status(work, status))
        text, links = item["comment"] or "", item.get("links") or ()
        drafts.append(Draft(task=task, status=status, author_id=work.caller.id, text=text, links=links))
    return posted(work, [post_comment(work, draft) for draft in drafts], CREATED_FOR)


def batch_comments(work: Work, items: Sequence[Row], files: Sequence[Sequence[Upload]]) -> list[Raw]:
    """Comment tasks, each item with its files; the new comments.

    items   task_id, task_status_id, text; perhaps person_id and created_at (for managers), checklist, links
    files   for each item its attachments
    """
    drafts = []
    for item, uploads in zip(items, files, strict=True):
        task = work.get(Task, item["task_id"])
        access.require(access.has_task_action_access(work, task))
        drafts.append(
            draft_comment(
                work,
                task,
                item["task_status_id"],
                text=item["text"] or "",
                person_id=item.get("person_id") or "",
                created_at=item.get("created_at") or "",
                checklist=item.get("checklist") or (),
                links=item.get("links") or (),
                files=uploads,
            )
        )
    return posted(work, [post_comment(work, draft) for draft in drafts], CREATED_IN_BATCH)
