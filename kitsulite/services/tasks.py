"""Tasks: the work of one task type on one entity (contract 05, 5)."""

from collections.abc import Iterable, Mapping

from kitsulite.models.entities import Entity
from kitsulite.models.files import OutputFile, WorkingFile
from kitsulite.models.people import TimeSpent
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment, News, Notification, PreviewFile, Subscription
from kitsulite.models.shapes import Raw, many
from kitsulite.models.task_shapes import CREATED, described
from kitsulite.models.tasks import Task, TaskPersonLink, TaskType
from kitsulite.services import comments, entities
from kitsulite.services.assets import scope
from kitsulite.services.entities import Kind, criteria, of_kind
from kitsulite.services.errors import NotFound
from kitsulite.services.previewfiles import remove_preview_file
from kitsulite.services.taskstatuses import default_status
from kitsulite.services.work import Work
from kitsulite.storage import Row

FIRST_NAME = "main"


def create_for_kind(
    work: Work, project_id: str, task_type_id: str, kind: Kind, *, ids: list[str], filters: Mapping[str, str]
) -> Raw:
    """A task for each of these entities of a kind or, when none is named, for all of the project that the filters keep.

    Entities that have one of this type get none. NotFound for an id that is of another kind, entities of other projects are
    passed over.
    """
    project, task_type = work.get(Project, project_id), work.get(TaskType, task_type_id)
    if ids:
        found = work.db.values(Entity.select(Entity.id).where(Entity.id.in_(ids), of_kind(work, kind)))
        if set(found) != set(ids):
            raise NotFound
    else:
        wanted = criteria(work, filters, without=("project_id", "episode_id"))
        if kind is entities.ASSET:
            wanted += scope(work, project["id"], filters.get("episode_id"))
        query = Entity.select(Entity.id).where(Entity.project_id == project["id"], of_kind(work, kind), *wanted)
        found = work.db.values(query)
    return created(work, create_tasks(work, project["id"], task_type["id"], found))


def create_tasks(work: Work, project_id: str, task_type_id: str, entity_ids: Iterable[str]) -> list[str]:
    """A task of a type for each entity that has none of that type yet; the ids of the new ones."""
    wanted = list(entity_ids)
    served = Task.select(Task.entity_id).where(Task.task_type_id == task_type_id)
    missing = work.db.rows(
        Entity.select().where(Entity.id.in_(wanted), Entity.project_id == project_id, Entity.id.not_in(served))
    )
    if not missing:
        return []
    for_concept = entities.kind_of(work, missing[0]) is entities.CONCEPT
    status = default_status(work, for_concept=for_concept)
    return [_create(work, project_id, task_type_id, entity["id"], status["id"]) for entity in missing]


def _create(work: Work, project_id: str, task_type_id: str, entity_id: str, status_id: str) -> str:
    id = work.insert(
        Task,
        name=FIRST_NAME,
        project_id=project_id,
        task_type_id=task_type_id,
        entity_id=entity_id,
        task_status_id=status_id,
        assigner_id=work.caller.id,
    )
    assert id
    work.emit("task:new", {"task_id": id}, project_id)
    return id


def created(work: Work, task_ids: list[str]) -> Raw:
    """The tasks that were just made."""
    return many(work.db, described(CREATED.select(work.db)).where(Task.id.in_(task_ids)))


def remove_task(work: Work, task: Row, *, force: bool = False) -> None:
    """Delete a task; with `force` all that hangs on it too. ForeignKeyViolation when something else does."""
    if force:
        _remove_what_hangs_on(work, task)
    work.delete(TaskPersonLink, TaskPersonLink.task_id == task["id"])
    work.delete(Task, Task.id == task["id"])
    ids = {"task_id": task["id"], "entity_id": task["entity_id"], "task_type_id": task["task_type_id"]}
    work.emit("task:delete", ids, task["project_id"])


def _remove_what_hangs_on(work: Work, task: Row) -> None:
    work.update(Task, task["id"], last_preview_file_id=None)
    for preview in work.db.rows(PreviewFile.select().where(PreviewFile.task_id == task["id"])):
        remove_preview_file(work, preview)
    for comment in work.db.rows(Comment.select().where(Comment.object_id == task["id"])):
        comments.erase(work, comment)
    working = WorkingFile.select(WorkingFile.id).where(WorkingFile.task_id == task["id"])
    work.delete(OutputFile, OutputFile.source_file_id.in_(working))
    for table in (WorkingFile, Subscription, TimeSpent, Notification, News):
        work.delete(table, table.task_id == task["id"])
