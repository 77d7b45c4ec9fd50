"""Who has which task to do (docs/api/tasks.md)."""

from typing import Any

from kitsulite.access.previewaccounts import find_person
from kitsulite.access.projects import is_of_team
from kitsulite.access.rules import Asked
from kitsulite.access.tasks import accepts_bots, is_assigned, may_assign, may_unassign
from kitsulite.areas.telling.notifications import notify_of_assignment
from kitsulite.models import is_uuid
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.shapes import Raw, many
from kitsulite.models.task_shapes import TASK
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.rows.writing import write_relation
from kitsulite.storage import Row
from kitsulite.work.errors import NoSuchAssignee
from kitsulite.work.work import Work

JOINED = {"previous_in_team": False, "new_in_team": True}
"""What events say of who joins a team."""


def assignees_of(work: Work, task_id: str) -> list[str]:
    return work.db.values(TaskPersonLink.select(TaskPersonLink.person_id).where(TaskPersonLink.task_id == task_id))


def find_assignee(work: Work, person_id: str) -> Row:
    """The person to assign; NoSuchAssignee when there is none."""
    person = find_person(work, person_id)
    if person is None:
        raise NoSuchAssignee
    return person


def may_give_task(work: Work, task: Row, given: Any) -> bool:
    """Manager of the project; supervisors of the department to their people of the team; its artists to themselves."""
    return _may_give(work, task, find_assignee(work, given.person_id))


def may_give_to_person(work: Work, task: Row, asked: Asked) -> bool:
    """Manager of the project; supervisors of the department to their people of the team; its artists to themselves."""
    return _may_give(work, task, find_assignee(work, asked.path["person_id"]))


def may_take_away(work: Work, task: Row, asked: Asked) -> bool:
    """Manager of the project; supervisors of the department; assignees from themselves."""
    person_id = asked.body().person_id
    return may_unassign(work, task, person_id and person_id.lower())


def _may_give(work: Work, task: Row, person: Row) -> bool:
    return accepts_bots(work, person, task["project_id"]) and may_assign(work, task, person["id"])


def assign_task(work: Work, task: Row, person_id: str) -> Raw | None:
    """Give a task to somebody."""
    _assign(work, task, find_assignee(work, person_id)["id"])
    return work.show(TASK.with_relations(), task["id"])


def assign_tasks(work: Work, person_id: str, rows: list[Row]) -> Raw:
    """Give somebody tasks; those that the caller may not give are left out."""
    person = find_assignee(work, person_id)
    for task in rows:
        _assign(work, task, person["id"])
    ids = [task["id"] for task in rows]
    return many(work.db, TASK.with_relations().select(work.db).where(Task.id.in_(ids)))


def clear_assignations(work: Work, rows: list[Row], person_id: str | None) -> list[str]:
    """Take tasks from somebody, or from everybody; the ids of those that were taken."""
    person_id = person_id and person_id.lower()
    for task in rows:
        for gone in [person_id] if person_id else assignees_of(work, task["id"]):
            take_away(work, task, gone)
        work.update(Task, task["id"])
        _tell(work, "task:update", task)
    return [task["id"] for task in rows]


def replace_assignees(work: Work, task: Row, wanted: list[str]) -> None:
    """Make these the assignees of a task, and tell those who are new. Unknown ids are dropped; no team is joined."""
    before = set(assignees_of(work, task["id"]))
    write_relation(work, Task.relations["assignees"], task["id"], wanted)
    after = set(assignees_of(work, task["id"]))
    for person_id in after - before:
        _tell(work, "task:assign", task, person_id)
        notify_of_assignment(work, task, person_id)
    for person_id in before - after:
        _tell(work, "task:unassign", task, person_id)


def _assign(work: Work, task: Row, person_id: str) -> None:
    if not is_assigned(work, task["id"], person_id):
        work.insert(TaskPersonLink, task_id=task["id"], person_id=person_id)
    joins = not is_of_team(work, task["project_id"], person_id)
    _follow(work, task, [person_id], new_in_team=[person_id] if joins else [])
    notify_of_assignment(work, task, person_id)


def give(work: Work, task: Row, person_ids: list[str], *, new_in_team: list[str]) -> None:
    """Assign a task to people who do not have it yet, and tell it, but for the note to them.

    new_in_team  those of them who join the production by it
    """
    for person_id in person_ids:
        work.insert(TaskPersonLink, task_id=task["id"], person_id=person_id)
    _follow(work, task, person_ids, new_in_team)


def _follow(work: Work, task: Row, person_ids: list[str], new_in_team: list[str]) -> None:
    """What follows from giving a task to people."""
    work.update(Task, task["id"], assigner_id=work.caller.id)
    for person_id in person_ids:
        _tell(work, "task:assign", task, person_id)
    _tell(work, "task:update", task)
    _join_team(work, task["project_id"], new_in_team)


def take_away(work: Work, task: Row, person_id: str) -> None:
    """Unassign a task and tell it."""
    if is_uuid(person_id):
        work.delete(TaskPersonLink, TaskPersonLink.task_id == task["id"], TaskPersonLink.person_id == person_id)
    _tell(work, "task:unassign", task, person_id)


def _join_team(work: Work, project_id: str, person_ids: list[str]) -> None:
    for person_id in person_ids:
        work.insert(ProjectPersonLink, project_id=project_id, person_id=person_id)
        work.emit("project:update", {"person_id": person_id, **JOINED}, project_id)


def _tell(work: Work, event: str, task: Row, person_id: str | None = None) -> None:
    ids = {"task_id": task["id"]} if person_id is None else {"task_id": task["id"], "person_id": person_id}
    work.emit(event, ids, task["project_id"])
