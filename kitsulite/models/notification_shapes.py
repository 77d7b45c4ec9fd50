"""How notifications look on the wire (docs/api/me.md)."""

import peewee

from kitsulite.models.entities import Entity
from kitsulite.models.entity_names import EPISODE_ID, FULL_NAME, with_ancestors
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import role_in
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment, Notification, Playlist
from kitsulite.models.shapes import Extra, Shape, related
from kitsulite.models.tasks import Task
from kitsulite.storage import Database, Wire

ROW = Shape(Notification, plus={"notification_type": Wire('"notification"."type"')}, title="Notification")
"""A notification. `type` is taken by the row's own; what kind it is stands in `notification_type`."""


def _of_playlist_or(of_playlist: str, else_: str) -> Wire:
    return Wire(f"CASE WHEN playlist.id IS NOT NULL THEN {of_playlist} ELSE {else_} END")


def _of_reply(key: str, missing: str) -> Extra:
    """What a key of the reply holds; `missing` (JSON) when there is no reply, or none any more."""

    def wire(db: Database) -> Wire:
        reply = db.json_item("comment.replies", "id", "notification.reply_id")
        return Wire(f"coalesce({db.json_text(db.json_member(reply, key).sql)}, '{missing}')", "json")

    return wire


def _as_read(extra: Extra) -> Extra:
    """An empty text where a client wrote and an artist or a vendor reads, by their roles on the project."""
    reader, author, commenter = (role_in(name, "project.id") for name in ("reader", "author", "commenter"))
    hidden = f"({reader}) IN ('user', 'vendor') AND 'client' IN (({author}), ({commenter}))"

    def wire(db: Database) -> Wire:
        sql, kind = extra(db) if callable(extra) else extra
        return Wire(f"CASE WHEN {hidden} THEN {_EMPTY[kind]} ELSE {sql} END", kind)

    return wire


_EMPTY = {"text": "''", "json": "'\"\"'"}
_TEXTS: dict[str, Extra] = {"comment_text": Wire("comment.text"), "reply_text": _of_reply("text", '""')}

VIEW = ROW.but(
    only=("id", "author_id", "comment_id", "task_id", "created_at", "read", "change", "playlist_id"),
    plus={
        "task_type_id": Wire("task.task_type_id"),
        "task_status_id": Wire("comment.task_status_id"),
        "mentions": related(Comment, "mentions"),
        "department_mentions": related(Comment, "department_mentions"),
        "reply_mentions": _of_reply("mentions", "[]"),
        "reply_department_mentions": _of_reply("department_mentions", "[]"),
        "preview_file_id": Wire(
            "(SELECT preview_file.id FROM preview_file JOIN comment_preview_link AS link"
            " ON link.preview_file = preview_file.id WHERE link.comment = comment.id"
            " ORDER BY preview_file.position, preview_file.created_at LIMIT 1)"
        ),
        "project_id": Wire("project.id"),
        "project_name": Wire("project.name"),
        **{key: _as_read(extra) for key, extra in _TEXTS.items()},
        "full_entity_name": _of_playlist_or("''", FULL_NAME.sql),
        "episode_id": _of_playlist_or("playlist.episode_id", EPISODE_ID.sql),
        "entity_preview_file_id": Wire("entity.preview_file_id"),
        "subscription_id": Wire(
            "(SELECT subscription.id FROM subscription WHERE subscription.task_id = notification.task_id"
            " AND subscription.person_id = notification.person_id)"
        ),
        "playlist_name": Wire("coalesce(playlist.name, '')"),
        "playlist_for_entity": Wire("coalesce(playlist.for_entity, '')"),
        "playlist_is_for_all": Wire("coalesce(playlist.is_for_all, false)", "boolean"),
    },
    title="NotificationInWords",
)
"""A notification with all that its reader is told of it: of what clients say to artists and vendors, no text."""


def select_views(db: Database) -> peewee.ModelSelect:
    """Notifications in this shape, with the rows that it speaks of."""
    outer = peewee.JOIN.LEFT_OUTER
    author, reader, commenter = (Person.alias(name) for name in ("author", "reader", "commenter"))
    query = (
        VIEW.select(db)
        .join_from(Notification, author, on=author.id == Notification.author_id)
        .join_from(Notification, reader, on=reader.id == Notification.person_id)
        .join_from(Notification, Task, outer, on=Task.id == Notification.task_id)
        .join_from(Notification, Comment, outer, on=Comment.id == Notification.comment_id)
        .join_from(Comment, commenter, outer, on=commenter.id == Comment.person_id)
        .join_from(Notification, Playlist, outer, on=Playlist.id == Notification.playlist_id)
        .join_from(Task, Project, outer, on=Project.id == peewee.fn.COALESCE(Playlist.project_id, Task.project_id))
        .join_from(Task, Entity, outer, on=Entity.id == Task.entity_id)
    )
    return with_ancestors(query)
