"""The order of the previews of a revision (docs/api/previews.md)."""

from kitsulite.areas.previews.intake import ROW
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.shapes import Raw, many
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.work.work import Work


def move(work: Work, preview: Row, position: int) -> Raw:
    """Put a preview at a place (1 is the first) among those of its revision; all of these.

    A place that is not there changes nothing.
    """
    task = work.hold(Task, preview["task_id"])
    of_revision = (PreviewFile.task_id == task["id"]) & (PreviewFile.revision == preview["revision"])
    in_order = (PreviewFile.position, PreviewFile.created_at, PreviewFile.id)
    ids = work.db.values(PreviewFile.select(PreviewFile.id).where(of_revision).order_by(*in_order))
    if 1 <= position <= len(ids):
        ids.remove(preview["id"])
        ids.insert(position - 1, preview["id"])
        for place, id in enumerate(ids, start=1):
            work.update(PreviewFile, id, position=place)
    return many(work.db, ROW.select(work.db).where(of_revision).order_by(*in_order))
