"""The lists of productions that a client starts with (docs/api/productions.md)."""

from collections.abc import Iterable
from typing import Any

import peewee

from kitsulite.access.hidden import fields_seen
from kitsulite.access.projects import open_projects as every_open
from kitsulite.access.projects import open_team_projects, places_in_teams, team_projects
from kitsulite.access.projects import own_open_projects as _own_open_projects
from kitsulite.access.roles import is_admin
from kitsulite.models.entities import Entity
from kitsulite.models.productions import Project, ProjectPersonLink, ProjectStatus
from kitsulite.models.project_shapes import LINKS, OF_STUDIO, PROJECT, open_project
from kitsulite.models.shapes import Raw, Shape, extended, many
from kitsulite.rows.filters import condition, namesakes_first
from kitsulite.storage import Database, Statement
from kitsulite.work.errors import NotFound
from kitsulite.work.kinds import EPISODE, of_kind
from kitsulite.work.work import Work

OPEN_TO_ADMINS = ("Active", "open", "Open")
"""The statuses that count as open for admins; for everybody else it is `Open` alone."""


def _with_status(names: Iterable[str]) -> peewee.Node:
    return Project.project_status_id.in_(ProjectStatus.select(ProjectStatus.id).where(ProjectStatus.name.in_(names)))


def _select(db: Database, shape: Shape, condition: peewee.Node) -> peewee.ModelSelect:
    return shape.select(db).select_extend(Project.id, Project.production_type).where(condition).order_by(Project.name)


WHOLE = open_project(())
"""To who sees all fields."""
OPEN_TO_ALL_ADMINS = Statement(lambda db: _select(db, WHOLE, _with_status(OPEN_TO_ADMINS)))
OPEN = Statement(lambda db: _select(db, WHOLE, Project.id.in_(every_open())))
OPEN_IN_TEAM = Statement(
    lambda db, person_id: _select(
        db,
        WHOLE,
        Project.id.in_(every_open().where(Project.id.in_(places_in_teams(person_id, ProjectPersonLink.project_id)))),
    )
)


def open_projects(work: Work, name: str | None = None) -> Raw:
    """The open productions that the caller works on, with all their settings; for admins all of them."""
    if name is None and _sees_whole(work):
        return _every_own(work, OPEN_TO_ALL_ADMINS)
    condition = _with_status(OPEN_TO_ADMINS) if is_admin(work) else Project.id.in_(open_team_projects(work))
    return _with_settings(work, condition, name)


def own_open_projects(work: Work, name: str | None = None) -> Raw:
    """The productions whose status is `Open` that the caller works on, with all their settings; for admins all of them."""
    if name is None and _sees_whole(work):
        return _every_own(work, OPEN)
    return _with_settings(work, Project.id.in_(_own_open_projects(work)), name)


def _sees_whole(work: Work) -> bool:
    """Whether neither fields nor productions are kept from the caller, but by the teams that they are in."""
    return work.caller.scope.projects is None and not fields_seen(work)


def _every_own(work: Work, of_admins: Statement) -> Raw:
    found = work.db.ask_tuples(of_admins) if is_admin(work) else work.db.ask_tuples(OPEN_IN_TEAM, work.caller.id)
    return _written(work, found)


def _with_settings(work: Work, condition: peewee.Node, name: str | None) -> Raw:
    query = _select(work.db, open_project(fields_seen(work)), condition)
    if name is not None:
        query = query.where(Project.name == name)
    return _written(work, work.db.tuples(query))


def _written(work: Work, rows: list[tuple[Any, ...]]) -> Raw:
    """Rows of `_select`, shows with the episode that they open with."""
    shows = [id for _, id, production_type in rows if production_type == "tvshow"]
    first = first_episodes(work, shows) if shows else {}
    written = [
        bytes(extended(row, {"first_episode_id": first[id]})) if id in first else bytes(row) for row, id, _ in rows
    ]
    return Raw(b"[" + b",".join(written) + b"]")


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
