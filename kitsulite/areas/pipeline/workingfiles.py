"""Working files: the revisions of what artists work on (docs/api/pipeline.md)."""

from typing import Any

import peewee

from kitsulite.access.previewaccounts import find_person
from kitsulite.access.projects import may_speak_for
from kitsulite.access.tasks import is_assigned
from kitsulite.areas.pipeline.paths import Filing
from kitsulite.areas.previews.intake import require_upload
from kitsulite.models import new_id
from kitsulite.models.entities import Entity
from kitsulite.models.files import WorkingFile
from kitsulite.models.people import Software
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.storage import Row, UniqueViolation
from kitsulite.storage.files import StoredFile, Upload
from kitsulite.work.errors import NotFound, ShortlyRefused
from kitsulite.work.filekeys import BINARY, UPLOAD, WORKING, key_of
from kitsulite.work.periods import seconds_of
from kitsulite.work.work import Begin, Work

ROW = Shape(WorkingFile)
TAKEN = "The given working file already exists."
MAX_3DS = {"name": "3ds Max", "short_name": "max", "file_extension": ".max"}
BLENDER = {"name": "Blender", "short_name": "blender", "file_extension": ".blend"}


# --- paths ---


def path_of_next(
    work: Work, task: Row, *, name: str, mode: str, software_id: str | None, revision: int, sep: str
) -> Row:
    """Where a task's working file lies and what it is called, 0 being the revision to come; TreeRefused, NotFound."""
    usual = usual_software(work, MAX_3DS)
    software = work.get(Software, software_id) if software_id else usual
    filing = _filing(work, task, name, revision or next_revision(work, task["id"], name), software)
    return {"path": filing.folder(mode, sep), "name": filing.file_name(mode)}


def _filing(work: Work, task: Row, name: str, revision: int, software: Row) -> Filing:
    entity = work.get(Entity, task["entity_id"])
    return Filing(work, entity, name=name, revision=revision, task=task, software=software)


def usual_software(work: Work, kind: Row) -> Row:
    """A software that is there in every studio: made when it is missing."""
    found = work.db.row(Software.select().where(Software.name == kind["name"]))
    if found:
        return found
    id = work.insert(Software, **kind)
    work.emit("software:new", {"software_id": id})
    return work.get(Software, id)


# --- revisions ---


def next_revision(work: Work, task_id: str, name: str) -> int:
    """The revision to come of a task's files of a name."""
    highest = WorkingFile.select(peewee.fn.MAX(WorkingFile.revision))
    found = work.db.value(highest.where(WorkingFile.task_id == task_id, WorkingFile.name == name))
    return max(found or 0, 0) + 1


def add_working_file(
    work: Work,
    task: Row,
    *,
    name: str,
    comment: str,
    person_id: str | None,
    software_id: str | None,
    revision: int,
    sep: str,
    mode: str,
) -> Raw:
    """A further revision of a working file, whose author has the task to do from now on; the working file.

    NotFound; TreeRefused; ShortlyRefused when the revision is taken.
    """
    task = work.hold(Task, task["id"])  # so that two who ask at once get two revisions
    software = work.get(Software, software_id) if software_id else usual_software(work, BLENDER)
    person = author(work, task["project_id"], person_id)
    if person is None:
        raise NotFound
    revision = revision or next_revision(work, task["id"], name)
    filing = _filing(work, task, name, revision, software)
    path = f"{filing.folder(mode)}{sep}{filing.file_name(mode)}"
    _take_on(work, task)
    try:
        id = work.insert(
            WorkingFile,
            name=WorkingFile.name.read(name),
            revision=WorkingFile.revision.read(revision),
            comment=comment,
            path=WorkingFile.path.read(path),
            task_id=task["id"],
            entity_id=task["entity_id"],
            person_id=person["id"],
            software_id=software["id"],
        )
    except UniqueViolation:
        raise ShortlyRefused(TAKEN) from None
    work.emit("working-file:new", {"working_file_id": id}, task["project_id"])
    return show(work, id)


def author(work: Work, project_id: str | None, person_id: str | None) -> Row | None:
    """The person in whose name a file is saved, the caller when none is named; None for whom the caller does not speak for."""
    person = find_person(work, person_id or work.caller.id)
    return person if person is not None and may_speak_for(work, project_id, person) else None


def _take_on(work: Work, task: Row) -> None:
    """Who saves a file works on the task."""
    if not is_assigned(work, task["id"]):
        work.insert(TaskPersonLink, task_id=task["id"], person_id=work.caller.id)
    work.emit("task:assign", {"task_id": task["id"], "person_id": work.caller.id}, task["project_id"])
    work.update(Task, task["id"])
    work.emit("task:update", {"task_id": task["id"]}, task["project_id"])


# --- reading and changing ---


def show(work: Work, id: str | None, *, relations: bool = False) -> Raw:
    """One working file; with the ids of its outputs where that is wanted."""
    shape = ROW.with_relations() if relations else ROW
    return work.show(shape, id)


def list_of_task(work: Work, task: Row) -> Raw:
    """The working files of a task, the highest revision first."""
    return _list(work, ROW, WorkingFile.task_id == task["id"])


def last_of_task(work: Work, task: Row) -> dict[str, Raw]:
    """The highest revision of each working file of a task, by name."""
    of_task = WorkingFile.task_id == task["id"]
    query = WorkingFile.select(WorkingFile.name, peewee.SQL(work.db.json_bytes(ROW.sql(work.db)))).where(of_task)
    found = work.db.tuples(query.order_by(WorkingFile.revision))
    return {name or "": Raw(row) for name, row in found}


def list_of_entity(work: Work, entity: Row, filters: dict[str, Any], *, relations: bool) -> Raw:
    """The working files of an entity, the highest revision first; of one task or name where that is asked."""
    conditions = [WorkingFile.columns()[key] == value for key, value in filters.items() if value is not None]
    return _list(work, ROW.with_relations() if relations else ROW, WorkingFile.entity_id == entity["id"], *conditions)


def _list(work: Work, shape: Shape, *conditions: peewee.Node) -> Raw:
    query = shape.select(work.db).where(WorkingFile.revision >= 0, *conditions)
    return many(work.db, query.order_by(WorkingFile.revision.desc(), WorkingFile.created_at, WorkingFile.id))


def comment_file(work: Work, working_file: Row, comment: str) -> Raw:
    """Say something about a working file; the working file."""
    work.update(WorkingFile, working_file["id"], comment=comment)
    return show(work, working_file["id"])


def touch(work: Work, working_file: Row) -> Raw:
    """Note that a working file was changed just now; the working file."""
    work.update(WorkingFile, working_file["id"])
    return show(work, working_file["id"])


# --- content ---


def open_content(work: Work, row: Row) -> StoredFile:
    """What is in a working file; NotFound when nothing was stored."""
    key = key_of(WORKING, row["id"])
    found = work.files.stat(key)
    if found is None:
        raise NotFound
    return StoredFile(work.files, key, "", BINARY, found.size, seconds_of(row["updated_at"]))


def store_content(begin: Begin, row: Row, upload: Upload | None) -> Raw:
    """Keep what is in a working file, in the place of what was there; the working file."""
    with begin(writes=False) as work:
        files = work.files
    staged = key_of(UPLOAD, new_id())
    try:
        files.put(staged, require_upload(upload).content)
        with begin() as work:
            work.hold(WorkingFile, row["id"])
            files.move(staged, key_of(WORKING, row["id"]))
            return show(work, row["id"], relations=True)
    finally:
        files.delete(staged)
