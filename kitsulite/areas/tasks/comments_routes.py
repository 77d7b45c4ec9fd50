"""What is said about tasks: posting, reading, replying, taking back (contract 05, 4)."""

import re
from typing import Any

import msgspec

from kitsulite.access import but_not, in_service, project_access, task_access
from kitsulite.areas.tasks import bulkcomments, comments, reading, replies
from kitsulite.areas.tasks.bulkcomments import Sent
from kitsulite.models.comment_shapes import COMMENT, CREATED, CREATED_IN_BATCH, LISTED, SHOWN_WITH_RELATIONS
from kitsulite.storage.files import Upload
from kitsulite.web.call import Call
from kitsulite.web.inputs import read_struct
from kitsulite.web.routing import Route, delete, get, post
from kitsulite.work.errors import Invalid, WrongParameter


class NewComment(msgspec.Struct):
    task_status_id: str
    comment: str = ""
    person_id: str = ""
    created_at: str = ""
    checklist: Any = None
    links: Any = None
    for_client: bool = False


class OneOfMany(msgspec.Struct):
    object_id: str
    task_status_id: str
    comment: str | None
    links: list[str] = []


REQUIRED_OF_MANY = {"object_id", "task_status_id", "comment"}


class OneOfBatch(msgspec.Struct):
    task_id: str
    task_status_id: str
    text: str | None
    person_id: str | None = None
    created_at: str | None = None
    checklist: Any = None
    links: Any = None


class Move(msgspec.Struct):
    target_task_id: str


class NewReply(msgspec.Struct):
    text: str | None = ""


# --- saying something ---


def post_comment(call: Call, task_id: str, body: NewComment) -> object:
    """Comment a task."""
    return comments.comment_task(
        call.work,
        task_id,
        body.task_status_id,
        text=body.comment,
        person_id=body.person_id,
        created_at=body.created_at,
        checklist=read_list("checklist", body.checklist),
        links=read_links(call, body.links),
        for_client=body.for_client,
        files=call.files,
    )


def read_list(name: str, value: Any) -> list[Any]:
    """A list, as such or as JSON text; nothing and an empty text are an empty one."""
    if isinstance(value, str) and value:
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError:
            raise Invalid([(name, "Input should be a valid list")]) from None
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise Invalid([(name, "Input should be a valid list")])
    return value


def read_links(call: Call, value: Any) -> list[str]:
    """Links: a list, its JSON text, or repeated fields of a form each holding one."""
    fields = [text for name, text in call.fields if name == "links"]
    if fields and not fields[0].startswith("["):
        return [text for text in fields if text]
    return read_texts("links", value)


def read_texts(name: str, value: Any) -> list[str]:
    """`read_list`, of texts."""
    texts = read_list(name, value)
    if not all(isinstance(text, str) for text in texts):
        raise Invalid([(name, "Input should be a valid list of strings")])
    return texts


def post_many(call: Call, project_id: str) -> object:
    """Comment several tasks of a project; those that the caller may not comment are left out."""
    items = call.json()
    if not isinstance(items, list):
        raise WrongParameter("Request body must be a JSON array.")
    complete = [item for item in items if isinstance(item, dict) and item.keys() >= REQUIRED_OF_MANY]
    given = [msgspec.structs.asdict(read_struct(item, OneOfMany)) for item in complete]
    return bulkcomments.comment_many(call.work, project_id, given)


def post_batch(call: Call, task_id: str | None = None) -> object:
    """Comment several tasks, or one task several times, each time with its files."""
    given = call.argument("comments", read_items, required=True)
    items = [read_item(item, task_id) for item in given]
    files = [sent_with(call.files, number) for number in range(len(items))]
    return bulkcomments.batch_comments(call.begin, items, files)


def read_items(value: Any) -> list[Any]:
    return read_list("comments", value)


def read_item(item: Any, task_id: str | None) -> dict[str, Any]:
    """One comment of a batch."""
    if not isinstance(item, dict):
        raise WrongParameter("Wrong value for parameter comments.")
    given = msgspec.structs.asdict(read_struct(item if task_id is None else {**item, "task_id": task_id}, OneOfBatch))
    return {
        **given,
        "checklist": read_list("checklist", given["checklist"]),
        "links": read_texts("links", given["links"]),
    }


def sent_with(files: list[Upload], number: int) -> Sent:
    """The files of the comment at this place in a batch: `attachment_file-<number>` and `preview_file-<number>-…`."""
    attachments, previews = (
        [upload for upload in files if re.search(rf"{kind}-{number}(-|$)", upload.field)]
        for kind in ("attachment_file", "preview_file")
    )
    return Sent(attachments, previews)


def reply(call: Call, task_id: str, comment_id: str, body: NewReply) -> object:
    """Reply to a comment."""
    return replies.add_reply(call.work, task_id, comment_id, body.text or "", call.files)


def acknowledge(call: Call, task_id: str, comment_id: str) -> object:
    """Take note of a comment, or take that back."""
    return replies.toggle_acknowledgement(call.work, task_id, comment_id)


def move_comment(call: Call, task_id: str, comment_id: str, body: Move) -> object:
    """Put a comment on another task of the same entity."""
    return comments.move_comment(call.work, task_id, comment_id, body.target_task_id)


# --- reading ---


def list_of_project(call: Call, project_id: str) -> object:
    """The comments of a project, latest change first."""
    return reading.list_of_project(call.work, project_id, call.integer("page"), call.integer("limit"))


def list_comments(call: Call, task_id: str) -> object:
    """The talk about a task, newest first."""
    return reading.list_comments(call.work, task_id)


def get_comment(call: Call, comment_id: str) -> object:
    """One comment with who wrote it."""
    relations = call.flag("relations", default=True)
    return reading.show_comment(call.work, comment_id, relations=relations, with_previews=call.flag("with_previews"))


def get_task_comment(call: Call, task_id: str, comment_id: str) -> object:
    """One comment of a task, its plain row."""
    return reading.plain_comment(call.work, task_id, comment_id)


# --- taking back ---


def delete_comment(call: Call, task_id: str, comment_id: str) -> None:
    """Take a comment back."""
    comments.take_back(call.work, task_id, comment_id)


def delete_reply(call: Call, task_id: str, comment_id: str, reply_id: str) -> object:
    """Take a reply back; the comment that is left."""
    return replies.remove_reply(call.work, comment_id, reply_id)


reads_comment = in_service("who may read the comment")
acts_on_tasks = in_service("who may act on the tasks")
own_or_manager = in_service("manager or author")
ROUTES: list[Route] = [
    post(
        "/actions/tasks/{task_id}/comment",
        in_service("who may act on the task; who is mentioned, without changing its status"),
        post_comment,
        takes=NewComment,
        gives=CREATED,
        status=201,
    ),
    post(
        "/actions/projects/{project_id}/tasks/comment-many",
        in_service("managers, the department's supervisors, assignees; other tasks are left out"),
        post_many,
        gives=[CREATED],
        status=201,
    ),
    post("/actions/tasks/batch-comment", acts_on_tasks, post_batch, gives=[CREATED_IN_BATCH], status=201, alone=True),
    post(
        "/actions/tasks/{task_id}/batch-comment",
        acts_on_tasks,
        post_batch,
        gives=[CREATED_IN_BATCH],
        status=201,
        alone=True,
    ),
    post(
        "/actions/tasks/{task_id}/comments/{comment_id}/move",
        in_service("manager, with access to both tasks"),
        move_comment,
        takes=Move,
        gives=COMMENT.with_relations(),
    ),
    post(
        "/data/tasks/{task_id}/comments/{comment_id}/reply",
        in_service("author, who may act on the task, who is mentioned"),
        reply,
        takes=NewReply,
    ),
    post("/data/tasks/{task_id}/comments/{comment_id}/ack", task_access, acknowledge, gives=COMMENT.with_relations()),
    get(
        "/data/projects/{project_id}/comments",
        but_not(project_access, "vendor", "client"),
        list_of_project,
        gives=[COMMENT.with_relations()],
    ),
    get("/data/tasks/{task_id}/comments", task_access, list_comments, gives=[LISTED]),
    get("/data/comments/{comment_id}", reads_comment, get_comment, gives=SHOWN_WITH_RELATIONS),
    get("/data/tasks/{task_id}/comments/{comment_id}", reads_comment, get_task_comment, gives=COMMENT),
    delete("/data/tasks/{task_id}/comments/{comment_id}", own_or_manager, delete_comment),
    delete(
        "/data/tasks/{task_id}/comments/{comment_id}/reply/{reply_id}",
        in_service("author of the reply, or admin"),
        delete_reply,
        gives=COMMENT,
    ),
]
