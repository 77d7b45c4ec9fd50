"""Taking entities away: canceling those with work on them, or removing them with all that hangs on them (docs/api/entities.md).

Everything happens in the transaction of the work at hand, so that a removal that fails leaves things as they were.
"""

from collections.abc import Callable
from typing import Any

from kitsulite.areas.entities import castingcounts, conceptfolders
from kitsulite.models.entities import (
    Entity,
    EntityLink,
)
from kitsulite.models.tasks import Task
from kitsulite.rows.erase import erase
from kitsulite.storage import ForeignKeyViolation, Row
from kitsulite.work.errors import Refused
from kitsulite.work.kinds import ASSET, CONCEPT, CONCEPT_FOLDER, EDIT, EPISODE, SCENE, SEQUENCE, SHOT, Kind, kind_of
from kitsulite.work.work import Work


def remove(work: Work, entity: Row, *, force: bool = False) -> None:
    """Remove an entity as its kind is removed; Refused while something still needs it."""
    WAYS[kind_of(work, entity)](work, entity, force)


def cancel_or_erase(work: Work, entity: Row, force: bool) -> None:
    """An asset, a shot, an edit or a concept: canceled while it has tasks, unless removal is forced."""
    if not force and work.exists(Task, Task.entity_id == entity["id"]):
        cancel(work, entity)
    else:
        erase_entity(work, entity)


def cancel(work: Work, entity: Row) -> None:
    """Mark an entity as canceled."""
    kind = kind_of(work, entity)
    work.update(Entity, entity["id"], canceled=True)
    work.emit(f"{kind.event}:update", {f"{kind.noun}_id": entity["id"]}, entity["project_id"])
    if kind is ASSET:
        castingcounts.refresh_for_asset(work, entity)


def erase_entity(work: Work, entity: Row) -> None:
    """Remove an entity with its tasks, castings, files and history."""
    kind, id, project_id = kind_of(work, entity), entity["id"], entity["project_id"]
    containers = _shrink_castings(work, entity)
    erase(work, Entity, [id])
    work.emit(f"{kind.event}:delete", {f"{kind.noun}_id": id}, project_id)
    for container in containers:
        castingcounts.refresh(work, container)


def _shrink_castings(work: Work, entity: Row) -> list[Row]:
    """Count an entity that goes out of every casting; the placed containers that had it."""
    id = entity["id"]
    containing = EntityLink.select(EntityLink.entity_in_id).where(EntityLink.entity_out_id == id)
    containers = work.db.rows(Entity.select().where(Entity.id.in_(containing), Entity.id != id))
    for container in containers:
        noun = kind_of(work, container).noun
        noun = noun if noun in ("shot", "episode") else "asset"
        left = max((container["nb_entities_out"] or 0) - 1, 0)
        work.update(Entity, container["id"], nb_entities_out=left)
        facts = {"nb_entities_out": left, "added_asset_ids": [], "removed_asset_ids": [id]}
        work.emit(f"{noun}:casting-update", {f"{noun}_id": container["id"], **facts}, container["project_id"])
    return [container for container in containers if container["parent_id"]]


def remove_scene(work: Work, scene: Row, force: bool) -> None:
    """A scene goes when nothing needs it; else it is canceled, and said to be deleted all the same."""
    work.foresee(Entity, scene)
    try:
        with work.db.savepoint():
            work.delete(Entity, Entity.id == scene["id"])
    except ForeignKeyViolation:
        work.update(Entity, scene["id"], canceled=True)
    work.emit("scene:delete", {"scene_id": scene["id"]}, scene["project_id"])


def remove_sequence(work: Work, sequence: Row, force: bool) -> None:
    """A sequence with content goes only by force, and takes its content along."""
    if force:
        for child in _rows(work, Entity.parent_id == sequence["id"]):
            erase_entity(work, child)
        erase_entity(work, sequence)
    else:
        _remove_if_free(work, sequence, "sequence")


def remove_episode(work: Work, episode: Row, force: bool) -> None:
    """An episode with content goes only by force: with its sequences and edits, its main assets and its playlists."""
    if not force:
        _remove_if_free(work, episode, "episode")
        return
    for child in _rows(work, Entity.parent_id == episode["id"]):
        if kind_of(work, child) is SEQUENCE:
            remove_sequence(work, child, force=True)
        else:
            erase_entity(work, child)
    for asset in _rows(work, Entity.source_id == episode["id"]):
        erase_entity(work, asset)
    erase_entity(work, episode)


def remove_concept_folder(work: Work, folder: Row, force: bool) -> None:
    """A folder goes, and its concepts stay."""
    conceptfolders.empty(work, folder)
    erase_entity(work, folder)


def _remove_if_free(work: Work, entity: Row, noun: str) -> None:
    work.foresee(Entity, entity)
    try:
        with work.db.savepoint():
            work.delete(Entity, Entity.id == entity["id"])
    except ForeignKeyViolation:
        raise Refused(f"Some data are still linked to this {noun}.") from None
    work.emit(f"{noun}:delete", {f"{noun}_id": entity["id"]}, entity["project_id"])


def _rows(work: Work, condition: Any) -> list[Row]:
    return work.db.rows(Entity.select().where(condition))


WAYS: dict[Kind, Callable[[Work, Row, bool], None]] = {
    ASSET: cancel_or_erase,
    SHOT: cancel_or_erase,
    EDIT: cancel_or_erase,
    CONCEPT: cancel_or_erase,
    SCENE: remove_scene,
    SEQUENCE: remove_sequence,
    EPISODE: remove_episode,
    CONCEPT_FOLDER: remove_concept_folder,
}


def remove_several(work: Work, rows: list[Row], force: bool) -> list[str]:
    """Remove several entities of a project at once; the ids of those that were handled, in order.

    What is canceled already, and every concept, goes for good. Sequences, episodes, scenes and folders are passed over.
    """
    handled = []
    for entity in rows:
        kind = kind_of(work, entity)
        if WAYS[kind] is cancel_or_erase:
            cancel_or_erase(work, entity, force or bool(entity["canceled"]) or kind is CONCEPT)
            handled.append(entity["id"])
    return handled
