"""Shots, scenes, sequences and episodes: how a production is cut (docs/api/entities.md)."""

from collections.abc import Mapping
from typing import Any

import peewee

from kitsulite.access.projects import vendor_projects
from kitsulite.areas.entities import withtasks
from kitsulite.areas.entities.assets import cast_in
from kitsulite.areas.entities.entities import (
    assigned_entities,
    criteria,
    find_or_create,
    parent_in_project,
    rows,
    wire,
)
from kitsulite.areas.entities.withtasks import EPISODES, SCENES, SEQUENCES, SHOTS, Asked, Listing, WithTasks, joined
from kitsulite.models.entities import Entity, EntityVersion
from kitsulite.models.entity_shapes import ENTITIES, Grandparent, Parent, from_data, task_members, tasks_of_entity
from kitsulite.models.lists import Rows
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Extra, Raw, Shape, many, read
from kitsulite.models.tasks import Task
from kitsulite.rows.filters import namesakes_first
from kitsulite.storage import Row, Statement, Wire
from kitsulite.work.errors import NotFound
from kitsulite.work.kinds import ASSET, EPISODE, SCENE, SEQUENCE, SHOT, Kind, get_of_kind, kind_of, of_kind
from kitsulite.work.work import Work

STATUSES = Entity.columns()["status"].codes
UNDER_SEQUENCE: dict[str, Extra] = {
    "project_name": Wire('"project"."name"'),
    "sequence_id": Wire('"parent"."id"'),
    "sequence_name": Wire("""coalesce("parent"."name", '')"""),
    "episode_id": Wire('"grandparent"."id"'),
    "episode_name": Wire("""coalesce("grandparent"."name", '')"""),
}
PLACE = {key: UNDER_SEQUENCE[key] for key in ("project_name", "sequence_name")}
"""What a row of a shot or scene is told with in listings across projects."""

SINGLE = {
    SHOT: ENTITIES["Shot"]
    .with_relations()
    .but(
        plus={
            **UNDER_SEQUENCE,
            **{key: from_data(key) for key in ("fps", "frame_in", "frame_out")},
            "tasks": tasks_of_entity(task_members(SHOTS.task_keys, subscriber=None), bare=False),
        }
    ),
    SCENE: ENTITIES["Scene"].but(plus=UNDER_SEQUENCE),
    SEQUENCE: ENTITIES["Sequence"].but(
        plus={
            "project_name": UNDER_SEQUENCE["project_name"],
            "episode_id": UNDER_SEQUENCE["sequence_id"],
            "episode_name": UNDER_SEQUENCE["sequence_name"],
        }
    ),
    EPISODE: ENTITIES["Episode"].but(plus={"project_name": UNDER_SEQUENCE["project_name"]}),
}
"""What is told of one of each kind; those without an episode are told without its keys, but for shots."""


def _of_one(shape: Shape) -> Statement:
    return Statement(lambda db, id: joined(shape.select(db)).where(Entity.id == id))


_SINGLE = {kind: _of_one(shape) for kind, shape in SINGLE.items()}

PLACED_SHOT = ENTITIES["Shot"].but(plus=PLACE, title="PlacedShot")
PLACED_SCENE = ENTITIES["Scene"].but(plus=PLACE, title="PlacedScene")
"""What stands under a sequence, with its name and the project's."""

VERSION = Shape(EntityVersion, type="ShotVersion", title="ShotVersion")


# --- listings ---


def shots(work: Work, filters: Mapping[str, str], parent: Row | None) -> Rows:
    """The shots of a project or sequence; admins may ask for those of all projects."""
    return _placed(work, SHOT, *_asked(work, filters, parent))


def scenes(work: Work, filters: Mapping[str, str]) -> Rows:
    """The scenes of a project; admins may ask for those of all projects."""
    return _placed(work, SCENE, *_asked(work, filters, None))


def sequences(work: Work, filters: Mapping[str, str], parent: Row | None) -> Rows:
    """The sequences of a project or episode; vendors see those with work of theirs."""
    return listed(work, SEQUENCE, *_asked(work, filters, parent))


def episodes(work: Work, filters: Mapping[str, str]) -> Rows:
    """The episodes of a project; vendors see those with work of theirs."""
    return listed(work, EPISODE, *_asked(work, filters, None))


def listed(work: Work, kind: Kind, *conditions: Any, relations: bool = False) -> Rows:
    """Plain rows of a kind, by name; vendors see what has work of theirs in or under it."""
    vendor = bool(vendor_projects(work))
    type = "Entity" if vendor and kind in (SEQUENCE, EPISODE) else kind.name  # as clients of the API know it
    shape = ENTITIES[type]
    query = (shape.with_relations() if relations else shape).select(work.db).where(of_kind(work, kind), *conditions)
    if vendor:
        query = query.where(_within_reach(work, kind))
    return Rows(work.db, query.order_by(*namesakes_first(conditions), Entity.name, Entity.id))


def _placed(work: Work, kind: Kind, *conditions: Any) -> Rows:
    """Rows under a parent, with its name and the project's; vendors see those with work of theirs."""
    query = (
        ENTITIES[kind.name]
        .but(plus=PLACE)
        .select(work.db)
        .join(Project, on=Project.id == Entity.project_id)
        .switch(Entity)
        .join(Parent, on=Parent.id == Entity.parent_id)
        .where(of_kind(work, kind), *conditions)
    )
    if vendor_projects(work):
        query = query.where(_within_reach(work, kind))
    return Rows(work.db, query.order_by(*namesakes_first(conditions), Entity.name, Entity.id))


def _within_reach(work: Work, kind: Kind) -> peewee.Node:
    """What a vendor sees of a kind: on the projects where they are one, only what has work of theirs."""
    return Entity.project_id.not_in(vendor_projects(work)) | _with_work_of(work, kind)


def _asked(work: Work, filters: Mapping[str, str], parent: Row | None) -> list[peewee.Node]:
    """The conditions of a listing, perhaps of what stands under one parent."""
    if parent is None:
        return criteria(work, filters, without=("episode_id",))
    under = [Entity.project_id == parent["project_id"], Entity.parent_id == parent["id"]]
    replaced = ("episode_id", "sequence_id", "project_id", "parent_id")
    return under + criteria(work, filters, without=replaced)


def _with_work_of(work: Work, kind: Kind) -> peewee.Node:
    """That the caller has a task on the entity, or for a sequence or an episode on what is under it."""
    assigned = assigned_entities(work.caller.id)
    if kind is SEQUENCE:
        return Entity.id.in_(Parent.select(Parent.parent_id).where(Parent.id.in_(assigned)))
    if kind is EPISODE:
        under = (
            Parent.select(Grandparent.parent_id)
            .join(Grandparent, on=Grandparent.id == Parent.parent_id)
            .where(Parent.id.in_(assigned))
        )
        sources = Parent.select(Parent.source_id).where(Parent.id.in_(assigned))
        return Entity.id.in_(under) | Entity.id.in_(sources)
    return Entity.id.in_(assigned)


def with_tasks(work: Work, spec: WithTasks, filters: Mapping[str, str], *, compact: bool = False) -> Listing:
    """Shots, sequences, episodes or scenes with their tasks."""
    names = ("id", "project_id", "episode_id") if spec is SHOTS else ("project_id", "episode_id")
    found = withtasks.read_ids(filters, names, ("all", "main"))
    if spec is SHOTS:
        asked = Asked(found["project_id"], found["id"], compact, mine="assigned_to" in filters)
        conditions = [] if found["episode_id"] in (None, "all") else [in_episode(found["episode_id"])]
        return Listing(work, spec, asked, *conditions)
    assignee = Task.id.read_filter(filters["assigned_to"]) if filters.get("assigned_to") else None
    conditions = [_within_reach(work, spec.kind)] if vendor_projects(work) else []
    if found["episode_id"] in ("all", "main"):
        conditions.append(peewee.SQL("1 = 0"))
    elif found["episode_id"] is not None:
        conditions.append(Entity.parent_id == found["episode_id"])
    return Listing(work, spec, Asked(found["project_id"], None, assignee=assignee), *conditions, narrowed=False)


def in_episode(episode_id: str | None) -> peewee.Node:
    """The condition that a shot is in an episode; none is in the main pack."""
    return peewee.SQL("1 = 0") if episode_id == "main" else (Parent.parent_id == episode_id)


def of_project(work: Work, kind: Kind, project_id: str) -> Rows:
    """All entities of a kind in a project."""
    return listed(work, kind, Entity.project_id == project_id)


# --- under one parent ---


def sequences_of_episode(work: Work, episode: Row | None, filters: Mapping[str, str]) -> Raw | Rows:
    """The sequences of an episode."""
    if episode is None:
        return Raw(b"[]")
    asked = criteria(work, filters, without=("parent_id", "episode_id"))
    return listed(work, SEQUENCE, Entity.parent_id == episode["id"], *asked)


def shots_of_episode(work: Work, episode: Row, relations: bool) -> Rows:
    """The shots of all sequences of an episode."""
    under = Parent.select(Parent.id).where(Parent.parent_id == episode["id"])
    return listed(work, SHOT, Entity.parent_id.in_(under), relations=relations)


def shots_of_sequence(work: Work, sequence: Row, filters: Mapping[str, str]) -> Rows:
    """The shots of a sequence."""
    asked = criteria(work, filters, without=("parent_id", "episode_id"))
    return _placed(work, SHOT, Entity.parent_id == sequence["id"], *asked)


def scenes_of_sequence(work: Work, sequence: Row) -> Rows:
    """The scenes of a sequence."""
    return listed(work, SCENE, Entity.parent_id == sequence["id"])


def shots_of_scene(work: Work, scene: Row) -> Rows:
    """The shots that came from a scene."""
    return _placed(work, SHOT, Entity.source_id == scene["id"])


# --- single ones ---


def single(work: Work, entity: Row) -> Raw | Row:
    """One shot with its relations and tasks, or one scene, sequence or episode; with the names of what it stands under."""
    kind = kind_of(work, entity)
    found = work.one(_SINGLE[kind], entity["id"])
    if kind is SHOT:
        return found
    answer = read(found)
    if answer.get("episode_id") is None:
        answer = {key: value for key, value in answer.items() if key not in ("episode_id", "episode_name")}
    return answer


def assets_of_shot(work: Work, shot: Row) -> Rows:
    """What is cast in a shot."""
    return rows(work, ASSET, Entity.id.in_(cast_in(shot["id"])))


def versions_of_shot(work: Work, shot: Row) -> Raw:
    """What a shot was like before, the latest first."""
    query = VERSION.select(work.db).where(EntityVersion.entity_id == shot["id"])
    return many(work.db, query.order_by(EntityVersion.created_at.desc()))


# --- writing ---


def create_shot(work: Work, project_id: str, sequence_id: str | None, **values: Any) -> Raw:
    """A new shot of a sequence, or the one of that name as it stands."""
    sequence = parent_in_project(work, SEQUENCE, sequence_id, project_id)
    facts = {"episode_id": sequence["parent_id"] if sequence else None}
    values = {**values, "data": values.get("data") or {}, "parent_id": sequence["id"] if sequence else None}
    return wire(work, find_or_create(work, SHOT, project_id, values, facts=facts), "Shot")


def create_scene(work: Work, project_id: str, name: str, sequence_id: str | None) -> Raw:
    """A new scene of a sequence, or the one of that name as it stands."""
    sequence = parent_in_project(work, SEQUENCE, sequence_id, project_id)
    values: Row = {"name": name, "data": {}, "parent_id": sequence["id"] if sequence else None}
    return wire(work, find_or_create(work, SCENE, project_id, values), "Scene")


def create_sequence(work: Work, project_id: str, episode_id: str | None, **values: Any) -> Raw:
    """A new sequence of an episode, or the one of that name as it stands."""
    episode = parent_in_project(work, EPISODE, episode_id, project_id)
    values = {**values, "data": values.get("data") or {}, "parent_id": episode["id"] if episode else None}
    return wire(work, find_or_create(work, SEQUENCE, project_id, values), "Sequence")


def create_episode(work: Work, project_id: str, status: str | None, **values: Any) -> Raw:
    """A new episode, or the one of that name as it stands."""
    values = {**values, "data": values.get("data") or {}, "status": status if status in STATUSES else "running"}
    return wire(work, find_or_create(work, EPISODE, project_id, values), "Episode")


def add_to_scene(work: Work, scene: Row, shot_id: str) -> Raw:
    """Say that a shot of its project came from a scene."""
    shot = _shot_beside(work, scene, shot_id)
    _set_source(work, shot, scene["id"], scene, "add-to-scene")
    return wire(work, shot["id"], "Entity")


def remove_from_scene(work: Work, scene: Row, shot_id: str) -> None:
    """Say that a shot of a scene's project came from no scene."""
    _set_source(work, _shot_beside(work, scene, shot_id), None, scene, "remove-from-scene")


def _shot_beside(work: Work, scene: Row, shot_id: str) -> Row:
    shot = get_of_kind(work, SHOT, shot_id)
    if shot["project_id"] != scene["project_id"]:
        raise NotFound
    return shot


def _set_source(work: Work, shot: Row, source_id: str | None, scene: Row, action: str) -> None:
    work.update(Entity, shot["id"], source_id=source_id)
    work.emit("shot:update", {"shot_id": shot["id"]}, shot["project_id"])
    work.emit(f"shot:{action}", {"scene_id": scene["id"], "shot_id": shot["id"]}, shot["project_id"])


PLACED = {"sequences": SEQUENCES, "episodes": EPISODES, "scenes": SCENES}
