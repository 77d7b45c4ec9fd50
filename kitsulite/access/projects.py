"""Who may do what in a production: its team, and the role that each has there."""

from collections.abc import Callable, Sequence

import peewee

from kitsulite.access.roles import is_admin, is_at_least_supervisor, is_manager, require
from kitsulite.models import is_uuid
from kitsulite.models.productions import Project, ProjectPersonLink, ProjectStatus
from kitsulite.storage import Statement
from kitsulite.work.errors import NotFound
from kitsulite.work.work import Work

TEAM_ROLE = Statement(
    lambda project_id, person_id: ProjectPersonLink.select(ProjectPersonLink.role).where(
        ProjectPersonLink.project_id == project_id, ProjectPersonLink.person_id == person_id
    )
)
"""Asked by nearly every request."""


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
        links = work.db.ask(TEAM_ROLE, project_id.lower(), work.caller.id)
        roles[project_id] = _role(work, links[0]["role"]) if links else None
    return roles[project_id]


def team_roles(work: Work, project_ids: Sequence[str]) -> dict[str, str]:
    """The caller's roles on those of the projects in whose team they are."""
    links = ProjectPersonLink.select(ProjectPersonLink.project_id, ProjectPersonLink.role).where(
        ProjectPersonLink.project_id.in_(project_ids), ProjectPersonLink.person_id == work.caller.id
    )
    return {id: _role(work, role) for id, role in work.db.tuples(links)}


def _role(work: Work, of_link: str | None) -> str:
    """The role of who has this one in a team: the global one, unless the team says otherwise. It makes nobody an admin."""
    return of_link if of_link and of_link != "admin" else work.caller.global_role


def vendor_projects(work: Work) -> list[str]:
    """The projects on which the caller is a vendor, whatever they are elsewhere."""
    if "vendor_projects" not in work.memory:
        own = ("vendor", None, "admin") if work.caller.global_role == "vendor" else ("vendor",)
        roles = work.db.tuples(
            ProjectPersonLink.select(ProjectPersonLink.project_id, ProjectPersonLink.role).where(
                ProjectPersonLink.person_id == work.caller.id
            )
        )
        work.memory["vendor_projects"] = [] if is_admin(work) else [id for id, role in roles if role in own]
    found: list[str] = work.memory["vendor_projects"]
    return found


def has_project_access(work: Work, project_id: str | None) -> bool:
    """Admin, or in the team."""
    return enter_project(work, project_id) or is_admin(work)


def is_project_manager(work: Work, project_id: str | None) -> bool:
    """Admin, or in the team as manager."""
    return has_project_access(work, project_id) and is_manager(work)


def is_project_supervisor(work: Work, project_id: str | None) -> bool:
    """Admin, or in the team as manager or supervisor."""
    return has_project_access(work, project_id) and is_at_least_supervisor(work)


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


def require_listing_access(work: Work, project_id: str | None) -> None:
    """In the team of the project that a listing is asked of; admin when it is of all projects."""
    if project_id:
        require_project_access(work, project_id)
    else:
        require(is_admin(work))


def require_crew(work: Work, project_id: str | None) -> None:
    """In the team, neither as client nor as vendor."""
    require_project_access(work, project_id)
    require(work.caller.role not in ("client", "vendor"))


def project_says(work: Work, project_id: str | None, setting: peewee.Field) -> bool:
    return bool(work.db.value(Project.select(setting).where(Project.id == project_id)))


def team_projects(work: Work) -> peewee.ModelSelect:
    """The ids of the projects, open or closed, in whose team the caller is (a query)."""
    return ProjectPersonLink.select(ProjectPersonLink.project_id).where(ProjectPersonLink.person_id == work.caller.id)


def open_projects() -> peewee.ModelSelect:
    """The ids of the open projects (a query); open is what the status named `Open` says."""
    is_open = Project.project_status_id.in_(ProjectStatus.select(ProjectStatus.id).where(ProjectStatus.name == "Open"))
    return Project.select(Project.id).where(is_open)


def open_team_projects(work: Work) -> peewee.ModelSelect:
    """The ids of the open projects in whose team the caller is (a query)."""
    return open_projects().where(Project.id.in_(team_projects(work)))


def own_open_projects(work: Work) -> peewee.ModelSelect:
    """The ids of the open projects that the caller works on, for admins of all (a query)."""
    return open_projects() if is_admin(work) else open_team_projects(work)
