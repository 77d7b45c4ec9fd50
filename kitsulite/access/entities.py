"""Who may do what with assets, shots and the other entities."""

from collections.abc import Mapping
from typing import Any

import peewee

from kitsulite.access.hidden import hidden_fields
from kitsulite.access.projects import CLIENT, MANAGERS, SUPERVISOR, VENDOR, client_projects, has_role, role_in
from kitsulite.access.roles import Subject, departments
from kitsulite.models.entities import Entity
from kitsulite.models.productions import DepartmentMetadataDescriptorLink, MetadataDescriptor
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.work.kinds import CONCEPT, CONCEPT_FOLDER, kind_of, of_kind
from kitsulite.work.work import Work


def has_entity_access(work: Work, entity: Subject) -> bool:
    """In the project's team, clients no concepts; vendors only with a task on it."""
    return reaches_entity(work, entity["project_id"], entity["id"])


def reaches_entity(work: Work, project_id: str | None, entity_id: str | None) -> bool:
    """The same, where only the ids are at hand."""
    role = role_in(work, project_id)
    if role == CLIENT:
        return not _is_concept(work, entity_id)
    return role is not None and (role != VENDOR or has_task_on(work, entity_id))


def may_list_files(work: Work, entity: Subject) -> bool:
    """In the project's team, clients no concepts."""
    role = role_in(work, entity["project_id"])
    return role is not None and not (role == CLIENT and _is_concept(work, entity["id"]))


def _is_concept(work: Work, entity_id: str | None) -> bool:
    entity = work.find(Entity, entity_id)
    return entity is not None and kind_of(work, entity) in (CONCEPT, CONCEPT_FOLDER)


def outside_of_concepts(work: Work) -> list[peewee.Node]:
    """What narrows a listing of entities: in projects on which the caller is a client, no concepts, nor their folders."""
    projects = client_projects(work)
    others = ~of_kind(work, CONCEPT) & ~of_kind(work, CONCEPT_FOLDER)
    return [Entity.project_id.not_in(projects) | others] if projects else []


def has_task_on(work: Work, entity_id: str | None) -> bool:
    """Whether the caller has a task to do on an entity."""

    def look() -> bool:
        own = TaskPersonLink.select(TaskPersonLink.task_id).where(TaskPersonLink.person_id == work.caller.id)
        return work.exists(Task, Task.entity_id == entity_id, Task.id.in_(own))

    return bool(work.once((has_task_on, work.caller.id, entity_id), look))


def tasks_outside_of_concepts(work: Work) -> list[peewee.Node]:
    """The same for tasks."""
    if not (projects := client_projects(work)):
        return []
    concepts = Entity.select(Entity.id).where(Entity.project_id.in_(projects), of_kind(work, CONCEPT))
    return [Task.entity_id.not_in(concepts)]


def may_see_concept(work: Work, concept: Subject) -> bool:
    """In the project's team, no client; vendors only with a task on it."""
    return has_entity_access(work, concept)


def may_publish(work: Work, entity: Subject) -> bool:
    """In the project's team, no client; vendors only with a task on it."""
    return has_entity_access(work, entity) and not has_role(work, entity["project_id"], CLIENT)


def may_see_work_time(work: Work, entity: Subject) -> bool:
    """In the project's team, no client; vendors only with a task on it."""
    return may_see_time_of(work, entity["project_id"], entity["id"])


def may_see_time_of(work: Work, project_id: str | None, entity_id: str | None) -> bool:
    """The same, where only the ids are at hand: how long the studio works on something is not for clients to know."""
    return not has_role(work, project_id, CLIENT) and reaches_entity(work, project_id, entity_id)


def may_remove_entity(work: Work, entity: Subject) -> bool:
    """Manager of the project; who made it while they may see it, no client."""
    role = role_in(work, entity["project_id"])
    is_maker = entity["created_by"] == work.caller.id and role != CLIENT
    return role in MANAGERS or (is_maker and has_entity_access(work, entity))


def may_change_entity(work: Work, entity: Subject, data: Mapping[str, Any]) -> bool:
    """Managers; who made it, but neither lends it nor writes what is hidden from them; supervisors the data that is kept to
    their departments, and nothing else."""
    if may_remove_entity(work, entity):
        return has_role(work, entity["project_id"], *MANAGERS) or not _is_beyond_makers(work, entity, data)
    if not has_role(work, entity["project_id"], SUPERVISOR) or data.keys() - {"data"}:
        return False
    fields = data.get("data")
    if not departments(work) or not isinstance(fields, Mapping):  # what is no object is refused as nonsense
        return True
    return fields.keys() <= _fields_of_own_departments(work, entity)


def _is_beyond_makers(work: Work, entity: Subject, data: Mapping[str, Any]) -> bool:
    """Whether a change lends an entity, or writes a column that the caller may not see."""
    if data.get("is_shared", entity["is_shared"]) != entity["is_shared"]:
        return True
    fields = data.get("data")
    hidden = hidden_fields(work).get((entity["project_id"], kind_of(work, entity).name, None), ())
    return isinstance(fields, Mapping) and bool(fields.keys() & set(hidden))


def _fields_of_own_departments(work: Work, entity: Subject) -> set[str]:
    link = DepartmentMetadataDescriptorLink
    kept = link.select(link.metadata_descriptor_id).where(link.department_id.in_(list(departments(work))))
    query = MetadataDescriptor.select(MetadataDescriptor.field_name).where(
        MetadataDescriptor.project_id == entity["project_id"],
        MetadataDescriptor.entity_type == kind_of(work, entity).name,
        MetadataDescriptor.entity_type.in_(("Asset", "Shot", "Edit")),
        MetadataDescriptor.id.in_(kept),
    )
    return set(work.db.values(query))


def project_of_entity(work: Work, entity_id: str | None) -> str | None:
    return work.db.value(Entity.select(Entity.project_id).where(Entity.id == entity_id))
