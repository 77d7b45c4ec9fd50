"""What each task type of a production is worked on with."""

import msgspec

from kitsulite.access.callers import project_access
from kitsulite.access.rules import row_asked
from kitsulite.areas.productions import tasktypesoftwares
from kitsulite.areas.productions.tasktypesoftwares import LINK, may_equip
from kitsulite.models.productions import Project
from kitsulite.models.shapes import Raw
from kitsulite.storage import Row
from kitsulite.web.inputs import Id
from kitsulite.web.routing import Route, delete, get, post
from kitsulite.work.work import Work


class SoftwareOfTaskType(msgspec.Struct):
    """A software that a task type is to be worked on with."""

    software_id: Id


def add(work: Work, project: Row, task_type_id: str, body: SoftwareOfTaskType) -> Raw | None:
    """Let a task type of a production be worked on with a software."""
    return tasktypesoftwares.add(work, project, task_type_id, body.software_id)


SOFTWARES = "/data/projects/{project_id}/task-types/{task_type_id}/softwares"
equips = row_asked(Project, may_equip)

ROUTES: list[Route] = [
    get(
        "/data/projects/{project_id}/task-type-softwares",
        project_access,
        tasktypesoftwares.list_of_project,
        gives=[LINK],
    ),
    post(SOFTWARES, equips, add, takes=SoftwareOfTaskType, gives=LINK, status=201),
    delete(f"{SOFTWARES}/{{software_id}}", equips, tasktypesoftwares.remove),
]
