"""What hangs on an entity of any kind: previews, news, time, concepts (contract 03, 10)."""

from typing import Any

from kitsulite.access import entity_in_path
from kitsulite.areas.tasks import entitydetails
from kitsulite.models.news_shapes import ITEM
from kitsulite.models.preview_shapes import BRIEF
from kitsulite.web.call import Call
from kitsulite.web.routing import get


def list_news(call: Call, entity_id: str) -> Any:
    """The news of an entity."""
    return entitydetails.news(call.work, entity_id)


def list_previews(call: Call, entity_id: str) -> Any:
    """All previews of an entity."""
    return entitydetails.previews(call.work, entity_id)


def list_time_spents(call: Call, entity_id: str) -> Any:
    """The time spent on an entity."""
    return entitydetails.time_spents(call.work, entity_id)


def list_linked_with_tasks(call: Call, entity_id: str) -> Any:
    """What illustrates an entity, with its tasks."""
    return entitydetails.linked_with_tasks(call.work, entity_id)


NEWS = {"data": [ITEM], "total": int, "nb_pages": int, "limit": int, "offset": int, "page": int}

ROUTES = [
    get("/data/entities/{entity_id}/news", entity_in_path, list_news, gives=NEWS),
    get("/data/entities/{entity_id}/preview-files", entity_in_path, list_previews, gives=[BRIEF]),
    get("/data/entities/{entity_id}/time-spents", entity_in_path, list_time_spents, gives=[entitydetails.TIME_SPENT]),
    get("/data/entities/{entity_id}/entities-linked/with-tasks", entity_in_path, list_linked_with_tasks),
]
