"""The lists of productions that a client starts with (docs/api/productions.md)."""

from collections.abc import Iterable

import peewee

from kitsulite.access.hidden import fields_seen
from kitsulite.access.projects import open_team_projects, team_projects
from kitsulite.access.projects import own_open_projects as _own_open_projects
from kitsulite.access.roles import is_admin
from kitsulite.models.entities import Entity
from kitsulite.models.productions import Project, ProjectStatus
from kitsulite.models.project_shapes import LINKS, OF_STUDIO, PROJECT, open_project
from kitsulite.models.shapes import Raw, extended, many
from kitsulite.rows.filters import condition, namesakes_first
from kitsulite.work.errors import NotFound
from kitsulite.work.kinds import EPISODE, of_kind
from kitsulite.work.work import Work

OPEN_TO_ADMINS = ("Active", "open", "Open")
"""The statuses that count as open for admins; for everybody else it is `Open` alone."""


def open_projects(work: Work, name: str | None = None) -> Raw:
    """The open productions that the caller works on, with all their settings; for admins all of them."""
    condition = _with_status(OPEN_TO_ADMINS) if is_admin(work) else Project.id.in_(open_team_projects(work))
    return _with_settings(work, condition, name)


def own_open_projects(work: Work, name: str | None = None) -> Raw:
    """The productions whose status is `Open` that the caller works on, with all their settings; for admins all of them."""
    return _with_settings(work, Project.id.in_(_own_open_projects(work)), name)


def _with_settings(work: Work, condition: peewee.Node, name: str | None) -> Raw:
    shape = open_project(fields_seen(work))
    query = shape.select(work.db).select_extend(Project.id, Project.production_type).where(condition)
    if name is not None:
        query = query.where(Project.name == name)
    rows = work.db.tuples(query.order_by(Project.name))
    shows = [id for _, id, production_type in rows if production_type == "tvshow"]
    first = first_episodes(work, shows) if shows else {}
    written = [
        bytes(extended(row, {"first_episode_id": first[id]})) if id in first else bytes(row) for row, id, _ in rows
    ]
    return Raw(b"[" + b",".join(written) + b"]")


def _with_status(names: Iterable[str]) -> peewee.Node:
    return Project.project_status_id.in_(ProjectStatus.select(ProjectStatus.id).where(ProjectStatus.name.in_(names)))


def first_episodes(work: Work, project_ids: list[str]) -> dict[str, str]:
    """The episode that each production opens with: the running one whose name comes first, else the first by name."""
    rows = work.db.tuples(
        Entity.select(Entity.project_id, Entity.id, Entity.status, Entity.name).where(
            Entity.project_id.in_(project_ids), of_kind(work, EPISODE)
        )
    )
    found: dict[str, str] = {}
    for project_id, id, _, _ in sorted(rows, key=lambda row: (row[2] != "running", row[3])):
        found.setdefault(project_id, id)
    return found


def all_projects(work: Work, name: str | None = None) -> Raw:
    """Every production for admins, those of their teams for others; by name, NotFound when there is none of it."""
    if is_admin(work) and name is None:
        with_status = Project.project_status_id.is_null(False)
        return many(work.db, OF_STUDIO.select(work.db).where(with_status).order_by(Project.name))
    query = PROJECT.but(plus=LINKS).select(work.db)
    if not is_admin(work):
        query = query.where(Project.id.in_(team_projects(work)))
    if name is None:
        return many(work.db, query.order_by(Project.name))
    named = condition(work, Project, "name", name)
    query = query.where(named).order_by(*namesakes_first([named]), Project.name)
    found = many(work.db, query.limit(1 if is_admin(work) else None))
    if bytes(found) == b"[]":
        raise NotFound
    return found
