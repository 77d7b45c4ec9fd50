"""Rows of what is shown and talked about: previews, playlists, chats."""

import peewee

from kitsulite.models import is_uuid
from kitsulite.models.reviews import Chat, ChatMessage, Playlist, PreviewBackgroundFile, PreviewFile
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.services import access
from kitsulite.services.access import admin, new_in_supervised_project, not_vendor, of_its_task, project_manager, that
from kitsulite.services.errors import WrongParameter
from kitsulite.services.playlists.rows import remove_playlist, shown
from kitsulite.services.previews import previewfiles
from kitsulite.services.previews.store import BACKGROUND, BACKGROUND_PICTURE, remove_files
from kitsulite.services.records.collection import Collection
from kitsulite.services.work import Work
from kitsulite.storage import Row

SHOWN_KINDS = ("shot", "asset", "sequence", "edit", "episode")


class PreviewFiles(Collection):
    path, table = "preview-files", PreviewFile
    get_by = that("in the project's team; vendors what is of their tasks", access.may_see_preview)
    update_by = that("manager of the project; who has the task", access.may_change_preview)
    delete_by = of_its_task(project_manager)

    def visible(self, work: Work) -> peewee.Node:
        tasks = Task.select(Task.id)
        if access.has_role(work, "vendor"):
            own = TaskPersonLink.select(TaskPersonLink.task_id).where(TaskPersonLink.person_id == work.caller.id)
            tasks = tasks.where(Task.project_id.in_(access.open_projects()), Task.id.in_(own))
        else:
            tasks = tasks.where(Task.project_id.in_(access.open_team_projects(work)))
        return PreviewFile.task_id.in_(tasks)

    def check_update(self, work: Work, row: Row, data: Row) -> None:
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


class Playlists(Collection):
    path, table = "playlists", Playlist
    list_by = not_vendor
    get_by = that("in the project's team, no vendor; clients what is for them", access.may_see_playlist)
    create_by = new_in_supervised_project
    update_by = delete_by = that("manager of the project; supervisors their own", access.may_change_playlist)

    def visible(self, work: Work) -> peewee.Node:
        seen = Playlist.project_id.in_(access.team_projects(work))
        return seen & Playlist.for_client if access.has_role(work, "client") else seen

    def check_create(self, work: Work, data: Row) -> None:
        _check_kind(data)
        if data.get("episode_id") in ("all", "main"):
            data["episode_id"] = None
        if not is_uuid(data.get("task_type_id")):
            data["task_type_id"] = None
        data["created_by"] = work.caller.id

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        _check_kind(data)
        if "shots" in data:
            data["shots"] = shown(data["shots"])

    def remove(self, work: Work, row: Row, force: bool = False) -> None:
        remove_playlist(work, row)


def _check_kind(data: Row) -> None:
    if data.get("for_entity") is not None and data["for_entity"] not in SHOWN_KINDS:
        raise WrongParameter(f"for_entity must be one of {', '.join(SHOWN_KINDS)}")


COLLECTIONS = [
    PreviewFiles(),
    PreviewBackgroundFiles(),
    Playlists(),
    Collection("chats", Chat, list_by=admin, get_by=admin),
    Collection("chat-messages", ChatMessage, list_by=admin, get_by=admin),
]
