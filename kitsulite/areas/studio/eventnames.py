"""What the rows are called that events are about (docs/api/studio.md)."""

from collections.abc import Iterable, Iterator
from typing import Any

import peewee
from peewee import SQL, fn

from kitsulite.models import TABLES, Record, is_uuid
from kitsulite.models.entities import Entity
from kitsulite.models.entity_names import FULL_NAME, with_ancestors
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import full_name
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task, TaskType
from kitsulite.work.work import Work

OTHERWISE_NAMED = {Task, Entity, Person, PreviewFile}
"""Tables whose rows are not called what stands in their column `name`, if they have one."""
CALLED_AFTER = (
    "object_id",
    "task_id",
    "entity_out_id",
    "entity_id",
    "playlist_id",
    "chat_id",
    "comment_id",
    "task_type_id",
    "in_task_type_id",
    "task_status_id",
    "person_id",
    "department_id",
    "budget_id",
    "project_id",
)
"""The columns by which rows without a name are called: as what the first of them that says something points to."""
FURTHEST = 3
"""A message of a chat is called after its chat, and that after an entity."""


def ids_in(told: Any) -> Iterator[str]:
    """The ids of rows in what an event tells."""
    if isinstance(told, dict | list):
        for part in told.values() if isinstance(told, dict) else told:
            yield from ids_in(part)
    elif is_uuid(told):
        yield told.lower()


def names_of(work: Work, ids: Iterable[str]) -> dict[str, str]:
    """The name of each row that is there, of whatever kind, by its id. A fixed number of queries, however many ids."""
    wanted = set(ids)
    after: dict[str, str] = {}
    new = wanted
    for _ in range(FURTHEST):
        found = _called_after(work, new)
        after |= found
        new = set(found.values()) - wanted
        wanted = wanted | new
    names = _own_names(work, sorted(wanted))
    for id in [id for id in wanted if id not in names]:
        place = id
        while place in after and place not in names:
            place = after[place]
        if place in names:
            names[id] = names[place]
    return names


def _called_after(work: Work, ids: set[str]) -> dict[str, str]:
    """The ids of rows that have no name to themselves, each with the id of what it is called after."""
    found: dict[str, str] = {}
    for table in _records():
        columns = table.columns()
        pointers = [columns[name] for name in CALLED_AFTER if name in columns]
        if not ids or not pointers or table in (Task, Entity):
            continue
        first = fn.COALESCE(*pointers) if len(pointers) > 1 else pointers[0]
        query = table.select(table.id, first).where(table.id.in_(sorted(ids)))
        found |= {id: target for id, target in work.db.tuples(query) if target}
    return found


def _own_names(work: Work, ids: list[str]) -> dict[str, str]:
    name = SQL(f"coalesce({FULL_NAME.sql} || ' / ', '') || task_type.name")
    task = Task.select(Task.id, name).join(Entity, peewee.JOIN.LEFT_OUTER, on=Entity.id == Task.entity_id)
    task = task.join_from(Task, TaskType, on=TaskType.id == Task.task_type_id)
    queries: list[peewee.ModelSelect] = [
        *(
            table.select(table.id, table.columns()["name"]).where(table.id.in_(ids))
            for table in _records()
            if _is_named(table)
        ),
        Person.select(Person.id, SQL(full_name().sql)).where(Person.id.in_(ids)),
        with_ancestors(Entity.select(Entity.id, SQL(FULL_NAME.sql))).where(Entity.id.in_(ids)),
        with_ancestors(task).where(Task.id.in_(ids)),
    ]
    return {id: name for query in queries for id, name in work.db.tuples(query) if name}


def _records() -> list[type[Record]]:
    return [table for table in TABLES.values() if issubclass(table, Record)]


def _is_named(table: type[Record]) -> bool:
    return "name" in table.columns() and table not in OTHERWISE_NAMED
