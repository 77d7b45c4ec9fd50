"""Working files: what artists save, revision by revision (docs/api/pipeline.md)."""

from typing import Annotated

import msgspec

from kitsulite.access.rules import MEMBER, row
from kitsulite.access.sight import may_change_working_file, may_see_working_file
from kitsulite.access.tasks import has_task_access
from kitsulite.areas.pipeline import anyfile, reviewrequests, workingfiles
from kitsulite.areas.pipeline.filetrees import TreeRefused
from kitsulite.models.entities import Entity
from kitsulite.models.files import WorkingFile
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.downloads import send_file
from kitsulite.web.inputs import IdOrNone, Text
from kitsulite.web.routing import Answer, Route, get, post, put
from kitsulite.work.errors import Refused


class Place(msgspec.Struct):
    name: str = "main"
    mode: str = "working"
    software_id: str | None = None
    comment: str = ""
    revision: int = 0
    sep: str = "/"


class NewWorkingFile(msgspec.Struct):
    name: Text
    comment: str = ""
    person_id: str | None = None
    software_id: str | None = None
    revision: int = 0
    sep: str = "/"
    mode: str = "working"
    description: str = ""


class Said(msgspec.Struct):
    comment: Text


class ReviewRequest(msgspec.Struct):
    person_id: IdOrNone = None
    comment: str = ""
    name: str = "main"
    revision: Annotated[int, msgspec.Meta(ge=0)] = 1
    change_status: bool = True


def refusal(problem: TreeRefused, body: msgspec.Struct) -> Refused:
    """A path that cannot be made, told with what was asked for."""
    return Refused(problem.message, received_data=msgspec.to_builtins(body))


def path_of_next(call: Call, task: Row, body: Place) -> object:
    """Where the next working file of a task is to lie."""
    try:
        return workingfiles.path_of_next(
            call.work,
            task,
            name=body.name,
            mode=body.mode,
            software_id=body.software_id,
            revision=body.revision,
            sep=body.sep,
        )
    except TreeRefused as problem:
        raise refusal(problem, body) from None


def new_working_file(call: Call, task: Row, body: NewWorkingFile) -> object:
    """A further revision of a working file; its author has the task to do from now on."""
    try:
        return workingfiles.add_working_file(
            call.work,
            task,
            name=body.name,
            comment=body.comment,
            person_id=body.person_id,
            software_id=body.software_id,
            revision=body.revision,
            sep=body.sep,
            mode=body.mode,
        )
    except TreeRefused as problem:
        raise refusal(problem, body) from None


def list_of_entity(call: Call, entity: Row) -> object:
    """The working files of an entity, the highest revision first."""
    filters = {"task_id": call.id("task_id"), "name": call.query.get("name") or None}
    return workingfiles.list_of_entity(call.work, entity, filters, relations=call.flag("relations"))


def fetch(call: Call, working_file: Row) -> Answer:
    """What is in a working file."""
    return send_file(call, workingfiles.open_content(call.work, working_file))


def upload(call: Call, working_file: Row) -> object:
    """Store what is in a working file."""
    return workingfiles.store_content(call.begin, working_file, call.file)


def ask_for_review(call: Call, task: Row, body: ReviewRequest) -> object:
    """Ask for a review of a file that lies in the tree, as old scripts do."""
    return reviewrequests.ask_for_review(
        call.work,
        task,
        person_id=body.person_id or None,
        comment=body.comment,
        name=body.name,
        revision=body.revision,
        change_status=body.change_status,
    )


WORKING_FILE = workingfiles.ROW
task_access = row(Task, has_task_access)
acts_on_task = row(WorkingFile, may_change_working_file)
sees_file = row(WorkingFile, may_see_working_file)
ROUTES: list[Route] = [
    post("/data/tasks/{task_id}/working-file-path", task_access, path_of_next, takes=Place, status=200),
    post(
        "/data/tasks/{task_id}/working-files/new",
        task_access,
        new_working_file,
        takes=NewWorkingFile,
        gives=WORKING_FILE,
        status=201,
    ),
    get("/data/tasks/{task_id}/working-files", task_access, workingfiles.list_of_task, gives=[WORKING_FILE]),
    get("/data/tasks/{task_id}/working-files/last-revisions", task_access, workingfiles.last_of_task),
    get("/data/entities/{entity_id}/working-files", row(Entity, MEMBER), list_of_entity, gives=[WORKING_FILE]),
    put(
        "/actions/working-files/{working_file_id}/comment",
        acts_on_task,
        workingfiles.comment_file,
        takes=Said,
        gives=WORKING_FILE,
        body_first=True,
    ),
    put("/actions/working-files/{working_file_id}/modified", acts_on_task, workingfiles.touch, gives=WORKING_FILE),
    get("/data/working-files/{working_file_id}/file", sees_file, fetch),
    post(
        "/data/working-files/{working_file_id}/file",
        sees_file,
        upload,
        files=True,
        gives=WORKING_FILE.with_relations(),
        status=201,
        alone=True,
    ),
    put("/actions/tasks/{task_id}/to-review", task_access, ask_for_review, takes=ReviewRequest),
    get("/data/files/{file_id}", anyfile.of_team, anyfile.show),
]
