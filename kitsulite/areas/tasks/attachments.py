"""Files that come with a comment, a reply or a chat message (docs/api/tasks.md)."""

from collections.abc import Iterable
from functools import partial

import peewee

from kitsulite.access.roles import require
from kitsulite.models import is_uuid
from kitsulite.models.comment_shapes import ATTACHMENT
from kitsulite.models.reviews import AttachmentFile, ChatMessage, Comment
from kitsulite.models.shapes import Raw, Shape, many, nested
from kitsulite.models.tasks import Task
from kitsulite.rows.erase import erase
from kitsulite.storage import Row
from kitsulite.storage.files import StoredFile, Upload
from kitsulite.work import filekeys
from kitsulite.work.errors import NotFound
from kitsulite.work.periods import seconds_of
from kitsulite.work.work import Work

EXTENSION_LENGTH = 6

ROW = Shape(
    AttachmentFile,
    plus={
        "comment": nested(Shape(Comment), "FROM comment WHERE comment.id = attachment_file.comment_id"),
        "chat_message": nested(
            Shape(ChatMessage), "FROM chat_message WHERE chat_message.id = attachment_file.chat_message_id"
        ),
    },
    title="AttachmentOfTask",
)
"""An attachment with what it came with."""


def add_to_comment(work: Work, comment: Row, uploads: Iterable[Upload]) -> Raw:
    """Attach files to a comment; the new attachments."""
    ids = attach(work, uploads, comment_id=comment["id"])
    return many(work.db, ATTACHMENT.select(work.db).where(AttachmentFile.id.in_(ids)))


def remove_from_comment(work: Work, comment: Row, attachment_file_id: str) -> None:
    """Take an attachment away from a comment."""
    attachment = work.get(AttachmentFile, attachment_file_id)
    require(attachment["comment_id"] == comment["id"])
    remove_attachments(work, AttachmentFile.id == attachment["id"])


def stored_file(work: Work, row: Row) -> StoredFile:
    """The file of an attachment (its row), whoever asks; NotFound when it is missing or not whole."""
    key = filekeys.key_of(filekeys.ATTACHMENT, row["id"])
    if row["size"] is None or work.files.size(key) != row["size"]:
        raise NotFound
    mimetype = row["mimetype"] or filekeys.BINARY
    return StoredFile(work.files, key, row["name"] or "", mimetype, row["size"], seconds_of(row["updated_at"]))


def list_of_task(work: Work, task_id: str) -> Raw:
    """The attachments of a task's comments; none for a task that is not there."""
    require_id(task_id)
    return _list(work, Comment.object_id == task_id.lower())


def list_of_project(work: Work, project_id: str) -> Raw:
    """The attachments of the comments of a project; none for a project that is not there."""
    require_id(project_id)
    tasks = Task.select(Task.id).where(Task.project_id == project_id.lower())
    return _list(work, Comment.object_id.in_(tasks))


def require_id(text: str) -> None:
    """NotFound for what is no id."""
    if not is_uuid(text):
        raise NotFound


def _list(work: Work, said: peewee.Node) -> Raw:
    comments = Comment.select(Comment.id).where(said)
    query = ROW.select(work.db).where(AttachmentFile.comment_id.in_(comments))
    return many(work.db, query.order_by(AttachmentFile.created_at, AttachmentFile.id))


def attach(work: Work, uploads: Iterable[Upload], **owner: str) -> list[str]:
    """Keep files with their owner (`comment_id`, `reply_id`, `chat_message_id`); the ids of the new rows."""
    return [_attach(work, upload, owner) for upload in uploads]


def _attach(work: Work, upload: Upload, owner: Row) -> str:
    extension = upload.name.rpartition(".")[2].lower()[:EXTENSION_LENGTH]
    id = work.insert(
        AttachmentFile,
        name=AttachmentFile.name.read(upload.name),
        mimetype=AttachmentFile.mimetype.read(upload.mimetype),
        extension=extension,
        **owner,
    )
    assert id
    work.after_failure(partial(work.files.delete, filekeys.key_of(filekeys.ATTACHMENT, id)))
    size = work.files.put(filekeys.key_of(filekeys.ATTACHMENT, id), upload.content)
    work.db.run(AttachmentFile.update(size=size).where(AttachmentFile.id == id))
    return id


def remove_attachments(work: Work, *conditions: object) -> None:
    """Remove the attachments that meet the conditions; their files too, where the studio wants that."""
    erase(work, AttachmentFile, work.db.values(AttachmentFile.select(AttachmentFile.id).where(*conditions)))
