"""Assets and asset types (contract 03, 3-5)."""

from typing import Any

import msgspec

from kitsulite.access import in_service, project_access, project_manager, signed_in
from kitsulite.areas.entities import assets
from kitsulite.models.entities import Entity
from kitsulite.models.entity_shapes import ASSET_TYPE, ENTITIES
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id, Text
from kitsulite.web.routing import get, post
from kitsulite.web.streams import NDJSON, streamed


class NewAsset(msgspec.Struct):
    """A new asset. `episode_id` is its main episode."""

    name: Text
    description: str | None = ""
    data: dict[str, Any] | None = msgspec.field(default_factory=dict)
    is_shared: bool | None = False
    episode_id: Id | None = None


class Sharing(msgspec.Struct):
    """Which assets are lent to other projects."""

    is_shared: bool = True
    asset_ids: list[Id] | None = None


def list_asset_types(call: Call) -> Any:
    """All asset types, with their workflows."""
    return assets.asset_types(call.work, call.query)


def show_asset_type(call: Call, asset_type_id: str) -> Any:
    """One asset type, with its workflow."""
    return assets.asset_type(call.work, asset_type_id)


def list_asset_types_of_project(call: Call, project_id: str) -> Any:
    """The asset types that a project uses."""
    return assets.asset_types_of_project(call.work, project_id)


def list_asset_types_of_shot(call: Call, shot_id: str) -> Any:
    """The asset types of what is cast in a shot."""
    return assets.asset_types_of_shot(call.work, shot_id)


def list_assets(call: Call) -> Any:
    """The assets of the caller's projects."""
    return assets.assets(call.work, call.query)


def list_assets_with_tasks(call: Call) -> Any:
    """Assets with their tasks; `compact=true` and `stream=true` choose the form."""
    compact = call.query.get("compact") == "true"
    if call.query.get("stream") == "true":
        return streamed(call, lambda work: assets.with_tasks(work, call.query, compact=compact).lines(), NDJSON)
    with call.begin(writes=False) as work:
        return assets.with_tasks(work, call.query, compact=compact).whole()


def list_assets_of_project(call: Call, project_id: str) -> Any:
    """The assets of a project."""
    return assets.assets_of_project(call.work, project_id, call.query)


def list_assets_of_type(call: Call, project_id: str, asset_type_id: str) -> Any:
    """The assets of a project and type."""
    return assets.assets_of_type(call.work, project_id, asset_type_id, call.query)


def list_shared_and_used(call: Call, project_id: str, episode_id: str | None = None) -> Any:
    """The assets lent by other projects that the shots of this one cast."""
    return assets.shared_and_used(call.work, project_id, episode_id)


def show_asset(call: Call, asset_id: str) -> Any:
    """One asset with its tasks."""
    return assets.asset(call.work, asset_id)


def list_assets_in_asset(call: Call, asset_id: str) -> Any:
    """What is cast in an asset."""
    return assets.assets_in_asset(call.work, asset_id)


def create_asset(call: Call, project_id: str, asset_type_id: str, body: NewAsset) -> Any:
    """A new asset."""
    return assets.create(call.work, project_id, asset_type_id, **msgspec.structs.asdict(body))


def share_assets(call: Call, body: Sharing) -> Any:
    """Lend assets to other projects."""
    return assets.share_assets(call.work, [str(id) for id in body.asset_ids or ()], body.is_shared)


def share_assets_of_project(call: Call, project_id: str, body: Sharing) -> Any:
    """Lend assets of a project, all of them when none are named."""
    condition = Entity.project_id == project_id
    if body.asset_ids is not None:
        condition &= Entity.id.in_([str(id) for id in body.asset_ids])
    return assets.share(call.work, body.is_shared, condition)


def share_assets_of_type(call: Call, project_id: str, asset_type_id: str, body: Sharing) -> Any:
    """Lend all assets of a project and type."""
    of_type = Entity.entity_type_id == Entity.entity_type_id.read_filter(asset_type_id)
    return assets.share(call.work, body.is_shared, (Entity.project_id == project_id) & of_type)


reachable = in_service("in the project's team; vendors with a task on the asset")
of_query = in_service("in the team of the project asked for; without one, the caller's projects")
ASSET_ROWS = [ENTITIES["Asset"]]

ROUTES = [
    get("/data/asset-types", signed_in, list_asset_types, gives=[assets.WITH_WORKFLOW]),
    get("/data/asset-types/{asset_type_id}", signed_in, show_asset_type, gives=assets.WITH_WORKFLOW),
    get("/data/projects/{project_id}/asset-types", project_access, list_asset_types_of_project, gives=[ASSET_TYPE]),
    get("/data/shots/{shot_id}/asset-types", in_service("in the project's team"), list_asset_types_of_shot),
    get("/data/assets", of_query, list_assets, gives=ASSET_ROWS),
    get("/data/assets/all", of_query, list_assets, gives=ASSET_ROWS),
    get("/data/assets/with-tasks", of_query, list_assets_with_tasks, alone=True),
    get("/data/assets/{asset_id}", reachable, show_asset),
    get("/data/assets/{asset_id}/assets", reachable, list_assets_in_asset, gives=ASSET_ROWS),
    get("/data/projects/{project_id}/assets", project_access, list_assets_of_project, gives=ASSET_ROWS),
    get("/data/projects/{project_id}/assets/shared-used", project_access, list_shared_and_used, gives=ASSET_ROWS),
    get(
        "/data/projects/{project_id}/episodes/{episode_id}/assets/shared-used",
        project_access,
        list_shared_and_used,
        gives=ASSET_ROWS,
    ),
    get(
        "/data/projects/{project_id}/asset-types/{asset_type_id}/assets",
        project_access,
        list_assets_of_type,
        gives=ASSET_ROWS,
    ),
    post(
        "/data/projects/{project_id}/asset-types/{asset_type_id}/assets/new",
        project_manager,
        create_asset,
        takes=NewAsset,
        body_first=True,
        gives=ENTITIES["Asset"],
        status=201,
    ),
    post("/actions/assets/share", in_service("manager of each asset's project"), share_assets, takes=Sharing),
    post(
        "/actions/projects/{project_id}/assets/share",
        project_manager,
        share_assets_of_project,
        takes=Sharing,
        body_first=True,
        gives=ASSET_ROWS,
    ),
    post(
        "/actions/projects/{project_id}/asset-types/{asset_type_id}/assets/share",
        project_manager,
        share_assets_of_type,
        takes=Sharing,
        body_first=True,
        gives=ASSET_ROWS,
    ),
]
