"""Who is told of a task and of what is said about it, and which notifications are shown to whom.

Who has no access to a task hears nothing of it. Clients hear of the comments that they may read. Artists and vendors, who do
not read clients, hear that one spoke, not what (`models/notification_shapes.py`).
"""

from collections.abc import Iterable
from typing import Any

import peewee

from kitsulite.access.comments import client_reads, readable_by_client, roles_in_project
from kitsulite.access.projects import (
    ADMIN,
    CLIENT,
    CREW,
    SUPERVISORS,
    VENDOR,
    is_all_crew,
    places_in_teams,
    projects_as,
)
from kitsulite.access.roles import Subject, is_admin
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.reviews import Notification, Playlist
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.storage import Statement
from kitsulite.storage.many import Many
from kitsulite.work.work import Work

IN_TEAM = Statement(
    lambda project_id, ids: ProjectPersonLink.select(ProjectPersonLink.person_id).where(
        ProjectPersonLink.project_id == project_id,
        ProjectPersonLink.person_id.in_(Many(ProjectPersonLink.person_id, ids)),
    )
)


def told_of(work: Work, task: Subject, people: Iterable[str], comment: Subject | None = None) -> set[str]:
    """Those of the people who may be told of a task, or of a comment on it."""
    roles = _with_access(work, task, set(people))
    if comment is None or CLIENT not in roles.values():
        return set(roles)
    return {id for id, role in roles.items() if role != CLIENT or _reads(work, id, role, comment, task)}


def reads(work: Work, person_id: str, comment: Subject, task: Subject) -> bool:
    """Whether somebody may read a comment: `has_comment_access` of another than the caller."""
    role = _with_access(work, task, {person_id}).get(person_id)
    return role is not None and _reads(work, person_id, role, comment, task)


def _reads(work: Work, person_id: str, role: str, comment: Subject, task: Subject) -> bool:
    if role in SUPERVISORS:
        return True
    author = roles_in_project(work, task["project_id"], [comment["person_id"]]).get(comment["person_id"])
    if role != CLIENT:
        return author != CLIENT
    return client_reads(work, comment, task, author, own=comment["person_id"] == person_id)


def _with_access(work: Work, task: Subject, people: set[str]) -> dict[str, str]:
    """The roles of those of the people who have access to a task: `has_task_access` for many."""
    if not people:
        return {}
    found = _with_access_to_project(work, task["project_id"], people)
    if VENDOR not in found.values():
        return found
    working = _at_work_on(task["entity_id"]).where(TaskPersonLink.person_id.in_(list(found)))
    at_work = set(work.db.values(working))
    return {id: role for id, role in found.items() if role != VENDOR or id in at_work}


def _with_access_to_project(work: Work, project_id: str, people: set[str]) -> dict[str, str]:
    """The roles of those of the people who have access to a project."""
    members = work.db.ask_tuples(IN_TEAM, project_id, work.db.listed(people))
    team, roles = {id for (id,) in members}, roles_in_project(work, project_id, people)
    return {id: role for id, role in roles.items() if role == ADMIN or id in team}


def _at_work_on(entity_id: object) -> peewee.ModelSelect:
    """Who has a task on an entity (a query)."""
    tasks = Task.alias("of_entity")
    return (
        TaskPersonLink.select(TaskPersonLink.person_id)
        .join(tasks, on=tasks.id == TaskPersonLink.task_id)
        .where(tasks.entity_id == entity_id)
    )


def may_hear_of_playlist(work: Work, playlist: Subject, person_id: str) -> bool:
    """Whether somebody may be told of a playlist: the crew of its production and, by a manager, its clients."""
    role = _with_access_to_project(work, playlist["project_id"], {person_id}).get(person_id)
    return role in (ADMIN, *CREW, CLIENT)


def shown_notifications(work: Work) -> list[peewee.Node]:
    """Which of their notifications the caller is shown (conditions): those of which they would be told now."""
    if is_admin(work):
        return []
    if is_all_crew(work):
        return shown_to_crew(work.caller.id)
    crew, vendor, client = (projects_as(work, *roles) for roles in (CREW, (VENDOR,), (CLIENT,)))
    seen = Task.project_id.in_(crew)
    if vendor:
        own = _at_work_on(Task.entity_id).where(TaskPersonLink.person_id == work.caller.id)
        seen |= Task.project_id.in_(vendor) & peewee.fn.EXISTS(own)
    if client:
        read = peewee.fn.EXISTS(readable_by_client(work, Notification.comment_id))
        seen |= Task.project_id.in_(client) & (Notification.comment_id.is_null() | read)
    # Of a playlist, clients are told by a manager, who says with it that it is for them.
    return _shown(seen, Playlist.project_id.in_(crew + client))


def shown_to_crew(person_id: Any) -> list[peewee.Node]:
    """The same for who is crew in all of their teams (`is_all_crew`)."""
    teams = places_in_teams(person_id, ProjectPersonLink.project_id)
    return _shown(Task.project_id.in_(teams), Playlist.project_id.in_(teams))


def _shown(seen: peewee.Node, told: peewee.Node) -> list[peewee.Node]:
    of_task = peewee.fn.EXISTS(Task.select(Task.id).where(Task.id == Notification.task_id, seen))
    of_playlist = peewee.fn.EXISTS(Playlist.select(Playlist.id).where(Playlist.id == Notification.playlist_id, told))
    return [
        Notification.task_id.is_null() | of_task,
        Notification.playlist_id.is_null() | of_playlist,
    ]
