"""What hangs on an entity of any kind: previews, news, time, concepts."""

from kitsulite.access.entities import has_entity_access, may_see_work_time
from kitsulite.access.rules import row
from kitsulite.areas.entities.withtasks import LINKED, shape_with_tasks
from kitsulite.areas.tasks import entitydetails
from kitsulite.models.entities import Entity
from kitsulite.models.news_shapes import ITEM
from kitsulite.models.preview_shapes import BRIEF
from kitsulite.web.routing import get

reachable = row(Entity, has_entity_access)
NEWS = {"data": [ITEM], "total": int, "nb_pages": int, "limit": int, "offset": int, "page": int}

ROUTES = [
    get("/data/entities/{entity_id}/news", reachable, entitydetails.news, gives=NEWS),
    get("/data/entities/{entity_id}/preview-files", reachable, entitydetails.previews, gives=[BRIEF]),
    get(
        "/data/entities/{entity_id}/time-spents",
        row(Entity, may_see_work_time),
        entitydetails.time_spents,
        gives=[entitydetails.TIME_SPENT],
    ),
    get(
        "/data/entities/{entity_id}/entities-linked/with-tasks",
        reachable,
        entitydetails.linked_with_tasks,
        gives=[shape_with_tasks(LINKED)],
    ),
]
