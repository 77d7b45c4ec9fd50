"""Files that came with comments: adding, listing, fetching, removing (contract 05, 4)."""

from kitsulite.access import admin, in_service
from kitsulite.areas.tasks import attachments
from kitsulite.models.comment_shapes import ATTACHMENT
from kitsulite.web.call import Call
from kitsulite.web.downloads import SHOWN, send_file
from kitsulite.web.routing import Route, delete, get, post


def add_attachments(call: Call, task_id: str, comment_id: str) -> object:
    """Attach files to a comment; the new attachments."""
    return attachments.add_to_comment(call.work, task_id, comment_id, call.files)


def fetch_attachment(call: Call, attachment_file_id: str, file_name: str) -> object:
    """The file of an attachment; the name in the path is for the browser."""
    found = attachments.open_attachment(call.work, attachment_file_id)
    return send_file(call, found, saved=found.mimetype.partition(";")[0].strip().lower() not in SHOWN)


def list_of_task(call: Call, task_id: str) -> object:
    """The attachments of a task's comments."""
    return attachments.list_of_task(call.work, task_id)


def list_of_project(call: Call, project_id: str) -> object:
    """The attachments of the comments of a project."""
    return attachments.list_of_project(call.work, project_id)


def delete_attachment(call: Call, task_id: str, comment_id: str, attachment_file_id: str) -> None:
    """Take an attachment away from a comment."""
    attachments.remove_from_comment(call.work, task_id, comment_id, attachment_file_id)


own_or_manager = in_service("author of the comment, or manager")
ROUTES: list[Route] = [
    post(
        "/actions/tasks/{task_id}/comments/{comment_id}/add-attachment",
        own_or_manager,
        add_attachments,
        gives=[ATTACHMENT],
        status=201,
    ),
    get(
        "/data/attachment-files/{attachment_file_id}/file/{file_name}",
        in_service("who may read what it came with"),
        fetch_attachment,
    ),
    get("/data/tasks/{task_id}/attachment-files", admin, list_of_task, gives=[attachments.ROW]),
    get("/data/projects/{project_id}/attachment-files", admin, list_of_project, gives=[attachments.ROW]),
    delete(
        "/data/tasks/{task_id}/comments/{comment_id}/attachments/{attachment_file_id}",
        own_or_manager,
        delete_attachment,
    ),
]
