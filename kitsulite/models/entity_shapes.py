"""How assets, shots and the other entities look on the wire (docs/api/entities.md).

Queries over entities call an entity's parent `parent`, the parent's parent `grandparent`, its project `project` and its type
`entity_type`; the shapes below speak of them by these names.
"""

from collections.abc import Iterable

from kitsulite.models.base import Table
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.shapes import Extra, Shape, listed, related, shown
from kitsulite.models.tasks import Task
from kitsulite.storage import Wire
from kitsulite.storage.bound import all_bound, bound

TEMPORAL = ("Episode", "Sequence", "Shot", "Scene", "Edit", "Concept", "ConceptFolder")
"""The entity types that are not asset types, told by their names."""

Parent = Entity.alias("parent")
Grandparent = Entity.alias("grandparent")

_names = ", ".join(f"'{name}'" for name in TEMPORAL)
KIND = Wire(
    f"(SELECT CASE WHEN kind.name IN ({_names}) THEN kind.name ELSE 'Asset' END"
    ' FROM entity_type AS kind WHERE kind.id = "entity"."entity_type_id")'
)
"""What kind of entity a row is."""

ENTITIES = {kind: Shape(Entity, type=kind) for kind in (*TEMPORAL, "Asset", "Entity")}
"""The plain row, by the `type` that it is written with."""

ENTITIES["Concept"] = ENTITIES["Concept"].but(plus={"entity_concept_links": related(Entity, "entity_concept_links")})

ANY_ENTITY = Shape(Entity, type=None, plus={"type": KIND}, title="EntityOfAnyKind")
"""The plain row of an entity of whatever kind."""

PROJECT_NAME: dict[str, Extra] = {
    "project_name": Wire('(SELECT project.name FROM project WHERE project.id = "entity"."project_id")')
}
"""What rows of several projects are told with."""

ASSET_TYPE = Shape(EntityType, type="AssetType")


DATA = shown(Entity.columns()["data"], "entity")
"""An entity's own data, as far as the caller may see it."""


def columns(table: type[Table], keys: Iterable[str], alias: str = "") -> dict[str, Extra]:
    """The columns of a table as keys of a shape, in this order."""
    name = alias or table.table_name()
    return {key: Wire(shown(table.columns()[key], name), table.columns()[key].kind) for key in keys}


def or_else(sql: str, text: str) -> Wire:
    """A text or an id, and another text where it is null."""
    return Wire(f"coalesce(CAST({sql} AS text), '{text}')")


def from_data(key: str) -> Extra:
    """A value of an entity's own data."""
    return lambda db: db.json_member(DATA, key)


# --- entities with their tasks ---

SUBSCRIBED = "EXISTS (SELECT 1 FROM subscription WHERE subscription.task_id = task.id AND subscription.person_id = {})"
ASSIGNED = "EXISTS (SELECT 1 FROM task_person_link WHERE task_person_link.task_id = task.id AND task_person_link.person_id = {})"


def task_members(keys: Iterable[str], *, subscriber: str | None, no_preview: str | None = None) -> dict[str, Extra]:
    """The keys of a task within its entity, in this order.

    subscriber  whose subscriptions `is_subscribed` tells; None for nobody's
    no_preview  what stands for a missing `last_preview_file_id`; None for null
    """
    members: dict[str, Extra] = {}
    for key in keys:
        if key == "assignees":
            members[key] = related(Task, "assignees")
        elif key == "is_subscribed":
            members[key] = truth(SUBSCRIBED.format(bound(subscriber))) if subscriber else Wire("'false'", "json")
        elif key == "priority":
            members[key] = Wire(f"coalesce({shown(Task.priority, 'task')}, 0)", "integer")
        elif key == "last_preview_file_id" and no_preview is not None:
            members[key] = or_else('"task"."last_preview_file_id"', no_preview)
        else:
            members.update(columns(Task, (key,)))
    return members


def tasks_of_entity(members: dict[str, Extra], *conditions: str, bare: bool) -> Extra:
    """The tasks of the entity at hand; only those that meet the conditions."""
    shape = Shape(Task, type=None, only=(), plus=members, bare=bare)
    return listed(shape, " AND ".join(('FROM task WHERE task.entity_id = "entity"."id"', *conditions)))


def is_assigned_to(person_id: str, only_in: Iterable[str] = ()) -> str:
    """The condition that a task is somebody's to do; `only_in` are the projects where it has to be, all when empty."""
    assigned, projects = ASSIGNED.format(bound(person_id)), list(only_in)
    return f"(task.project_id NOT IN ({all_bound(projects)}) OR {assigned})" if projects else assigned


def truth(sql: str) -> Wire:
    """A condition as a JSON boolean."""
    return Wire(f"CASE WHEN {sql} THEN 'true' ELSE 'false' END", "json")
