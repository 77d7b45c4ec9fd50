"""Output files: what is published, revision by revision (docs/api/pipeline.md).

Each thing can be asked of an entity, and of an asset instance that is seen in one.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from kitsulite.access.entities import has_entity_access
from kitsulite.access.roles import require
from kitsulite.access.rules import MEMBER, Asked, Condition, Given, Rule, allows, name_of, project_manager, row
from kitsulite.areas.pipeline import outputfiles
from kitsulite.areas.pipeline.filetrees import TreeRefused
from kitsulite.areas.pipeline.outputfiles import FILTERS, SEEN_IN, Source, Wanted
from kitsulite.areas.pipeline.workingfiles_routes import refusal
from kitsulite.models.entities import AssetInstance, Entity
from kitsulite.models.file_shapes import OUTPUT_FILE
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.routing import Route, get, post
from kitsulite.work.errors import NotFound, PlainlyRefused, ShortlyRefused
from kitsulite.work.work import Work


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


def path(call: Call, source: Source, body: Place) -> object:
    """Where an output is to lie."""
    wanted = Wanted(**msgspec.structs.asdict(body))
    try:
        return outputfiles.path(call.work, source, wanted)
    except TreeRefused as problem:
        raise refusal(problem, body) from None


def publish(call: Call, source: Source, body: NewOutput) -> object:
    """A further revision of an output."""
    given: dict[str, Any] = msgspec.structs.asdict(body)
    given |= {key: given[key] or "" for key in ("comment", "extension", "representation")}
    try:
        return outputfiles.publish(call.work, source, Wanted(**given))
    except (TreeRefused, ShortlyRefused) as problem:
        if source.instance is not None:
            raise PlainlyRefused(str(problem)) from None
        raise ShortlyRefused(str(problem)) from None


def next_revision(call: Call, source: Source, body: Next) -> object:
    """The revision that the next output is to have."""
    wanted = Wanted(**msgspec.structs.asdict(body))
    return {"next_revision": outputfiles.next_revision(call.work, source, wanted)}


def last_revisions(call: Call, source: Source) -> object:
    """The highest revision of each kind of output."""
    return outputfiles.last_revisions(call.work, source, _filters(call))


def list_of_type(call: Call, source: Source, output_type_id: str) -> object:
    """The outputs of one type."""
    return outputfiles.list_of_type(call.work, source, output_type_id, call.query.get("representation"))


def list_of_entity(call: Call, source: Source) -> object:
    """The outputs of an entity itself."""
    return outputfiles.list_of_entity(call.work, source, _filters(call))


def list_of_instance(call: Call, asset_instance: Row) -> object:
    """The outputs of an asset instance."""
    return outputfiles.list_of_instance(call.work, asset_instance, _filters(call, SEEN_IN))


def list_of_project(call: Call, project_id: str) -> object:
    """The outputs of the entities of a production."""
    return outputfiles.list_of_project(call.work, project_id, _filters(call))


def _of_entity(condition: Condition) -> Rule:
    """Who may do it with what is made for the entity of the path."""

    def check(work: Work, asked: Asked) -> Given:
        entity = work.get(Entity, asked.path["entity_id"])
        require(allows(work, condition, Entity, entity))
        return {"source": Source(entity)}

    return Rule(name_of(condition), check, hands=("source",))


def _of_instance(condition: Condition) -> Rule:
    """The same for an asset instance that is seen in an entity. The rights are those on its asset; both are of one production,
    or the asset is lent."""

    def check(work: Work, asked: Asked) -> Given:
        instance = work.get(AssetInstance, asked.path["asset_instance_id"])
        seen_in = work.get(Entity, asked.path["temporal_entity_id"])
        asset = work.get(Entity, instance["asset_id"])
        require(allows(work, condition, Entity, asset))
        if seen_in["project_id"] != asset["project_id"] and not asset["is_shared"]:
            raise NotFound
        return {"source": Source(asset, instance, seen_in)}

    return Rule(name_of(condition), check, hands=("source",))


def _filters(call: Call, *more: str) -> dict[str, Any]:
    """What a list is narrowed to; an empty filter is none."""
    names = (*FILTERS, *more)
    found = {name: call.id(name) if name.endswith("_id") else call.query.get(name) for name in names}
    return {name: value for name, value in found.items() if value}


ENTITY = "/data/entities/{entity_id}"
INSTANCE = "/data/asset-instances/{asset_instance_id}/entities/{temporal_entity_id}"
OF_TYPE = "output-types/{output_type_id}/output-files"


def _of(what: str, rule: Callable[[Condition], Rule]) -> list[Route]:
    """The routes that entities and asset instances share."""
    in_team = rule(MEMBER)
    return [
        post(f"{what}/output-file-path", rule(has_entity_access), path, takes=Place, status=200, writes=False),
        post(f"{what}/output-files/new", in_team, publish, takes=NewOutput, gives=OUTPUT_FILE, status=201),
        post(f"{what}/output-files/next-revision", in_team, next_revision, takes=Next, status=200, writes=False),
        get(f"{what}/output-files/last-revisions", in_team, last_revisions, gives=[OUTPUT_FILE]),
        get(f"{what}/output-types", in_team, outputfiles.output_types, gives=[outputfiles.TYPE]),
        get(f"{what}/{OF_TYPE}", in_team, list_of_type, gives=[OUTPUT_FILE]),
    ]


ROUTES: list[Route] = [
    *_of(ENTITY, _of_entity),
    *_of(INSTANCE, _of_instance),
    get(f"{ENTITY}/output-files", _of_entity(MEMBER), list_of_entity, gives=[OUTPUT_FILE]),
    get(
        "/data/asset-instances/{asset_instance_id}/output-files",
        row(AssetInstance, MEMBER),
        list_of_instance,
        gives=[OUTPUT_FILE],
    ),
    get("/data/projects/{project_id}/output-files", project_manager, list_of_project, gives=[OUTPUT_FILE]),
]
