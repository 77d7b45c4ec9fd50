"""What hangs on an entity, whatever its kind: tasks, previews, news, time (docs/api/entities.md)."""

from collections.abc import Callable
from typing import Any

import peewee

from kitsulite.access.comments import readable_news
from kitsulite.access.media import shown_previews
from kitsulite.access.projects import CLIENT, VENDOR, has_role
from kitsulite.access.tasks import assigned_to
from kitsulite.areas.entities.withtasks import LINKED, Asked, Listing
from kitsulite.models.entities import Entity, EntityConceptLink
from kitsulite.models.entity_shapes import Parent
from kitsulite.models.news_shapes import select_news
from kitsulite.models.people import TimeSpent
from kitsulite.models.preview_shapes import BRIEF, IS_FIRST, REVISION
from kitsulite.models.reviews import News, PreviewFile
from kitsulite.models.shapes import Raw, Shape, grouped, many
from kitsulite.models.task_shapes import DETAILED, DETAILED_ORDER, described
from kitsulite.models.tasks import Task, TaskType
from kitsulite.rows.pages import envelope
from kitsulite.storage import Row
from kitsulite.work.kinds import ASSET, CONCEPT, EDIT, of_kind
from kitsulite.work.work import Work

TASK_TYPE = Shape(TaskType)
TIME_SPENT = Shape(TimeSpent)
NEWS_A_PAGE = 2000

Part = Callable[[Work, Row], peewee.Node]
"""Which entities are meant, seen from one of them (a condition on tasks)."""


def itself(work: Work, entity: Row) -> peewee.Node:
    return Task.entity_id == entity["id"]


def children(work: Work, entity: Row) -> peewee.Node:
    return _tasks_on(Entity.parent_id == entity["id"])


def grandchildren(work: Work, entity: Row) -> peewee.Node:
    return _tasks_on(Entity.parent_id.in_(Parent.select(Parent.id).where(Parent.parent_id == entity["id"])))


def main_assets(work: Work, entity: Row) -> peewee.Node:
    return _tasks_on(Entity.source_id == entity["id"], of_kind(work, ASSET))


def edits(work: Work, entity: Row) -> peewee.Node:
    return _tasks_on(Entity.parent_id == entity["id"], of_kind(work, EDIT))


def _tasks_on(*conditions: Any) -> peewee.Node:
    return Task.entity_id.in_(Entity.select(Entity.id).where(*conditions))


# --- of one kind ---


def tasks(work: Work, entity: Row, part: Part, *, relations: bool) -> Raw:
    """The tasks of an entity, or of a part of it, with the names around them; vendors see their own."""
    shape = DETAILED.with_relations() if relations else DETAILED
    query = described(shape.select(work.db)).where(part(work, entity))
    if has_role(work, entity["project_id"], VENDOR):
        query = query.where(assigned_to(work.caller.id))
    return many(work.db, query.order_by(*DETAILED_ORDER))


def task_types(work: Work, entity: Row, part: Part) -> Raw:
    """The types of the tasks of an entity, or of a part of it."""
    used = Task.select(Task.task_type_id).where(part(work, entity))
    return many(work.db, TASK_TYPE.select(work.db).where(TaskType.id.in_(used)).order_by(TaskType.name, TaskType.id))


def revisions(work: Work, entity: Row) -> Raw:
    """The revisions of an entity by task type, newest first: task type id -> revisions."""
    return grouped(work.db, _revisions_of(work, entity))


def _revisions_of(work: Work, entity: Row) -> peewee.ModelSelect:
    shown = shown_previews(work, entity["project_id"])
    return select_revisions(work, Task.task_type_id).where(Task.entity_id == entity["id"], *shown)


def select_revisions(work: Work, *keys: peewee.Node) -> peewee.ModelSelect:
    """Revisions, task types by priority and the newest first, each after these `keys` of it (a query)."""
    query = (
        REVISION.select(work.db, *keys)
        .join(Task, on=Task.id == PreviewFile.task_id)
        .join(TaskType, on=TaskType.id == Task.task_type_id)
        .where(peewee.SQL(IS_FIRST))
    )
    order = (TaskType.priority.desc(nulls="LAST"), TaskType.name, PreviewFile.revision.desc(), PreviewFile.created_at)
    return query.order_by(*order)


# --- of any kind ---


def previews(work: Work, entity: Row) -> Raw:
    """All previews of an entity, by task type, newest revision first."""
    query = (
        BRIEF.select(work.db)
        .join(Task, on=Task.id == PreviewFile.task_id)
        .join(TaskType, on=TaskType.id == Task.task_type_id)
        .where(Task.entity_id == entity["id"], *shown_previews(work, entity["project_id"]))
    )
    order = (TaskType.name, PreviewFile.revision.desc(), PreviewFile.position, PreviewFile.id)
    return many(work.db, query.order_by(*order))


def news(work: Work, entity: Row) -> dict[str, Any]:
    """The news of an entity that the caller reads, latest first."""
    conditions = (Task.entity_id == entity["id"], *readable_news(work, [entity["project_id"]]))
    query = select_news(work.db).where(*conditions)
    total = work.db.count(News.select(News.id).join(Task, on=Task.id == News.task_id).where(*conditions))
    rows = many(work.db, query.order_by(News.created_at.desc(), News.id).limit(NEWS_A_PAGE))
    return envelope(rows, total, page=1, limit=NEWS_A_PAGE)


def time_spents(work: Work, entity: Row) -> Raw:
    """The time that everybody spent on an entity, latest day first."""
    spent = Task.select(Task.id).where(Task.entity_id == entity["id"])
    query = TIME_SPENT.select(work.db).where(TimeSpent.task_id.in_(spent))
    return many(work.db, query.order_by(TimeSpent.date.desc(), TimeSpent.id))


def linked_with_tasks(work: Work, entity: Row) -> Any:
    """What illustrates an entity, with its tasks; clients see no concepts."""
    links = EntityConceptLink.select(EntityConceptLink.entity_in_id)
    conditions = [Entity.id.in_(links.where(EntityConceptLink.entity_out_id == entity["id"]))]
    conditions.append(Entity.project_id == entity["project_id"])  # others' concepts of what is lent are theirs
    if has_role(work, entity["project_id"], CLIENT):
        conditions.append(~of_kind(work, CONCEPT))
    return Listing(work, LINKED, Asked(), *conditions).rows()
