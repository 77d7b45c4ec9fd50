"""How lists of tasks are asked for several things at once (docs/api/tasks.md)."""

import peewee

from kitsulite.models import is_uuid
from kitsulite.models.shapes import knows
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.work.errors import WrongParameter

UNASSIGNED = "unassigned"


def read_ids(text: str) -> tuple[str, ...]:
    """Ids, separated by commas; none when nothing is said."""
    ids = tuple(part.strip().lower() for part in text.split(",")) if text else ()
    if not all(map(is_uuid, ids)):
        raise WrongParameter("Wrong UUID format.")
    return ids


def read_persons(text: str) -> tuple[str, ...]:
    """Ids of people, separated by commas, or the word for nobody; none when nothing is said."""
    return (UNASSIGNED,) if text.strip().lower() == UNASSIGNED else read_ids(text)


def given_to(persons: tuple[str, ...]) -> list[peewee.Node]:
    """The tasks of one of these people, or of nobody; all when none is named (conditions)."""
    if persons == (UNASSIGNED,):
        return [Task.id.not_in(TaskPersonLink.select(TaskPersonLink.task_id)) | ~knows(Task, "assignees")]
    return [among(TaskPersonLink.person_id.in_(persons))] if persons else []


def among(people: peewee.Node) -> peewee.Node:
    """The tasks that people have to do whom a condition says, as far as the caller may know of it (a condition)."""
    return Task.id.in_(TaskPersonLink.select(TaskPersonLink.task_id).where(people)) & knows(Task, "assignees")
