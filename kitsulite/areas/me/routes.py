"""`/data/user/…`: what the caller's client starts with, and what the caller works on."""

from typing import Any

import msgspec

from kitsulite.access.callers import person_only
from kitsulite.areas.me import context, worklists
from kitsulite.areas.me.searchfilters import FILTER, GROUP
from kitsulite.areas.productions import openprojects
from kitsulite.areas.tasks import lists, tocheck
from kitsulite.areas.tasks.asked import read_ids, read_persons
from kitsulite.models.context_shapes import STUDIO_OF_MANAGER
from kitsulite.models.entity_shapes import ASSET_TYPE, ENTITIES
from kitsulite.models.project_shapes import OPEN_PROJECT
from kitsulite.models.task_shapes import LISTED, TASK
from kitsulite.web.inputs import Count, Id, Moment
from kitsulite.web.routing import Either, Mapped, Merged, Route, get
from kitsulite.work.kinds import ASSET, SCENE, SEQUENCE, SHOT, Kind
from kitsulite.work.work import Work

PAGE = 100


class Named(msgspec.Struct):
    """The production of one name."""

    name: str | None = None


# --- tasks ---


def list_to_do(work: Work) -> Any:
    """What the caller has to do."""
    return lists.list_own(work, done=False)


def list_done(work: Work) -> Any:
    """What the caller has done, the latest first."""
    return lists.list_own(work, done=True)


def on_entity(kind: Kind) -> list[Route]:
    """The routes of the caller's tasks on an entity of one kind, and of their types."""
    parameter = f"{kind.noun}_id"

    def list_tasks(work: Work, **path: str) -> Any:
        return worklists.tasks(work, kind, path[parameter])

    def list_task_types(work: Work, **path: str) -> Any:
        return worklists.task_types(work, kind, path[parameter])

    list_tasks.__doc__ = f"The caller's tasks on one {kind.noun}."
    list_task_types.__doc__ = f"The types of the caller's tasks on one {kind.noun}."
    path = f"/data/user/{kind.noun}s/{{{parameter}}}"
    return [
        get(f"{path}/tasks", person_only, list_tasks, gives=[TASK]),
        get(f"{path}/task-types", person_only, list_task_types, gives=[worklists.TASK_TYPE]),
    ]


class ToCheck(msgspec.Struct):
    """What of it, in which order. Of ids there may be several, separated by commas; `person_id` may also be `unassigned`."""

    project_id: str = ""
    task_type_id: str = ""
    task_status_id: str = ""
    episode_id: str = ""
    person_id: str = ""
    due_date_since: Moment | None = None
    due_date_until: Moment | None = None
    order_by: str = ""
    page: Count | None = None
    limit: Count = PAGE


def list_to_check(work: Work, page: int | None, limit: int, **said: Any) -> Any:
    """What waits for feedback in the productions that the caller oversees; a page of it when one is asked for."""
    wanted = tocheck.Wanted(
        projects=read_ids(said["project_id"]),
        task_types=read_ids(said["task_type_id"]),
        task_statuses=read_ids(said["task_status_id"]),
        episodes=read_ids(said["episode_id"]),
        persons=read_persons(said["person_id"]),
        due_since=said["due_date_since"],
        due_until=said["due_date_until"],
        order_by=said["order_by"],
    )
    if page is None:
        return tocheck.list_to_check(work, wanted)
    return tocheck.page_to_check(work, wanted, page=max(1, page), limit=limit if limit > 0 else PAGE)


# --- where these are ---


def list_shots(work: Work, sequence_id: str) -> Any:
    """The shots of a sequence on which the caller has work."""
    return worklists.children(work, sequence_id, SHOT)


def list_scenes(work: Work, sequence_id: str) -> Any:
    """The scenes of a sequence on which the caller has work."""
    return worklists.children(work, sequence_id, SCENE)


PROJECT = "/data/user/projects/{project_id}"
IN_SEQUENCE = "/data/user/sequences/{sequence_id}"
EPISODES = {"episode_ids": [Id], "episode_names": [str]}
CONTEXT = Merged(
    STUDIO_OF_MANAGER,
    {
        "notification_count": int,
        "project_roles": Mapped(str),
        "projects": [OPEN_PROJECT],
        "search_filters": Mapped(Mapped([FILTER])),
        "search_filter_groups": Mapped(Mapped([GROUP])),
        "user_limit": int,
    },
)
CHECK_PAGE = {
    "data": [LISTED],
    "stats": {
        "total_duration": float,
        "total_estimation": float,
        "total": int,
        "status": [{"task_status_id": Id, "amount": int}],
    },
    "page": int,
    "limit": int,
    "is_more": bool,
}
ROUTES: list[Route] = [
    get(
        "/data/user/context",
        person_only,
        context.context,
        title="The studio, its people and productions, as far as a client needs them all the time",
        gives=CONTEXT,
    ),
    get(
        "/data/user/projects/open",
        person_only,
        openprojects.own_open_projects,
        title="The open productions that the caller works on, with all their settings",
        query=Named,
        gives=[OPEN_PROJECT],
    ),
    get("/data/user/tasks", person_only, list_to_do, gives=[Merged(LISTED, EPISODES)]),
    get("/data/user/done-tasks", person_only, list_done, gives=[Merged(LISTED, EPISODES)]),
    get(
        "/data/user/tasks-to-check",
        person_only,
        list_to_check,
        query=ToCheck,
        gives=Either([LISTED], CHECK_PAGE),
    ),
    get(
        "/data/user/tasks-to-check/filter-values",
        person_only,
        tocheck.values_to_check,
        title="By what one may narrow down what waits for feedback",
        gives={
            "project_ids": [Id],
            "task_type_ids": [Id],
            "task_status_ids": [Id],
            "episode_ids": [Id],
            "person_ids": [Id],
        },
    ),
    *(route for kind in (ASSET, SHOT, SCENE, SEQUENCE) for route in on_entity(kind)),
    get(f"{PROJECT}/asset-types", person_only, worklists.asset_types, gives=[ASSET_TYPE]),
    get(f"{PROJECT}/asset-types/{{asset_type_id}}/assets", person_only, worklists.assets, gives=[ENTITIES["Asset"]]),
    get(f"{PROJECT}/sequences", person_only, worklists.sequences, gives=[ENTITIES["Sequence"]]),
    get(f"{PROJECT}/episodes", person_only, worklists.episodes, gives=[ENTITIES["Episode"]]),
    get(f"{IN_SEQUENCE}/shots", person_only, list_shots, gives=[ENTITIES["Shot"]]),
    get(f"{IN_SEQUENCE}/scenes", person_only, list_scenes, gives=[ENTITIES["Scene"]]),
]
