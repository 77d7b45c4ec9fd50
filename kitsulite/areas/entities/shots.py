"""Shots, scenes, sequences and episodes: how a production is cut (contract 04, 3)."""

from collections.abc import Mapping
from typing import Any

import peewee

from kitsulite import access
from kitsulite.areas.entities import withtasks
from kitsulite.areas.entities.assets import cast_in
from kitsulite.areas.entities.kinds import (
    ASSET,
    EPISODE,
    SCENE,
    SEQUENCE,
    SHOT,
    Kind,
    assigned_entities,
    criteria,
    find_or_create,
    get_of_kind,
    masked_for_caller,
    of_kind,
    parent_in_project,
    require_unique,
    rows,
    wire,
)
from kitsulite.areas.entities.withtasks import EPISODES, SCENES, SEQUENCES, SHOTS, Asked, Listing, WithTasks, joined
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity, EntityVersion
from kitsulite.models.entity_shapes import ENTITIES, Grandparent, Parent, from_data, task_members, tasks_of_entity
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Extra, Raw, Shape, many, one, read
from kitsulite.models.tasks import Task
from kitsulite.rows.collection import GIVEN_BY_SERVER, write_changes
from kitsulite.storage import Row, Wire
from kitsulite.work.errors import NotFound, WrongParameter
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

VERSION = Shape(EntityVersion, type="ShotVersion")


# --- listings ---


def shots(work: Work, filters: Mapping[str, str]) -> Raw:
    """The shots under a sequence that a query string asks for, in one project; in all of them for admins."""
    conditions = _scope(work, filters, "sequence_id", SEQUENCE)
    return _placed(work, SHOT, *conditions, *_criteria(work, filters, "sequence_id"))


def scenes(work: Work, filters: Mapping[str, str]) -> Raw:
    """The scenes that a query string asks for; vendors see none."""
    conditions = _scope(work, filters)
    access.require(not access.has_role(work, "vendor"))
    return _placed(work, SCENE, *conditions, *_criteria(work, filters))


def sequences(work: Work, filters: Mapping[str, str]) -> Raw:
    """The sequences that a query string asks for; vendors those of the project with work of theirs."""
    conditions = _scope(work, filters, "episode_id", EPISODE)
    return listed(work, SEQUENCE, *conditions, *_criteria(work, filters, "episode_id"))


def episodes(work: Work, filters: Mapping[str, str]) -> Raw:
    """The episodes that a query string asks for; vendors those of the project with work of theirs."""
    return listed(work, EPISODE, *_scope(work, filters), *_criteria(work, filters))


def listed(work: Work, kind: Kind, *conditions: Any, relations: bool = False, narrowed: bool = True) -> Raw:
    """Plain rows of a kind, by name; vendors see what has work of theirs in or under it, masked."""
    vendor = narrowed and access.has_role(work, "vendor")
    type = "Entity" if vendor and kind in (SEQUENCE, EPISODE) else kind.name  # as clients of the API know it
    shape = masked_for_caller(work, ENTITIES[type], kind)
    query = (shape.with_relations() if relations else shape).select(work.db).where(of_kind(work, kind), *conditions)
    if vendor:
        query = query.where(_with_work_of(work, kind))
    return many(work.db, query.order_by(Entity.name, Entity.id))


def _placed(work: Work, kind: Kind, *conditions: Any, narrowed: bool = True) -> Raw:
    """Rows under a parent, with its name and the project's; for vendors masked and, when `narrowed`, only theirs."""
    shape = masked_for_caller(work, ENTITIES[kind.name].but(plus=PLACE), kind)
    query = (
        shape.select(work.db)
        .join(Project, on=Project.id == Entity.project_id)
        .switch(Entity)
        .join(Parent, on=Parent.id == Entity.parent_id)
        .where(of_kind(work, kind), *conditions)
    )
    if narrowed and access.has_role(work, "vendor"):
        query = query.where(_with_work_of(work, kind))
    return many(work.db, query.order_by(Entity.name, Entity.id))


def _scope(work: Work, filters: Mapping[str, str], key: str = "", kind: Kind | None = None) -> list[peewee.Node]:
    """The project that a listing is of, by itself or by the parent that `key` names; without one, for admins only."""
    if kind is not None and filters.get(key):
        parent = get_of_kind(work, kind, filters[key])
        access.require_project_access(work, parent["project_id"])
        return [Entity.project_id == parent["project_id"], Entity.parent_id == parent["id"]]
    project_id = filters.get("project_id")
    if project_id:
        access.require_project_access(work, project_id)
    else:
        access.require(access.is_admin(work))
    return []


def _criteria(work: Work, filters: Mapping[str, str], replaced: str = "") -> list[peewee.Node]:
    without = {"episode_id"} | ({"project_id", "parent_id"} if filters.get(replaced) else set())
    return criteria(work, filters, without=without)


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


def with_tasks(work: Work, spec: WithTasks, filters: dict[str, str], *, compact: bool = False) -> Listing:
    """Shots, sequences, episodes or scenes with their tasks."""
    names = ("id", "project_id", "episode_id") if spec is SHOTS else ("project_id", "episode_id")
    found = withtasks.read_ids(filters, names, ("all", "main"))
    if found["project_id"] is None:
        access.require(access.is_admin(work))
    else:
        access.require_project_access(work, found["project_id"])
    asked = Asked(found["project_id"], found.get("id"), compact)
    if spec is SHOTS:
        mine = "assigned_to" in filters
        conditions = [] if found["episode_id"] in (None, "all") else [in_episode(found["episode_id"])]
        return Listing(work, spec, Asked(asked.project_id, asked.entity_id, compact, mine=mine), *conditions)
    if spec is SCENES:
        access.require(not access.has_role(work, "vendor"))
    assignee = Task.id.read_filter(filters["assigned_to"]) if filters.get("assigned_to") else None
    conditions = []
    if access.has_role(work, "vendor"):
        conditions.append(_with_work_of(work, spec.kind))
    if found["episode_id"] in ("all", "main"):
        conditions.append(peewee.SQL("1 = 0"))
    elif found["episode_id"] is not None:
        conditions.append(Entity.parent_id == found["episode_id"])
    return Listing(work, spec, Asked(found["project_id"], None, assignee=assignee), *conditions, narrowed=False)


def in_episode(episode_id: str | None) -> peewee.Node:
    """The condition that a shot is in an episode; none is in the main pack."""
    return peewee.SQL("1 = 0") if episode_id == "main" else (Parent.parent_id == episode_id)


def of_project(work: Work, kind: Kind, project_id: str) -> Raw:
    """All entities of a kind in a project."""
    return listed(work, kind, Entity.project_id == project_id)


# --- under one parent ---


def sequences_of_episode(work: Work, episode_id: str, filters: Mapping[str, str]) -> Raw:
    """The sequences of an episode; none for what is no id."""
    if not is_uuid(episode_id):
        return Raw(b"[]")
    episode = get_of_kind(work, EPISODE, episode_id)
    access.require_project_access(work, episode["project_id"])
    asked = criteria(work, filters, without=("parent_id", "episode_id"))
    return listed(work, SEQUENCE, Entity.parent_id == episode["id"], *asked)


def shots_of_episode(work: Work, episode_id: str, *, relations: bool) -> Raw:
    """The shots of all sequences of an episode."""
    episode = reachable(work, EPISODE, episode_id)
    under = Parent.select(Parent.id).where(Parent.parent_id == episode["id"])
    return listed(work, SHOT, Entity.parent_id.in_(under), relations=relations, narrowed=False)


def shots_of_sequence(work: Work, sequence_id: str, filters: Mapping[str, str]) -> Raw:
    """The shots of a sequence."""
    sequence = get_of_kind(work, SEQUENCE, sequence_id)
    access.require_project_access(work, sequence["project_id"])
    asked = criteria(work, filters, without=("parent_id", "episode_id"))
    return _placed(work, SHOT, Entity.parent_id == sequence["id"], *asked)


def scenes_of_sequence(work: Work, sequence_id: str) -> Raw:
    """The scenes of a sequence."""
    sequence = reachable(work, SEQUENCE, sequence_id)
    return listed(work, SCENE, Entity.parent_id == sequence["id"], narrowed=False)


def shots_of_scene(work: Work, scene_id: str) -> Raw:
    """The shots that came from a scene."""
    scene = reachable(work, SCENE, scene_id)
    return _placed(work, SHOT, Entity.source_id == scene["id"], narrowed=False)


# --- single ones ---


def reachable(work: Work, kind: Kind, id: str) -> Row:
    """An entity of a kind that the caller may reach; NotFound, Forbidden."""
    entity = get_of_kind(work, kind, id)
    access.require_entity_access(work, entity)
    return entity


def single(work: Work, kind: Kind, id: str) -> Row:
    """One shot with its relations and tasks, or one scene, sequence or episode; with the names of what it stands under."""
    row = reachable(work, kind, id)
    shape = masked_for_caller(work, SINGLE[kind], kind)
    found = one(work.db, joined(shape.select(work.db)).where(Entity.id == row["id"]))
    assert found is not None
    answer = read(found)
    if kind is not SHOT and answer.get("episode_id") is None:
        answer = {key: value for key, value in answer.items() if key not in ("episode_id", "episode_name")}
    return answer


def assets_of_shot(work: Work, shot_id: str) -> Raw:
    """What is cast in a shot."""
    row = reachable(work, SHOT, shot_id)
    return rows(work, ASSET, Entity.id.in_(cast_in(row["id"])), narrowed=False)


def versions_of_shot(work: Work, shot_id: str) -> Raw:
    """What a shot was like before, the latest first."""
    row = reachable(work, SHOT, shot_id)
    query = VERSION.select(work.db).where(EntityVersion.entity_id == row["id"])
    return many(work.db, query.order_by(EntityVersion.created_at.desc()))


# --- writing ---


def create_shot(work: Work, project_id: str, values: Row, sequence_id: str | None) -> Raw:
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


def create_sequence(work: Work, project_id: str, values: Row, episode_id: str | None) -> Raw:
    """A new sequence of an episode, or the one of that name as it stands."""
    episode = parent_in_project(work, EPISODE, episode_id, project_id)
    values = {**values, "data": values.get("data") or {}, "parent_id": episode["id"] if episode else None}
    return wire(work, find_or_create(work, SEQUENCE, project_id, values), "Sequence")


def create_episode(work: Work, project_id: str, values: Row) -> Raw:
    """A new episode, or the one of that name as it stands."""
    status = values.get("status")
    values = {**values, "data": values.get("data") or {}, "status": status if status in STATUSES else "running"}
    return wire(work, find_or_create(work, EPISODE, project_id, values), "Episode")


PROTECTED = GIVEN_BY_SERVER | {
    "instance_casting",
    "project_id",
    "entities_in",
    "entities_out",
    "type",
    "shotgun_id",
    "created_by",
}


def update_shot(work: Work, shot_id: str, data: Row) -> Raw:
    """Change the columns of a shot; its data is replaced. A parent must be of the same project, the type stays."""
    row = get_of_kind(work, SHOT, shot_id)
    access.require_project_manager(work, row["project_id"])
    if data.get("entity_type_id", row["entity_type_id"]) != row["entity_type_id"]:
        raise WrongParameter("A shot cannot become an entity of another type.")
    if data.get("parent_id") is not None:
        parent_in_project(work, SEQUENCE, data["parent_id"], row["project_id"])
    changes = {key: value for key, value in data.items() if key not in PROTECTED}
    require_unique(work, row, changes)
    write_changes(work, Entity, row["id"], changes)
    work.emit("shot:update", {"shot_id": row["id"]}, row["project_id"])
    return wire(work, row["id"], "Entity")


def add_to_scene(work: Work, scene_id: str, shot_id: str) -> Raw:
    """Say that a shot came from a scene of its project."""
    scene, shot = _scene_and_shot(work, scene_id, shot_id)
    _set_source(work, shot, scene["id"], scene, "add-to-scene")
    return wire(work, shot["id"], "Entity")


def remove_from_scene(work: Work, scene_id: str, shot_id: str) -> None:
    """Say that a shot of a scene's project came from no scene."""
    scene, shot = _scene_and_shot(work, scene_id, shot_id)
    _set_source(work, shot, None, scene, "remove-from-scene")


def _scene_and_shot(work: Work, scene_id: str, shot_id: str) -> tuple[Row, Row]:
    scene = get_of_kind(work, SCENE, scene_id)
    access.require_project_supervisor(work, scene["project_id"])
    shot = get_of_kind(work, SHOT, shot_id)
    if shot["project_id"] != scene["project_id"]:
        raise NotFound
    return scene, shot


def _set_source(work: Work, shot: Row, source_id: str | None, scene: Row, action: str) -> None:
    work.update(Entity, shot["id"], source_id=source_id)
    work.emit("shot:update", {"shot_id": shot["id"]}, shot["project_id"])
    work.emit(f"shot:{action}", {"scene_id": scene["id"], "shot_id": shot["id"]}, shot["project_id"])


PLACED = {"sequences": SEQUENCES, "episodes": EPISODES, "scenes": SCENES}
