"""The news of projects: what was said and shown, latest first (docs/api/tasks.md)."""

from kitsulite.access.rules import NO_VENDOR, project, project_access, signed_in
from kitsulite.areas.tasks import newsfeed
from kitsulite.models.news_shapes import ITEM, ITEM_WITH_PREVIEWS
from kitsulite.web.call import Call
from kitsulite.web.routing import get

FLAGS = {"true": True, "1": True, "on": True, "false": False, "0": False}


def list_project_news(call: Call, project_id: str) -> object:
    """The news of a project."""
    return newsfeed.of_project(call.work, project_id, read_wanted(call))


def list_news(call: Call) -> object:
    """The news of the caller's open projects."""
    return newsfeed.of_open_projects(call.work, call.id("project_id"), read_wanted(call))


def get_news(call: Call, project_id: str, news_id: str) -> object:
    """One piece of news."""
    return newsfeed.item(call.work, project_id, news_id)


def read_wanted(call: Call) -> newsfeed.Wanted:
    """The news that the query string asks for."""
    return newsfeed.Wanted(
        only_preview=call.argument("only_preview", read_flag, False),
        task_type_id=call.id("task_type_id"),
        task_status_id=call.id("task_status_id"),
        person_id=call.id("person_id"),
        episode_id=call.id("episode_id"),
        after=call.moment("after"),
        before=call.moment("before"),
        page=call.integer("page", 1) or 1,
        limit=call.integer("limit", 50) or 50,
    )


def read_flag(text: object) -> bool:
    """A yes or no that must be one."""
    try:
        return FLAGS[str(text).lower()]
    except KeyError:
        raise ValueError(text) from None


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
    get("/data/projects/news", signed_in, list_news, gives=PAGE),
    get("/data/projects/{project_id}/news", project_access, list_project_news, gives=PAGE),
    get("/data/projects/{project_id}/news/{news_id}", project(NO_VENDOR), get_news, gives=ITEM),
]
