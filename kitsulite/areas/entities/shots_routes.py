"""Shots, scenes, sequences and episodes (contract 04, 3.1-3.4)."""

from collections.abc import Callable
from typing import Any

import msgspec

from kitsulite.access import in_service, project_access, project_manager
from kitsulite.areas.entities import removal, shots
from kitsulite.areas.entities.kinds import ASSET, CONCEPT, EDIT, EPISODE, SCENE, SEQUENCE, SHOT, Kind
from kitsulite.areas.entities.withtasks import SHOTS, WithTasks
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id, Text
from kitsulite.web.routing import Route, delete, get, post, put
from kitsulite.web.streams import NDJSON, streamed


class NewShot(msgspec.Struct):
    """A new shot."""

    name: Text
    sequence_id: Id | None = None
    data: dict[str, Any] | None = None
    nb_frames: int | None = None
    description: str | None = None


class NewScene(msgspec.Struct):
    """A new scene."""

    name: Text
    sequence_id: Id | None = None


class NewSequence(msgspec.Struct):
    """A new sequence."""

    name: Text
    episode_id: Id | None = None
    description: str | None = ""
    data: dict[str, Any] | None = None


class NewEpisode(msgspec.Struct):
    """A new episode; a status that is none becomes `running`."""

    name: Text
    status: str | None = "running"
    description: str | None = ""
    data: dict[str, Any] | None = None


class ShotOfScene(msgspec.Struct):
    """The shot that came from a scene."""

    shot_id: Id


# --- listings ---


def list_shots(call: Call) -> Any:
    """The shots of a project or sequence."""
    return shots.shots(call.work, call.query)


def list_scenes(call: Call) -> Any:
    """The scenes of a project."""
    return shots.scenes(call.work, call.query)


def list_sequences(call: Call) -> Any:
    """The sequences of a project or episode."""
    return shots.sequences(call.work, call.query)


def list_episodes(call: Call) -> Any:
    """The episodes of a project."""
    return shots.episodes(call.work, call.query)


def list_shots_with_tasks(call: Call) -> Any:
    """Shots with their tasks; `compact=true` and `stream=true` choose the form."""
    compact = call.query.get("compact") == "true"
    if call.query.get("stream") == "true":
        return streamed(call, lambda work: shots.with_tasks(work, SHOTS, call.query, compact=compact).lines(), NDJSON)
    with call.begin(writes=False) as work:
        return shots.with_tasks(work, SHOTS, call.query, compact=compact).whole()


def _list_with_tasks(spec: WithTasks) -> Callable[[Call], Any]:
    def list_with_tasks(call: Call) -> Any:
        return shots.with_tasks(call.work, spec, call.query).whole()

    list_with_tasks.__doc__ = f"{spec.kind.name}s with their tasks."
    return list_with_tasks


def _list_of_project(kind: Kind) -> Callable[..., Any]:
    def list_of_project(call: Call, project_id: str) -> Any:
        return shots.of_project(call.work, kind, project_id)

    list_of_project.__doc__ = f"The {kind.noun}s of a project."
    return list_of_project


def list_sequences_of_episode(call: Call, episode_id: str) -> Any:
    """The sequences of an episode."""
    return shots.sequences_of_episode(call.work, episode_id, call.query)


def list_shots_of_episode(call: Call, episode_id: str) -> Any:
    """The shots of an episode."""
    return shots.shots_of_episode(call.work, episode_id, relations=call.flag("relations"))


def list_shots_of_sequence(call: Call, sequence_id: str) -> Any:
    """The shots of a sequence."""
    return shots.shots_of_sequence(call.work, sequence_id, call.query)


def list_scenes_of_sequence(call: Call, sequence_id: str) -> Any:
    """The scenes of a sequence."""
    return shots.scenes_of_sequence(call.work, sequence_id)


def list_shots_of_scene(call: Call, scene_id: str) -> Any:
    """The shots that came from a scene."""
    return shots.shots_of_scene(call.work, scene_id)


# --- single ones ---


def _show(kind: Kind) -> Callable[..., Any]:
    def show(call: Call, **path: str) -> Any:
        return shots.single(call.work, kind, path[f"{kind.noun}_id"])

    show.__doc__ = f"One {kind.noun}."
    return show


def list_assets_of_shot(call: Call, shot_id: str) -> Any:
    """What is cast in a shot."""
    return shots.assets_of_shot(call.work, shot_id)


def list_versions_of_shot(call: Call, shot_id: str) -> Any:
    """What a shot was like before."""
    return shots.versions_of_shot(call.work, shot_id)


# --- writing ---


def create_shot(call: Call, project_id: str, body: NewShot) -> Any:
    """A new shot."""
    values = msgspec.structs.asdict(body)
    return shots.create_shot(call.work, project_id, values, values.pop("sequence_id"))


def create_scene(call: Call, project_id: str, body: NewScene) -> Any:
    """A new scene."""
    return shots.create_scene(call.work, project_id, body.name, body.sequence_id)


def create_sequence(call: Call, project_id: str, body: NewSequence) -> Any:
    """A new sequence."""
    values = msgspec.structs.asdict(body)
    return shots.create_sequence(call.work, project_id, values, values.pop("episode_id"))


def create_episode(call: Call, project_id: str, body: NewEpisode) -> Any:
    """A new episode."""
    return shots.create_episode(call.work, project_id, msgspec.structs.asdict(body))


def update_shot(call: Call, shot_id: str) -> Any:
    """Change a shot."""
    return shots.update_shot(call.work, shot_id, call.json_object())


def add_shot_to_scene(call: Call, scene_id: str, body: ShotOfScene) -> Any:
    """Say that a shot came from a scene."""
    return shots.add_to_scene(call.work, scene_id, body.shot_id)


def remove_shot_from_scene(call: Call, scene_id: str, shot_id: str) -> None:
    """Say that a shot did not come from a scene."""
    shots.remove_from_scene(call.work, scene_id, shot_id)


def _remove(kind: Kind) -> Callable[..., None]:
    def remove(call: Call, **path: str) -> None:
        removal.remove(call.work, kind, path[f"{kind.noun}_id"], force=call.flag("force"))

    remove.__doc__ = (
        f"Remove {'an' if kind.noun[0] in 'ae' else 'a'} {kind.noun}, or cancel it while there is work on it."
    )
    return remove


def remove_entities(call: Call, project_id: str) -> Any:
    """Remove several entities of a project."""
    return removal.remove_from_project(call.work, project_id, call.ids(), force=call.flag("force"))


of_query = in_service("in the team of the project asked for; without one, admin")
reachable = in_service("in the project's team; vendors with a task on it")
in_team = in_service("in the project's team")
managed = in_service("manager of the project")
supervised = in_service("supervisor of the scene's project")
removable = in_service("manager of the project, or who made it")


def rows(kind: Kind) -> Any:
    return [ENTITIES[kind.name]]


ROUTES: list[Route] = [
    get("/data/shots", of_query, list_shots, gives=rows(SHOT)),
    get("/data/shots/all", of_query, list_shots, gives=rows(SHOT)),
    get("/data/scenes/all", of_query, list_scenes, gives=rows(SCENE)),
    get("/data/sequences", of_query, list_sequences, gives=rows(SEQUENCE)),
    get("/data/episodes", of_query, list_episodes, gives=rows(EPISODE)),
    get("/data/shots/with-tasks", of_query, list_shots_with_tasks, alone=True),
    *(get(f"/data/{name}/with-tasks", of_query, _list_with_tasks(spec)) for name, spec in shots.PLACED.items()),
    *(
        get(f"/data/projects/{{project_id}}/{kind.noun}s", project_access, _list_of_project(kind), gives=rows(kind))
        for kind in (SHOT, SCENE, SEQUENCE, EPISODE)
    ),
    get("/data/episodes/{episode_id}/sequences", in_team, list_sequences_of_episode, gives=rows(SEQUENCE)),
    get("/data/episodes/{episode_id}/shots", reachable, list_shots_of_episode, gives=rows(SHOT)),
    get("/data/sequences/{sequence_id}/shots", in_team, list_shots_of_sequence, gives=rows(SHOT)),
    get("/data/sequences/{sequence_id}/scenes", reachable, list_scenes_of_sequence, gives=rows(SCENE)),
    get("/data/scenes/{scene_id}/shots", reachable, list_shots_of_scene, gives=rows(SHOT)),
    *(
        get(f"/data/{kind.noun}s/{{{kind.noun}_id}}", reachable, _show(kind), gives=shape)
        for kind, shape in shots.SINGLE.items()
    ),
    get("/data/shots/{shot_id}/assets", reachable, list_assets_of_shot, gives=rows(ASSET)),
    get("/data/shots/{shot_id}/versions", reachable, list_versions_of_shot, gives=[shots.VERSION]),
    post("/data/projects/{project_id}/shots", project_manager, create_shot, takes=NewShot, body_first=True, status=201),
    post(
        "/data/projects/{project_id}/scenes",
        project_manager,
        create_scene,
        takes=NewScene,
        body_first=True,
        status=201,
    ),
    post(
        "/data/projects/{project_id}/sequences",
        project_manager,
        create_sequence,
        takes=NewSequence,
        body_first=True,
        status=201,
    ),
    post(
        "/data/projects/{project_id}/episodes",
        project_manager,
        create_episode,
        takes=NewEpisode,
        body_first=True,
        status=201,
    ),
    put("/data/shots/{shot_id}", managed, update_shot, gives=ENTITIES["Entity"]),
    post("/data/scenes/{scene_id}/shots", supervised, add_shot_to_scene, takes=ShotOfScene, status=201),
    delete("/data/scenes/{scene_id}/shots/{shot_id}", supervised, remove_shot_from_scene),
    *(
        delete(f"/data/{kind.noun}s/{{{kind.noun}_id}}", removable, _remove(kind))
        for kind in (ASSET, SHOT, SCENE, SEQUENCE, EPISODE, EDIT, CONCEPT)
    ),
    post("/actions/projects/{project_id}/delete-entities", in_service("manager, or who made each"), remove_entities),
]
