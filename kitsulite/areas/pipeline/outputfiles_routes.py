"""Output files: what is published, revision by revision (contract 06, 7.2 and 7.5).

Each thing can be asked of an entity, and of an asset instance that is seen in one.
"""

from typing import Any

import msgspec

from kitsulite.access import in_service, project_manager
from kitsulite.areas.pipeline import outputfiles
from kitsulite.areas.pipeline.filetrees import TreeRefused
from kitsulite.areas.pipeline.outputfiles import FILTERS, SEEN_IN, Source, Wanted
from kitsulite.areas.pipeline.workingfiles_routes import refusal
from kitsulite.models.file_shapes import OUTPUT_FILE
from kitsulite.web.call import Call
from kitsulite.web.routing import Route, get, post
from kitsulite.work.errors import PlainlyRefused, ShortlyRefused


class Place(msgspec.Struct):
    output_type_id: str
    task_type_id: str
    name: str = "main"
    mode: str = "output"
    revision: int = 0
    extension: str = ""
    representation: str = ""
    sep: str = msgspec.field(name="separator", default="/")


class Next(msgspec.Struct):
    output_type_id: str
    task_type_id: str
    name: str = "main"


class NewOutput(msgspec.Struct):
    output_type_id: str
    task_type_id: str
    name: str = "main"
    person_id: str | None = None
    working_file_id: str | None = None
    comment: str | None = ""
    revision: int = 0
    extension: str | None = ""
    representation: str | None = ""
    nb_elements: int = 1
    sep: str = "/"
    file_status_id: str | None = None


def path(call: Call, body: Place, **ids: str) -> object:
    """Where an output is to lie."""
    wanted = Wanted(**msgspec.structs.asdict(body))
    try:
        return outputfiles.path(call.work, _source(call, ids, strictly=True), wanted)
    except TreeRefused as problem:
        raise refusal(problem, body) from None


def publish(call: Call, body: NewOutput, **ids: str) -> object:
    """A further revision of an output."""
    given: dict[str, Any] = msgspec.structs.asdict(body)
    given |= {key: given[key] or "" for key in ("comment", "extension", "representation")}
    source = _source(call, ids)
    try:
        return outputfiles.publish(call.work, source, Wanted(**given))
    except (TreeRefused, ShortlyRefused) as problem:
        if source.instance is not None:
            raise PlainlyRefused(str(problem)) from None
        raise ShortlyRefused(str(problem)) from None


def next_revision(call: Call, body: Next, **ids: str) -> object:
    """The revision that the next output is to have."""
    wanted = Wanted(**msgspec.structs.asdict(body))
    return {"next_revision": outputfiles.next_revision(call.work, _source(call, ids), wanted)}


def last_revisions(call: Call, **ids: str) -> object:
    """The highest revision of each kind of output."""
    return outputfiles.last_revisions(call.work, _source(call, ids), _filters(call))


def output_types(call: Call, **ids: str) -> object:
    """The types of output that are there."""
    return outputfiles.output_types(call.work, _source(call, ids))


def list_of_type(call: Call, output_type_id: str, **ids: str) -> object:
    """The outputs of one type."""
    return outputfiles.list_of_type(call.work, _source(call, ids), output_type_id, call.query.get("representation"))


def list_of_entity(call: Call, entity_id: str) -> object:
    """The outputs of an entity itself."""
    return outputfiles.list_of_entity(call.work, outputfiles.of_entity(call.work, entity_id), _filters(call))


def list_of_instance(call: Call, asset_instance_id: str) -> object:
    """The outputs of an asset instance."""
    return outputfiles.list_of_instance(call.work, asset_instance_id, _filters(call, SEEN_IN))


def list_of_project(call: Call, project_id: str) -> object:
    """The outputs of the entities of a production."""
    return outputfiles.list_of_project(call.work, project_id, _filters(call))


def _source(call: Call, ids: dict[str, str], *, strictly: bool = False) -> Source:
    """What a path is about."""
    if "entity_id" in ids:
        return outputfiles.of_entity(call.work, ids["entity_id"], strictly=strictly)
    return outputfiles.of_instance(call.work, ids["asset_instance_id"], ids["temporal_entity_id"], strictly=strictly)


def _filters(call: Call, *more: str) -> dict[str, Any]:
    """What a list is narrowed to; an empty filter is none."""
    names = (*FILTERS, *more)
    found = {name: call.id(name) if name.endswith("_id") else call.query.get(name) for name in names}
    return {name: value for name, value in found.items() if value}


in_team = in_service("in the project's team")
in_team_or_assigned = in_service("in the project's team; vendors with a task on it")
ENTITY = "/data/entities/{entity_id}"
INSTANCE = "/data/asset-instances/{asset_instance_id}/entities/{temporal_entity_id}"
OF_TYPE = "output-types/{output_type_id}/output-files"


def _of(what: str) -> list[Route]:
    """The routes that entities and asset instances share."""
    return [
        post(f"{what}/output-file-path", in_team_or_assigned, path, takes=Place, status=200, writes=False),
        post(f"{what}/output-files/new", in_team, publish, takes=NewOutput, gives=OUTPUT_FILE, status=201),
        post(f"{what}/output-files/next-revision", in_team, next_revision, takes=Next, status=200, writes=False),
        get(f"{what}/output-files/last-revisions", in_team, last_revisions, gives=[OUTPUT_FILE]),
        get(f"{what}/output-types", in_team, output_types, gives=[outputfiles.TYPE]),
        get(f"{what}/{OF_TYPE}", in_team, list_of_type, gives=[OUTPUT_FILE]),
    ]


ROUTES: list[Route] = [
    *_of(ENTITY),
    *_of(INSTANCE),
    get(f"{ENTITY}/output-files", in_team, list_of_entity, gives=[OUTPUT_FILE]),
    get("/data/asset-instances/{asset_instance_id}/output-files", in_team, list_of_instance, gives=[OUTPUT_FILE]),
    get("/data/projects/{project_id}/output-files", project_manager, list_of_project, gives=[OUTPUT_FILE]),
]
