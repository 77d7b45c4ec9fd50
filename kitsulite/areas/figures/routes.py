"""Figures of shots and episodes: statistics, quotas and frames (docs/api/entities.md)."""

from typing import Any

from kitsulite.access.roles import require
from kitsulite.access.rules import Asked, Given, Rule, both, name_of, project_access, project_exists, project_manager
from kitsulite.areas.figures import episodestats, projectquotas, shotframes
from kitsulite.models import is_uuid
from kitsulite.web.call import Call
from kitsulite.web.routing import Route, get, post
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work


def show_episode_stats(call: Call, project_id: str) -> Any:
    """How many tasks of each type and status every episode has."""
    return episodestats.stats(call.work, project_id)


def show_retake_stats(call: Call, project_id: str) -> Any:
    """What is done and what is retaken in every episode, take by take."""
    return episodestats.retake_stats(call.work, project_id)


def set_frames_from_previews(call: Call, project_id: str, task_type_id: str) -> Any:
    """Set the number of frames of shots from their latest previews."""
    return shotframes.set_from_previews(call.work, project_id, task_type_id, call.query.get("episode_id"))


def show_quotas(call: Call, project_id: str, task_type_id: str) -> Any:
    """What each person brought forward of a task type."""
    mode = projectquotas.read_mode(call.query.get("count_mode", "weighted"))
    return projectquotas.of_task_type(call.work, project_id, task_type_id, mode, call.query.get("studio_id"))


def show_quotas_of_person(call: Call, project_id: str, person_id: str) -> Any:
    """What a person brought forward, task type by task type."""
    mode = projectquotas.read_mode(call.query.get("count_mode", "weighted"))
    return projectquotas.of_person(call.work, project_id, person_id, mode, call.query.get("studio_id"))


def _may_see_quotas_of(work: Work, asked: Asked) -> Given:
    require(projectquotas.may_see_of_person(work, asked.path["project_id"], asked.path["person_id"]))
    return {}


def _may_set_frames(work: Work, asked: Asked) -> Given:
    if not is_uuid(asked.path["project_id"]) or not is_uuid(asked.path["task_type_id"]):
        raise WrongParameter("Invalid project or task type id")
    return project_manager.check(work, asked)


own_or_supervised = both(project_exists, Rule(name_of(projectquotas.may_see_of_person), _may_see_quotas_of))

ROUTES: list[Route] = [
    get("/data/projects/{project_id}/episodes/stats", project_access, show_episode_stats),
    get("/data/projects/{project_id}/episodes/retake-stats", project_access, show_retake_stats),
    get("/data/projects/{project_id}/quotas/{task_type_id}", project_access, show_quotas),
    get("/data/projects/{project_id}/quotas/persons/{person_id}", own_or_supervised, show_quotas_of_person),
    post(
        "/actions/projects/{project_id}/task-types/{task_type_id}/set-shot-nb-frames",
        Rule(project_manager.name, _may_set_frames),
        set_frames_from_previews,
        status=200,
    ),
]
