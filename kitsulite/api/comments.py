"""What is said about tasks: posting, reading, replying, taking back (contract 05, 4)."""

from typing import Any

import msgspec

from kitsulite.api.call import Call
from kitsulite.api.routing import Route, delete, get, post
from kitsulite.models.comment_shapes import COMMENT, CREATED, LISTED, SHOWN_WITH_RELATIONS
from kitsulite.services import comments, talk
from kitsulite.services.access import in_service, task_access
from kitsulite.services.errors import Invalid


class NewComment(msgspec.Struct):
    task_status_id: str
    comment: str = ""
    person_id: str = ""
    created_at: str = ""
    checklist: Any = None
    links: Any = None
    for_client: bool = False


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
    links = read_list("links", value)
    if not all(isinstance(link, str) for link in links):
        raise Invalid([("links", "Input should be a valid list")])
    return links


def list_comments(call: Call, task_id: str) -> object:
    """The talk about a task, newest first."""
    return talk.list_comments(call.work, task_id)


def get_comment(call: Call, comment_id: str) -> object:
    """One comment with who wrote it."""
    relations = call.flag("relations", default=True)
    return talk.show_comment(call.work, comment_id, relations=relations, with_previews=call.flag("with_previews"))


def get_task_comment(call: Call, task_id: str, comment_id: str) -> object:
    """One comment of a task, its plain row."""
    return talk.plain_comment(call.work, task_id, comment_id)


def delete_comment(call: Call, task_id: str, comment_id: str) -> None:
    """Take a comment back."""
    comments.take_back(call.work, task_id, comment_id)


reads_comment = in_service("who may read the comment")
ROUTES: list[Route] = [
    post(
        "/actions/tasks/{task_id}/comment",
        in_service("who may act on the task; who is mentioned, without changing its status"),
        post_comment,
        takes=NewComment,
        gives=CREATED,
        status=201,
    ),
    get("/data/tasks/{task_id}/comments", task_access, list_comments, gives=[LISTED]),
    get("/data/comments/{comment_id}", reads_comment, get_comment, gives=SHOWN_WITH_RELATIONS),
    get("/data/tasks/{task_id}/comments/{comment_id}", reads_comment, get_task_comment, gives=COMMENT),
    delete("/data/tasks/{task_id}/comments/{comment_id}", in_service("manager or author"), delete_comment),
]
