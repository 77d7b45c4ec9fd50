"""What of a row a caller may not know of, and the SQL that takes it out wherever the row is shown.

In productions where somebody is a client, only the fields that say `for_client` are shown; where somebody is a vendor, fields
that are kept to departments are shown to who is in one of them. So it is for entities, tasks and productions alike. Of what
productions lend in whose team they are not, those who are client or vendor anywhere are shown no field of either sort.

Of tasks clients are shown what there is to do and how it stands, but not how the studio goes about it: who has it to do, until
when, how long it takes. These columns are blank, unless the caller is in the team of the production and more than a client there.
"""

from collections.abc import Mapping

import peewee

from kitsulite.access.projects import CLIENT, VENDOR, all_team_roles, projects_as
from kitsulite.access.roles import departments, is_admin
from kitsulite.models.productions import MetadataDescriptor
from kitsulite.models.reviews import Playlist
from kitsulite.storage.bound import all_bound, bound
from kitsulite.storage.veil import Lift, Veiled
from kitsulite.work.kinds import ASSET, temporal_types
from kitsulite.work.work import BY_LINK, Work

Hidden = Mapping[tuple[str, str, str | None], list[str]]
"""(project id, kind, of tasks the task type or None for all) -> the keys of `data`. A kind is one of entities, or the name of
a table. What is of one task type comes first, and has what is of all of them too."""

PROJECT = {
    "project": "{}.id",
    "task": "{}.project_id",
    "entity": "{}.project_id",
    "entity_version": "(SELECT shown.project_id FROM entity AS shown WHERE shown.id = {}.entity_id)",
}
"""For a row of a table with veiled data: SQL for the project that it is of."""

ENTITY_TYPE = {
    "entity": "{}.entity_type_id",
    "entity_version": "(SELECT shown.entity_type_id FROM entity AS shown WHERE shown.id = {}.entity_id)",
}
"""The same for its entity type, where it has one."""

KIND = {"project": "Project", "task": "Task"}
"""What fields say that they are for which are for the rows of a table."""


BLANK = {
    **dict.fromkeys(("completion_rate", "nb_assets_ready", "nb_drawings", "priority", "retake_count"), "0"),
    **dict.fromkeys(("duration", "estimation"), "0.0"),
    **dict.fromkeys(
        ("start_date", "due_date", "end_date", "done_date", "real_start_date", "last_comment_date"), "NULL"
    ),
    **dict.fromkeys(("difficulty", "assigner_id"), "NULL"),
    "assignees": "1 = 0",
}
"""What clients are shown in the place of what tasks say; of a list, whether they may know what is in it."""


def hidden_fields(work: Work) -> Hidden:
    """What the caller may not see of `data`."""
    if "hidden fields" not in work.memory:
        work.memory["hidden fields"] = _hidden(work)
    found: Hidden = work.memory["hidden fields"]
    return found


def fields_seen(work: Work) -> list[str]:
    """SQL that holds for those metadata descriptors that the caller may know of: conditions, none of them for who sees all."""
    return [f"NOT ({kept})" for kept in _kept(work)]


def _own_projects(work: Work) -> list[str]:
    """The projects in which the caller has a role."""
    if _by_link(work):
        return _projects_as(work, CLIENT)
    return list(all_team_roles(work))


def _by_link(work: Work) -> bool:
    return work.visitor is not None and work.visitor.identity_type == BY_LINK


def _projects_as(work: Work, role: str) -> list[str]:
    """The projects in which the caller has this role."""
    caller = work.visitor
    if caller is None or caller.global_role == "admin":
        return []
    if caller.identity_type == BY_LINK:
        link = caller.token or {}
        playlist = work.find(Playlist, link.get("playlist_id"))
        return [playlist["project_id"]] if role == CLIENT and playlist else []
    return projects_as(work, role)


def _kept(work: Work) -> list[str]:
    """The fields that the caller may not know of: conditions on descriptors, each of which is enough."""
    as_client, as_vendor = _projects_as(work, CLIENT), _projects_as(work, VENDOR)
    if not as_client and not as_vendor:
        return []
    link = (
        "SELECT 1 FROM department_metadata_descriptor_link AS kept"
        " WHERE kept.metadata_descriptor_id = metadata_descriptor.id"
    )
    own = f"kept.department_id IN ({all_bound(departments(work))})"
    for_others = "NOT coalesce(metadata_descriptor.for_client, false)"
    elsewhere = f"EXISTS ({link}) AND NOT EXISTS ({link} AND {own})"
    lent = (
        f"metadata_descriptor.project_id NOT IN ({all_bound(_own_projects(work))})"
        f" AND metadata_descriptor.entity_type NOT IN ({all_bound(KIND.values())})"
    )
    found = [f"{lent} AND ({for_others} OR {elsewhere})"]
    if as_client:
        found.append(f"metadata_descriptor.project_id IN ({all_bound(as_client)}) AND {for_others}")
    if as_vendor:
        found.append(f"metadata_descriptor.project_id IN ({all_bound(as_vendor)}) AND {elsewhere}")
    return found


def _hidden(work: Work) -> Hidden:
    if not (kept := _kept(work)):
        return {}
    field = MetadataDescriptor
    query = field.select(field.project_id, field.entity_type, field.task_type_id, field.field_name)
    found: dict[tuple[str, str, str | None], list[str]] = {}
    for project_id, kind, task_type_id, key in work.db.tuples(query.where(peewee.SQL(f"({' OR '.join(kept)})"))):
        found.setdefault((project_id, kind, task_type_id if kind == KIND["task"] else None), []).append(key)
    of_all = {of: keys for of, keys in found.items() if of[2] is None}
    of_one = {of: keys + of_all.get((*of[:2], None), []) for of, keys in found.items() if of[2] is not None}
    return of_one | of_all


def lift_for(work: Work) -> Lift | None:
    """How what is veiled is shown to the caller; None when nothing is hidden."""
    if work.visitor is None or is_admin(work):
        return None
    data, blank = _lift_of_data(work), _lift_of_tasks(work)
    if data is None and blank is None:
        return None

    def how(veiled: Veiled) -> str | None:
        lift = data if veiled.key == "data" else blank
        return lift and lift(veiled)

    return how


def sees_tasks_whole(work: Work, project_id: str | None) -> bool:
    """Whether nothing of the tasks of a project is blank to the caller."""
    if work.visitor is None or is_admin(work):
        return True
    return not _is_client_anywhere(work) or project_id in _crewed(work)


def _is_client_anywhere(work: Work) -> bool:
    return bool(_projects_as(work, CLIENT)) or (work.visitor is not None and work.visitor.global_role == CLIENT)


def _crewed(work: Work) -> set[str]:
    """The projects in whose team the caller is, and no client."""
    return set(_own_projects(work)) - set(_projects_as(work, CLIENT))


def _lift_of_tasks(work: Work) -> Lift | None:
    if not _is_client_anywhere(work):
        return None
    whole = all_bound(sorted(_crewed(work)))

    def how(veiled: Veiled) -> str:
        is_whole = f"coalesce({veiled.alias}.project_id IN ({whole}), false)"
        return f"(CASE WHEN {is_whole} THEN {veiled.sql} ELSE {BLANK[veiled.key]} END)"

    return how


def _lift_of_data(work: Work) -> Lift | None:
    """To vendors an entity's data that is nothing is empty."""
    hidden = hidden_fields(work)
    whole = "coalesce({}.data, '{{}}')" if _projects_as(work, VENDOR) else "{}.data"
    if not hidden and whole == "{}.data":
        return None
    types = temporal_types(work) if hidden else {}
    alike: dict[tuple[str, str | None, tuple[str, ...]], list[str]] = {}
    for (project_id, kind, task_type_id), keys in hidden.items():
        alike.setdefault((kind, task_type_id, tuple(sorted(keys))), []).append(project_id)

    def how(veiled: Veiled) -> str:
        table, alias = veiled.table, veiled.alias
        data = (whole if table in ENTITY_TYPE else "{}.data").format(alias)
        project = PROJECT[table].format(alias)
        cases = [
            f"WHEN {project} IN ({all_bound(projects)}) AND {is_kind} THEN {work.db.json_without(data, keys)}"
            for (kind, task_type_id, keys), projects in alike.items()
            if (is_kind := _is_kind(table, alias, kind, task_type_id, types))
        ]
        return f"(CASE {' '.join(cases)} ELSE {data} END)" if cases else data

    return how


def _is_kind(table: str, alias: str, kind: str, task_type_id: str | None, types: Mapping[str, str]) -> str | None:
    """SQL for whether a row of a table is what fields of a kind are for; None when no row of it is."""
    if table in ENTITY_TYPE:
        entity_type = ENTITY_TYPE[table].format(alias)
        if kind == ASSET.name:
            return f"{entity_type} NOT IN ({all_bound(types.values())})" if types else "1 = 1"
        return f"{entity_type} = {bound(types[kind])}" if kind in types else None
    if kind != KIND[table]:
        return None
    return f"{alias}.task_type_id = {bound(task_type_id)}" if task_type_id else "1 = 1"
