"""Assets and asset types."""

from collections.abc import Mapping
from typing import Any

import msgspec

from kitsulite.access.callers import is_anybody, project_access, project_manager, signed_in
from kitsulite.access.entities import has_entity_access
from kitsulite.access.rules import MANAGING, MEMBER, asked_project, entity, every
from kitsulite.areas.entities import assets
from kitsulite.areas.entities.narrowing import LongList, Narrowed
from kitsulite.areas.entities.withtasks import ASSETS, shape_with_tasks
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_shapes import ASSET_TYPE, ENTITIES
from kitsulite.models.lists import Rows
from kitsulite.web.call import Call
from kitsulite.web.inputs import EpisodeOrNone, Id, Name
from kitsulite.web.routing import LINES, Either, Merged, Route, get, post
from kitsulite.web.tags import marked
from kitsulite.work.kinds import ASSET, EPISODE, SHOT


class NewAsset(msgspec.Struct):
    """A new asset. `episode_id` is its main episode; `all` and `main` are none."""

    name: Name
    description: str | None = ""
    data: dict[str, Any] | None = msgspec.field(default_factory=dict)
    is_shared: bool | None = False
    episode_id: EpisodeOrNone = None


class OfProject(msgspec.Struct):
    """The types of which a production has assets."""

    project_id: str | None = None


class Sharing(msgspec.Struct):
    """Which assets are lent to other projects."""

    is_shared: bool = True
    asset_ids: list[Id] | None = None


def list_assets_with_tasks(call: Call, filters: Mapping[str, str]) -> Any:
    """Assets with their tasks."""
    compact = filters.get("compact") == "true"

    def make() -> Rows:
        return assets.with_tasks(call.work, filters, compact=compact).rows(lines=filters.get("stream") == "true")

    return marked(call, call.work, filters.get("project_id"), make)


reachable = entity(ASSET, has_entity_access)
of_query = asked_project(
    MEMBER, otherwise=is_anybody, parent="episode_id", kind=EPISODE, project_first=True, hint="the caller's projects"
)
ASSET_ROWS = [ENTITIES["Asset"]]

WITH_TASKS = shape_with_tasks(ASSETS)
COMPACT = {"compact": bool, "asset_fields": list[str], "task_fields": list[str], "rows": [list]}
ASSETS_OF_TYPE = "/data/projects/{project_id}/asset-types/{asset_type_id}/assets"
ROUTES: list[Route] = [
    get(
        "/data/asset-types",
        signed_in,
        assets.asset_types,
        query=OfProject,
        filters=EntityType,
        gives=[assets.WITH_WORKFLOW],
    ),
    get("/data/asset-types/{asset_type_id}", signed_in, assets.asset_type, gives=assets.WITH_WORKFLOW),
    get("/data/projects/{project_id}/asset-types", project_access, assets.asset_types_of_project, gives=[ASSET_TYPE]),
    get("/data/shots/{shot_id}/asset-types", entity(SHOT, MEMBER), assets.asset_types_of_shot, gives=[ASSET_TYPE]),
    get("/data/assets", of_query, assets.assets, query=Narrowed, filters=Entity, gives=ASSET_ROWS),
    get("/data/assets/all", of_query, assets.assets, query=Narrowed, filters=Entity, gives=ASSET_ROWS),
    get(
        "/data/assets/with-tasks",
        of_query,
        list_assets_with_tasks,
        query=LongList,
        gives=Either([WITH_TASKS], COMPACT, LINES),
        also=(304,),
        filters=Entity,
    ),
    get(
        "/data/assets/{asset_id}",
        reachable,
        assets.show_asset,
        gives=Merged(ENTITIES["Asset"].with_relations(), {"project_name": str}, WITH_TASKS),
    ),
    get("/data/assets/{asset_id}/assets", reachable, assets.assets_in_asset, gives=ASSET_ROWS),
    get(
        "/data/projects/{project_id}/assets",
        project_access,
        assets.assets_of_project,
        query=Narrowed,
        filters=Entity,
        gives=ASSET_ROWS,
    ),
    get("/data/projects/{project_id}/assets/shared-used", project_access, assets.shared_and_used, gives=ASSET_ROWS),
    get(
        "/data/projects/{project_id}/episodes/{episode_id}/assets/shared-used",
        project_access,
        assets.shared_and_used,
        gives=ASSET_ROWS,
    ),
    get(ASSETS_OF_TYPE, project_access, assets.assets_of_type, query=Narrowed, filters=Entity, gives=ASSET_ROWS),
    post(
        f"{ASSETS_OF_TYPE}/new",
        project_manager,
        assets.create,
        takes=NewAsset,
        body_first=True,
        gives=ENTITIES["Asset"],
        status=201,
    ),
    post(
        "/actions/assets/share",
        every(Entity, MANAGING, key="asset_ids", found=assets.get_asset),
        assets.share_assets,
        takes=Sharing,
        gives=ASSET_ROWS,
    ),
    post(
        "/actions/projects/{project_id}/assets/share",
        project_manager,
        assets.share_of_project,
        takes=Sharing,
        body_first=True,
        gives=ASSET_ROWS,
    ),
    post(
        "/actions/projects/{project_id}/asset-types/{asset_type_id}/assets/share",
        project_manager,
        assets.share_of_type,
        takes=Sharing,
        body_first=True,
        gives=ASSET_ROWS,
    ),
]
