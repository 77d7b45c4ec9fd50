"""Several comments at once (contract 05, 4): all are found right before any is posted."""

from collections.abc import Iterable, Sequence

from kitsulite.models.comment_shapes import CREATED_FOR, CREATED_IN_BATCH
from kitsulite.models.shapes import Raw
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.services import access
from kitsulite.services.comments import Draft, draft_comment, post_comment, posted
from kitsulite.services.errors import NotFound
from kitsulite.services.work import Work
from kitsulite.storage import Row
from kitsulite.storage.files import Upload


def comment_many(work: Work, project_id: str, items: Iterable[Row]) -> list[Raw]:
    """Comment tasks of a project; the new comments. Tasks that the caller may not comment are passed over.

    items   object_id (the task), task_status_id, comment (the text), links

    NotFound for a task of another project; Forbidden when a status is not the caller's to give.
    """
    drafts = []
    for item in items:
        task = work.get(Task, item["object_id"])
        if task["project_id"] != project_id.lower():
            raise NotFound
        if not access.may_comment_in_bulk(work, task):
            continue
        status = work.get(TaskStatus, item["task_status_id"])
        access.require(access.may_use_status(work, status))
        text = item["comment"] or ""
        drafts.append(Draft(task=task, status=status, author_id=work.caller.id, text=text, links=item["links"]))
    return posted(work, [post_comment(work, draft) for draft in drafts], CREATED_FOR)


def batch_comments(work: Work, items: Sequence[Row], files: Sequence[Sequence[Upload]]) -> list[Raw]:
    """Comment tasks, each item with its files; the new comments.

    items   task_id, task_status_id, text, person_id and created_at (for managers), checklist, links
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
                person_id=item["person_id"] or "",
                created_at=item["created_at"] or "",
                checklist=item["checklist"],
                links=item["links"],
                files=uploads,
            )
        )
    return posted(work, [post_comment(work, draft) for draft in drafts], CREATED_IN_BATCH)
