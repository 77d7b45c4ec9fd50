"""Who may do what. Every rule that depends on rows is here, under one name (DESIGN.md, 6).

A `Rule` stands in a route's or a collection's table. It is checked against a subject: the parameters of the path, the row
at hand, or the body of a new row, whichever has the ids that it asks for. Predicates (`is_…`, `has_…`) answer; `require_…`
refuse.

A person's role on a project is that of the team's link, else the global one; looking at a project makes that role the
effective one of the work (contract 01, A4). Admins are admins everywhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kitsulite.models import is_uuid
from kitsulite.models.people import DepartmentLink
from kitsulite.models.productions import Project, ProjectPersonLink
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.services.errors import Forbidden, MissingKey, NotFound
from kitsulite.services.work import Work

Subject = Mapping[str, Any]
Check = Callable[[Work, Subject], None]


@dataclass(frozen=True)
class Rule:
    """Who may: a name for people, and the check that refuses everybody else.

    public   strangers may too
    """

    name: str
    check: Check
    public: bool = False


# --- roles ---


def is_admin(work: Work) -> bool:
    return work.caller.global_role == "admin"


def is_manager(work: Work) -> bool:
    """Admin, or manager by the effective role."""
    return is_admin(work) or work.caller.role == "manager"


def is_at_least_supervisor(work: Work) -> bool:
    return is_admin(work) or work.caller.role in ("manager", "supervisor")


def has_role(work: Work, role: str) -> bool:
    """Exactly this effective role."""
    return work.caller.role == role


def departments(work: Work) -> set[str]:
    """The caller's departments; for a supervisor, none means all."""
    if "departments" not in work.memory:
        query = DepartmentLink.select(DepartmentLink.department_id).where(DepartmentLink.person_id == work.caller.id)
        work.memory["departments"] = set(work.db.values(query))
    return work.memory["departments"]


# --- projects ---


def enter_project(work: Work, project_id: str | None) -> bool:
    """Take up the role that the caller has on a project; whether the caller is in its team.

    Admins keep theirs. For who is not in the team it is the global role again.
    """
    caller = work.caller
    role = team_role(work, project_id)
    caller.project_id = project_id
    if caller.global_role != "admin":
        caller.role = role or caller.global_role
    return role is not None


def team_role(work: Work, project_id: str | None) -> str | None:
    """The caller's role on a project, None outside of its team."""
    if not is_uuid(project_id):
        return None
    roles = work.memory.setdefault("team_roles", {})
    if project_id not in roles:
        link = work.db.tuples(
            ProjectPersonLink.select(ProjectPersonLink.role).where(
                ProjectPersonLink.project_id == project_id, ProjectPersonLink.person_id == work.caller.id
            )
        )
        own = link[0][0] if link else None
        roles[project_id] = (own if own and own != "admin" else work.caller.global_role) if link else None
    return roles[project_id]


def has_project_access(work: Work, project_id: str | None) -> bool:
    """Admin, or in the team."""
    return enter_project(work, project_id) or is_admin(work)


def is_project_manager(work: Work, project_id: str | None) -> bool:
    """Admin, or in the team as manager."""
    return has_project_access(work, project_id) and is_manager(work)


def is_project_supervisor(work: Work, project_id: str | None) -> bool:
    """Admin, or in the team as manager or supervisor."""
    return has_project_access(work, project_id) and is_at_least_supervisor(work)


def require(allowed: bool) -> None:
    if not allowed:
        raise Forbidden


def _require_of_project(work: Work, project_id: str | None, allowed: Callable[[Work, str | None], bool]) -> None:
    if not is_admin(work) and project_id is not None and not work.find(Project, project_id):
        raise NotFound
    require(allowed(work, project_id))


def require_project_access(work: Work, project_id: str | None) -> None:
    _require_of_project(work, project_id, has_project_access)


def require_project_manager(work: Work, project_id: str | None) -> None:
    _require_of_project(work, project_id, is_project_manager)


def require_project_supervisor(work: Work, project_id: str | None) -> None:
    _require_of_project(work, project_id, is_project_supervisor)


# --- entities and tasks ---


def has_entity_access(work: Work, entity_id: str | None) -> bool:
    """Everybody but vendors without a task on the entity."""
    if not has_role(work, "vendor"):
        return True
    query = (
        Task.select(Task.id)
        .join(TaskPersonLink, on=TaskPersonLink.task_id == Task.id)
        .where(Task.entity_id == entity_id, TaskPersonLink.person_id == work.caller.id)
    )
    return bool(work.db.tuples(query.limit(1)))


def is_assigned(work: Work, task_id: str) -> bool:
    return work.exists(TaskPersonLink, TaskPersonLink.task_id == task_id, TaskPersonLink.person_id == work.caller.id)


# --- rules for tables of routes and collections ---


def _anyone(work: Work, subject: Subject) -> None:
    pass


def _signed_in(work: Work, subject: Subject) -> None:
    assert work.caller


def _person_only(work: Work, subject: Subject) -> None:
    require(work.caller.identity_type != "bot")


def _key(subject: Subject, name: str) -> Any:
    try:
        return subject[name]
    except KeyError:
        raise MissingKey(name) from None


def in_service(name: str) -> Rule:
    """A rule that needs rows which only the service loads; it is checked there, by the predicate of that name."""
    return Rule(name, _signed_in)


anyone = Rule("anyone", _anyone, public=True)
signed_in = Rule("everybody signed in", _signed_in)
person_only = Rule("people, not bots", _person_only)
admin = Rule("admin", lambda work, subject: require(is_admin(work)))
manager = Rule("manager", lambda work, subject: require(is_manager(work)))
not_vendor = Rule("all but vendors", lambda work, subject: require(work.caller.global_role != "vendor"))
project_access = Rule(
    "in the project's team", lambda work, subject: require_project_access(work, _key(subject, "project_id"))
)
project_manager = Rule(
    "manager of the project", lambda work, subject: require_project_manager(work, _key(subject, "project_id"))
)
project_supervisor = Rule(
    "supervisor of the project", lambda work, subject: require_project_supervisor(work, _key(subject, "project_id"))
)
