"""Which of the columns that were changed a listener may know of: of the others, neither the name nor what they hold."""

from collections.abc import Collection
from typing import Any

from peewee import SQL

from kitsulite.access.hearers import subject_of
from kitsulite.access.hidden import BLANK, KIND, fields_seen
from kitsulite.access.people import told_days_off_of
from kitsulite.access.projects import CLIENT, has_role
from kitsulite.access.roles import is_admin, is_manager, is_self
from kitsulite.live.changes import Fields
from kitsulite.live.outbox import Told
from kitsulite.models import Record
from kitsulite.models.entities import Entity
from kitsulite.models.people import DayOff, Person
from kitsulite.models.people_shapes import MINIMAL
from kitsulite.models.productions import MetadataDescriptor, Project
from kitsulite.models.reviews import Comment
from kitsulite.models.tasks import Task
from kitsulite.work.kinds import KINDS
from kitsulite.work.work import Work

OF_ADMINS = {"daily_salary"}
OPENING = "for_client"
OF_THE_STUDIO: dict[type[Record], Collection[str]] = {Comment: ("editor_id",), Task: BLANK}
"""What clients do not learn of rows of a table."""


def fields_shown(work: Work, told: Told) -> Fields | None:
    """What the caller is told of a change; None when that is nothing."""
    subject = subject_of(told.name, told.data)
    if not told.fields or subject is None or is_admin(work):
        return told.fields
    table, id = subject
    if table is Person:
        return _of_person(work, id, told.fields)
    if table is DayOff:
        return told.fields if _is_told_why(work, id) else _without(told.fields, "description")
    if table is MetadataDescriptor:  # it may have been kept from them before
        return None if fields_seen(work) else told.fields
    fields: Fields | None = told.fields
    if has_role(work, told.project_id, CLIENT):
        fields = _of_client(table, told.fields)
    if fields and table in (Entity, Task, Project) and "data" in fields:
        return _with(fields, _known_keys(work, told, table, id))
    return fields


def _of_client(table: type[Any], fields: Fields) -> Fields | None:
    """What a client is told: of what was opened to them just now, nothing of what it was before."""
    if OPENING in fields:
        return {OPENING: fields[OPENING]}
    kept: Collection[str] = OF_THE_STUDIO.get(table, ())
    return _without(fields, *kept)


def _is_told_why(work: Work, id: str) -> bool:
    """Whether the caller may know what a day off is for."""
    return work.exists(DayOff, DayOff.id == id, SQL(told_days_off_of(work, "day_off.person_id")))


def _without(fields: Fields, *names: str) -> Fields | None:
    return {name: values for name, values in fields.items() if name not in names} or None


def _of_person(work: Work, id: str, fields: Fields) -> Fields | None:
    is_known = is_manager(work) or is_self(work, id)
    return {
        name: values
        for name, values in fields.items()
        if name not in OF_ADMINS and (is_known or name == "departments" or name in MINIMAL.columns)
    } or None


def _known_keys(work: Work, told: Told, table: type[Any], id: str) -> set[str] | None:
    """The keys of `data` that the caller may know of; None for all.

    From whom something is hidden sees what a field explains that they see: what is explained by none any more may have been hidden.
    """
    if not (seen := fields_seen(work)):
        return None
    field, noun = MetadataDescriptor, told.name.partition(":")[0]
    kinds = (
        [kind.name for kind in KINDS.values() if kind.event == noun] if table is Entity else [KIND[table.table_name()]]
    )
    place = id if table is Project else told.project_id
    query = field.select(field.field_name).where(
        field.project_id == place, field.entity_type.in_(kinds), *(SQL(condition) for condition in seen)
    )
    if table is Task:
        of_task = Task.select(Task.task_type_id).where(Task.id == id)
        query = query.where(field.task_type_id.is_null() | field.task_type_id.in_(of_task))
    return set(work.db.values(query))


def _with(fields: Fields, known: set[str] | None) -> Fields | None:
    """The same with no other keys of `data`."""
    if known is None:
        return fields
    if (sides := fields["data"]) is None:  # too long to tell, and not to be told of what
        return _without(fields, "data")
    data = [
        {key: value for key, value in side.items() if key in known} if isinstance(side, dict) else None
        for side in sides
    ]
    if data[0] == data[1] or not (data[0] or data[1]):
        return _without(fields, "data")
    return {**fields, "data": data}
