"""Who may say what about tasks, and read what others say."""

import functools
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import peewee

from kitsulite.access.entities import reaches_entity
from kitsulite.access.projects import (
    CLIENT,
    SUPERVISORS,
    VENDOR,
    has_role,
    is_project_manager,
    project_says,
    role_in,
    team_role,
    team_roles,
)
from kitsulite.access.roles import Subject, departments, is_admin
from kitsulite.access.tasks import has_task_access, has_task_action_access, is_assigned, supervises
from kitsulite.models import people_shapes
from kitsulite.models.entities import Entity
from kitsulite.models.people import Person
from kitsulite.models.productions import Project
from kitsulite.models.replies import well_formed
from kitsulite.models.reviews import Chat, ChatMessage, Comment, CommentDepartmentMention, CommentMention, News
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.storage import Statement
from kitsulite.storage.many import Many
from kitsulite.work.work import Work

TALK_KEYS = {"pinned", "checklist"}


def may_edit_comment(work: Work, comment: Subject, task: Subject, changes: Subject) -> bool:
    """Managers everything; in the team authors their own, except what managers decide; others may pin and tick boxes."""
    if is_project_manager(work, task["project_id"]):
        return True
    if role_in(work, task["project_id"]) is None or not has_comment_access(work, comment, task):
        return False
    is_author = comment["person_id"] == work.caller.id
    supervising = supervises(work, task["project_id"], task["task_type_id"])
    changed = {key for key, value in changes.items() if key in comment and comment[key] != value}
    if changed & {"for_client", "person_id", "object_id"} or not (is_author or set(changes) <= TALK_KEYS):
        return False
    if "pinned" in changed and not supervising:
        return False
    if "checklist" in changed and not is_author:
        ticked = _only_ticked(comment["checklist"], changes["checklist"])
        return ticked and (supervising or is_assigned(work, task["id"]))
    return "task_status_id" not in changed or has_task_action_access(work, task)


def _only_ticked(before: Any, after: Any) -> bool:
    """Whether two checklists differ in what is checked, and in nothing else."""
    if not isinstance(before, list) or not isinstance(after, list):
        return False
    unticked = [
        [{**item, "checked": None} if isinstance(item, dict) else item for item in items] for items in (before, after)
    ]
    return unticked[0] == unticked[1]


def may_reply(work: Work, comment: Subject, task: Subject) -> bool:
    """Who may read it and is its author, may act on the task or is mentioned; clients not to those of another studio."""
    if not has_comment_access(work, comment, task):
        return False
    if comment["person_id"] == work.caller.id:
        return True
    if has_role(work, task["project_id"], CLIENT) and _is_client_of_another_studio(
        work, comment["person_id"], task["project_id"]
    ):
        return False
    return has_task_action_access(work, task) or is_mentioned(work, task)


def _is_client_of_another_studio(work: Work, person_id: str, project_id: str) -> bool:
    role = roles_in_project(work, project_id, [person_id]).get(person_id)
    return role == "client" and work.get(Person, person_id)["studio_id"] != work.caller.person["studio_id"]


def may_attach(work: Work, comment: Subject, task: Subject) -> bool:
    """Manager of the project; the author, as long as they may read it."""
    return is_project_manager(work, task["project_id"]) or _is_own(work, comment, task)


def _is_own(work: Work, comment: Subject, task: Subject) -> bool:
    """Whether the caller wrote a comment, and may read it still."""
    return comment["person_id"] == work.caller.id and has_comment_access(work, comment, task)


def may_comment_in_bulk(work: Work, task: Subject) -> bool:
    """Managers, the department's supervisors, assignees."""
    return (
        is_project_manager(work, task["project_id"])
        or supervises(work, task["project_id"], task["task_type_id"])
        or is_assigned(work, task["id"])
    )


def may_move_comment(work: Work, source: Subject, target: Subject) -> bool:
    """Managers who have access to both tasks."""
    return all(is_project_manager(work, task["project_id"]) for task in (source, target))


def may_remove_comment(work: Work, comment: Subject, task: Subject) -> bool:
    """Manager of the project; the author, as long as they may read it."""
    return is_project_manager(work, task["project_id"]) or _is_own(work, comment, task)


def has_attachment_access(work: Work, attachment: Subject) -> bool:
    """Who may read the comment that it came with, or the chat of the entity that it was sent in."""
    if comment := work.find(Comment, attachment["comment_id"]):
        return has_comment_access(work, comment, work.get(Task, comment["object_id"]))
    if message := work.find(ChatMessage, attachment["chat_message_id"]):
        entity = work.get(Entity, work.get(Chat, message["chat_id"])["object_id"])
        return reaches_entity(work, entity["project_id"], entity["id"])
    return False


def is_mentioned(work: Work, task: Subject) -> bool:
    """In the team, no vendor, and named in what is said about the task, in person or with one's department."""
    if team_role(work, task["project_id"]) in (None, VENDOR):
        return False
    said = Comment.select(Comment.id).where(Comment.object_id == task["id"])
    return (
        work.exists(CommentMention, CommentMention.comment.in_(said), CommentMention.person == work.caller.id)
        or work.exists(
            CommentDepartmentMention,
            CommentDepartmentMention.comment.in_(said),
            CommentDepartmentMention.department.in_(list(departments(work))),
        )
        or _is_mentioned_in_replies(work, task["id"])
    )


def _is_mentioned_in_replies(work: Work, task_id: str) -> bool:
    comments = work.db.rows(Comment.select(Comment.replies).where(Comment.object_id == task_id))
    named = {work.caller.id} | departments(work)
    return any(
        named & {*(reply.get("mentions") or ()), *(reply.get("department_mentions") or ())}
        for comment in comments
        for reply in well_formed(comment["replies"])
    )


ROLES = Statement(
    lambda db, project_id, ids: Person.select(
        Person.id, peewee.SQL(people_shapes.role_in("person", db.placeholder), (project_id.value,))
    ).where(Person.id.in_(Many(Person.id, ids)))
)


def roles_in_project(work: Work, project_id: str, person_ids: Iterable[str]) -> dict[str, str]:
    """The effective roles of people on a project."""
    ids = sorted(set(person_ids))

    def look() -> dict[str, str]:
        return dict(work.db.ask_tuples(ROLES, project_id, work.db.listed(ids)))

    found: dict[str, str] = work.once((roles_in_project, project_id, *ids), look)
    return found


def has_comment_access(work: Work, comment: Subject, task: Subject) -> bool:
    """Who may read a comment: the studio what the studio says, clients what is said by clients or for them."""
    if is_admin(work):
        return True
    if not has_task_access(work, task):
        return False
    role = role_in(work, task["project_id"])
    if role in SUPERVISORS:
        return True
    author = roles_in_project(work, task["project_id"], [comment["person_id"]]).get(comment["person_id"])
    if role != CLIENT:
        return author != CLIENT
    own = comment["person_id"] == work.caller.id
    return client_reads(work, comment, task, author, own=own)


def client_reads(work: Work, comment: Subject, task: Subject, author: str | None, *, own: bool) -> bool:
    """Whether a client reads a comment: what is for clients; their own and, unless they are isolated, each other's.

    author  the role of who wrote it
    """
    return bool(comment["for_client"]) or (
        author == CLIENT and (own or not project_says(work, task["project_id"], Project.is_clients_isolated))
    )


def may_read_news(work: Work, news: Subject) -> bool:
    """In the project's team; vendors those of their tasks, clients those of comments that are listed for them."""
    task = work.find(Task, news["task_id"])
    role = role_in(work, task["project_id"]) if task else None
    if task is None or role not in (VENDOR, CLIENT):
        return role is not None
    if role == VENDOR:
        return is_assigned(work, task["id"])
    comment = work.get(Comment, news["comment_id"])
    author = roles_in_project(work, task["project_id"], [comment["person_id"]]).get(comment["person_id"])
    own = comment["person_id"] == work.caller.id
    return client_reads(work, comment, task, author, own=own) or (author != CLIENT and bool(news["preview_file_id"]))


def readable_news(work: Work, project_ids: Sequence[str]) -> list[peewee.Node]:
    """Which news of these projects the caller reads (conditions on news and their task); none for all of them.

    Vendors read those of their own tasks, clients those of comments that are listed for them.
    """
    roles = {} if is_admin(work) else team_roles(work, project_ids)
    by_vendor = [id for id in project_ids if roles.get(id) == "vendor"]
    by_client = [id for id in project_ids if roles.get(id) == "client"]
    if not by_vendor and not by_client:
        return []
    readable = []
    if whole := [id for id in project_ids if id not in (*by_vendor, *by_client)]:
        readable.append(Task.project_id.in_(whole))
    if by_vendor:
        own = TaskPersonLink.select(TaskPersonLink.task_id).where(TaskPersonLink.person_id == work.caller.id)
        readable.append(Task.project_id.in_(by_vendor) & Task.id.in_(own))
    if by_client:
        readable.append(Task.project_id.in_(by_client) & peewee.fn.EXISTS(_comment_for_client(work)))
    return [functools.reduce(operator.or_, readable)]


def _comment_for_client(work: Work) -> peewee.ModelSelect:
    """The comment of a news, when it is for clients, by one of them, or came with a new revision (a query)."""
    shown = ~_BY_CLIENT & News.preview_file_id.is_null(False)
    return _with_author().where(Comment.id == News.comment_id, _read_by_client(work) | shown)


def readable_by_client(work: Work, comment_id: peewee.Node) -> peewee.ModelSelect:
    """The comment of this id when the caller, a client, reads it: `client_reads` in SQL, the task being at hand (a query)."""
    return _with_author().where(Comment.id == comment_id, _read_by_client(work))


_BY_CLIENT = peewee.SQL(f"({people_shapes.role_in('person', 'task.project_id')} = 'client')")


def _read_by_client(work: Work) -> peewee.Node:
    among_clients = (Comment.person_id == work.caller.id) | ~peewee.fn.COALESCE(Project.is_clients_isolated, False)
    return Comment.for_client | (_BY_CLIENT & among_clients)


def _with_author() -> peewee.ModelSelect:
    """Comments with who wrote them and the project of the task at hand."""
    return (
        Comment.select(Comment.id)
        .join(Person, on=Person.id == Comment.person_id)
        .join_from(Comment, Project, on=Project.id == Task.project_id)
    )


def may_speak(work: Work, task: Subject) -> bool:
    """Who may act on the task; who is mentioned, without changing its status."""
    return has_task_action_access(work, task) or is_mentioned(work, task)


def may_act_on_its_task(work: Work, comment: Subject, task: Subject) -> bool:
    """Who may act on the task and read the comment."""
    return has_task_action_access(work, task) and has_comment_access(work, comment, task)


def may_remove_reply(work: Work, comment: Subject, reply_id: str) -> bool:
    """Author of the reply, as long as they may read the comment; admin."""
    if is_admin(work):
        return True
    return has_comment_access(work, comment, work.get(Task, comment["object_id"])) and any(
        reply["id"] == reply_id and reply["person_id"] == work.caller.id for reply in well_formed(comment["replies"])
    )
