"""Who may do what with tasks."""

from collections.abc import Iterable

import peewee

from kitsulite.access.entities import may_see_time_of, reaches_entity, tasks_outside_of_concepts
from kitsulite.access.projects import (
    ARTIST,
    CLIENT,
    CREW,
    MANAGERS,
    SUPERVISOR,
    VENDOR,
    has_role,
    is_of_team,
    is_project_manager,
    project_says,
    role_in,
    team_role,
    vendor_projects,
)
from kitsulite.access.roles import Subject, departments, is_admin
from kitsulite.models.entities import Entity
from kitsulite.models.people import DepartmentLink
from kitsulite.models.productions import Project, ProjectTaskStatusLink
from kitsulite.models.tasks import Task, TaskPersonLink, TaskType
from kitsulite.work.work import Work


def is_assigned(work: Work, task_id: str, person_id: str | None = None) -> bool:
    """Whether a person, the caller when none is named, has the task to do."""
    person_id = person_id or work.caller.id
    link = (TaskPersonLink.task_id == task_id) & (TaskPersonLink.person_id == person_id)
    return bool(work.once((is_assigned, person_id, task_id), lambda: work.exists(TaskPersonLink, link)))


def assigned_to(person_id: str) -> peewee.Node:
    """The tasks of a person (a condition)."""
    return Task.id.in_(TaskPersonLink.select(TaskPersonLink.task_id).where(TaskPersonLink.person_id == person_id))


def in_sight(work: Work, seen: peewee.Node) -> peewee.Node:
    """Those of such tasks that the caller sees: where they are a vendor their own, where they are a client none of concepts
    (a condition)."""
    for condition in tasks_outside_of_concepts(work):
        seen &= condition
    vendor = vendor_projects(work)
    return seen & (Task.project_id.not_in(vendor) | assigned_to(work.caller.id)) if vendor else seen


def covers_task_type(work: Work, task_type_id: str | None) -> bool:
    """Whether a task type is of one of the caller's departments; who has none covers them all."""
    return not departments(work) or _department_of(work, task_type_id) in departments(work)


def _department_of(work: Work, task_type_id: str | None) -> str | None:
    return work.db.value(TaskType.select(TaskType.department_id).where(TaskType.id == task_type_id))


def supervises(work: Work, project_id: str | None, task_type_id: str | None) -> bool:
    """In the team as supervisor, of the task type's department."""
    return has_role(work, project_id, SUPERVISOR) and covers_task_type(work, task_type_id)


def has_task_access(work: Work, task: Subject) -> bool:
    """In the project's team; vendors only with a task on its entity."""
    return reaches_entity(work, task["project_id"], task["entity_id"])


def has_access_to_tasks(work: Work, tasks: Iterable[Subject]) -> bool:
    """The same for all of them, in few queries."""
    entities: dict[str, set[str]] = {}
    for task in tasks:
        entities.setdefault(task["project_id"], set()).add(task["entity_id"])
    for project_id, ids in entities.items():
        role = role_in(work, project_id)
        if role == CLIENT and not all(reaches_entity(work, project_id, id) for id in ids):
            return False
        if role is None or (role == VENDOR and ids - _own_entities(work, ids)):
            return False
    return True


def _own_entities(work: Work, entity_ids: Iterable[str]) -> set[str]:
    """Those of the entities on which the caller has a task to do."""
    query = Task.select(Task.entity_id).where(Task.entity_id.in_(list(entity_ids)), assigned_to(work.caller.id))
    return set(work.db.values(query))


def has_task_action_access(work: Work, task: Subject) -> bool:
    """Who may act on a task: managers, clients, assignees, the department's supervisors, who made its entity and sees it."""
    role = role_in(work, task["project_id"])
    if role == CLIENT:
        return has_task_access(work, task)
    return role is not None and (
        role in MANAGERS
        or is_assigned(work, task["id"])
        or supervises(work, task["project_id"], task["task_type_id"])
        or (
            work.exists(Entity, Entity.id == task["entity_id"], Entity.created_by == work.caller.id)
            and has_task_access(work, task)
        )
    )


def may_save_file(work: Work, task: Subject) -> bool:
    """Who may act on the task or take it on, no client."""
    return has_task_access(work, task) and not has_role(work, task["project_id"], CLIENT) and _works_on(work, task)


def _works_on(work: Work, task: Subject) -> bool:
    return has_task_action_access(work, task) or may_assign(work, task, work.caller.id)


SUPERVISED_KEYS = {"priority", "start_date", "due_date", "estimation", "difficulty", "data"}


def may_change_task(work: Work, task: Subject, keys: Iterable[str]) -> bool:
    """Managers; supervisors of the department when they only plan."""
    return is_project_manager(work, task["project_id"]) or (
        supervises(work, task["project_id"], task["task_type_id"]) and set(keys) <= SUPERVISED_KEYS
    )


def may_prioritize(work: Work, task: Subject) -> bool:
    """Manager of the project; supervisors of the department."""
    return may_change_task(work, task, {"priority"})


def may_set_main_preview(work: Work, task: Subject) -> bool:
    """In the project's team, no client; vendors only with a task on its entity."""
    return has_task_access(work, task) and not has_role(work, task["project_id"], CLIENT)


def may_annotate(work: Work, task: Subject) -> bool:
    """Managers, clients, and supervisors of the department."""
    role = role_in(work, task["project_id"])
    if role == CLIENT:
        return has_task_access(work, task)
    return role in MANAGERS or supervises(work, task["project_id"], task["task_type_id"])


def may_assign(work: Work, task: Subject, person_id: str) -> bool:
    """Managers; supervisors of the department to their own people of the team; its artists to themselves."""
    project_id = task["project_id"]
    role = role_in(work, project_id)
    if role in MANAGERS:
        return True
    department = _department_of(work, task["task_type_id"])
    if role not in CREW:
        return False
    if person_id == work.caller.id and department is not None and department in departments(work):
        return True
    if role != SUPERVISOR or not is_of_team(work, project_id, person_id):
        return False
    theirs = (DepartmentLink.person_id == person_id) & DepartmentLink.department_id.in_(list(departments(work)))
    return not departments(work) or (department in departments(work) and work.exists(DepartmentLink, theirs))


def may_unassign(work: Work, task: Subject, person_id: str | None) -> bool:
    """Managers; supervisors of the department; assignees themselves."""
    return (
        is_project_manager(work, task["project_id"])
        or supervises(work, task["project_id"], task["task_type_id"])
        or (
            person_id == work.caller.id
            and role_in(work, task["project_id"]) is not None
            and is_assigned(work, task["id"], person_id)
        )
    )


def may_log_time(work: Work, task: Subject, person_id: str) -> bool:
    """In the project's team the assignee, or its manager; bots where they may work."""
    role = role_in(work, task["project_id"])
    may = role in MANAGERS or (role is not None and person_id == work.caller.id)
    return may and is_assigned(work, task["id"], person_id)


def may_see_time(work: Work, task: Subject) -> bool:
    """In the project's team, no client; vendors only with a task on its entity."""
    return may_see_time_of(work, task["project_id"], task["entity_id"])


def accepts_bots(work: Work, person: Subject, project_id: str | None = None) -> bool:
    """Whether a person is no bot, or the project lets bots work."""
    return not person["is_bot"] or project_says(work, project_id, Project.is_bot_collaboration_enabled)


def may_use_status(work: Work, status: Subject, project_id: str | None) -> bool:
    """Artists and clients only the statuses made for them, by their role on the project; others any."""
    role = role_in(work, project_id)
    if role == CLIENT:
        return is_for_clients(work, status, project_id)
    return role != ARTIST or bool(status["is_artist_allowed"])


def is_for_clients(work: Work, status: Subject, project_id: str | None) -> bool:
    """Whether clients may set a status: as the project says, else the studio."""
    link = ProjectTaskStatusLink
    said = work.db.value(
        link.select(link.is_client_allowed).where(link.project_id == project_id, link.task_status_id == status["id"])
    )
    return bool(status["is_client_allowed"] if said is None else said)


def may_plan(work: Work, item: Subject) -> bool:
    """Managers; supervisors of the task type's department."""
    return is_project_manager(work, item["project_id"]) or supervises(work, item["project_id"], item["task_type_id"])


def project_of_task(work: Work, task_id: str | None) -> str | None:
    return work.db.value(Task.select(Task.project_id).where(Task.id == task_id))


def may_see_task_dates(work: Work, project_id: str | None) -> bool:
    """Admins; managers and supervisors by their global role, of a project only in its crew."""
    return is_admin(work) or (
        work.caller.global_role in ("manager", "supervisor")
        and (project_id is None or team_role(work, project_id) in CREW)
    )
