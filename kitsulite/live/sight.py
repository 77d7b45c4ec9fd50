"""Which of the columns that were changed a listener may know of: of the others, neither the name nor what they hold."""

from typing import Any

from kitsulite.access.hearers import subject_of
from kitsulite.access.hidden import KIND, hidden_fields
from kitsulite.access.projects import CLIENT, has_role
from kitsulite.access.roles import is_admin, is_manager, is_self
from kitsulite.live.outbox import Told
from kitsulite.models.entities import Entity
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import MINIMAL
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment
from kitsulite.models.tasks import Task
from kitsulite.work.kinds import KINDS
from kitsulite.work.work import Work

Fields = dict[str, list[Any]]
OF_ADMINS = {"daily_salary"}
OF_THE_STUDIO = {"editor_id"}
"""What clients do not learn of comments."""


def fields_shown(work: Work, told: Told) -> Fields | None:
    """What the caller is told of a change; None when that is nothing."""
    subject = subject_of(told.name, told.data)
    if not told.fields or subject is None or is_admin(work):
        return told.fields
    table, id = subject
    if table is Person:
        return _of_person(work, id, told.fields)
    if table is Comment and has_role(work, told.project_id, CLIENT):
        return {name: values for name, values in told.fields.items() if name not in OF_THE_STUDIO} or None
    if table in (Entity, Task, Project) and "data" in told.fields:
        return _without(told.fields, _hidden_keys(work, told, table, id))
    return told.fields


def _of_person(work: Work, id: str, fields: Fields) -> Fields | None:
    is_known = is_manager(work) or is_self(work, id)
    return {
        name: values
        for name, values in fields.items()
        if name not in OF_ADMINS and (is_known or name == "departments" or name in MINIMAL.columns)
    } or None


def _hidden_keys(work: Work, told: Told, table: type[Any], id: str) -> set[str]:
    """The keys of `data` that are hidden from the caller: of a task that is gone, those of any."""
    if table is Entity:
        noun = told.name.partition(":")[0]
        kinds = {kind.name for kind in KINDS.values() if kind.noun == noun}
    else:
        kinds = {KIND[table.table_name()]}
    place = id if table is Project else told.project_id
    task = work.find(Task, id) if table is Task else None
    found = set()
    for (project_id, kind, task_type_id), keys in hidden_fields(work).items():
        if project_id == place and kind in kinds and (task is None or task_type_id in (None, task["task_type_id"])):
            found |= set(keys)
    return found


def _without(fields: Fields, hidden: set[str]) -> Fields | None:
    data = [
        {key: value for key, value in side.items() if key not in hidden} if isinstance(side, dict) else side
        for side in fields["data"]
    ]
    if data[0] == data[1]:
        return {name: values for name, values in fields.items() if name != "data"} or None
    return {**fields, "data": data}
