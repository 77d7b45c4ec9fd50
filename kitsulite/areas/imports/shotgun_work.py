"""Records of a Shotgun site that belong to a production: what is made, the work on it, and what is said and shown
(docs/api/imports.md)."""

from collections.abc import Sequence
from typing import Any

import peewee

from kitsulite.areas.imports.shotgun import Intake, Passed, custom_fields, ids_under, name_under, need
from kitsulite.areas.tasks import statuses
from kitsulite.models.entities import Entity, EntityLink, EntityType
from kitsulite.models.entity_shapes import TEMPORAL
from kitsulite.models.fields import as_object
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment, PreviewFile
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus
from kitsulite.storage import Row
from kitsulite.work.kinds import EPISODE, SCENE, SEQUENCE, SHOT, Kind, of_kind, type_of
from kitsulite.work.work import Work

OF_CUT = ("sg_cut_in", "sg_cut_out", "sg_sequence")
"""What of a shot has a place of its own here."""
MOMENT = len("2016-12-05T15:06:34")


# --- entities ---


def take_episode(intake: Intake, record: Row) -> str:
    return _take_named(intake, record, EPISODE, None)


def take_sequence(intake: Intake, record: Row) -> str:
    return _take_named(intake, record, SEQUENCE, intake.linked(record, "episode"))


def _take_named(intake: Intake, record: Row, kind: Kind, parent: Row | None) -> str:
    """An episode or a sequence, which its name tells from others as well as its id does."""
    need(record, "code", "project")
    project_id, parent_id = _project_by_name(intake, record), parent["id"] if parent else None
    row, same = intake.own(record), _same(intake.work, kind, project_id, record["code"], parent_id)
    if row is None and same is not None:
        if not intake.adopts:
            raise Passed("there is one of this name already")
        row = same
    values = {"description": record.get("description"), "shotgun_id": record["id"]}
    if same is None:
        values |= {"name": record["code"], "project_id": project_id, "parent_id": parent_id}
    return _save_entity(intake, row, kind, **values)


def _same(work: Work, kind: Kind, project_id: str, name: Any, parent_id: str | None) -> Row | None:
    under = Entity.parent_id.is_null() if parent_id is None else Entity.parent_id == parent_id
    named = Entity.name == Entity.name.read(name)
    return work.db.row(Entity.select().where(Entity.project_id == project_id, named, of_kind(work, kind), under))


def take_scene(intake: Intake, record: Row) -> str:
    """A scene, under the first of its sequences."""
    need(record, "code", "project")
    sequence = intake.linked(record, "sequence_sg_scenes_1_sequences")
    values = {"name": record["code"], "parent_id": sequence["id"] if sequence else None}
    return _save_entity(
        intake,
        intake.own(record),
        SCENE,
        **values,
        project_id=_project_by_name(intake, record),
        shotgun_id=record["id"],
    )


def take_shot(intake: Intake, record: Row) -> str:
    """A shot with its frames and its casting."""
    need(record, "code", "project")
    row, work = intake.own(record), intake.work
    sequence, scene = intake.linked(record, "sg_sequence"), intake.linked(record, "sg_scene")
    project_id, parent_id = _project_by_name(intake, record), sequence["id"] if sequence else None
    if row is None and intake.adopts:
        row = _same(work, SHOT, project_id, record["code"], parent_id)
    data = {**(as_object(row["data"]) if row else {}), **custom_fields(record, *OF_CUT), **_frames(record)}
    id = _save_entity(
        intake,
        row,
        SHOT,
        name=record["code"],
        project_id=project_id,
        parent_id=parent_id,
        source_id=scene["id"] if scene else None,
        data=data,
        shotgun_id=record["id"],
        **({"description": record["description"]} if intake.adopts and record.get("description") else {}),
    )
    if "assets" in record:
        cast = [asset["id"] for _, asset in intake.all_linked(record, "assets") if asset]
        _cast(work, id, cast, keep=intake.adopts)
    return id


def _frames(record: Row) -> Row:
    """From which frame to which a shot is cut."""
    first, length = record.get("sg_cut_in"), record.get("sg_cut_duration")
    for value in (first, length):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise Passed("its cut is not in whole frames")
    if first is None and length is None:
        return {"frame_in": None, "frame_out": None}
    return {"frame_in": first or 0, "frame_out": (first or 0) + (length or 0)}


def take_asset(intake: Intake, record: Row) -> str:
    """An asset; its type is made when the studio does not know it."""
    need(record, "code", "project")
    if "sg_asset_type" not in record:
        raise Passed("it has no sg_asset_type")
    project, row, kind = intake.linked(record, "project"), intake.own(record), record["sg_asset_type"]
    if project is None:
        raise Passed("its project is not here")
    if kind is None and row is None:
        raise Passed("it has no sg_asset_type")
    type_id = _asset_type(intake.work, kind) if kind is not None else row and row["entity_type_id"]
    if row is None and intake.adopts:
        row = intake.work.db.row(
            Entity.select().where(
                Entity.project_id == project["id"],
                Entity.name == Entity.name.read(record["code"]),
                Entity.entity_type_id == type_id,
                Entity.shotgun_id.is_null(),
            )
        )
    return _save_entity(
        intake,
        row,
        None,
        name=record["code"],
        description=record.get("description"),
        project_id=project["id"],
        entity_type_id=type_id,
        shotgun_id=record["id"],
    )


def _asset_type(work: Work, name: Any) -> str:
    name = EntityType.name.read(name)
    if not name or name in TEMPORAL:
        raise Passed(f"{name!r} is no type of assets")
    id = work.db.value(EntityType.select(EntityType.id).where(EntityType.name == name))
    return id or str(work.insert(EntityType, name=name))


def cast_in_parents(intake: Intake, records: Sequence[Any]) -> None:
    """Make what each parent is made of the assets that name it."""
    children: dict[int, list[str]] = {}
    for record in records:
        asset = intake.own(record) if isinstance(record, dict) and "id" in record else None
        for parent in ids_under(record, "parents") if asset else ():
            children.setdefault(parent, []).append(asset["id"])  # type: ignore[index]
    for parent, cast in children.items():
        if (row := intake.find("Asset", parent)) is not None:
            _cast(intake.work, row["id"], cast, keep=intake.adopts)


def _cast(work: Work, id: str, cast: list[str], *, keep: bool) -> None:
    """Cast assets in an entity, and nothing else unless what is cast is kept."""
    cast = [asset for asset in dict.fromkeys(cast) if asset != id]
    there = set(work.db.values(EntityLink.select(EntityLink.entity_out_id).where(EntityLink.entity_in_id == id)))
    gone = [] if keep else sorted(there - {*cast})
    if gone:
        work.delete(EntityLink, EntityLink.entity_in_id == id, EntityLink.entity_out_id.in_(gone))
    for asset in cast:
        if asset not in there:
            work.insert(EntityLink, entity_in_id=id, entity_out_id=asset)


def _project_by_name(intake: Intake, record: Row) -> str:
    """The production that a record names, which may have got another id there since."""
    name = name_under(record, "project")
    id = name and intake.work.db.value(Project.select(Project.id).where(Project.name == name))
    found = intake.linked(record, "project") if id is None and intake.adopts else None
    if id is None and found is None:
        raise Passed("its project is not here")
    return id or str(found and found["id"])


def _save_entity(intake: Intake, row: Row | None, kind: Kind | None, **values: Any) -> str:
    if kind is not None:
        values["entity_type_id"] = type_of(intake.work, kind)
    if row is None:
        values["created_by"] = intake.work.visitor.id if intake.work.visitor else None
    return intake.save(Entity, row, **values)


# --- tasks ---


def take_task(intake: Intake, record: Row) -> str:
    """A task with its people."""
    need(record, "step", "project", "cached_display_name")
    work = intake.work
    found = {key: intake.linked(record, key) for key in ("step", "project", "entity")}
    for key, row in found.items():
        if row is None:
            raise Passed(f"its {key} is not here")
    people = intake.all_linked(record, "task_assignees")
    if unknown := [id for id, person in people if person is None]:
        raise Passed(f"person {unknown[0]}, who has it to do, is not here")
    ends = {"task_type_id": found["step"], "project_id": found["project"], "entity_id": found["entity"]}
    places = {key: row["id"] for key, row in ends.items() if row}
    row = intake.own(record) or work.db.row(
        Task.select().where(
            Task.name == Task.name.read(record["cached_display_name"]),
            *(Task.columns()[key] == id for key, id in places.items()),
        )
    )
    assigner = intake.linked(record, "created_by")
    id = intake.save(
        Task,
        row,
        name=record["cached_display_name"],
        start_date=record.get("start_date"),
        due_date=record.get("due_date"),
        sort_order=record.get("sg_sort_order"),
        duration=record.get("duration"),
        task_status_id=_status(work, record.get("sg_status_list")),
        assigner_id=assigner["id"] if assigner else None,
        shotgun_id=record["id"],
        **places,
    )
    if "task_assignees" in record:
        _assign(work, id, {person["id"] for _, person in people if person})
    return id


def _status(work: Work, code: Any) -> str:
    id = work.db.value(TaskStatus.select(TaskStatus.id).where(TaskStatus.short_name == code)) if code else None
    return id or str(statuses.default_status(work)["id"])


def _assign(work: Work, id: str, people: set[str]) -> None:
    there = set(work.db.values(TaskPersonLink.select(TaskPersonLink.person_id).where(TaskPersonLink.task_id == id)))
    if gone := there - people:
        work.delete(TaskPersonLink, TaskPersonLink.task_id == id, TaskPersonLink.person_id.in_(sorted(gone)))
    for person in sorted(people - there):
        work.insert(TaskPersonLink, task_id=id, person_id=person)


# --- what is said and shown ---


def take_note(intake: Intake, record: Row) -> str:
    """What somebody said about a task: the first that the note names."""
    need(record, "tasks", "content", "user")
    task, person = intake.linked(record, "tasks"), intake.linked(record, "user")
    if task is None or person is None:
        raise Passed(f"its {'user' if task else 'task'} is not here")
    moment = record.get("created_at")
    return intake.save(
        Comment,
        intake.own(record),
        object_id=task["id"],
        object_type="Task",
        text=record["content"],
        person_id=person["id"],
        shotgun_id=record["id"],
        **({} if intake.adopts else {"checklist": None}),
        **({"created_at": moment[:MOMENT]} if isinstance(moment, str) and moment else {}),
    )


def take_version(intake: Intake, record: Row) -> str:
    """A preview whose movie is still there."""
    need(record, "code", "sg_task")
    task, person = intake.linked(record, "sg_task"), intake.linked(record, "user")
    if task is None:
        raise Passed("its task is not here")
    row = intake.own(record) or intake.work.db.row(
        PreviewFile.select()
        .where(PreviewFile.name == PreviewFile.name.read(record["code"]), PreviewFile.task_id == task["id"])
        .order_by(PreviewFile.revision)
    )
    movie = record.get("sg_uploaded_movie")
    of_movie = movie if isinstance(movie, dict) else {}
    return intake.save(
        PreviewFile,
        row,
        name=record["code"],
        description=record.get("description"),
        person_id=person["id"] if person else None,
        task_id=task["id"],
        source="Shotgun",
        uploaded_movie_url=of_movie.get("url"),
        uploaded_movie_name=of_movie.get("name"),
        shotgun_id=record["id"],
        **({"status": "missing"} if intake.adopts and row is None else {}),
    )


def count_casts(work: Work, project_ids: Sequence[str]) -> None:
    """Count anew what the entities of productions cast."""
    nb = EntityLink.select(peewee.fn.COUNT(EntityLink.id)).where(EntityLink.entity_in_id == Entity.id)
    work.db.run(Entity.update(nb_entities_out=nb).where(Entity.project_id.in_(list(project_ids))))
