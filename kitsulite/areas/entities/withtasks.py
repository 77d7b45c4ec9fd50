"""Entities with their tasks: the listings that a tracker's pages live by (docs/api/entities.md).

One statement a listing: each row is an entity whose `tasks` is made in place. What differs between kinds of entities is a
`WithTasks` row; the four encodings (objects or compact lists, whole or streamed) are the same for all.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import peewee

from kitsulite.access.projects import vendor_projects
from kitsulite.areas.entities.entities import assigned_entities, within_reach
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_shapes import (
    DATA,
    KIND,
    Grandparent,
    Parent,
    columns,
    from_data,
    is_assigned_to,
    or_else,
    task_members,
    tasks_of_entity,
)
from kitsulite.models.lists import Rows
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Extra, Shape, read, related
from kitsulite.storage import Wire
from kitsulite.work.errors import WrongParameter
from kitsulite.work.kinds import ANYTHING, ASSET, CONCEPT, EDIT, EPISODE, SCENE, SEQUENCE, SHOT, Kind, of_kind
from kitsulite.work.work import Work

NOBODY = "00000000-0000-0000-0000-000000000000"
Members = dict[str, Extra]


@dataclass(frozen=True, eq=False)
class WithTasks:
    """How the listing of a kind is written.

    members     the keys of an entity, in order, `tasks` left out
    task_keys   the keys of a task, in order
    header      what the list of an entity's keys is called in the compact form; None where there is no such form
    no_preview  what stands for a task without a preview: null, or a text
    placed      whether only entities with a parent are listed (one asked for by id always is)
    order       what the rows are ordered by
    """

    kind: Kind
    members: Callable[[], Members]
    task_keys: tuple[str, ...]
    header: str | None = None
    no_preview: str | None = None
    placed: bool = False
    order: tuple[Any, ...] = field(default=(Entity.name, Entity.id))


@dataclass(frozen=True)
class Asked:
    """What a listing is asked for.

    project_id   the production; without it `is_subscribed` is false everywhere
    compact      lists in the order of a header instead of objects
    assignee     keep only this person's tasks within the entities
    mine         only entities on which the caller has a task
    """

    project_id: str | None = None
    entity_id: str | None = None
    compact: bool = False
    assignee: str | None = None
    mine: bool = False


NULL_DATA = Wire(f"coalesce({DATA}, '{{}}')", "json")


def _shot_members() -> Members:
    return {
        **columns(Entity, ("canceled",)),
        "data": NULL_DATA,
        **columns(Entity, ("description", "entity_type_id")),
        "episode_id": Wire('"grandparent"."id"'),
        "episode_name": Wire("""coalesce("grandparent"."name", '')"""),
        **{key: from_data(key) for key in ("fps", "frame_in", "frame_out")},
        **columns(Entity, ("id", "name", "nb_frames", "parent_id", "preview_file_id", "project_id")),
        "project_name": Wire('"project"."name"'),
        "sequence_id": Wire('"parent"."id"'),
        "sequence_name": Wire("""coalesce("parent"."name", '')"""),
        **columns(Entity, ("source_id", "nb_entities_out", "is_casting_standby")),
        "type": Wire("'Shot'"),
    }


def _asset_members() -> Members:
    return {
        **columns(Entity, ("id", "name")),
        "preview_file_id": or_else('"entity"."preview_file_id"', ""),
        **columns(Entity, ("description",)),
        "asset_type_name": Wire('"entity_type"."name"'),
        "asset_type_id": Wire('"entity_type"."id"'),
        **columns(Entity, ("canceled",)),
        "ready_for": or_else('"entity"."ready_for"', "None"),
        "episode_id": or_else('"entity"."source_id"', ""),
        "casting_episode_ids": Wire("'[]'", "json"),
        **columns(Entity, ("is_casting_standby", "is_shared")),
        "data": NULL_DATA,
    }


def _placed_members() -> Members:
    """Sequences, episodes and scenes."""
    return {
        **columns(Entity, ("id", "name", "status")),
        "episode_id": or_else('"entity"."parent_id"', "None"),
        **columns(Entity, ("description",)),
        **{key: from_data(key) for key in ("frame_in", "frame_out", "fps")},
        "preview_file_id": or_else('"entity"."preview_file_id"', ""),
        **columns(Entity, ("canceled",)),
        "data": NULL_DATA,
    }


def _edit_members() -> Members:
    return {
        **columns(Entity, ("canceled",)),
        "data": NULL_DATA,
        **columns(Entity, ("description", "entity_type_id")),
        "episode_id": Wire('"entity"."parent_id"'),
        "episode_name": Wire("""coalesce("parent"."name", '')"""),
        **columns(Entity, ("id", "name", "parent_id", "preview_file_id", "project_id")),
        "project_name": Wire('"project"."name"'),
        **columns(Entity, ("source_id", "nb_entities_out")),
        "type": Wire("'Edit'"),
    }


PREVIEW_STATUS = '(SELECT shown.status FROM preview_file AS shown WHERE shown.id = "entity"."preview_file_id")'


def _concept_members() -> Members:
    return {
        **columns(Entity, ("canceled",)),
        "data": NULL_DATA,
        **columns(Entity, ("description", "entity_type_id")),
        **{key: from_data(key) for key in ("fps", "frame_in", "frame_out")},
        **columns(Entity, ("id", "name", "nb_frames", "parent_id", "preview_file_id", "project_id")),
        "project_name": Wire('"project"."name"'),
        **columns(Entity, ("source_id", "nb_entities_out", "is_casting_standby")),
        "entity_concept_links": related(Entity, "entity_concept_links"),
        "preview_file_status": Wire(PREVIEW_STATUS),
        "type": Wire("'Concept'"),
        **columns(Entity, ("updated_at", "created_at", "created_by")),
    }


def _linked_members() -> Members:
    return {**_concept_members(), "type": KIND}


ASSET_TASK = (
    "id due_date done_date duration entity_id estimation end_date is_subscribed last_comment_date last_preview_file_id "
    "priority real_start_date retake_count start_date difficulty task_status_id task_type_id assignees data"
)
SHOT_TASK = (
    "id duration due_date end_date done_date entity_id estimation is_subscribed last_comment_date last_preview_file_id "
    "nb_assets_ready priority real_start_date retake_count start_date difficulty nb_drawings task_status_id task_type_id "
    "assignees data"
)
PLACED_TASK = (
    "id estimation entity_id end_date due_date done_date duration last_comment_date last_preview_file_id priority "
    "real_start_date retake_count start_date difficulty task_status_id task_type_id data is_subscribed assignees"
)
EDIT_TASK = (
    "id duration due_date entity_id end_date estimation last_comment_date last_preview_file_id nb_assets_ready priority "
    "real_start_date retake_count start_date task_status_id task_type_id data is_subscribed assignees"
)
CONCEPT_TASK = (
    "id duration due_date end_date entity_id estimation last_comment_date nb_assets_ready priority real_start_date "
    "retake_count start_date task_status_id task_type_id data is_subscribed assignees"
)
LINKED_TASK = (
    "id duration due_date end_date entity_id estimation last_comment_date nb_assets_ready priority real_start_date "
    "retake_count start_date task_status_id task_type_id assigner_id assignees"
)

SHOTS = WithTasks(SHOT, _shot_members, tuple(SHOT_TASK.split()), header="shot_fields", placed=True)
ASSETS = WithTasks(
    ASSET,
    _asset_members,
    tuple(ASSET_TASK.split()),
    header="asset_fields",
    no_preview="",
    order=(EntityType.name, Entity.name, Entity.id),
)
SEQUENCES = WithTasks(SEQUENCE, _placed_members, tuple(PLACED_TASK.split()))
EPISODES = WithTasks(EPISODE, _placed_members, tuple(PLACED_TASK.split()))
SCENES = WithTasks(SCENE, _placed_members, tuple(PLACED_TASK.split()))
EDITS = WithTasks(EDIT, _edit_members, tuple(EDIT_TASK.split()))
CONCEPTS = WithTasks(CONCEPT, _concept_members, tuple(CONCEPT_TASK.split()))
LINKED = WithTasks(ANYTHING, _linked_members, tuple(LINKED_TASK.split()))


class Listing:
    """One listing, ready to be written in the form asked for.

    plus      keys that are made otherwise than the kind says
    narrowed  whether vendors are held to entities with a task of theirs; if not, the conditions see to it
    """

    def __init__(
        self,
        work: Work,
        spec: WithTasks,
        asked: Asked,
        *conditions: Any,
        plus: Members | None = None,
        narrowed: bool = True,
    ) -> None:
        self.work, self.spec, self.asked = work, spec, asked
        shown = [is_assigned_to(asked.assignee)] if asked.assignee else []
        if narrow := vendor_projects(work):
            shown.append(is_assigned_to(work.caller.id, only_in=narrow))
        subscriber = work.caller.id if asked.project_id else None
        self.shape, self.task_keys = _shape(
            spec, subscriber, tuple(shown), tuple((plus or {}).items()), bare=asked.compact
        )
        self.conditions = list(conditions)
        if asked.project_id is not None:
            self.conditions.append(Entity.project_id == asked.project_id)
        if asked.entity_id is not None:
            self.conditions.append(Entity.id == asked.entity_id)
        if asked.mine:
            self.conditions.append(Entity.id.in_(assigned_entities(work.caller.id)))
        if narrowed:
            self.conditions += within_reach(work)

    def query(self) -> peewee.Select:
        """The rows, each one JSON text. They are put in order by their ids alone, so that no sort holds the texts."""
        query = joined(Entity.select(Entity.id)).where(of_kind(self.work, self.spec.kind), *self.conditions)
        if self.spec.placed and self.asked.entity_id is None:
            query = query.where(Entity.parent_id.is_null(False))
        chosen = query.order_by(*self.spec.order).cte("chosen", materialized=True)
        row = joined(self.shape.select(self.work.db)).where(Entity.id == chosen.c.id)
        return peewee.Select((chosen,), (row,)).with_cte(chosen)

    def header(self) -> dict[str, Any]:
        """What explains the compact form."""
        if not self.asked.compact:
            return {"compact": False}
        assert self.spec.header
        return {"compact": True, self.spec.header: list(self.shape.plus), "task_fields": list(self.task_keys)}

    def rows(self, *, lines: bool = False) -> Rows:
        """The listing as JSON, or as lines of JSON: the header, then the rows."""
        header = msgspec.json.encode(self.header())
        if lines:
            return Rows(self.work.db, self.query(), start=header + b"\n", end=b"", lines=True)
        if self.asked.compact:
            return Rows(self.work.db, self.query(), start=header[:-1] + b',"rows":[', end=b"]}")
        return Rows(self.work.db, self.query())


@functools.lru_cache(maxsize=500)
def _shape(
    spec: WithTasks, subscriber: str | None, shown: tuple[str, ...], plus: tuple[tuple[str, Extra], ...], *, bare: bool
) -> tuple[Shape, tuple[str, ...]]:
    """How an entity is written with its tasks, and the keys of these. To put that together takes longer than to read one.

    shown  conditions that the tasks have to meet
    """
    of_task = task_members(spec.task_keys, subscriber=subscriber, no_preview=spec.no_preview)
    members: Members = {**spec.members(), **dict(plus), "tasks": tasks_of_entity(of_task, *shown, bare=bare)}
    if "type" in members and not bare:
        members["type"] = members.pop("type")  # last in objects, as scripts that compare lines expect it
    return Shape(Entity, type=None, only=(), plus=members, bare=bare), tuple(of_task)


def shape_with_tasks(spec: WithTasks, **plus: Extra) -> Shape:
    """What an entity of a listing looks like, its tasks within it, for the documentation."""
    tasks = tasks_of_entity(task_members(spec.task_keys, subscriber=NOBODY, no_preview=spec.no_preview), bare=False)
    members = {**spec.members(), **plus, "tasks": tasks}
    return Shape(Entity, type=None, only=(), plus=members, title=f"{spec.kind.name}WithTasks")


def joined(query: peewee.ModelSelect) -> peewee.ModelSelect:
    """A query over entities with what they stand under: parent, grandparent, project and type."""
    return (
        query.join(Project, on=Project.id == Entity.project_id)
        .switch(Entity)
        .join(EntityType, on=EntityType.id == Entity.entity_type_id)
        .switch(Entity)
        .join(Parent, peewee.JOIN.LEFT_OUTER, on=Parent.id == Entity.parent_id)
        .join(Grandparent, peewee.JOIN.LEFT_OUTER, on=Grandparent.id == Parent.parent_id)
    )


def read_ids(filters: Mapping[str, str], names: tuple[str, ...], words: tuple[str, ...] = ()) -> dict[str, str | None]:
    """The ids of a query string; `words` may stand for an episode. WrongParameter for what is neither."""
    found: dict[str, str | None] = {}
    for name in names:
        text = filters.get(name)
        if text is None:
            found[name] = None
        elif is_uuid(text):
            found[name] = text.lower()
        elif name == "episode_id" and text in words:
            found[name] = text
        else:
            raise WrongParameter(f"Invalid UUID format for {name}: {text}")
    return found


def one_with_tasks(work: Work, listing: Listing) -> dict[str, Any]:
    """The one entity of a listing as a dict; NotFound when there is none."""
    return read(work.one(listing.query()))
