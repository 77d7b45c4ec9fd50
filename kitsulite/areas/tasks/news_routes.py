"""The news of projects: what was said and shown, latest first."""

from typing import Any

import msgspec

from kitsulite.access.callers import signed_in
from kitsulite.access.rules import CREW, NO_CLIENT, project
from kitsulite.areas.tasks import newsfeed
from kitsulite.models.news_shapes import ITEM, ITEM_WITH_PREVIEWS
from kitsulite.web.inputs import Id, Moment, Sure
from kitsulite.web.routing import get
from kitsulite.work.work import Work


class OfProject(msgspec.Struct):
    """Which news of a production."""

    only_preview: Sure = False
    task_type_id: Id | None = None
    task_status_id: Id | None = None
    person_id: Id | None = None
    episode_id: Id | None = None
    after: Moment | None = None
    before: Moment | None = None
    page: int = 1
    limit: int = 50


class OfProjects(OfProject):
    """Which news of all productions, or of one."""

    project_id: Id | None = None


def list_project_news(work: Work, project_id: str, page: int, limit: int, **wanted: Any) -> object:
    """The news of a project."""
    return newsfeed.of_project(work, project_id, newsfeed.Wanted(page=page or 1, limit=limit or 50, **wanted))


def list_news(work: Work, project_id: str | None, page: int, limit: int, **wanted: Any) -> object:
    """The news of the caller's open projects, none where they are a client."""
    return newsfeed.of_open_projects(work, project_id, newsfeed.Wanted(page=page or 1, limit=limit or 50, **wanted))


PAGE = {
    "data": [ITEM_WITH_PREVIEWS],
    "total": int,
    "nb_pages": int,
    "limit": int,
    "offset": int,
    "page": int,
    "stats": dict[str, int],
}

ROUTES = [
    get("/data/projects/news", signed_in, list_news, query=OfProjects, gives=PAGE),
    get("/data/projects/{project_id}/news", project(NO_CLIENT), list_project_news, query=OfProject, gives=PAGE),
    get(
        "/data/projects/{project_id}/news/{news_id}",
        project(CREW),
        newsfeed.item,
        title="One piece of news",
        gives=ITEM,
    ),
]
