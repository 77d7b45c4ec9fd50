"""Output files: the revisions of what is published for an entity, or for an asset instance seen in one (docs/api/pipeline.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import peewee

from kitsulite.access.places import project_of
from kitsulite.access.sight import may_see
from kitsulite.areas.entities.entities import known_containers
from kitsulite.areas.pipeline.paths import Filing, of_elements
from kitsulite.areas.pipeline.workingfiles import author
from kitsulite.models.entities import Entity
from kitsulite.models.file_shapes import OUTPUT_FILE
from kitsulite.models.files import FileStatus, OutputFile, OutputType, WorkingFile
from kitsulite.models.shapes import Raw, Shape, extended, many
from kitsulite.models.tasks import TaskType
from kitsulite.storage import Row, UniqueViolation
from kitsulite.work.errors import ShortlyRefused
from kitsulite.work.work import Work

TYPE = Shape(OutputType)
TO_REVIEW = {"name": "To review", "color": "#FFFFFF"}
NO_TYPE, NO_PERSON = "Cannot find given output type.", "Cannot find given person."
TAKEN = "The given output file already exists."
MODE = "output"
FILTERS = ("output_type_id", "task_type_id", "representation", "file_status_id", "name")
SEEN_IN = "temporal_entity_id"
Filters = Mapping[str, str]


@dataclass(frozen=True)
class Source:
    """What outputs are made for: an entity, or an asset instance seen in a temporal entity."""

    entity: Row
    instance: Row | None = None
    temporal_entity: Row | None = None

    @property
    def columns(self) -> Row:
        """As the columns of an output say it."""
        return {
            "entity_id": self.entity["id"],
            "asset_instance_id": self.instance and self.instance["id"],
            "temporal_entity_id": self.temporal_entity and self.temporal_entity["id"],
        }

    @property
    def condition(self) -> peewee.Node:
        """Which outputs are of it."""
        if self.instance is None or self.temporal_entity is None:
            return (OutputFile.entity_id == self.entity["id"]) & OutputFile.asset_instance_id.is_null()
        of_instance = OutputFile.asset_instance_id == self.instance["id"]
        return of_instance & (OutputFile.temporal_entity_id == self.temporal_entity["id"])


@dataclass(frozen=True)
class Wanted:
    """An output that is to be, or whose path is asked for.

    revision     0 for the one to come
    nb_elements  how many files it really is
    """

    output_type_id: str
    task_type_id: str
    name: str = "main"
    revision: int = 0
    extension: str = ""
    representation: str = ""
    sep: str = "/"
    mode: str = MODE
    nb_elements: int = 1
    comment: str = ""
    person_id: str | None = None
    working_file_id: str | None = None
    file_status_id: str | None = None


# --- paths and revisions ---


def path(work: Work, source: Source, wanted: Wanted) -> Row:
    """Where an output lies and what it is called; TreeRefused, NotFound."""
    output_type, task_type = _types(work, wanted)
    revision = wanted.revision
    if revision < 1 and source.instance is None:
        revision = _next(work, source, wanted)
    filing = _filing(work, source, wanted, output_type, task_type, revision=revision)
    return {"folder_path": filing.folder(wanted.mode, wanted.sep), "file_name": filing.file_name(wanted.mode)}


def _filing(work: Work, source: Source, wanted: Wanted, output_type: Row, task_type: Row, *, revision: int) -> Filing:
    return Filing(
        work,
        source.entity,
        name=wanted.name,
        revision=revision,
        task_type=task_type,
        output_type=output_type,
        representation=wanted.representation,
        instance=source.instance,
        temporal_entity=source.temporal_entity,
    )


def next_revision(work: Work, source: Source, wanted: Wanted) -> int:
    """The revision to come of outputs of a name and a type; NotFound for types that are not there."""
    _types(work, wanted)
    return _next(work, source, wanted)


def _types(work: Work, wanted: Wanted) -> tuple[Row, Row]:
    return work.get(OutputType, wanted.output_type_id), work.get(TaskType, wanted.task_type_id)


def _next(work: Work, source: Source, wanted: Wanted) -> int:
    """All representations count together."""
    highest = OutputFile.select(peewee.fn.MAX(OutputFile.revision)).where(
        source.condition,
        OutputFile.output_type_id == wanted.output_type_id,
        OutputFile.task_type_id == wanted.task_type_id,
        OutputFile.name == wanted.name,
    )
    return max(work.db.value(highest) or 0, 0) + 1


# --- publishing ---


def publish(work: Work, source: Source, wanted: Wanted) -> Raw:
    """A further revision of an output; the output, with its folder and its name.

    NotFound; TreeRefused; ShortlyRefused for a type that is not there, a person that is not or that the caller does not speak
    for, and a revision that is taken.
    """
    work.hold(Entity, source.entity["id"])  # so that two who ask at once get two revisions
    task_type = work.get(TaskType, wanted.task_type_id)
    output_type = work.find(OutputType, wanted.output_type_id)
    if output_type is None:
        raise ShortlyRefused(NO_TYPE)
    project_id = source.entity["project_id"]
    person = author(work, project_id, wanted.person_id)
    if person is None:
        raise ShortlyRefused(NO_PERSON)
    working = _working_file(work, project_id, wanted.working_file_id)
    status_id = wanted.file_status_id or _to_review(work)
    if work.find(FileStatus, status_id) is None:
        raise ShortlyRefused(TAKEN)
    revision = wanted.revision if wanted.revision > 0 else _next(work, source, wanted)
    filing = _filing(work, source, wanted, output_type, task_type, revision=revision)
    folder, name = filing.folder(MODE, wanted.sep), filing.file_name(MODE)
    if source.instance is None:
        name = of_elements(name, wanted.nb_elements)
    identity = {
        **source.columns,
        "name": OutputFile.name.read(wanted.name),
        "output_type_id": output_type["id"],
        "task_type_id": task_type["id"],
        "representation": OutputFile.representation.read(wanted.representation),
        "revision": OutputFile.revision.read(revision),
    }
    _refuse_taken(work, identity)
    try:
        id = work.insert(
            OutputFile,
            **identity,
            extension=OutputFile.extension.read(wanted.extension),
            comment=wanted.comment,
            nb_elements=OutputFile.nb_elements.read(wanted.nb_elements),
            path=OutputFile.path.read(f"{folder}{wanted.sep}{name}{wanted.extension}"),
            person_id=person["id"],
            source_file_id=working and working["id"],
            file_status_id=status_id,
        )
    except UniqueViolation:
        raise ShortlyRefused(TAKEN) from None
    work.emit("output-file:new", {"output_file_id": id}, source.entity["project_id"])
    return extended(show(work, id), {"folder_path": folder, "file_name": name})


def _working_file(work: Work, project_id: str | None, id: str | None) -> Row | None:
    """What an output came out of. What is of another production or may not be seen is none, as what is not there."""
    found = work.find(WorkingFile, id)
    if found is None or project_of(work, WorkingFile, found) != project_id or not may_see(work, WorkingFile, found):
        return None
    return found


def _refuse_taken(work: Work, identity: Row) -> None:
    """The table's own rule says nothing of rows in which a part of the identity is null."""
    same = [
        OutputFile.columns()[key].is_null() if value is None else OutputFile.columns()[key] == value
        for key, value in identity.items()
    ]
    if work.exists(OutputFile, *same):
        raise ShortlyRefused(TAKEN)


def _to_review(work: Work) -> str | None:
    found: str | None = work.db.value(FileStatus.select(FileStatus.id).where(FileStatus.name == TO_REVIEW["name"]))
    return found or work.insert(FileStatus, **TO_REVIEW)


# --- reading ---


def show(work: Work, id: str | None) -> Raw:
    """One output."""
    return work.show(OUTPUT_FILE, id)


def list_of_entity(work: Work, source: Source, filters: Filters) -> Raw:
    """The outputs of an entity itself, the highest revision first."""
    return _list(work, source.condition, OutputFile.temporal_entity_id.is_null(), *_filtered(filters))


def list_of_instance(work: Work, instance: Row, filters: Filters) -> Raw:
    """The outputs of an asset instance, wherever it is seen, the highest revision first."""
    known = known_containers(work, OutputFile.temporal_entity_id)
    return _list(work, OutputFile.asset_instance_id == instance["id"], *known, *_filtered(filters))


def _list(work: Work, *conditions: peewee.Node) -> Raw:
    query = OUTPUT_FILE.select(work.db).where(OutputFile.revision >= 0, *conditions)
    return many(work.db, query.order_by(OutputFile.revision.desc(), OutputFile.created_at, OutputFile.id))


def list_of_project(work: Work, project_id: str, filters: Filters) -> Raw:
    """The outputs of a production's entities themselves, the newest first."""
    entities = Entity.select(Entity.id).where(Entity.project_id == project_id)
    query = OUTPUT_FILE.select(work.db).where(
        OutputFile.entity_id.in_(entities),
        OutputFile.asset_instance_id.is_null(),
        OutputFile.temporal_entity_id.is_null(),
        OutputFile.revision >= 0,
        *_filtered(filters),
    )
    return many(work.db, query.order_by(OutputFile.created_at.desc(), OutputFile.id))


def last_revisions(work: Work, source: Source, filters: Filters) -> Raw:
    """The highest revision of each task type, output type, name and representation, among those that the filters leave."""
    groups = [OutputFile.task_type_id, OutputFile.output_type_id, OutputFile.name, OutputFile.representation]
    if "file_status_id" in filters:
        groups.append(OutputFile.file_status_id)
    conditions = [source.condition, OutputFile.representation.is_null(False), *_filtered(filters)]
    place = peewee.fn.ROW_NUMBER().over(partition_by=groups, order_by=[OutputFile.revision.desc(), OutputFile.id])
    ranked = OutputFile.select(OutputFile.id, place.alias("place")).where(*conditions).alias("ranked")
    highest = peewee.Select([ranked], [ranked.c.id]).where(ranked.c.place == 1)
    return many(work.db, OUTPUT_FILE.select(work.db).where(OutputFile.id.in_(highest)).order_by(OutputFile.id))


def output_types(work: Work, source: Source) -> Raw:
    """The types of output that are there, by name; of an asset its instances count too."""
    of_it = source.condition if source.instance else OutputFile.entity_id == source.entity["id"]
    used = OutputFile.select(OutputFile.output_type_id).where(of_it)
    return many(work.db, TYPE.select(work.db).where(OutputType.id.in_(used)).order_by(OutputType.name))


def list_of_type(work: Work, source: Source, output_type_id: str, representation: str | None) -> Raw:
    """The outputs of a type, the highest revision first; of one representation where that is asked, be it empty."""
    conditions = [source.condition, OutputFile.output_type_id == work.get(OutputType, output_type_id)["id"]]
    if representation is not None:
        conditions.append(OutputFile.representation == representation)
    query = OUTPUT_FILE.select(work.db).where(*conditions)
    return many(work.db, query.order_by(OutputFile.revision.desc(), OutputFile.created_at, OutputFile.id))


def _filtered(filters: Filters) -> list[Any]:
    return [OutputFile.columns()[key] == value for key, value in filters.items()]
