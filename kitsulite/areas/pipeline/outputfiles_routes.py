"""Output files: what is published, revision by revision.

Each thing can be asked of an entity, and of an asset instance that is seen in one.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from kitsulite.access.callers import project_manager
from kitsulite.access.entities import has_entity_access, may_list_files, may_publish
from kitsulite.access.projects import has_project_access
from kitsulite.access.roles import require
from kitsulite.access.rules import Asked, Condition, Given, Rule, allows, name_of, row
from kitsulite.access.sight import may_see_instance
from kitsulite.areas.pipeline import outputfiles
from kitsulite.areas.pipeline.filetrees import TreeRefused
from kitsulite.areas.pipeline.outputfiles import FILTERS, SEEN_IN, Source, Wanted
from kitsulite.areas.pipeline.workingfiles_routes import refusal
from kitsulite.models.entities import AssetInstance, Entity
from kitsulite.models.file_shapes import OUTPUT_FILE
from kitsulite.storage import Row
from kitsulite.web.inputs import Id
from kitsulite.web.routing import Merged, Route, get, post
from kitsulite.work.errors import NotFound, PlainlyRefused, ShortlyRefused
from kitsulite.work.work import Work


class OutputFilePlace(msgspec.Struct):
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


def path(work: Work, source: Source, body: OutputFilePlace) -> object:
    """Where an output is to lie."""
    wanted = Wanted(**msgspec.structs.asdict(body))
    try:
        return outputfiles.path(work, source, wanted)
    except TreeRefused as problem:
        raise refusal(problem, body) from None


def publish(work: Work, source: Source, body: NewOutput) -> object:
    """A further revision of an output."""
    given: dict[str, Any] = msgspec.structs.asdict(body)
    given |= {key: given[key] or "" for key in ("comment", "extension", "representation")}
    try:
        return outputfiles.publish(work, source, Wanted(**given))
    except (TreeRefused, ShortlyRefused) as problem:
        if source.instance is not None:
            raise PlainlyRefused(str(problem)) from None
        raise ShortlyRefused(str(problem)) from None


def next_revision(work: Work, source: Source, body: Next) -> object:
    """The revision that the next output is to have."""
    wanted = Wanted(**msgspec.structs.asdict(body))
    return {"next_revision": outputfiles.next_revision(work, source, wanted)}


class Filters(msgspec.Struct):
    """What a list of outputs is narrowed to; an empty filter is none."""

    output_type_id: Id | None = None
    task_type_id: Id | None = None
    representation: str | None = None
    file_status_id: Id | None = None
    name: str | None = None


class FiltersOfInstance(Filters):
    """The same, and the entity in which the instance is seen."""

    temporal_entity_id: Id | None = None


class Represented(msgspec.Struct):
    """In which form an output comes."""

    representation: str | None = None


def last_revisions(work: Work, source: Source, **filters: str | None) -> object:
    """The highest revision of each kind of output."""
    return outputfiles.last_revisions(work, source, _given(filters))


def list_of_entity(work: Work, source: Source, **filters: str | None) -> object:
    """The outputs of an entity itself."""
    return outputfiles.list_of_entity(work, source, _given(filters))


def list_of_instance(work: Work, asset_instance: Row, **filters: str | None) -> object:
    """The outputs of an asset instance."""
    return outputfiles.list_of_instance(work, asset_instance, _given(filters))


def list_of_project(work: Work, project_id: str, **filters: str | None) -> object:
    """The outputs of the entities of a production."""
    return outputfiles.list_of_project(work, project_id, _given(filters))


def _given(filters: Mapping[str, str | None]) -> dict[str, str]:
    """The filters that are none of the path and not empty."""
    return {name: filters[name] for name in (*FILTERS, SEEN_IN) if filters.get(name)}  # type: ignore[misc]


def _of_entity(condition: Condition) -> Rule:
    """Who may do it with what is made for the entity of the path."""

    def check(work: Work, asked: Asked) -> Given:
        entity = work.get(Entity, asked.path["entity_id"])
        require(allows(work, condition, Entity, entity))
        return {"source": Source(entity)}

    return Rule(name_of(condition), check, hands=("source",), asks=(condition,))


def _of_instance(condition: Condition) -> Rule:
    """The same for an asset instance that is seen in an entity. Who may see it has the rights on its asset; both are of one
    production, or the asset is lent."""

    def check(work: Work, asked: Asked) -> Given:
        instance = work.get(AssetInstance, asked.path["asset_instance_id"])
        seen_in = work.get(Entity, asked.path["temporal_entity_id"])
        asset = work.get(Entity, instance["asset_id"])
        require(allows(work, condition, Entity, asset) and may_see_instance(work, instance))
        is_lent = asset["is_shared"] and has_project_access(work, seen_in["project_id"])
        if seen_in["project_id"] != asset["project_id"] and not is_lent:
            raise NotFound
        return {"source": Source(asset, instance, seen_in)}

    return Rule(name_of(condition), check, hands=("source",), asks=(condition, may_see_instance))


PLACE = {"folder_path": str, "file_name": str}
ENTITY = "/data/entities/{entity_id}"
INSTANCE = "/data/asset-instances/{asset_instance_id}/entities/{temporal_entity_id}"
OF_TYPE = "output-types/{output_type_id}/output-files"


def _of(what: str, rule: Callable[[Condition], Rule]) -> list[Route]:
    """The routes that entities and asset instances share."""
    in_team = rule(may_list_files)
    return [
        post(
            f"{what}/output-file-path",
            rule(has_entity_access),
            path,
            takes=OutputFilePlace,
            gives=PLACE,
            status=200,
            writes=False,
        ),
        post(
            f"{what}/output-files/new",
            rule(may_publish),
            publish,
            takes=NewOutput,
            gives=Merged(OUTPUT_FILE, PLACE),
            status=201,
        ),
        post(
            f"{what}/output-files/next-revision",
            in_team,
            next_revision,
            takes=Next,
            gives={"next_revision": int},
            status=200,
            writes=False,
        ),
        get(f"{what}/output-files/last-revisions", in_team, last_revisions, query=Filters, gives=[OUTPUT_FILE]),
        get(f"{what}/output-types", in_team, outputfiles.output_types, gives=[outputfiles.TYPE]),
        get(
            f"{what}/{OF_TYPE}",
            in_team,
            outputfiles.list_of_type,
            title="The outputs of one type",
            query=Represented,
            gives=[OUTPUT_FILE],
        ),
    ]


ROUTES: list[Route] = [
    *_of(ENTITY, _of_entity),
    *_of(INSTANCE, _of_instance),
    get(f"{ENTITY}/output-files", _of_entity(may_list_files), list_of_entity, query=Filters, gives=[OUTPUT_FILE]),
    get(
        "/data/asset-instances/{asset_instance_id}/output-files",
        row(AssetInstance, may_see_instance),
        list_of_instance,
        query=FiltersOfInstance,
        gives=[OUTPUT_FILE],
    ),
    get(
        "/data/projects/{project_id}/output-files", project_manager, list_of_project, query=Filters, gives=[OUTPUT_FILE]
    ),
]
