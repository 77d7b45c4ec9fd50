"""Project templates."""

from collections.abc import Callable
from typing import Any

import msgspec

from kitsulite.access.callers import admin, manager
from kitsulite.areas.productions import team, templatelinks
from kitsulite.areas.productions.links_routes import read_list
from kitsulite.areas.productions.templatelinks import KINDS, TASK_STATUSES, TASK_TYPES, TEMPLATE, Kind
from kitsulite.models.project_shapes import PROJECT
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id, Name
from kitsulite.web.routing import Either, Route, delete, get, post, put
from kitsulite.work.errors import Invalid
from kitsulite.work.work import Work


class Link(msgspec.Struct):
    """What a template is linked to; which key counts depends on the route."""

    task_type_id: str | None = None
    task_status_id: str | None = None
    asset_type_id: str | None = None
    status_automation_id: str | None = None
    preview_background_file_id: str | None = None
    priority: int | None = None
    roles_for_board: list[str] | None = None


class FieldOfTemplate(msgspec.Struct):
    """A field that a template gives to productions."""

    name: str | None = None
    field_name: str | None = None
    entity_type: str | None = None
    task_type_id: str | None = None
    data_type: str | None = None
    choices: list[Any] | None = None
    for_client: bool = False
    departments: list[str] | None = None
    position: int | None = None


class FromProject(msgspec.Struct):
    """A template that is made from a production."""

    name: Name
    description: str | None = None


class DefaultBackground(msgspec.Struct):
    """The background that a template starts with; null for none."""

    default_preview_background_file_id: str | None = None


def _list(kind: Kind) -> Callable[..., Any]:
    def list_links(work: Work, project_template_id: str) -> Any:
        return templatelinks.listed(work, kind, project_template_id)

    list_links.__doc__ = f"The {kind.path.replace('-', ' ')} of a template."
    return list_links


def _add(kind: Kind) -> Callable[..., Any]:
    def add_link(work: Work, project_template_id: str, body: Link) -> Any:
        extras = {key: getattr(body, key) for key in kind.extras}
        return templatelinks.add(work, kind, project_template_id, getattr(body, kind.key), extras)

    add_link.__doc__ = f"Give a template one of the {kind.path.replace('-', ' ')}."
    return add_link


def _remove(kind: Kind) -> Callable[..., None]:
    def remove_link(work: Work, **path: str) -> None:
        templatelinks.remove(work, kind, path["project_template_id"], path[kind.key])

    remove_link.__doc__ = f"Take one of the {kind.path.replace('-', ' ')} from a template."
    return remove_link


def _reorder(kind: Kind) -> Callable[..., Any]:
    def reorder(call: Call, project_template_id: str) -> Any:
        return templatelinks.reorder(call.work, kind, project_template_id, read_list(call, kind.in_list))

    reorder.__doc__ = f"Put the {kind.path.replace('-', ' ')} of a template in order."
    return reorder


def set_default_background(work: Work, project_template_id: str, body: DefaultBackground) -> Any:
    """Say which background a template starts with."""
    return templatelinks.set_default_background(work, project_template_id, body.default_preview_background_file_id)


def set_descriptors(call: Call, project_template_id: str) -> Any:
    """Replace the fields that a template gives to productions: a list, or an object that holds it."""
    data = call.lenient_json()
    items = data.get("metadata_descriptors") if isinstance(data, dict) else data
    if items is not None and not isinstance(items, list):
        raise Invalid([("metadata_descriptors", "Input should be a valid list")])
    return templatelinks.set_descriptors(call.work, project_template_id, items or [])


def apply_to_project(work: Work, project_id: str, project_template_id: str) -> Any:
    """Set a production up as a template says."""
    return team.project(work, templatelinks.apply_to_project(work, project_id, project_template_id))


OF_TEMPLATE = "/data/project-templates/{project_template_id}"
ACTIONS = "/actions/project-templates/{project_template_id}"

ROUTES: list[Route] = [
    *(get(f"{OF_TEMPLATE}/{kind.path}", manager, _list(kind), gives=[kind.shape]) for kind in KINDS),
    *(
        post(f"{OF_TEMPLATE}/{kind.path}", admin, _add(kind), takes=Link, gives=kind.linked, status=201)
        for kind in KINDS
    ),
    *(delete(f"{OF_TEMPLATE}/{kind.path}/{{{kind.key}}}", admin, _remove(kind)) for kind in KINDS),
    *(
        post(
            f"{ACTIONS}/{kind.path}/reorder",
            admin,
            _reorder(kind),
            raw={kind.in_list: [Id]},
            gives=[kind.linked],
            status=200,
        )
        for kind in (TASK_TYPES, TASK_STATUSES)
    ),
    put(
        f"{OF_TEMPLATE}/default-preview-background-file",
        admin,
        set_default_background,
        takes=DefaultBackground,
        gives=TEMPLATE,
    ),
    put(
        f"{OF_TEMPLATE}/metadata-descriptors",
        admin,
        set_descriptors,
        raw=Either({"metadata_descriptors": [FieldOfTemplate]}, [FieldOfTemplate]),
        gives=TEMPLATE,
    ),
    post(
        "/data/project-templates/from-project/{project_id}",
        admin,
        templatelinks.create_from_project,
        takes=FromProject,
        gives=TEMPLATE,
        status=201,
    ),
    post(
        "/data/projects/{project_id}/apply-template/{project_template_id}",
        admin,
        apply_to_project,
        gives=PROJECT,
        status=200,
    ),
]
