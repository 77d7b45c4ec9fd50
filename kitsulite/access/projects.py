"""Who may do what in a production: its team, and the role that each has there."""

from collections.abc import Sequence
from typing import Any

import peewee

from kitsulite.access.roles import Subject, is_admin, is_self
from kitsulite.models import is_uuid
from kitsulite.models.productions import Project, ProjectPersonLink, ProjectStatus
from kitsulite.storage import Statement
from kitsulite.work.work import Work

TEAM_ROLE = Statement(
    lambda project_id, person_id: ProjectPersonLink.select(ProjectPersonLink.role).where(
        ProjectPersonLink.project_id == project_id, ProjectPersonLink.person_id == person_id
    )
)
TEAM_ROLES = Statement(
    lambda person_id: places_in_teams(person_id, ProjectPersonLink.project_id, ProjectPersonLink.role)
)
"""Asked by nearly every request."""


ADMIN, MANAGER, SUPERVISOR, ARTIST, CLIENT, VENDOR = "admin", "manager", "supervisor", "user", "client", "vendor"
MANAGERS = frozenset({ADMIN, MANAGER})
SUPERVISORS = MANAGERS | {SUPERVISOR}
CREW = SUPERVISORS | {ARTIST}


def role_in(work: Work, project_id: str | None) -> str | None:
    """The caller's role on a project: admins' everywhere; None for everybody else outside of its team.

    The rule is told once more in SQL, for many people at once: `models.people_shapes.role_in`.
    """
    return ADMIN if is_admin(work) else team_role(work, project_id)


def acts_as(work: Work, project_id: str | None) -> str:
    """The role that counts for the caller where a project matters: the one in its team, else the global one."""
    return role_in(work, project_id) or work.caller.global_role


def team_role(work: Work, project_id: str | None) -> str | None:
    """The caller's role on a project, None outside of its team."""
    if not is_uuid(project_id):
        return None
    roles, id = all_team_roles(work), project_id.lower()
    outside: set[str] = work.memory.setdefault("outside of teams", set())
    if id not in roles and id not in outside and work.caller.scope.projects is None:
        for link in work.db.ask(
            TEAM_ROLE, id, work.caller.id
        ):  # who made the production a moment ago may be in its team
            roles[id] = _role(work, link["role"])
        outside.add(id)
    return roles.get(id)


def team_roles(work: Work, project_ids: Sequence[str]) -> dict[str, str]:
    """The caller's roles on those of the projects in whose team they are."""
    wanted = set(project_ids)
    return {id: role for id, role in all_team_roles(work).items() if id in wanted}


def all_team_roles(work: Work) -> dict[str, str]:
    """The caller's roles on all the projects, open or closed, in whose team they are."""
    if "all_team_roles" not in work.memory:
        if work.caller.scope.projects is None:
            found = work.db.ask_tuples(TEAM_ROLES, work.caller.id)
        else:
            found = work.db.tuples(_team_links(work, ProjectPersonLink.project_id, ProjectPersonLink.role))
        work.memory["all_team_roles"] = {id: _role(work, role) for id, role in found}
    roles: dict[str, str] = work.memory["all_team_roles"]
    return roles


def projects_as(work: Work, *roles: str) -> list[str]:
    """The projects in whose team the caller has one of these roles, whatever they are elsewhere; an admin is none of them."""
    return [] if is_admin(work) else [id for id, role in all_team_roles(work).items() if role in roles]


def is_all_crew(work: Work) -> bool:
    """Whether the caller is crew in all of their teams, neither vendor nor client in any, and comes with no key that keeps them to
    some productions: they see what is of their teams, as nearly everybody does, and statements compiled once say it."""
    return work.caller.scope.projects is None and not is_admin(work) and not projects_as(work, VENDOR, CLIENT)


def _role(work: Work, of_link: str | None) -> str:
    """The caller's role in a team that gives them this one."""
    if _is_admin_kept_to_some(work):
        return MANAGER
    return role_by(of_link, work.caller.person["role"])


def role_by(of_link: str | None, in_studio: str) -> str:
    """The role of who has this one in a team: the global one, unless the team says otherwise. It makes nobody an admin."""
    return of_link if of_link and of_link != ADMIN else in_studio


def vendor_projects(work: Work) -> list[str]:
    """The projects on which the caller is a vendor, whatever they are elsewhere."""
    return projects_as(work, VENDOR)


def client_projects(work: Work) -> list[str]:
    """The projects on which the caller is a client, whatever they are elsewhere."""
    return projects_as(work, CLIENT)


def is_of_team(work: Work, project_id: str | None, person_id: str) -> bool:
    """Whether somebody is in the team of a project."""
    link = (ProjectPersonLink.project_id == project_id) & (ProjectPersonLink.person_id == person_id)
    return work.exists(ProjectPersonLink, link)


def has_project_access(work: Work, project_id: str | None) -> bool:
    """Admin, or in the team."""
    return role_in(work, project_id) is not None


def is_project_manager(work: Work, project_id: str | None) -> bool:
    """Admin, or in the team as manager."""
    return role_in(work, project_id) in MANAGERS


def has_role(work: Work, project_id: str | None, *roles: str) -> bool:
    """Whether the caller has one of these roles on a project."""
    return role_in(work, project_id) in roles


def is_member(work: Work, project_id: str | None, person: Subject) -> bool:
    """Whether a person works on a project: admins, and its team."""
    return person["role"] == ADMIN or is_of_team(work, project_id, person["id"])


def may_speak_for(work: Work, project_id: str | None, person: Subject) -> bool:
    """Everybody for themselves; supervisors and managers of the project for anybody of its team."""
    if is_self(work, person["id"]):
        return True
    return role_in(work, project_id) in SUPERVISORS and is_member(work, project_id, person)


def project_says(work: Work, project_id: str | None, setting: peewee.Field) -> bool:
    return bool(work.db.value(Project.select(setting).where(Project.id == project_id)))


def team_projects(work: Work) -> peewee.ModelSelect:
    """The ids of the projects, open or closed, in whose team the caller is (a query)."""
    return _team_links(work, ProjectPersonLink.project_id)


def _team_links(work: Work, project_id: peewee.Field, *more: peewee.Field) -> peewee.ModelSelect:
    """The caller's places in teams (a query); with an API key that is kept to some productions, only those in theirs.

    An admin who comes with such a key is in the teams of all of its productions.
    """
    kept_to = work.caller.scope.projects
    if _is_admin_kept_to_some(work):
        nothing = [peewee.Value(None) for _ in more]
        return Project.select(Project.id.alias("project_id"), *nothing).where(Project.id.in_(sorted(kept_to or ())))
    own = places_in_teams(work.caller.id, project_id, *more)
    return own if kept_to is None else own.where(ProjectPersonLink.project_id.in_(sorted(kept_to)))


def places_in_teams(person_id: Any, *columns: peewee.Field) -> peewee.ModelSelect:
    """Columns of somebody's places in teams (a query)."""
    return ProjectPersonLink.select(*columns).where(ProjectPersonLink.person_id == person_id)


def within_key(work: Work, project_id: peewee.Field) -> list[peewee.Node]:
    """What holds of the rows that an API key is kept to, by the column that says their production: conditions, none without one.

    For what is somebody's own in whatever production, and so asks for no place in a team. What is of no production stays.
    """
    kept_to = work.caller.scope.projects
    return [] if kept_to is None else [project_id.is_null() | project_id.in_(sorted(kept_to))]


def is_within_key(work: Work, project_id: str | None) -> bool:
    """Whether an API key, if there is one, leaves what is of a production."""
    kept_to = work.caller.scope.projects
    return kept_to is None or project_id is None or project_id in kept_to


def _is_admin_kept_to_some(work: Work) -> bool:
    return work.caller.scope.projects is not None and work.caller.person["role"] == ADMIN


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
