"""Figures of shots and episodes: statistics, quotas and frames."""

from typing import Any

import msgspec

from kitsulite.access.callers import project_exists, project_manager
from kitsulite.access.roles import require
from kitsulite.access.rules import NO_CLIENT, Asked, Given, Rule, both, name_of, project
from kitsulite.areas.figures import episodestats, projectquotas, shotframes
from kitsulite.models import is_uuid
from kitsulite.web.inputs import Id
from kitsulite.web.routing import Mapped, Route, get, post
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work


class OfEpisode(msgspec.Struct):
    """The shots of one episode."""

    episode_id: str | None = None


class Counted(msgspec.Struct):
    """How quotas are counted, and whose."""

    count_mode: str = "weighted"
    studio_id: str | None = None


def show_quotas(work: Work, project_id: str, task_type_id: str, count_mode: str, studio_id: str | None) -> Any:
    """What each person brought forward of a task type."""
    mode = projectquotas.read_mode(count_mode)
    return projectquotas.of_task_type(work, project_id, task_type_id, mode, studio_id)


def show_quotas_of_person(work: Work, project_id: str, person_id: str, count_mode: str, studio_id: str | None) -> Any:
    """What a person brought forward, task type by task type."""
    mode = projectquotas.read_mode(count_mode)
    return projectquotas.of_person(work, project_id, person_id, mode, studio_id)


def _may_see_quotas_of(work: Work, asked: Asked) -> Given:
    require(projectquotas.may_see_of_person(work, asked.path["project_id"], asked.path["person_id"]))
    return {}


def _may_set_frames(work: Work, asked: Asked) -> Given:
    if not is_uuid(asked.path["project_id"]) or not is_uuid(asked.path["task_type_id"]):
        raise WrongParameter("Invalid project or task type id")
    return project_manager.check(work, asked)


no_client = project(NO_CLIENT)
own_or_supervised = both(
    project_exists,
    Rule(name_of(projectquotas.may_see_of_person), _may_see_quotas_of, asks=(projectquotas.may_see_of_person,)),
)

COUNTS = {"count": int, "frames": int, "drawings": int}
STATES = {"done": COUNTS, "retake": COUNTS, "other": COUNTS}
RETAKES = {"max_retake_count": int, "evolution": Mapped(STATES), **STATES}
QUOTA = Mapped(Mapped(float))
ROUTES: list[Route] = [
    get(
        "/data/projects/{project_id}/episodes/stats",
        project(episodestats.may_see_stats),
        episodestats.stats,
        title="How many tasks of each type and status every episode has",
        gives=Mapped(Mapped(Mapped({"name": str, "color": str, **COUNTS}))),
    ),
    get(
        "/data/projects/{project_id}/episodes/retake-stats",
        no_client,
        episodestats.retake_stats,
        title="What is done and what is retaken in every episode, take by take",
        gives=Mapped(Mapped(RETAKES)),
    ),
    get(
        "/data/projects/{project_id}/quotas/{task_type_id}",
        no_client,
        show_quotas,
        query=Counted,
        gives=Mapped(Mapped(QUOTA)),
    ),
    get(
        "/data/projects/{project_id}/quotas/persons/{person_id}",
        own_or_supervised,
        show_quotas_of_person,
        query=Counted,
        gives=Mapped(Mapped(QUOTA)),
    ),
    post(
        "/actions/projects/{project_id}/task-types/{task_type_id}/set-shot-nb-frames",
        Rule(project_manager.name, _may_set_frames, hands=("project",), asks=project_manager.asks),
        shotframes.set_from_previews,
        title="Set the number of frames of shots from their latest previews",
        query=OfEpisode,
        gives=[{"id": Id, "nb_frames": int}],
        status=200,
    ),
]
