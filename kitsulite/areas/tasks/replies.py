"""Replies to comments, and who took note of one (docs/api/tasks.md). Replies are kept within the row of their comment."""

from collections.abc import Sequence

from kitsulite.areas.tasks.attachments import attach, remove_attachments
from kitsulite.areas.telling.mentions import find_mentions
from kitsulite.areas.telling.notifications import notify_of_reply
from kitsulite.models import new_id, now
from kitsulite.models.comment_shapes import ATTACHMENT_OF_TALK, COMMENT
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import SHORT
from kitsulite.models.replies import well_formed
from kitsulite.models.reviews import AttachmentFile, Comment, CommentAcknowledgement, Notification
from kitsulite.models.shapes import Raw, many, one
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.storage.files import Upload
from kitsulite.work.work import Work

REPLY = {
    "id": str,
    "date": str,
    "person_id": str,
    "text": str,
    "mentions": [str],
    "department_mentions": [str],
    "created_at": str,
    "person": SHORT,
    "attachment_files": [ATTACHMENT_OF_TALK],
}
"""What a reply looks like; its files are there when it has some."""

SECOND = len("2026-01-01T00:00:00")


def add_reply(work: Work, comment: Row, task: Row, text: str, files: Sequence[Upload] = ()) -> Row:
    """Reply to a comment; the reply with who wrote it and what came with it."""
    comment = work.hold(Comment, comment["id"])
    mentions = find_mentions(work, text, task["project_id"])
    moment = now()
    reply: Row = {
        "id": new_id(),
        "date": moment[:SECOND],
        "person_id": work.caller.id,
        "text": text,
        "mentions": mentions.persons,
        "department_mentions": mentions.departments,
        "created_at": moment[:SECOND],
    }
    work.update(Comment, comment["id"], replies=[*well_formed(comment["replies"]), reply])
    ids = {"task_id": task["id"], "comment_id": comment["id"], "reply_id": reply["id"]}
    work.emit("comment:reply", ids, task["project_id"])
    notify_of_reply(work, comment, {**reply, "created_at": moment}, task)
    answer = {**reply, "person": one(work.db, SHORT.select(work.db).where(Person.id == work.caller.id))}
    if files:
        attach(work, files, comment_id=comment["id"], reply_id=reply["id"])
        of_reply = AttachmentFile.reply_id == reply["id"]
        answer["attachment_files"] = many(work.db, ATTACHMENT_OF_TALK.select(work.db).where(of_reply))
    return answer


def remove_reply(work: Work, comment: Row, reply_id: str) -> Raw | None:
    """Take a reply back; the comment that is left."""
    comment, task = work.hold(Comment, comment["id"]), work.get(Task, comment["object_id"])
    left = [other for other in well_formed(comment["replies"]) if other["id"] != reply_id]
    work.update(Comment, comment["id"], replies=left)
    remove_attachments(work, AttachmentFile.reply_id == reply_id)
    work.delete(Notification, Notification.reply_id == reply_id)
    ids = {"task_id": task["id"], "comment_id": comment["id"], "reply_id": reply_id}
    work.emit("comment:delete-reply", ids, task["project_id"], live=True)
    return work.show(COMMENT, comment["id"])


def toggle_acknowledgement(work: Work, comment: Row, task: Row) -> Raw | None:
    """Take note of a comment, or take that back; the comment."""
    own = (CommentAcknowledgement.comment == comment["id"]) & (CommentAcknowledgement.person == work.caller.id)
    action = "unacknowledge" if work.delete(CommentAcknowledgement, own) else "acknowledge"
    if action == "acknowledge":
        work.insert(CommentAcknowledgement, comment=comment["id"], person=work.caller.id)
    ids = {"comment_id": comment["id"], "person_id": work.caller.id}
    work.emit(f"comment:{action}", ids, task["project_id"], live=True)
    return work.show(COMMENT.with_relations(), comment["id"])
