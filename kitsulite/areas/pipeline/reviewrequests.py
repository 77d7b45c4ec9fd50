"""Asking for a review in the old way, by the path of a file that lies in the production's tree (docs/api/tasks.md)."""

from kitsulite.access.roles import require
from kitsulite.access.tasks import may_use_status
from kitsulite.areas.pipeline.filetrees import TreeRefused
from kitsulite.areas.pipeline.paths import Filing
from kitsulite.areas.pipeline.workingfiles import author
from kitsulite.areas.tasks.statuses import review_status
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.people_shapes import MINIMAL
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Raw, Shape, extended
from kitsulite.models.task_shapes import TASK
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

MODE = "preview"
PERSON = MINIMAL.with_relations()
NO_PERSON = "Cannot find given person."


def ask_for_review(
    work: Work, task: Row, *, person_id: str | None, comment: str, name: str, revision: int, change_status: bool
) -> Raw:
    """Say that somebody wants a task to be reviewed; the task with what belongs to it, and where the file is to lie.

    The status changes without a comment, and without what else a comment brings about. WrongParameter for a person that is not
    there or that the caller does not speak for; Forbidden when the status is not the caller's to give.
    """
    person = author(work, task["project_id"], person_id)
    if person is None:
        raise WrongParameter(NO_PERSON)
    project, entity = work.get(Project, task["project_id"]), work.get(Entity, task["entity_id"])
    entity_type = work.get(EntityType, entity["entity_type_id"])
    before = task["task_status_id"]
    if change_status:
        status = review_status(work)
        require(may_use_status(work, status, task["project_id"]))
        work.update(Task, task["id"], task_status_id=status["id"])
    path = _path(Filing(work, entity, name=name, revision=revision, task=task))
    work.emit(
        "task:to-review",
        {
            "task_id": task["id"],
            "task_shotgun_id": task["shotgun_id"],
            "entity_type_name": entity_type["name"],
            "previous_task_status_id": before,
            "entity_shotgun_id": entity["shotgun_id"],
            "project_shotgun_id": project["shotgun_id"],
            "person_shotgun_id": person["shotgun_id"],
            "comment": comment,
            "preview_path": path,
            "change_status": change_status,
        },
    )
    return extended(
        work.show(TASK, task["id"]),
        {
            "project": work.show(Shape(Project), project["id"]),
            "entity": work.show(Shape(Entity), entity["id"]),
            "entity_type": work.show(Shape(EntityType), entity_type["id"]),
            "person": work.show(PERSON, person["id"]),
            "comment": comment,
            "preview_path": path,
        },
    )


def _path(filing: Filing) -> Row:
    """Both are empty where the tree says nothing of previews."""
    try:
        return {"folder_path": filing.folder(MODE), "file_name": filing.file_name(MODE)}
    except TreeRefused:
        return {"folder_path": "", "file_name": ""}
