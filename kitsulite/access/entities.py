"""Who may do what with assets, shots and the other entities."""

from collections.abc import Mapping
from typing import Any

from kitsulite.access.projects import has_project_access, require_project_access, team_role
from kitsulite.access.roles import Subject, departments, has_role, is_manager, require
from kitsulite.models.entities import Entity
from kitsulite.models.productions import DepartmentMetadataDescriptorLink, MetadataDescriptor
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.work.work import Work


def has_entity_access(work: Work, entity_id: str | None) -> bool:
    """Everybody but vendors without a task on the entity."""
    return not has_role(work, "vendor") or has_task_on(work, entity_id)


def has_task_on(work: Work, entity_id: str | None) -> bool:
    """Whether the caller has a task to do on an entity."""
    own = TaskPersonLink.select(TaskPersonLink.task_id).where(TaskPersonLink.person_id == work.caller.id)
    return work.exists(Task, Task.entity_id == entity_id, Task.id.in_(own))


def require_entity_access(work: Work, entity: Subject) -> None:
    """In the team of the entity's project; vendors only with a task on it."""
    require_project_access(work, entity["project_id"])
    require(has_entity_access(work, entity["id"]))


def may_remove_entity(work: Work, entity: Subject) -> bool:
    """Managers, and who made it while still in the team."""
    if not has_project_access(work, entity["project_id"]):
        return False
    return is_manager(work) or entity["created_by"] == work.caller.id


def may_change_entity(work: Work, entity: Subject, data: Mapping[str, Any]) -> bool:
    """Managers and who made it; supervisors the data that is kept to their departments, and nothing else."""
    if may_remove_entity(work, entity):
        return True
    if not has_role(work, "supervisor") or team_role(work, entity["project_id"]) is None or data.keys() - {"data"}:
        return False
    return not departments(work) or set(data.get("data") or {}) <= _fields_of_own_departments(work, entity)


def _fields_of_own_departments(work: Work, entity: Subject) -> set[str]:
    link = DepartmentMetadataDescriptorLink
    kept = link.select(link.metadata_descriptor_id).where(link.department_id.in_(list(departments(work))))
    query = MetadataDescriptor.select(MetadataDescriptor.field_name).where(
        MetadataDescriptor.project_id == entity["project_id"],
        MetadataDescriptor.entity_type.in_(("Asset", "Shot", "Edit")),
        MetadataDescriptor.id.in_(kept),
    )
    return set(work.db.values(query))


def project_of_entity(work: Work, entity_id: str | None) -> str | None:
    return work.db.value(Entity.select(Entity.project_id).where(Entity.id == entity_id))
