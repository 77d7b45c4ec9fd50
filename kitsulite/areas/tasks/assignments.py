"""Who has which task to do (contract 05, 5.3)."""

from collections.abc import Iterable

from kitsulite import access
from kitsulite.areas.telling.notifications import notify_of_assignment
from kitsulite.models import is_uuid
from kitsulite.models.people import Person
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.shapes import Raw, many, one
from kitsulite.models.task_shapes import TASK
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.rows.collection import write_relation
from kitsulite.storage import Row
from kitsulite.work.errors import NoSuchAssignee
from kitsulite.work.work import Work


def assignees_of(work: Work, task_id: str) -> list[str]:
    return work.db.values(TaskPersonLink.select(TaskPersonLink.person_id).where(TaskPersonLink.task_id == task_id))


def find_assignee(work: Work, person_id: str) -> Row:
    """The person to assign; NoSuchAssignee when there is none."""
    person = work.find(Person, person_id)
    if person is None:
        raise NoSuchAssignee
    return person


def assign_task(work: Work, task_id: str, person_id: str) -> Raw | None:
    """Give a task to one person; the task. Forbidden for who may not; NoSuchAssignee."""
    task = work.get(Task, task_id)
    person = find_assignee(work, person_id)
    access.require(access.accepts_bots(work, person, task["project_id"]))
    access.require(access.may_assign(work, task, person["id"]))
    _assign(work, task, person["id"])
    return one(work.db, TASK.with_relations().select(work.db).where(Task.id == task["id"]))


def assign_tasks(work: Work, person_id: str, task_ids: Iterable[str]) -> Raw:
    """Give tasks to one person; those given. What the caller may not give is passed over."""
    person = find_assignee(work, person_id)
    done = []
    for task in existing(work, task_ids):
        if access.accepts_bots(work, person, task["project_id"]) and access.may_assign(work, task, person["id"]):
            _assign(work, task, person["id"])
            done.append(task["id"])
    return many(work.db, TASK.with_relations().select(work.db).where(Task.id.in_(done)))


def clear_assignations(work: Work, task_ids: Iterable[str], person_id: str | None) -> list[str]:
    """Take tasks away, from one person or from everybody; the ids of those taken. Others are passed over."""
    done = []
    person_id = person_id and person_id.lower()
    for task in existing(work, task_ids):
        if access.may_unassign(work, task, person_id):
            for gone in [person_id] if person_id else assignees_of(work, task["id"]):
                _unassign(work, task, gone)
            work.update(Task, task["id"])
            _tell(work, "task:update", task)
            done.append(task["id"])
    return done


def existing(work: Work, task_ids: Iterable[str]) -> Iterable[Row]:
    """The tasks of these ids, in this order; what is no task's id is passed over."""
    return (task for id in task_ids if (task := work.find(Task, id)) is not None)


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
    if not access.is_assigned(work, task["id"], person_id):
        work.insert(TaskPersonLink, task_id=task["id"], person_id=person_id)
    work.update(Task, task["id"], assigner_id=work.caller.id)
    _tell(work, "task:assign", task, person_id)
    _tell(work, "task:update", task)
    notify_of_assignment(work, task, person_id)
    _join_team(work, task["project_id"], person_id)


def _unassign(work: Work, task: Row, person_id: str) -> None:
    if is_uuid(person_id):
        work.delete(TaskPersonLink, TaskPersonLink.task_id == task["id"], TaskPersonLink.person_id == person_id)
    _tell(work, "task:unassign", task, person_id)


def _join_team(work: Work, project_id: str, person_id: str) -> None:
    of_person = (ProjectPersonLink.project_id == project_id) & (ProjectPersonLink.person_id == person_id)
    if not work.exists(ProjectPersonLink, of_person):
        work.insert(ProjectPersonLink, project_id=project_id, person_id=person_id)
        work.emit("project:update", {}, project_id)


def _tell(work: Work, event: str, task: Row, person_id: str | None = None) -> None:
    ids = {"task_id": task["id"]} if person_id is None else {"task_id": task["id"], "person_id": person_id}
    work.emit(event, ids, task["project_id"])
