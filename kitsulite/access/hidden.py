"""Which values of an entity's `data` a caller may not see, and the SQL that takes them out wherever an entity is shown.

In productions where somebody is a client, only the fields that say `for_client` are shown; where somebody is a vendor, fields
that are kept to departments are shown to who is in one of them.
"""

from collections.abc import Mapping

import peewee

from kitsulite.access.projects import CLIENT, VENDOR
from kitsulite.access.roles import departments, is_admin
from kitsulite.models.entities import EntityType
from kitsulite.models.entity_shapes import TEMPORAL
from kitsulite.models.productions import DepartmentMetadataDescriptorLink, MetadataDescriptor, ProjectPersonLink
from kitsulite.models.reviews import Playlist
from kitsulite.storage.bound import all_bound, bound
from kitsulite.storage.veil import Lift
from kitsulite.work.work import BY_LINK, Work

Hidden = Mapping[tuple[str, str], list[str]]
"""(project id, kind of entity) -> the keys of `data`."""

OF_ENTITY = {
    "entity": ("{}.project_id", "{}.entity_type_id"),
    "entity_version": (
        "(SELECT shown.project_id FROM entity AS shown WHERE shown.id = {}.entity_id)",
        "(SELECT shown.entity_type_id FROM entity AS shown WHERE shown.id = {}.entity_id)",
    ),
}
"""For a row of a table with veiled data: SQL for the project and for the entity type that it is of."""


def hidden_fields(work: Work) -> Hidden:
    """What the caller may not see of the data of entities."""
    if "hidden fields" not in work.memory:
        work.memory["hidden fields"] = _hidden(work)
    found: Hidden = work.memory["hidden fields"]
    return found


def _projects_as(work: Work, role: str) -> list[str]:
    """The projects in which the caller has this role."""
    caller = work.visitor
    if caller is None or caller.global_role == "admin":
        return []
    if caller.identity_type == BY_LINK:
        link = caller.token or {}
        playlist = work.find(Playlist, link.get("playlist_id"))
        return [playlist["project_id"]] if role == CLIENT and playlist else []
    links = ProjectPersonLink.select(ProjectPersonLink.project_id, ProjectPersonLink.role)
    if "team links" not in work.memory:
        work.memory["team links"] = work.db.tuples(links.where(ProjectPersonLink.person_id == caller.id))
    own = (role, None, "admin") if caller.global_role == role else (role,)
    return [id for id, of_link in work.memory["team links"] if of_link in own]


def _hidden(work: Work) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for kept in kept_from_caller(work):
        found |= _fields(work, kept)
    return found


def kept_from_caller(work: Work) -> list[peewee.Node]:
    """The fields that the caller may not know of: conditions on descriptors, each of which is enough."""
    found: list[peewee.Node] = []
    if projects := _projects_as(work, CLIENT):
        for_others = MetadataDescriptor.for_client.is_null() | (MetadataDescriptor.for_client == False)  # noqa: E712
        found.append(MetadataDescriptor.project_id.in_(projects) & for_others)
    if projects := _projects_as(work, VENDOR):
        link = DepartmentMetadataDescriptorLink
        kept = link.select(link.metadata_descriptor_id)
        elsewhere = MetadataDescriptor.id.not_in(kept.where(link.department_id.in_(list(departments(work)))))
        found.append(MetadataDescriptor.project_id.in_(projects) & MetadataDescriptor.id.in_(kept) & elsewhere)
    return found


def _fields(work: Work, *conditions: object) -> dict[tuple[str, str], list[str]]:
    query = MetadataDescriptor.select(
        MetadataDescriptor.project_id, MetadataDescriptor.entity_type, MetadataDescriptor.field_name
    )
    found: dict[tuple[str, str], list[str]] = {}
    for project_id, kind, name in work.db.tuples(query.where(*conditions)):
        found.setdefault((project_id, kind), []).append(name)
    return found


def lift_for(work: Work) -> Lift | None:
    """How veiled data is shown to the caller; None when nothing is hidden. To vendors what is nothing is empty."""
    if work.visitor is None or is_admin(work):
        return None
    hidden = hidden_fields(work)
    whole = "coalesce({}.data, '{{}}')" if _projects_as(work, VENDOR) else "{}.data"
    if not hidden:
        return None if whole == "{}.data" else lambda table, alias: whole.format(alias)
    types = dict(work.db.tuples(EntityType.select(EntityType.name, EntityType.id).where(EntityType.name.in_(TEMPORAL))))

    def how(table: str, alias: str) -> str | None:
        project, entity_type = (sql.format(alias) for sql in OF_ENTITY[table])
        cases = [
            f"WHEN {project} = {bound(project_id)} AND {_is_kind(entity_type, kind, types)} "
            f"THEN {work.db.json_without_keys(f'{alias}.data', keys)}"
            for (project_id, kind), keys in hidden.items()
        ]
        return f"(CASE {' '.join(cases)} ELSE {whole.format(alias)} END)"

    return how


def _is_kind(entity_type: str, kind: str, types: Mapping[str, str]) -> str:
    """SQL for whether an entity type is of a kind."""
    if kind in TEMPORAL:
        return f"{entity_type} = {bound(types[kind])}" if kind in types else "1 = 0"
    return f"{entity_type} NOT IN ({all_bound(types.values())})" if types else "1 = 1"
