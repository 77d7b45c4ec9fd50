"""Rows of previews and of the backgrounds of 3D previews."""

import peewee

from kitsulite.access.media import may_change_preview, may_see_preview, may_write_of_preview
from kitsulite.access.projects import open_team_projects
from kitsulite.access.roles import require
from kitsulite.access.rules import MANAGING, Is
from kitsulite.access.tasks import in_sight
from kitsulite.areas.previews import names, previewfiles
from kitsulite.areas.previews.annotations import read_annotations
from kitsulite.models.reviews import PreviewBackgroundFile, PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.rows.collection import Collection
from kitsulite.rows.writing import Points, columns_of
from kitsulite.storage import Row
from kitsulite.work.errors import WrongParameter
from kitsulite.work.filekeys import BACKGROUND, BACKGROUND_PICTURE, remove_files
from kitsulite.work.work import Work


class PreviewFiles(Collection):
    path, table = "preview-files", PreviewFile
    get_by = Is(may_see_preview)
    update_by = Is(may_change_preview)
    delete_by = MANAGING
    writable = columns_of(PreviewFile) - {"comments"}
    points = {"source_file_id": Points(free=True)}
    forms = {
        "annotations": read_annotations,
        "extension": names.read_extension,
        "original_name": names.read_original_name,
        "path": names.read_path,
    }
    names_may_be_blank = True

    def visible(self, work: Work) -> peewee.Node:
        seen = in_sight(work, Task.project_id.in_(open_team_projects(work)))
        return PreviewFile.task_id.in_(Task.select(Task.id).where(seen))

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        require(may_write_of_preview(work, row, {key for key, value in data.items() if value != row.get(key)}))
        revision = PreviewFile.revision.read(data.get("revision"))
        if row["position"] == 1 and revision not in (None, row["revision"]):
            previewfiles.check_revision(work, row, revision)

    def updated(self, work: Work, before: Row, row: Row, data: Row) -> None:
        if before["position"] == 1 and row["revision"] not in (None, before["revision"]):
            previewfiles.move_revision(work, row["task_id"], before["revision"], row["revision"])

    def emit(self, work: Work, action: str, row: Row) -> None:
        task = work.find(Task, row["task_id"])
        work.emit(f"preview-file:{action}", {"preview_file_id": row["id"]}, task["project_id"] if task else None)

    def remove(self, work: Work, row: Row, force: bool = False) -> None:
        previewfiles.remove_preview_file(work, row)
        self.emit(work, "delete", row)


class PreviewBackgroundFiles(Collection):
    """What 3D previews are lit with. One of them, at most, is the default."""

    path, table = "preview-background-files", PreviewBackgroundFile
    writable = columns_of(PreviewBackgroundFile)

    def check_create(self, work: Work, data: Row) -> None:
        self._check_name(work, data)

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        self._check_name(work, data, PreviewBackgroundFile.id != row["id"])

    def _check_name(self, work: Work, data: Row, *others: peewee.Node) -> None:
        name = PreviewBackgroundFile.name.read(data.get("name"))
        if name is not None and work.exists(PreviewBackgroundFile, PreviewBackgroundFile.name == name, *others):
            raise WrongParameter("A preview background file with similar name already exists")

    def created(self, work: Work, row: Row, data: Row) -> None:
        self._keep_one_default(work, row, data)

    def updated(self, work: Work, before: Row, row: Row, data: Row) -> None:
        self._keep_one_default(work, row, data)

    def deleted(self, work: Work, row: Row) -> None:
        remove_files(work, row["id"], [BACKGROUND, BACKGROUND_PICTURE])

    def _keep_one_default(self, work: Work, row: Row, data: Row) -> None:
        if data.get("is_default"):
            others = (PreviewBackgroundFile.id != row["id"]) & PreviewBackgroundFile.is_default
            work.db.run(PreviewBackgroundFile.update(is_default=False).where(others))


COLLECTIONS: list[Collection] = [PreviewFiles(), PreviewBackgroundFiles()]
