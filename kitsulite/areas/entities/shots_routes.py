"""Shots, scenes, sequences and episodes."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from kitsulite.access.callers import is_any_admin, project_access, project_exists, project_manager
from kitsulite.access.entities import has_entity_access, may_remove_entity
from kitsulite.access.rules import (
    MANAGING,
    MEMBER,
    NO_VENDOR,
    SUPERVISING,
    Asked,
    Given,
    Rule,
    asked_project,
    both,
    entity,
    every,
)
from kitsulite.areas.entities import removal, shots
from kitsulite.areas.entities.narrowing import LongList, Narrowed, NarrowedShots
from kitsulite.areas.entities.rows import Shots
from kitsulite.areas.entities.withtasks import SHOTS, WithTasks, shape_with_tasks
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.models.lists import Rows
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.inputs import Forced, Id, Name, Related
from kitsulite.web.routing import LINES, Either, Route, delete, get, post, put
from kitsulite.web.tags import marked
from kitsulite.work.kinds import ASSET, CONCEPT, EDIT, EPISODE, SCENE, SEQUENCE, SHOT, Kind
from kitsulite.work.work import Work


class NewShot(msgspec.Struct):
    """A new shot."""

    name: Name
    sequence_id: Id | None = None
    data: dict[str, Any] | None = None
    nb_frames: int | None = None
    description: str | None = None


class NewScene(msgspec.Struct):
    """A new scene."""

    name: Name
    sequence_id: Id | None = None


class NewSequence(msgspec.Struct):
    """A new sequence."""

    name: Name
    episode_id: Id | None = None
    description: str | None = ""
    data: dict[str, Any] | None = None


class NewEpisode(msgspec.Struct):
    """A new episode; a status that is none becomes `running`."""

    name: Name
    status: str | None = "running"
    description: str | None = ""
    data: dict[str, Any] | None = None


class ShotOfScene(msgspec.Struct):
    """The shot that came from a scene."""

    shot_id: Id


def list_shots_with_tasks(call: Call, filters: Mapping[str, str]) -> Any:
    """Shots with their tasks."""
    compact = filters.get("compact") == "true"

    def make() -> Rows:
        return shots.with_tasks(call.work, SHOTS, filters, compact=compact).rows(lines=filters.get("stream") == "true")

    return marked(call, call.work, filters.get("project_id"), make)


def _list_with_tasks(spec: WithTasks) -> Callable[..., Any]:
    def list_with_tasks(work: Work, filters: Mapping[str, str]) -> Any:
        return shots.with_tasks(work, spec, filters).rows()

    list_with_tasks.__doc__ = f"{spec.kind.name}s with their tasks."
    return list_with_tasks


def _list_of_project(kind: Kind) -> Callable[..., Any]:
    def list_of_project(work: Work, project_id: str) -> Any:
        return shots.of_project(work, kind, project_id)

    list_of_project.__doc__ = f"The {kind.noun}s of a project."
    return list_of_project


def update_shot(call: Call, shot: Row) -> Any:
    """Change a shot; its data is replaced."""
    return SHOTS_OF_ROWS.alter(call.work, shot, call.json_object())


def rows(kind: Kind) -> Any:
    """Vendors are told of sequences and episodes as entities of any kind."""
    plain = ENTITIES[kind.name]
    return [Either(plain, ENTITIES["Entity"]) if kind in (SEQUENCE, EPISODE) else plain]


def one(kind: Kind) -> str:
    return f"{'an' if kind.noun[0] in 'ae' else 'a'} {kind.noun}"


def _find_episode(work: Work, asked: Asked) -> Given:
    """What is no id is no episode, and has no sequences; it is not refused."""
    return entity(EPISODE, MEMBER).check(work, asked) if is_uuid(asked.path["episode_id"]) else {"episode": None}


COMPACT = {"compact": bool, "shot_fields": list[str], "task_fields": list[str], "rows": [list]}
SHOTS_OF_ROWS = Shots()
of_query = asked_project(MEMBER, otherwise=is_any_admin)
of_sequence = asked_project(MEMBER, otherwise=is_any_admin, parent="sequence_id", kind=SEQUENCE)
of_episode = asked_project(MEMBER, otherwise=is_any_admin, parent="episode_id", kind=EPISODE)
scenes_of_query = asked_project(NO_VENDOR, otherwise=is_any_admin)
supervised_scene = entity(SCENE, SUPERVISING)
ROUTES: list[Route] = [
    get("/data/shots", of_sequence, shots.shots, query=NarrowedShots, filters=Entity, gives=[shots.PLACED_SHOT]),
    get("/data/shots/all", of_sequence, shots.shots, query=NarrowedShots, filters=Entity, gives=[shots.PLACED_SHOT]),
    get("/data/scenes/all", scenes_of_query, shots.scenes, query=Narrowed, filters=Entity, gives=[shots.PLACED_SCENE]),
    get("/data/sequences", of_episode, shots.sequences, query=Narrowed, filters=Entity, gives=rows(SEQUENCE)),
    get("/data/episodes", of_query, shots.episodes, query=Narrowed, filters=Entity, gives=rows(EPISODE)),
    get(
        "/data/shots/with-tasks",
        of_query,
        list_shots_with_tasks,
        query=LongList,
        gives=Either([shape_with_tasks(SHOTS)], COMPACT, LINES),
        also=(304,),
        filters=Entity,
    ),
    *(
        get(
            f"/data/{name}/with-tasks",
            scenes_of_query if spec.kind is SCENE else of_query,
            _list_with_tasks(spec),
            query=Narrowed,
            filters=Entity,
            gives=[shape_with_tasks(spec)],
        )
        for name, spec in shots.PLACED.items()
    ),
    *(
        get(f"/data/projects/{{project_id}}/{kind.noun}s", project_access, _list_of_project(kind), gives=rows(kind))
        for kind in (SHOT, SCENE, SEQUENCE, EPISODE)
    ),
    get(
        "/data/episodes/{episode_id}/sequences",
        Rule(MEMBER.name, _find_episode, hands=("episode",), asks=(MEMBER,)),
        shots.sequences_of_episode,
        query=Narrowed,
        filters=Entity,
        gives=rows(SEQUENCE),
    ),
    get(
        "/data/episodes/{episode_id}/shots",
        entity(EPISODE, has_entity_access),
        shots.shots_of_episode,
        query=Related,
        gives=[ENTITIES["Shot"].with_relations()],
    ),
    get(
        "/data/sequences/{sequence_id}/shots",
        entity(SEQUENCE, MEMBER),
        shots.shots_of_sequence,
        query=Narrowed,
        filters=Entity,
        gives=[shots.PLACED_SHOT],
    ),
    get(
        "/data/sequences/{sequence_id}/scenes",
        entity(SEQUENCE, has_entity_access),
        shots.scenes_of_sequence,
        gives=rows(SCENE),
    ),
    get(
        "/data/scenes/{scene_id}/shots",
        entity(SCENE, has_entity_access),
        shots.shots_of_scene,
        gives=[shots.PLACED_SHOT],
    ),
    *(
        get(
            f"/data/{kind.noun}s/{{{kind.noun}_id}}",
            entity(kind, has_entity_access),
            shots.single,
            title=f"One {kind.noun}",
            gives=shape,
        )
        for kind, shape in shots.SINGLE.items()
    ),
    get("/data/shots/{shot_id}/assets", entity(SHOT, has_entity_access), shots.assets_of_shot, gives=rows(ASSET)),
    get(
        "/data/shots/{shot_id}/versions",
        entity(SHOT, has_entity_access),
        shots.versions_of_shot,
        gives=[shots.VERSION],
    ),
    *(
        post(
            f"/data/projects/{{project_id}}/{kind.noun}s",
            project_manager,
            create,
            takes=form,
            body_first=True,
            gives=ENTITIES[kind.name],
            status=201,
        )
        for kind, create, form in (
            (SHOT, shots.create_shot, NewShot),
            (SCENE, shots.create_scene, NewScene),
            (SEQUENCE, shots.create_sequence, NewSequence),
            (EPISODE, shots.create_episode, NewEpisode),
        )
    ),
    put(
        "/data/shots/{shot_id}",
        entity(SHOT, MANAGING),
        update_shot,
        raw=ENTITIES["Shot"].with_relations(),
        gives=ENTITIES["Entity"],
    ),
    post(
        "/data/scenes/{scene_id}/shots",
        supervised_scene,
        shots.add_to_scene,
        takes=ShotOfScene,
        gives=ENTITIES["Entity"],
        status=201,
    ),
    delete("/data/scenes/{scene_id}/shots/{shot_id}", supervised_scene, shots.remove_from_scene),
    *(
        delete(
            f"/data/{kind.noun}s/{{{kind.noun}_id}}",
            entity(kind, may_remove_entity),
            removal.remove,
            query=Forced,
            title=f"Remove {one(kind)}, or cancel it while there is work on it",
        )
        for kind in (ASSET, SHOT, SCENE, SEQUENCE, EPISODE, EDIT, CONCEPT)
    ),
    post(
        "/actions/projects/{project_id}/delete-entities",
        both(project_exists, every(Entity, may_remove_entity, within=True)),
        removal.remove_several,
        query=Forced,
        raw=[Id],
        gives=[Id],
    ),
]
