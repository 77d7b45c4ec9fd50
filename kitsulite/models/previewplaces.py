"""Where each preview stands in the list of its production, in a table of its own, as news do in the feed (`feed.py`).

Of a preview another table, its task, knows the project. Found by that, and put in order, a page of the previews of a large
production (75 000 of them) took 440 ms, and counting them 330 ms; from the index here it takes some. Triggers keep the places
in step, and a place goes with its preview. Only who puts off the check of references has to `complete` them.
"""

from kitsulite.models.base import Table
from kitsulite.models.fields import DateTime, Reference, Uuid
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.storage import Database, Trigger


class PreviewPlace(Table):
    """A preview: the project of its task, and its own two columns that it comes by."""

    preview_file_id = Reference("preview_file", null=False, primary_key=True, cascade=True, index=False)
    project_id = Uuid()
    updated_at = DateTime()
    created_at = DateTime()

    class Meta:
        table_name = "preview_place"
        indexes = ((("project_id", "updated_at", "created_at", "preview_file_id"), False),)


_PROJECT = "(SELECT project_id FROM task WHERE task.id = new.task_id)"

TRIGGERS = (
    Trigger(
        "place_preview_file_new",
        "preview_file",
        "INSERT",
        "INSERT INTO preview_place (preview_file_id, project_id, updated_at, created_at)"
        f" VALUES (new.id, {_PROJECT}, new.updated_at, new.created_at)",
    ),
    Trigger(
        "place_preview_file_change",
        "preview_file",
        "UPDATE OF task_id, updated_at, created_at",
        f"UPDATE preview_place SET project_id = {_PROJECT}, updated_at = new.updated_at, created_at = new.created_at"
        " WHERE preview_file_id = new.id",
    ),
    Trigger(
        "place_task_change",
        "task",
        "UPDATE OF project_id",
        "UPDATE preview_place SET project_id = new.project_id"
        " FROM preview_file WHERE preview_file.task_id = new.id AND preview_file.id = preview_place.preview_file_id",
    ),
)


def complete(db: Database) -> None:
    """Fill in what was not there yet when a preview came before its task."""
    project = Task.select(Task.project_id).join(PreviewFile, on=PreviewFile.task_id == Task.id)
    project = project.where(PreviewFile.id == PreviewPlace.preview_file_id)
    db.run(PreviewPlace.update(project_id=project).where(PreviewPlace.project_id.is_null()))
