"""Rows of what is said about tasks and of who hears of it (docs/api/rows.md)."""

from kitsulite.access.callers import admin, is_any_admin
from kitsulite.access.comments import has_attachment_access, may_edit_comment, may_remove_comment
from kitsulite.access.roles import require
from kitsulite.access.rules import Is
from kitsulite.access.tasks import may_use_status
from kitsulite.areas.tasks import attachments, comments
from kitsulite.areas.tasks.checklists import read_checklist
from kitsulite.models.notification_shapes import ROW as NOTIFICATION
from kitsulite.models.reviews import (
    AttachmentFile,
    Chat,
    ChatMessage,
    Comment,
    News,
    Notification,
    Subscription,
)
from kitsulite.models.shapes import Shape
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.rows.collection import Change, Collection
from kitsulite.rows.writing import columns_of, read_object
from kitsulite.storage import Row
from kitsulite.work.work import Work


def may_write_comment(work: Work, comment: Row, data: Row) -> bool:
    """Manager of the project; in the team the author, others to pin and tick."""
    return may_edit_comment(work, comment, work.get(Task, comment["object_id"]), data)


def may_erase_comment(work: Work, comment: Row) -> bool:
    """Manager of the project, or author."""
    return may_remove_comment(work, comment, work.get(Task, comment["object_id"]))


class Comments(Collection):
    """What is said about tasks. Replies, acknowledgements, previews and attachments have routes of their own."""

    path, table = "comments", Comment
    list_by = admin
    update_by = Change(may_write_comment)
    delete_by = Is(may_erase_comment)
    writable = frozenset({"text", "data", "checklist", "pinned", "for_client", "links", "task_status_id", "editor_id"})
    at_birth = columns_of(Comment)
    forms = {
        "checklist": lambda work, comment, value: read_checklist(value),
        "data": lambda work, comment, value: read_object("data", value),
    }
    gets = False

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        if data.get("task_status_id"):
            project_id = work.get(Task, row["object_id"])["project_id"]
            status = work.find(TaskStatus, data["task_status_id"])
            require(
                status is None or may_use_status(work, status, project_id)
            )  # none is no reference, which is told later
        data["editor_id"] = work.caller.id

    def emit(self, work: Work, action: str, row: Row) -> None:
        if action != "new":
            return super().emit(work, action, row)
        return work.emit(
            "comment:new", {"comment_id": row["id"], **{key: row[key] for key in ("person_id", "for_client")}}
        )

    def updated(self, work: Work, before: Row, row: Row, data: Row) -> None:
        comments.follow_edit(work, before)

    def remove(self, work: Work, row: Row, force: bool = False) -> None:
        comments.remove_comment(work, row)


class AttachmentFiles(Collection):
    path, table = "attachment-files", AttachmentFile
    list_by = admin
    get_by = Is(has_attachment_access)
    writable = frozenset({"name", "mimetype", "extension"})
    at_birth = columns_of(AttachmentFile)
    nested = frozenset({"comment", "chat_message"})

    def make_shape(self) -> Shape:
        return attachments.ROW

    def remove(self, work: Work, row: Row, force: bool = False) -> None:
        attachments.remove_attachments(work, AttachmentFile.id == row["id"])
        self.emit(work, "delete", row)


class Notifications(Collection):
    path, table = "notifications", Notification
    list_by, get_by = admin, Is(is_any_admin)
    writable = columns_of(Notification)

    def make_shape(self) -> Shape:
        return NOTIFICATION

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        if data.get("type") == self.shape.type:
            del data["type"]


COLLECTIONS: list[Collection] = [
    Comments(),
    AttachmentFiles(),
    Notifications(),
    *(
        Collection(path, table, list_by=admin, get_by=is_any_admin, writable=columns_of(table))
        for path, table in (
            ("subscriptions", Subscription),
            ("news", News),
            ("chats", Chat),
            ("chat-messages", ChatMessage),
        )
    ),
]
