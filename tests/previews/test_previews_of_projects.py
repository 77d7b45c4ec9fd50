"""The previews of a production come page by page, the latest change first, wherever their tasks go (docs/api/previews.md)."""

import json

from reviewing import Review
from studio import Studio

from kitsulite.areas.studio import transfer
from kitsulite.models.productions import Project
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task


def listed(review: Review, project_id: str, page: int = 1) -> tuple[list[str], int]:
    found = review.admin.get(f"/data/projects/{project_id}/preview-files?page={page}")
    return [row["id"] for row in found["data"]], found["total"]


def test_a_page_has_the_previews_that_changed_last(studio: Studio, review: Review) -> None:
    first, second, third = (review.preview(position=position)["id"] for position in (1, 2, 3))
    for moment, id in (("2026-03-01", second), ("2026-02-01", first), ("2026-01-01", third)):
        with studio.tracker.work() as work:
            work.db.run(PreviewFile.update(updated_at=f"{moment}T09:00:00.000000").where(PreviewFile.id == id))
    assert listed(review, review.project["id"]) == ([second, first, third], 3)
    whole = review.admin.get(f"/data/projects/{review.project['id']}/preview-files")
    assert [row["id"] for row in whole] == [second, first, third]
    assert listed(review, review.project["id"], page=2) == ([], 0)


def test_previews_go_where_their_task_goes(studio: Studio, review: Review) -> None:
    preview = review.preview()["id"]
    status = studio.row(Project, review.project["id"])["project_status_id"]
    other = studio.add(Project, name="Another", project_status_id=status)["id"]
    with studio.tracker.work() as work:
        work.update(Task, review.task["id"], project_id=other)
    assert listed(review, review.project["id"]) == ([], 0)
    assert listed(review, other) == ([preview], 1)
    with studio.tracker.work() as work:
        work.db.run(PreviewFile.delete().where(PreviewFile.id == preview))
    assert listed(review, other) == ([], 0)


def test_a_preview_that_is_loaded_before_its_task_is_in_its_place(studio: Studio, review: Review) -> None:
    task = studio.row(Task, review.task["id"])
    new = {"id": "11111111-0000-4000-8000-000000000001", "name": "loaded"}
    lines = [
        {"table": "preview_file", "row": {"name": "early", "task_id": new["id"], "status": "ready"}},
        {
            "table": "task",
            "row": {**new, **{key: task[key] for key in ("project_id", "task_type_id", "task_status_id", "entity_id")}},
        },
    ]
    transfer.load(
        studio.tracker.db, transfer.read_lines(json.dumps(line) for line in lines), tables=(PreviewFile, Task)
    )
    assert listed(review, review.project["id"])[1] == 1
