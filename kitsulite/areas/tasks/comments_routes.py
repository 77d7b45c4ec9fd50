"""What is said about tasks: posting, reading, replying, taking back."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from kitsulite.access.callers import each, project_manager
from kitsulite.access.comments import (
    has_comment_access,
    may_comment_in_bulk,
    may_remove_comment,
    may_remove_reply,
    may_reply,
    may_speak,
)
from kitsulite.access.roles import require
from kitsulite.access.rules import CREW, Asked, Given, Rule, comment, name_of, project, row, row_for
from kitsulite.access.tasks import has_task_access, has_task_action_access
from kitsulite.areas.tasks import bulkcomments, comments, reading, replies
from kitsulite.areas.tasks.bulkcomments import Sent
from kitsulite.models.comment_shapes import (
    COMMENT,
    CREATED_FOR,
    CREATED_IN_BATCH,
    LISTED,
    SHOWN_WITH_RELATIONS,
)
from kitsulite.models.replies import well_formed
from kitsulite.models.reviews import Comment
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.storage.files import Upload
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id, read_struct
from kitsulite.web.paged import paged
from kitsulite.web.routing import Either, Route, delete, get, post
from kitsulite.work.errors import Invalid, NotFound, WrongParameter
from kitsulite.work.texts import BrokenJson, read_json
from kitsulite.work.work import Work


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


MOST_AT_ONCE = 1000
"""Nobody else writes while so many are posted, which takes some seconds."""
REQUIRED_OF_MANY = {"object_id", "task_status_id", "comment"}


class OneOfBatch(msgspec.Struct):
    task_id: str
    task_status_id: str
    text: str | None
    person_id: str | None = None
    created_at: str | None = None
    checklist: Any = None
    links: Any = None


class ClientComments(msgspec.Struct):
    """Of which tasks, and what is written above what clients said of them."""

    task_ids: Annotated[list[Id], msgspec.Meta(min_length=1)]
    prefix: str = ""


class Move(msgspec.Struct):
    target_task_id: str


class NewReply(msgspec.Struct):
    text: str | None = ""


# --- saying something ---


def post_comment(call: Call, task: Row, body: NewComment) -> object:
    """Comment a task."""
    return comments.comment_task(
        call.work,
        task,
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
            value = read_json(value)
        except BrokenJson:
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
    items = call.lenient_json()
    if not isinstance(items, list):
        raise WrongParameter("Request body must be a JSON array.")
    complete = [item for item in items if isinstance(item, dict) and item.keys() >= REQUIRED_OF_MANY]
    given = [msgspec.structs.asdict(read_struct(item, OneOfMany)) for item in complete]
    _require_few(given)
    return bulkcomments.comment_many(call.work, project_id, given)


def _require_few(items: Sequence[object]) -> None:
    if len(items) > MOST_AT_ONCE:
        raise WrongParameter(f"At most {MOST_AT_ONCE} comments are posted at once.")


def copy_client_comments(work: Work, project: Row, body: ClientComments) -> object:
    """Say once more, in one's own name, what clients said last of tasks of a project."""
    _require_few(body.task_ids)
    return bulkcomments.copy_client_comments(work, project, task_ids=body.task_ids, prefix=body.prefix)


def post_batch(call: Call, task_id: str | None = None) -> object:
    """Comment several tasks, or one task several times, each time with its files."""
    given = call.argument("comments", read_items, required=True)
    items = [read_item(item, task_id) for item in given]
    _require_few(items)
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


def reply(call: Call, comment: Row, task: Row, body: NewReply) -> object:
    """Reply to a comment."""
    return replies.add_reply(call.work, comment, task, body.text or "", call.files)


class Page(msgspec.Struct):
    """Which page of a list."""

    page: int | None = None
    limit: int | None = None


class Shown(msgspec.Struct):
    """What comes along with one comment."""

    relations: bool = True
    with_previews: bool = False


class CommentBatch(msgspec.Struct):
    """Comments, each a JSON object; files come as `attachment_file-<number>` and `preview_file-<number>-…`."""

    comments: list[OneOfBatch]


def _find_reply(work: Work, asked: Asked) -> Given:
    found = work.get(Comment, asked.path["comment_id"])
    if not any(reply["id"] == asked.path["reply_id"] for reply in well_formed(found["replies"])):
        raise NotFound
    require(may_remove_reply(work, found, asked.path["reply_id"]))
    return {"comment": found}


reply_of_path = Rule(name_of(may_remove_reply), _find_reply, hands=("comment",), asks=(may_remove_reply,))
OF_TASK = "/tasks/{task_id}/comments/{comment_id}"
ROUTES: list[Route] = [
    post(
        "/actions/tasks/{task_id}/comment",
        row(Task, may_speak),
        post_comment,
        takes=NewComment,
        files=True,
        gives=CREATED_FOR,
        status=201,
    ),
    post(
        "/actions/projects/{project_id}/tasks/comment-many",
        each(may_comment_in_bulk, hint="other tasks are left out"),
        post_many,
        raw=[OneOfMany],
        gives=[CREATED_FOR],
        status=201,
    ),
    post(
        "/actions/projects/{project_id}/tasks/copy-client-comments",
        project_manager,
        copy_client_comments,
        takes=ClientComments,
        gives=[CREATED_FOR],
        status=201,
    ),
    post(
        "/actions/tasks/batch-comment",
        each(has_task_action_access),
        post_batch,
        raw=CommentBatch,
        files=True,
        gives=[CREATED_IN_BATCH],
        status=201,
        alone=True,
    ),
    post(
        "/actions/tasks/{task_id}/batch-comment",
        row(Task, has_task_action_access),
        post_batch,
        raw=CommentBatch,
        files=True,
        gives=[CREATED_IN_BATCH],
        status=201,
        alone=True,
    ),
    post(
        f"/actions{OF_TASK}/move",
        row_for(Task, comments.may_move_to),
        comments.move_comment,
        takes=Move,
        gives=COMMENT.with_relations(),
    ),
    post(
        f"/data{OF_TASK}/reply",
        comment(may_reply, elsewhere=True),
        reply,
        takes=NewReply,
        files=True,
        gives=replies.REPLY,
    ),
    post(
        f"/data{OF_TASK}/ack",
        comment(has_comment_access),
        replies.toggle_acknowledgement,
        gives=COMMENT.with_relations(),
    ),
    get(
        "/data/projects/{project_id}/comments",
        project(CREW),
        reading.list_of_project,
        query=Page,
        gives=Either([COMMENT.with_relations()], paged(COMMENT.with_relations())),
    ),
    get("/data/tasks/{task_id}/comments", row(Task, has_task_access), reading.list_comments, gives=[LISTED]),
    get(
        "/data/comments/{comment_id}",
        comment(has_comment_access),
        reading.show_comment,
        query=Shown,
        gives=SHOWN_WITH_RELATIONS,
    ),
    get(f"/data{OF_TASK}", comment(has_comment_access), reading.plain_comment, gives=COMMENT),
    delete(f"/data{OF_TASK}", comment(may_remove_comment), comments.remove_comment),
    delete(f"/data{OF_TASK}/reply/{{reply_id}}", reply_of_path, replies.remove_reply, gives=COMMENT),
]
