"""Reading what is said about a task, as far as each may (docs/api/tasks.md).

The studio reads everything but, artists and vendors, what clients say. Clients do not learn who in the studio speaks, and of
what is not meant for them see no more than which revision it is about.
"""

from collections.abc import Iterable
from typing import Any

from kitsulite.access.comments import roles_in_project
from kitsulite.access.media import REJECTED
from kitsulite.access.projects import CLIENT, SUPERVISORS, has_role, role_in
from kitsulite.models.comment_shapes import COMMENT, LISTED, SHOWN, SHOWN_WITH_PREVIEWS, SHOWN_WITH_RELATIONS
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import SHORT
from kitsulite.models.productions import Project
from kitsulite.models.replies import well_formed
from kitsulite.models.reviews import Comment
from kitsulite.models.shapes import Raw, many, read, read_list
from kitsulite.models.tasks import Task
from kitsulite.rows.pages import paged
from kitsulite.storage import Row, Statement
from kitsulite.work.work import Work

SAID = {"attachment_files", "checklist", "replies", "links", "mentions", "department_mentions", "acknowledgements"}
"""The lists of what a comment says, and to whom."""

OF_TASK = Statement(
    lambda db, task_id: (
        LISTED.select(db)
        .where(Comment.object_id == task_id, Comment.task_status_id.is_null(False))
        .order_by(Comment.created_at.desc(), Comment.id)
    )
)


def list_comments(work: Work, task: Row) -> list[Row]:
    """The talk about a task, newest first, as far as the caller may read it."""
    comments = read_list(many(work.db, OF_TASK, task["id"]))
    for comment in comments:
        if comment["editor"] is None:
            del comment["editor"]
    _name_repliers(work, comments)
    role = role_in(work, task["project_id"])
    if role in SUPERVISORS:
        return comments
    roles = _roles(work, task["project_id"], comments)
    if role != CLIENT:
        return [comment for comment in comments if roles.get(comment["person_id"]) != "client"]
    isolated = work.get(Project, task["project_id"])["is_clients_isolated"]
    return [_for_client(work, comment, roles) for comment in comments if _concerns(work, comment, roles, isolated)]


def show_comment(work: Work, comment: Row, task: Row, *, relations: bool = True, with_previews: bool = False) -> Row:
    """One comment with who wrote it."""
    shape = SHOWN
    if relations:
        shape = SHOWN_WITH_PREVIEWS if with_previews else SHOWN_WITH_RELATIONS
    shown = read(work.show(shape, comment["id"]))
    _name_repliers(work, [shown])
    if has_role(work, task["project_id"], CLIENT):
        _hide_studio(work, shown, _roles(work, task["project_id"], [shown]))
        if relations and with_previews:
            shown["previews"] = _not_rejected(shown["previews"])
    return shown


def plain_comment(work: Work, comment: Row) -> Raw | None:
    """One comment of a task, its plain row."""
    return work.show(COMMENT, comment["id"])


def list_of_project(work: Work, project: Row, page: int | None, limit: int | None) -> Any:
    """The comments of a project, latest change first."""
    tasks = Task.select(Task.id).where(Task.project_id == project["id"])
    query = COMMENT.with_relations().select(work.db).where(Comment.object_id.in_(tasks))
    return paged(work, query, Comment, page, limit)


def _name_repliers(work: Work, comments: Iterable[Row]) -> None:
    """Put with each reply who wrote it."""
    for comment in comments:
        comment["replies"] = well_formed(comment["replies"])
    replies = [reply for comment in comments for reply in comment["replies"]]
    if replies:
        ids = list({reply["person_id"] for reply in replies})
        people = read_list(many(work.db, SHORT.select(work.db).where(Person.id.in_(ids))))
        known = {person["id"]: person for person in people}
        for reply in replies:
            reply["person"] = known.get(reply["person_id"])


def _roles(work: Work, project_id: str, comments: Iterable[Row]) -> dict[str, str]:
    """The roles on the project of all who speak."""
    ids = {person_id for comment in comments for person_id in _speakers(comment) if person_id}
    return roles_in_project(work, project_id, ids)


def _speakers(comment: Row) -> set[str | None]:
    return {
        comment["person_id"],
        comment["editor_id"],
        *(reply["person_id"] for reply in well_formed(comment["replies"])),
    }


def _is_bare_revision(comment: Row, roles: dict[str, str]) -> bool:
    """Whether all that a client sees of a comment is the revision it shows."""
    by_client = roles.get(comment["person_id"]) == "client"
    return bool(_not_rejected(comment["previews"])) and not by_client and not comment["for_client"]


def _concerns(work: Work, comment: Row, roles: dict[str, str], isolated: bool) -> bool:
    """Whether a client sees anything of a comment."""
    by_client = roles.get(comment["person_id"]) == "client"
    own = comment["person_id"] == work.caller.id
    return _is_bare_revision(comment, roles) or comment["for_client"] or (by_client and (own or not isolated))


def _for_client(work: Work, comment: Row, roles: dict[str, str]) -> Row:
    if _is_bare_revision(comment, roles):
        comment |= {key: [] for key in SAID & comment.keys()} | {"text": "", "data": None}
    comment["previews"] = _not_rejected(comment["previews"])
    _hide_studio(work, comment, roles)
    return comment


def _not_rejected(previews: list[Row]) -> list[Row]:
    return [preview for preview in previews if preview["validation_status"] != REJECTED]


def _hide_studio(work: Work, comment: Row, roles: dict[str, str]) -> None:
    """Take out who in the studio wrote, edited and replied."""
    if roles.get(comment["person_id"]) != "client":
        comment["person"] = None
    if comment["editor_id"] and roles.get(comment["editor_id"]) != "client":
        comment["editor_id"] = None
        if "editor" in comment:
            comment["editor"] = None
    for reply in well_formed(comment["replies"]):
        if roles.get(reply["person_id"]) != "client":
            reply["person"] = None
