"""Rows of what is said about tasks and of who hears of it (contract 02, 3.2)."""

from kitsulite import access
from kitsulite.access import admin, in_service
from kitsulite.areas.tasks import attachments, comments
from kitsulite.models import BadValue
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
from kitsulite.rows.collection import Collection
from kitsulite.storage import Row
from kitsulite.work.work import Work


class Comments(Collection):
    path, table = "comments", Comment
    list_by = admin
    update_by = in_service("manager; in the team the author, others to pin and tick")
    delete_by = in_service("manager or author")
    protected = frozenset({"mentions", "department_mentions"})
    gets = False

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        task = work.get(Task, row["object_id"])
        access.require(access.may_edit_comment(work, row, task, data))
        if data.get("task_status_id"):
            access.require(access.may_use_status(work, work.get(TaskStatus, data["task_status_id"])))
        replies = data.get("replies") or []
        if not isinstance(replies, list) or not all(isinstance(reply, dict) for reply in replies):
            raise BadValue("replies is not a list of objects")
        for reply in replies:
            reply.pop("person", None)
        data["editor_id"] = work.caller.id

    def updated(self, work: Work, before: Row, row: Row, data: Row) -> None:
        comments.follow_edit(work, before)

    def remove(self, work: Work, row: Row, force: bool = False) -> None:
        access.require(access.may_remove_comment(work, row, work.get(Task, row["object_id"])))
        comments.remove_comment(work, row)


class AttachmentFiles(Collection):
    path, table = "attachment-files", AttachmentFile
    list_by = admin
    get_by = access.attachment_access
    nested = frozenset({"comment", "chat_message"})

    def make_shape(self) -> Shape:
        return attachments.ROW

    def remove(self, work: Work, row: Row, force: bool = False) -> None:
        attachments.remove_attachments(work, AttachmentFile.id == row["id"])
        self.emit(work, "delete", row)


class Notifications(Collection):
    path, table = "notifications", Notification
    list_by = get_by = admin

    def make_shape(self) -> Shape:
        return NOTIFICATION

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        if data.get("type") == self.shape.type:
            del data["type"]


COLLECTIONS: list[Collection] = [
    Comments(),
    AttachmentFiles(),
    Notifications(),
    Collection("subscriptions", Subscription, list_by=admin, get_by=admin),
    Collection("news", News, list_by=admin, get_by=admin),
    Collection("chats", Chat, list_by=admin, get_by=admin),
    Collection("chat-messages", ChatMessage, list_by=admin, get_by=admin),
]
