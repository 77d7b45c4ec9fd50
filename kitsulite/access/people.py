"""Who may see what others do and how they spend their time."""

import hmac
from collections.abc import Iterable

import peewee

from kitsulite.access.projects import (
    CREW,
    MANAGER,
    SUPERVISOR,
    acts_as,
    has_project_access,
    projects_as,
    team_projects,
    team_role,
)
from kitsulite.access.roles import Subject, departments, is_admin, is_client, is_manager, is_self, require
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import FOR_CLIENTS
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.shapes import Shape
from kitsulite.models.tasks import Task, TaskType
from kitsulite.settings import Settings
from kitsulite.storage.bound import all_bound, bound
from kitsulite.work.work import Work


def may_read_events(work: Work, project_id: str | None) -> bool:
    """Manager; of one project, who manages there, or in the studio and is of its crew."""
    if is_admin(work):
        return True
    if project_id is None:
        return is_manager(work)
    role = team_role(work, project_id)
    return role == MANAGER or (role in CREW and is_manager(work))


def overseen_tasks(work: Work) -> peewee.Node:
    """The tasks that a manager or supervisor sees to: of their projects and, of a supervisor, departments (a condition)."""
    managed, supervised = projects_as(work, MANAGER), projects_as(work, SUPERVISOR)
    theirs = Task.project_id.in_(managed)
    if not departments(work):
        return Task.project_id.in_(managed + supervised)
    types = TaskType.select(TaskType.id).where(TaskType.department_id.in_(list(departments(work))))
    return theirs | (Task.project_id.in_(supervised) & Task.task_type_id.in_(types))


def may_see_time_of_department(work: Work, department_id: str) -> bool:
    """Supervisors only of their own departments, whoever has none of none."""
    return work.caller.global_role != "supervisor" or department_id in departments(work)


def may_see_quotas(work: Work, project_id: str | None, person_id: str) -> bool:
    """Managers those of their project's people, everybody their own in projects that they are in."""
    if acts_as(work, project_id) == MANAGER:
        return team_role(work, project_id) is not None
    return is_admin(work) or (is_self(work, person_id) and (project_id is None or has_project_access(work, project_id)))


def told_days_off_of(work: Work, person: str) -> str:
    """Whose days off the caller may see with what they are for: their own, of people in productions that they manage (SQL on a
    column that names a person)."""
    if is_admin(work):
        return "1 = 1"
    return f"({person} = {bound(work.caller.id)} OR {person} IN ({_in_teams(projects_as(work, MANAGER))}))"


def knows_days_off_of(work: Work, person: str) -> str:
    """Whose days off the caller may see at all: of people of their departments, too, in productions that they supervise."""
    supervised = f"{person} IN ({_in_teams(projects_as(work, SUPERVISOR))})"
    if departments(work):
        own = all_bound(departments(work))
        members = f"SELECT member.person_id FROM department_link AS member WHERE member.department_id IN ({own})"
        supervised += f" AND {person} IN ({members})"
    return f"({told_days_off_of(work, person)} OR ({supervised}))"


def _in_teams(projects: Iterable[str]) -> str:
    return f"SELECT mate.person_id FROM project_person_link AS mate WHERE mate.project_id IN ({all_bound(projects)})"


def may_see_days_off(work: Work, row: Subject) -> bool:
    """Oneself, admin; managers, and supervisors of the department, of a production that the person is in."""
    known = peewee.SQL(knows_days_off_of(work, "person.id"))
    return is_admin(work) or work.exists(Person, Person.id == row["person_id"], known)


def known_people(work: Work) -> list[peewee.Node]:
    """The people that lists show: to clients of the studio those who are in a team with them, to everybody else all (conditions)."""
    if not is_client(work):
        return []
    teams = ProjectPersonLink.select(ProjectPersonLink.person_id)
    return [Person.id.in_(teams.where(ProjectPersonLink.project_id.in_(team_projects(work))))]


def shown_to(work: Work, shape: Shape) -> Shape:
    """How lists show people to the caller, to whom they would look so if they were no client of the studio."""
    return FOR_CLIENTS if is_client(work) else shape


def require_admin_token(settings: Settings, given: str) -> None:
    """The studio's ADMIN_TOKEN; nobody has it where there is none."""
    require(bool(settings.admin_token) and hmac.compare_digest(given.encode(), settings.admin_token.encode()))
