"""Several comments at once (docs/api/tasks.md): all are found right before any is posted."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import peewee

from kitsulite.access.comments import may_comment_in_bulk
from kitsulite.access.projects import CLIENT
from kitsulite.access.roles import require
from kitsulite.access.tasks import has_task_action_access, may_use_status
from kitsulite.areas.previews.intake import take_in
from kitsulite.areas.previews.previewfiles import remove_preview_file
from kitsulite.areas.tasks.comments import Draft, draft_comment, post_comment, posted
from kitsulite.areas.tasks.revisions import add_preview
from kitsulite.models.comment_shapes import CREATED_FOR, CREATED_IN_BATCH
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import role_in
from kitsulite.models.reviews import Comment, PreviewFile
from kitsulite.models.shapes import Raw
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.storage import Row
from kitsulite.storage.files import Upload
from kitsulite.work.errors import NotFound, WrongParameter
from kitsulite.work.work import Begin, Work

log = logging.getLogger("kitsulite")


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
        if not may_comment_in_bulk(work, task):
            continue
        status = work.get(TaskStatus, item["task_status_id"])
        require(may_use_status(work, status, task["project_id"]))
        text = item["comment"] or ""
        drafts.append(Draft(task=task, status=status, author_id=work.caller.id, text=text, links=item["links"]))
    return posted(work, [post_comment(work, draft) for draft in drafts], CREATED_FOR)


def copy_client_comments(work: Work, project: Row, *, task_ids: Sequence[str], prefix: str) -> list[Raw]:
    """Say once more, as the caller, what a client said last of each of these tasks, for those who don't read clients.

    The tasks keep their status. Those of other projects, and those of which no client spoke, are passed over.

    prefix  what is written above it
    """
    said = _last_of_clients(work, project["id"], task_ids)
    drafts = []
    for id in dict.fromkeys(task_ids):
        if id in said:
            task = work.hold(Task, id)
            status, text = work.get(TaskStatus, task["task_status_id"]), "\n\n".join(filter(None, (prefix, said[id])))
            drafts.append(Draft(task, status, work.caller.id, text=text, spreads=False, stays=True))
    return posted(work, [post_comment(work, draft) for draft in drafts], CREATED_FOR)


def _last_of_clients(work: Work, project_id: str, task_ids: Sequence[str]) -> dict[str, str | None]:
    """By task, the text of the newest comment by somebody who is a client in a project."""
    role = peewee.SQL(role_in("person", work.db.placeholder), (project_id,))
    query = (
        Comment.select(Comment.object_id, Comment.text)
        .join(Task, on=Task.id == Comment.object_id)
        .join_from(Comment, Person, on=Person.id == Comment.person_id)
        .where(Comment.object_id.in_(task_ids), Task.project_id == project_id, role == CLIENT)
    )
    return dict(work.db.tuples(query.order_by(Comment.created_at, Comment.id)))


@dataclass(frozen=True)
class Sent:
    """The files that came with one comment of a batch."""

    attachments: Sequence[Upload] = ()
    previews: Sequence[Upload] = ()


def batch_comments(begin: Begin, items: Sequence[Row], files: Sequence[Sent]) -> list[Raw]:
    """Comment tasks, each item with its files; the new comments.

    items   task_id, task_status_id, text, person_id and created_at (for managers), checklist, links
    files   what came with each item; its previews are one revision

    All comments are posted, or none. Then the previews are taken in, one by one; those that cannot be are left out.
    """
    with begin() as work:
        drafts = [_draft(work, item, sent.attachments) for item, sent in zip(items, files, strict=True)]
        ids = [post_comment(work, draft) for draft in drafts]
        places = [
            (_place_for_preview(work, draft, id), upload)
            for draft, id, sent in zip(drafts, ids, files, strict=True)
            for upload in sent.previews
        ]
    for preview_id, upload in places:
        _take_in(begin, preview_id, upload)
    with begin(writes=False) as work:
        return posted(work, ids, CREATED_IN_BATCH)


def _draft(work: Work, item: Row, attachments: Sequence[Upload]) -> Draft:
    task = work.get(Task, item["task_id"])
    require(has_task_action_access(work, task))
    return draft_comment(
        work,
        task,
        item["task_status_id"],
        text=item["text"] or "",
        person_id=item["person_id"] or "",
        created_at=item["created_at"] or "",
        checklist=item["checklist"],
        links=item["links"],
        files=attachments,
    )


def _place_for_preview(work: Work, draft: Draft, comment_id: str) -> str:
    return add_preview(work, draft.task, work.get(Comment, comment_id))


def _take_in(begin: Begin, preview_id: str, upload: Upload) -> None:
    """The file of a preview; one that cannot be taken in leaves no preview behind."""
    try:
        take_in(begin, preview_id, upload)
    except WrongParameter as problem:
        log.warning("%s was left out of a batch of comments: %s", upload.name, problem)
        with begin() as work:
            if preview := work.find(PreviewFile, preview_id):
                remove_preview_file(work, preview)
