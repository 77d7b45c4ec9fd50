"""Who may see what others do and how they spend their time."""

import hmac

import peewee

from kitsulite.access.projects import enter_project, team_projects, team_role
from kitsulite.access.roles import departments, has_role, is_admin, is_self, require
from kitsulite.models.tasks import Task, TaskType
from kitsulite.settings import Settings
from kitsulite.work.work import Work


def require_event_reader(work: Work, project_id: str | None) -> None:
    """Managers of the studio; of one project, who manages that one too."""
    require(is_admin(work) or work.caller.global_role == "manager" or team_role(work, project_id) == "manager")


def require_events_of(work: Work, project_id: str | None) -> None:
    """Admins read everything, others what happens in their teams' projects."""
    require(is_admin(work) or project_id is None or team_role(work, project_id) is not None)


def overseen_tasks(work: Work) -> peewee.Node:
    """The tasks that a manager or supervisor sees to: of their projects and, of a supervisor, departments (a condition)."""
    theirs = Task.project_id.in_(team_projects(work))
    if work.caller.global_role == "supervisor" and departments(work):
        types = TaskType.select(TaskType.id).where(TaskType.department_id.in_(list(departments(work))))
        theirs &= Task.task_type_id.in_(types)
    return theirs


def may_see_time_of_department(work: Work, department_id: str) -> bool:
    """Supervisors only of their own departments, whoever has none of none."""
    return work.caller.global_role != "supervisor" or department_id in departments(work)


def may_see_quotas(work: Work, project_id: str | None, person_id: str) -> bool:
    """Managers those of their project's people, everybody their own."""
    in_team = enter_project(work, project_id)
    return is_admin(work) or (in_team if has_role(work, "manager") else is_self(work, person_id))


def require_admin_token(settings: Settings, given: str) -> None:
    """The studio's ADMIN_TOKEN; nobody has it where there is none."""
    require(bool(settings.admin_token) and hmac.compare_digest(given.encode(), settings.admin_token.encode()))
