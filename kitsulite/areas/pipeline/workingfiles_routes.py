"""Working files: what artists save, revision by revision."""

from typing import Annotated

import msgspec

from kitsulite.access.entities import may_list_files
from kitsulite.access.rules import row
from kitsulite.access.sight import may_change_working_file, may_see_working_file
from kitsulite.access.tasks import has_task_access, has_task_action_access, may_save_file
from kitsulite.areas.pipeline import anyfile, reviewrequests, workingfiles
from kitsulite.areas.pipeline.filetrees import TreeRefused
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.file_shapes import OUTPUT_FILE
from kitsulite.models.files import WorkingFile
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Shape
from kitsulite.models.task_shapes import TASK
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.downloads import send_file
from kitsulite.web.inputs import Id, IdOrNone, Text
from kitsulite.web.routing import ANY_FILE, Answer, Either, Mapped, Merged, Route, get, post, put
from kitsulite.work.errors import Refused
from kitsulite.work.work import Work


class WorkingFilePlace(msgspec.Struct):
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


def path_of_next(work: Work, task: Row, body: WorkingFilePlace) -> object:
    """Where the next working file of a task is to lie."""
    try:
        return workingfiles.path_of_next(
            work,
            task,
            name=body.name,
            mode=body.mode,
            software_id=body.software_id,
            revision=body.revision,
            sep=body.sep,
        )
    except TreeRefused as problem:
        raise refusal(problem, body) from None


def new_working_file(work: Work, task: Row, body: NewWorkingFile) -> object:
    """A further revision of a working file; its author has the task to do from now on."""
    try:
        return workingfiles.add_working_file(
            work,
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


class Filters(msgspec.Struct):
    """Which working files of an entity are listed, and how."""

    task_id: Id | None = None
    name: str | None = None
    relations: bool = False


def list_of_entity(work: Work, entity: Row, task_id: str | None, name: str | None, relations: bool) -> object:
    """The working files of an entity, the highest revision first."""
    filters = {"task_id": task_id, "name": name or None}
    return workingfiles.list_of_entity(work, entity, filters, relations=relations)


def fetch(call: Call, working_file: Row) -> Answer:
    """What is in a working file."""
    return send_file(call, workingfiles.open_content(call.work, working_file))


def upload(call: Call, working_file: Row) -> object:
    """Store what is in a working file."""
    return workingfiles.store_content(call.begin, working_file, call.file)


def ask_for_review(work: Work, task: Row, body: ReviewRequest) -> object:
    """Ask for a review of a file that lies in the tree, as old scripts do."""
    return reviewrequests.ask_for_review(
        work,
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
REVIEW = Merged(
    TASK,
    {
        "project": Shape(Project),
        "entity": Shape(Entity),
        "entity_type": Shape(EntityType),
        "person": reviewrequests.PERSON,
        "comment": str,
        "preview_path": {"folder_path": str, "file_name": str},
    },
)
ROUTES: list[Route] = [
    post(
        "/data/tasks/{task_id}/working-file-path",
        task_access,
        path_of_next,
        takes=WorkingFilePlace,
        gives={"path": str, "name": str},
        status=200,
    ),
    post(
        "/data/tasks/{task_id}/working-files/new",
        row(Task, may_save_file),
        new_working_file,
        takes=NewWorkingFile,
        gives=WORKING_FILE,
        status=201,
    ),
    get("/data/tasks/{task_id}/working-files", task_access, workingfiles.list_of_task, gives=[WORKING_FILE]),
    get(
        "/data/tasks/{task_id}/working-files/last-revisions",
        task_access,
        workingfiles.last_of_task,
        gives=Mapped(WORKING_FILE),
    ),
    get(
        "/data/entities/{entity_id}/working-files",
        row(Entity, may_list_files),
        list_of_entity,
        query=Filters,
        gives=[WORKING_FILE.with_relations()],
    ),
    put(
        "/actions/working-files/{working_file_id}/comment",
        acts_on_task,
        workingfiles.comment_file,
        takes=Said,
        gives=WORKING_FILE,
        body_first=True,
    ),
    put("/actions/working-files/{working_file_id}/modified", acts_on_task, workingfiles.touch, gives=WORKING_FILE),
    get("/data/working-files/{working_file_id}/file", sees_file, fetch, gives=ANY_FILE),
    post(
        "/data/working-files/{working_file_id}/file",
        acts_on_task,
        upload,
        files=True,
        gives=WORKING_FILE.with_relations(),
        status=201,
        alone=True,
    ),
    put(
        "/actions/tasks/{task_id}/to-review",
        row(Task, has_task_action_access),
        ask_for_review,
        takes=ReviewRequest,
        gives=REVIEW,
    ),
    get(
        "/data/files/{file_id}", anyfile.of_team, anyfile.show, gives=Either(WORKING_FILE.with_relations(), OUTPUT_FILE)
    ),
]
