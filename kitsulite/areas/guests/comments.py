"""What guests say: ordinary comments, which never leave the tasks that their link shows (docs/api/playlists.md)."""

from collections.abc import Iterable
from typing import Any

from kitsulite.access.guests import shared_playlist, shared_tasks
from kitsulite.access.tasks import is_for_clients
from kitsulite.areas.guests.persons import require_guest
from kitsulite.areas.previews import avatars
from kitsulite.areas.tasks import attachments, comments
from kitsulite.areas.tasks.checklists import read_checklist
from kitsulite.areas.tasks.comments import Draft, posted
from kitsulite.models.comment_shapes import CREATED_FOR
from kitsulite.models.guest_shapes import HEARD, SAID
from kitsulite.models.people import Person
from kitsulite.models.reviews import AttachmentFile, Comment
from kitsulite.models.shapes import Raw, many, read_list
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.storage import Row
from kitsulite.storage.files import StoredFile, Upload
from kitsulite.work.errors import NotFound, ShortlyForbidden, ShortlyNotFound, ShortlyRefused
from kitsulite.work.work import Work

FORBIDDEN = "Forbidden"
NOT_FOUND = "Comment not found"


# --- reading ---


def list_comments(work: Work) -> list[Row]:
    """What guests said about the tasks of the link, and what was said for clients; of each task the newest first."""
    query = HEARD.select(work.db).where(*_heard(work))
    found = read_list(many(work.db, query.order_by(Comment.object_id, Comment.created_at.desc(), Comment.id)))
    for comment in found:
        if comment["editor"] is None:
            del comment["editor"]
    return found


def _heard(work: Work) -> tuple[Any, ...]:
    """The conditions that a comment is of the tasks of the link, and said by a guest or for clients."""
    tasks = shared_tasks(work, shared_playlist(work))
    by_guests = Person.select(Person.id).where(Person.is_guest == True)  # noqa: E712
    for_guests = (Comment.for_client == True) | Comment.person_id.in_(by_guests)  # noqa: E712
    return Comment.object_id.in_(list(tasks)), for_guests


def open_portrait(work: Work, person_id: str) -> StoredFile:
    """The picture of somebody who wrote, or last changed, what guests read; of everybody else there is none: NotFound."""
    person = work.get(Person, person_id)
    if not work.exists(
        Comment, *_heard(work), (Comment.person_id == person["id"]) | (Comment.editor_id == person["id"])
    ):
        raise NotFound
    return avatars.open_avatar(work, "persons", person["id"])


def open_attachment(work: Work, id: str) -> StoredFile:
    """A file that came with a comment which guests may read; NotFound, ShortlyNotFound."""
    row = work.get(AttachmentFile, id)
    comment = work.find(Comment, row["comment_id"])
    if comment is None or row["reply_id"] is not None or not _is_for_guests(work, comment):
        raise ShortlyNotFound("Attachment not found")
    return attachments.stored_file(work, row)


def _is_for_guests(work: Work, comment: Row) -> bool:
    author = work.find(Person, comment["person_id"])
    heard = comment["for_client"] or (author is not None and author["is_guest"])
    return heard and _is_shared(work, comment["object_id"])


def _is_shared(work: Work, task_id: str) -> bool:
    return task_id in shared_tasks(work, shared_playlist(work))


# --- saying ---


def say(work: Work, guest_id: str, task_id: str, task_status_id: str, *, text: str, checklist: list[Any]) -> Raw:
    """Comment a task of the link as a guest; the new comment. Its hashtags copy it nowhere."""
    guest = require_guest(work, guest_id, "Guest not part of this shared playlist")
    if not _is_shared(work, task_id):
        raise ShortlyForbidden("Task not part of this shared playlist")
    status = work.find(TaskStatus, task_status_id)
    if status is None:
        raise ShortlyRefused("Task status not found")
    task = work.get(Task, task_id)
    if not is_for_clients(work, status, task["project_id"]):
        raise ShortlyRefused("Task status not allowed for guests")
    draft = Draft(
        task=task,
        status=status,
        author_id=guest["id"],
        text=text,
        checklist=checklist,
        spreads=False,
    )
    return posted(work, [comments.post_comment(work, draft)], CREATED_FOR)[0]


def change(work: Work, guest_id: str, id: str, **changes: Any) -> Raw:
    """Change a guest's own comment; None leaves a value as it is.

    changes  text, checklist, task_status_id
    """
    guest, comment = _own(work, guest_id, id)
    given = {key: value for key, value in changes.items() if value is not None}
    if status_id := given.get("task_status_id"):
        status = work.find(TaskStatus, status_id)
        task = work.get(Task, comment["object_id"])
        if status is None or not is_for_clients(work, status, task["project_id"]):
            raise ShortlyForbidden(FORBIDDEN)
    read_checklist(given.get("checklist"))
    work.update(Comment, comment["id"], **given, editor_id=guest["id"])
    comments.follow_edit(work, comment)
    return _shown(work, comment["id"])


def take_back(work: Work, guest_id: str, id: str) -> None:
    """Remove a guest's own comment with all that came of it."""
    _, comment = _own(work, guest_id, id)
    comments.remove_comment(work, comment)


def attach(work: Work, guest_id: str | None, id: str, uploads: Iterable[Upload]) -> Raw:
    """Add files to a guest's own comment; the comment."""
    _, comment = _own(work, guest_id, id)
    attachments.attach(work, uploads, comment_id=comment["id"])
    return _shown(work, comment["id"])


def detach(work: Work, guest_id: str, id: str, attachment_id: str) -> None:
    """Take a file away from a guest's own comment."""
    _, comment = _own(work, guest_id, id)
    attachment = work.find(AttachmentFile, attachment_id)
    if attachment is None or attachment["comment_id"] != comment["id"] or attachment["reply_id"] is not None:
        raise ShortlyNotFound(NOT_FOUND)
    attachments.remove_attachments(work, AttachmentFile.id == attachment["id"])


def _own(work: Work, guest_id: str | None, id: str) -> tuple[Row, Row]:
    """A guest and a comment of theirs on a task of the link; ShortlyForbidden, ShortlyNotFound."""
    guest = require_guest(work, guest_id, FORBIDDEN)
    comment = work.find(Comment, id)
    if comment is None:
        raise ShortlyNotFound(NOT_FOUND)
    if comment["person_id"] != guest["id"] or not _is_shared(work, comment["object_id"]):
        raise ShortlyForbidden(FORBIDDEN)
    return guest, comment


def _shown(work: Work, id: str) -> Raw:
    return posted(work, [id], SAID)[0]
