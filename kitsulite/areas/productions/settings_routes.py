"""A production's team and what it is set up with."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec

from kitsulite.access.callers import project_access, project_manager
from kitsulite.areas.productions import links, team
from kitsulite.areas.productions import settings as projectsettings
from kitsulite.areas.productions.settings import (
    ASSET_TYPES,
    AUTOMATIONS,
    BACKGROUNDS,
    SETTINGS,
    TASK_STATUSES,
    TASK_TYPES,
    Setting,
)
from kitsulite.models import is_uuid
from kitsulite.models.project_shapes import PROJECT
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id, Text
from kitsulite.web.routing import Route, delete, get, post, put
from kitsulite.work.work import Work

BitRate = Annotated[int, msgspec.Meta(ge=1)]
ProjectRole = Literal["user", "supervisor", "manager", "client", "vendor"]


class NewMember(msgspec.Struct):
    """Somebody who joins a team."""

    person_id: Text
    role: ProjectRole | None = None


class MemberRole(msgspec.Struct):
    """The role that somebody has on a production; null for their global one."""

    role: ProjectRole | None = None


class NewTaskType(msgspec.Struct):
    """A task type that a production is to use."""

    task_type_id: str
    priority: int | None = None


class TaskTypeOfProduction(NewTaskType):
    """A task type that a production is to use, the bit rates of its movies there, and whether clients see its tasks."""

    hd_bitrate_compression: BitRate | None = None
    ld_bitrate_compression: BitRate | None = None
    is_client_visible: bool = True


class NewTaskStatus(msgspec.Struct):
    """A status that a production is to use."""

    task_status_id: str


class StatusOfClients(msgspec.Struct):
    """Whether clients of a production may set a status there; null for what the studio says."""

    is_client_allowed: bool | None


class NewAssetType(msgspec.Struct):
    """An asset type that a production is to use."""

    asset_type_id: str


class NewAutomation(msgspec.Struct):
    """A status automation that a production is to use."""

    status_automation_id: str


class NewBackground(msgspec.Struct):
    """A preview background that a production is to use."""

    preview_background_file_id: str


class SettingsBatch(msgspec.Struct):
    """Many settings at once."""

    task_types: list[NewTaskType] = msgspec.field(default_factory=list)
    task_status_ids: list[str] = msgspec.field(default_factory=list)
    asset_type_ids: list[str] = msgspec.field(default_factory=list)
    replace_task_types: bool = False


def set_up(work: Work, project_id: str, body: SettingsBatch) -> Any:
    """Set a production up with many things at once."""
    return projectsettings.set_up(
        work,
        project_id,
        task_types={item.task_type_id.lower(): item.priority for item in body.task_types if is_uuid(item.task_type_id)},
        task_status_ids=[id.lower() for id in body.task_status_ids if is_uuid(id)],
        asset_type_ids=[id.lower() for id in body.asset_type_ids if is_uuid(id)],
        replace_task_types=body.replace_task_types,
    )


def allow_clients(work: Work, project_id: str, task_status_id: str, body: StatusOfClients) -> Any:
    """Say whether clients of a production may set a status there."""
    return links.allow_clients(work, project_id, task_status_id, body.is_client_allowed)


def _list(setting: Setting) -> Callable[..., Any]:
    def list_settings(work: Work, project_id: str) -> Any:
        return projectsettings.listed(work, setting, project_id)

    list_settings.__doc__ = f"The {setting.path.replace('-', ' ')} that a production uses."
    return list_settings


def _add(setting: Setting) -> Callable[..., Any]:
    def add_setting(call: Call, project_id: str, body: Any) -> Any:
        said = call.given()
        values = {key: value for key, value in msgspec.structs.asdict(body).items() if key in said}
        return projectsettings.add(call.work, setting, project_id, values.pop(setting.key), **values)

    add_setting.__doc__ = f"Let a production use one of the {setting.path.replace('-', ' ')}."
    return add_setting


def _remove(setting: Setting) -> Callable[..., None]:
    def remove_setting(work: Work, **path: str) -> None:
        projectsettings.remove(work, setting, path["project_id"], path[setting.key])

    remove_setting.__doc__ = f"Let a production use one of the {setting.path.replace('-', ' ')} no more."
    return remove_setting


BODIES: dict[Setting, type[msgspec.Struct]] = {
    TASK_TYPES: TaskTypeOfProduction,
    TASK_STATUSES: NewTaskStatus,
    ASSET_TYPES: NewAssetType,
    AUTOMATIONS: NewAutomation,
    BACKGROUNDS: NewBackground,
}
READERS = {AUTOMATIONS: project_manager}
"""Who may list settings that are not for the whole team."""

PROJECT_PATH = "/data/projects/{project_id}"
OF_SETTINGS = f"{PROJECT_PATH}/settings"
writes: dict[str, Any] = {"body_first": True, "status": 201, "gives": PROJECT}

ROUTES: list[Route] = [
    get(f"{PROJECT_PATH}/team", project_access, team.members, title="The people of a production", gives=[team.MEMBER]),
    post(
        f"{PROJECT_PATH}/team",
        project_manager,
        team.add_member,
        title="Take somebody into the team",
        takes=NewMember,
        **writes,
    ),
    put(
        f"{PROJECT_PATH}/team/{{person_id}}",
        project_manager,
        team.change_role,
        title="Give somebody of the team another role there",
        takes=MemberRole,
        gives={"project_id": Id, "person_id": Id, "role": str | None},
        body_first=True,
    ),
    delete(
        f"{PROJECT_PATH}/team/{{person_id}}", project_manager, team.remove_member, title="Take somebody out of the team"
    ),
    get(f"{PROJECT_PATH}/task-types", project_access, _list(TASK_TYPES), gives=[TASK_TYPES.shape]),
    *(
        get(
            f"{OF_SETTINGS}/{setting.path}", READERS.get(setting, project_access), _list(setting), gives=[setting.shape]
        )
        for setting in SETTINGS
    ),
    *(
        post(f"{OF_SETTINGS}/{setting.path}", project_manager, _add(setting), takes=BODIES[setting], **writes)
        for setting in SETTINGS
    ),
    put(
        f"{OF_SETTINGS}/{TASK_STATUSES.path}/{{task_status_id}}",
        project_manager,
        allow_clients,
        takes=StatusOfClients,
        gives=links.TASK_STATUS_LINK,
        body_first=True,
    ),
    *(
        delete(f"{OF_SETTINGS}/{setting.path}/{{{setting.key}}}", project_manager, _remove(setting))
        for setting in SETTINGS
    ),
    post(
        f"{OF_SETTINGS}/batch", project_manager, set_up, takes=SettingsBatch, body_first=True, status=200, gives=PROJECT
    ),
]
