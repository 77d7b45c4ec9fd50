"""Saved searches and the groups they are kept in, one's own and those that colleagues share (docs/api/me.md).

Both are rows of one person. They can only be shared within a project, by who manages it.
"""

from collections.abc import Mapping
from typing import Any

import peewee

from kitsulite.access.projects import (
    is_project_manager,
    is_within_key,
    open_projects,
    places_in_teams,
    team_projects,
    within_key,
)
from kitsulite.access.roles import is_admin, may_see_of_department, require
from kitsulite.models.people import Department
from kitsulite.models.productions import Project, ProjectPersonLink
from kitsulite.models.shapes import Raw, Shape
from kitsulite.models.tools import SearchFilter, SearchFilterGroup
from kitsulite.rows.filters import read_row
from kitsulite.storage import Database, Row, Statement
from kitsulite.work.errors import NotFound, WrongParameter
from kitsulite.work.work import Work

FILTER = Shape(SearchFilter)
GROUP = Shape(SearchFilterGroup)
SHAPES: "dict[Kept, Shape]" = {SearchFilter: FILTER, SearchFilterGroup: GROUP}
NO_PROJECT = "all"
MISMATCH = "A search filter should have the same value for is_shared than its search filter group."
ELSEWHERE = "A search filter in a shared group should be of the same project, or of none."

Kept = type[SearchFilter] | type[SearchFilterGroup]
Listing = dict[str, dict[str, list[Raw]]]
"""List type -> project, or `all` for none -> rows."""


# --- reading ---


def filters(work: Work) -> Listing:
    """The searches that the caller may use."""
    found = _listing(work, SearchFilter)
    return {list_type: projects for list_type, projects in found.items() if projects}


def groups(work: Work) -> Listing:
    """The groups that the caller may use, the newest first. List types stay although all of theirs are hidden."""
    return _listing(work, SearchFilterGroup)


def group(work: Work, id: str) -> Raw:
    """A group of the caller's, for admins anybody's."""
    return work.show(SHAPES[SearchFilterGroup], _get(work, SearchFilterGroup, id)["id"])


def _select(db: Database, table: Kept, *conditions: peewee.Node) -> peewee.ModelSelect:
    keys = (table.list_type, table.project_id, table.department_id)
    return SHAPES[table].select(db, *keys).where(*conditions).order_by(table.created_at.desc(), table.id)


def _offered_to(table: Kept, *, everywhere: bool) -> Statement:
    """What is offered to somebody who comes without a key that keeps them to productions."""
    team = None if everywhere else ProjectPersonLink.project_id
    return Statement(
        lambda db, person_id: _select(
            db, table, _is_offered(table, person_id, None if team is None else places_in_teams(person_id, team))
        )
    )


OFFERED = {
    (table, everywhere): _offered_to(table, everywhere=everywhere) for table in SHAPES for everywhere in (True, False)
}


def _listing(work: Work, table: Kept) -> Listing:
    if work.caller.scope.projects is None:
        rows = work.db.ask_tuples(OFFERED[table, is_admin(work)], work.caller.id)
    else:
        rows = work.db.tuples(_select(work.db, table, _offered(work, table), *within_key(work, table.project_id)))
    found: Listing = {}
    for list_type, project_id, department_id, row in rows:
        projects = found.setdefault(list_type, {})
        if may_see_of_department(work, department_id):
            projects.setdefault(project_id or NO_PROJECT, []).append(Raw(row))
    return found


def _offered(work: Work, table: Kept) -> peewee.Node:
    """Which of them the caller may use (a condition)."""
    return _is_offered(table, work.caller.id, None if is_admin(work) else team_projects(work))


def _is_offered(table: Kept, person_id: Any, teams: peewee.ModelSelect | None) -> peewee.Node:
    """One's own, and those shared with the teams that one is in; not those of projects that are closed.

    teams  the projects in whose teams one is (a query); None for who may use what is shared in all
    """
    shared = table.is_shared
    if teams is not None:
        shared &= table.project_id.in_(teams)
        if issubclass(table, SearchFilter):
            shared &= ~peewee.fn.EXISTS(_group_elsewhere())
    is_open = table.project_id.is_null() | table.project_id.in_(open_projects())
    return ((table.person_id == person_id) | shared) & is_open


def _group_elsewhere() -> peewee.ModelSelect:
    """The group of a search, when it is of another project than the search (a query): nobody shares anything by it."""
    group = SearchFilterGroup
    return group.select(group.id).where(
        group.id == SearchFilter.search_filter_group_id,
        group.project_id.is_null() | (group.project_id != SearchFilter.project_id),
    )


# --- writing ---


def add_filter(work: Work, values: Mapping[str, Any]) -> Raw:
    """A new search of the caller's; `values` has the columns of its row."""
    row = _new(work, SearchFilter, values)
    _require_group(work, row, {})
    _require_department(work, row)
    return work.show(SHAPES[SearchFilter], work.insert(SearchFilter, **row))


def add_group(work: Work, values: Mapping[str, Any]) -> Raw:
    """A new group of the caller's; `values` has the columns of its row."""
    row = _new(work, SearchFilterGroup, values)
    _require_department(work, row)
    return work.show(SHAPES[SearchFilterGroup], work.insert(SearchFilterGroup, **row))


def change_filter(work: Work, id: str, changes: Mapping[str, Any]) -> Raw:
    """Change a search; `changes` has the columns to write."""
    row = _get_to_change(work, SearchFilter, id)
    changes = _changes(work, SearchFilter, row, changes)
    _require_group(work, row | changes, row)
    _require_department(work, changes)
    work.update(SearchFilter, row["id"], **changes)
    return work.show(SHAPES[SearchFilter], row["id"])


def change_group(work: Work, id: str, changes: Mapping[str, Any]) -> Raw:
    """Change a group; what is in it, whoever owns it, is shared when the group is, and only then."""
    row = _get_to_change(work, SearchFilterGroup, id)
    changes = _changes(work, SearchFilterGroup, row, changes)
    _require_department(work, changes)
    work.update(SearchFilterGroup, row["id"], **changes)
    if changes.keys() & {"is_shared", "project_id"}:
        after = row | changes
        within = SearchFilter.search_filter_group_id == row["id"]
        if after["is_shared"] and work.exists(SearchFilter, within, _is_elsewhere(after["project_id"])):
            raise WrongParameter(ELSEWHERE)
        work.db.run(SearchFilter.update(is_shared=after["is_shared"]).where(within))
    return work.show(SHAPES[SearchFilterGroup], row["id"])


def remove_filter(work: Work, id: str) -> None:
    """Remove a search."""
    work.delete(SearchFilter, SearchFilter.id == _get_to_change(work, SearchFilter, id)["id"])


def remove_group(work: Work, id: str) -> None:
    """Remove a group and what is in it, whoever owns it."""
    row = _get_to_change(work, SearchFilterGroup, id)
    work.delete(SearchFilter, SearchFilter.search_filter_group_id == row["id"])
    work.delete(SearchFilterGroup, SearchFilterGroup.id == row["id"])


def _new(work: Work, table: Kept, values: Mapping[str, Any]) -> Row:
    row = read_row(table, values)
    may_share = _may_share(work, row["project_id"])
    return {**row, "person_id": work.caller.id, "is_shared": row["is_shared"] and may_share}


def _changes(work: Work, table: Kept, row: Row, values: Mapping[str, Any]) -> Row:
    """What to write. A row gets shared, or stays it in another project, only where the caller may share."""
    changes = read_row(table, values)
    moved = changes.get("project_id", row["project_id"]) != row["project_id"]
    shared = changes.get("is_shared", row["is_shared"])
    may_share = _may_share(work, changes.get("project_id"))
    if shared and (moved or not row["is_shared"]) and not may_share:
        changes["is_shared"] = False
    return changes


def _may_share(work: Work, project_id: str | None) -> bool:
    """Whether the caller may share in a project; in none nobody may. NotFound for one that is not there."""
    if project_id is None:
        return False
    work.get(Project, project_id)
    return is_project_manager(work, project_id)


def _is_elsewhere(project_id: str | None) -> peewee.Node:
    """Of searches, those of another project; those of none are at home in all."""
    return SearchFilter.project_id.is_null(False) & (SearchFilter.project_id != project_id)


def _require_group(work: Work, row: Row, before: Row) -> None:
    """A search is in a group that its person may use, shared when that is, and only then, in its project.

    before   the search as it was; nothing for a new one
    """
    id = row["search_filter_group_id"]
    if id is None:
        return
    group = work.get(SearchFilterGroup, id)
    if id != before.get("search_filter_group_id") and group["person_id"] != row["person_id"]:
        is_offered = work.exists(SearchFilterGroup, SearchFilterGroup.id == id, _offered(work, SearchFilterGroup))
        if not is_offered:
            raise NotFound
    if group["is_shared"] != row["is_shared"]:
        raise WrongParameter(MISMATCH)
    if group["is_shared"] and row["project_id"] not in (None, group["project_id"]):
        raise WrongParameter(ELSEWHERE)


def _require_department(work: Work, row: Row) -> None:
    if row.get("department_id") is not None:
        work.get(Department, row["department_id"])


def _get(work: Work, table: Kept, id: str) -> Row:
    """A row of the caller's, for admins anybody's; NotFound for those of others, shared or not."""
    row = work.get(table, id)
    is_theirs = row["person_id"] == work.caller.id and is_within_key(work, row["project_id"])
    if not is_theirs and not is_admin(work):
        raise NotFound
    return row


def _get_to_change(work: Work, table: Kept, id: str) -> Row:
    """The same; what is shared changes only who may share in its project still."""
    row = _get(work, table, id)
    require(not row["is_shared"] or _may_share(work, row["project_id"]))
    return row
