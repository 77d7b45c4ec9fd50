"""Files that came with comments: adding, listing, fetching, removing."""

from kitsulite.access.callers import admin
from kitsulite.access.comments import has_attachment_access, may_attach
from kitsulite.access.rules import comment, row
from kitsulite.areas.tasks import attachments
from kitsulite.models.comment_shapes import ATTACHMENT
from kitsulite.models.reviews import AttachmentFile
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.downloads import is_picture, send_file
from kitsulite.web.routing import ANY_FILE, Route, delete, get, post


def add_attachments(call: Call, comment: Row) -> object:
    """Attach files to a comment; the new attachments."""
    return attachments.add_to_comment(call.work, comment, call.files)


def fetch_attachment(call: Call, attachment_file: Row) -> object:
    """The file of an attachment; the name in the path is for the browser."""
    found = attachments.stored_file(call.work, attachment_file)
    return send_file(call, found, saved=not is_picture(found.mimetype))


ROUTES: list[Route] = [
    post(
        "/actions/tasks/{task_id}/comments/{comment_id}/add-attachment",
        comment(may_attach, elsewhere=True),
        add_attachments,
        files=True,
        gives=[ATTACHMENT],
        status=201,
    ),
    get(
        "/data/attachment-files/{attachment_file_id}/file/{file_name}",
        row(AttachmentFile, has_attachment_access),
        fetch_attachment,
        gives=ANY_FILE,
    ),
    get("/data/tasks/{task_id}/attachment-files", admin, attachments.list_of_task, gives=[attachments.ROW]),
    get("/data/projects/{project_id}/attachment-files", admin, attachments.list_of_project, gives=[attachments.ROW]),
    delete(
        "/data/tasks/{task_id}/comments/{comment_id}/attachments/{attachment_file_id}",
        comment(may_attach, elsewhere=True),
        attachments.remove_from_comment,
    ),
]
