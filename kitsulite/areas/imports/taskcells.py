"""Columns of tasks in tables of assets, shots and edits (docs/api/imports.md).

For a task type `Modeling` of the production: `Modeling` has a status, `Modeling comment` what is said with it, `Modeling
assignations` who is to do it, beside whoever has it to do. In an export the people stand in `Assignations` at the right of the
status; those are all.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import peewee

from kitsulite.access.tasks import accepts_bots
from kitsulite.areas.imports.cells import People
from kitsulite.areas.imports.tables import ASSIGNATIONS, Line
from kitsulite.areas.tasks.assignments import assignees_of, give, take_away
from kitsulite.areas.tasks.comments import Draft, is_retaken_too_often, post_comment
from kitsulite.areas.tasks.creation import create_task
from kitsulite.areas.tasks.statuses import default_status
from kitsulite.models.entities import TaskTypeAssetTypeLink
from kitsulite.models.productions import ProjectTaskTypeLink
from kitsulite.models.tasks import Task, TaskStatus, TaskType
from kitsulite.storage import Row
from kitsulite.work.errors import Refused
from kitsulite.work.kinds import ASSET, Kind
from kitsulite.work.work import Work


@dataclass(frozen=True)
class Said:
    """What a line says of the task of one type.

    status   None where it stays
    comment  None where the line has no such cell
    people   who is to do it
    only     whether that is everybody
    """

    task_type_id: str
    status: Row | None
    comment: str | None
    people: list[Row]
    only: bool


class TaskCells:
    """The columns of tasks of a production and kind."""

    def __init__(self, work: Work, project: Row, kind: Kind, people: People, *, assigns: bool = True) -> None:
        self.project_id, self.people, self.assigns = project["id"], people, assigns
        made_for = TaskType.for_entity == kind.name
        if kind is ASSET:
            made_for |= TaskType.for_entity.is_null()
        linked = ProjectTaskTypeLink.select(ProjectTaskTypeLink.task_type_id)
        linked = linked.where(ProjectTaskTypeLink.project_id == project["id"])
        query = TaskType.select(TaskType.id, TaskType.name).where(TaskType.id.in_(linked), made_for)
        self.types: dict[str, str] = dict(work.db.tuples(query.order_by(peewee.fn.COALESCE(TaskType.priority, 0))))
        self.statuses: dict[str, Row] = {}
        for status in work.db.rows(TaskStatus.select().order_by(TaskStatus.for_concept.desc())):
            self.statuses |= {status["name"].lower(): status, status["short_name"].lower(): status}
        self.workflows: dict[str, set[str]] = {}
        for asset_type_id, task_type_id in work.db.tuples(
            TaskTypeAssetTypeLink.select(TaskTypeAssetTypeLink.asset_type_id, TaskTypeAssetTypeLink.task_type_id)
        ):
            self.workflows.setdefault(asset_type_id, set()).add(task_type_id)

    def read(self, work: Work, line: Line) -> list[Said]:
        """What a line says of tasks; Refused for a status or a person that is not there."""
        said = (self._read(work, line, id, name) for id, name in self.types.items())
        return [one for one in said if one]

    def _read(self, work: Work, line: Line, task_type_id: str, name: str) -> Said | None:
        status, comment = (line.get(name) or "").strip(), line.get(f"{name} comment")
        exported = line.get(f"{name} {ASSIGNATIONS}") if self.assigns else None
        added = line.get(f"{name} assignations") if self.assigns else None
        people = self.people.find_all(added or exported or "")
        for person in people:
            if not accepts_bots(work, person, self.project_id):
                raise Refused(f"{person['first_name']} is a bot, and bots are not to work on this production.")
        if not (status or comment or people):
            return None
        if status and status.lower() not in self.statuses:
            raise Refused(f"Task status not found for {status}")
        return Said(task_type_id, self.statuses.get(status.lower()), comment, people, only=bool(people) and not added)

    def wanted(self, entity_type_id: str | None = None) -> list[str]:
        """The task types of which a new entity gets tasks, of an asset those of its type's workflow."""
        workflow = self.workflows.get(entity_type_id or "")
        return [id for id in self.types if not workflow or id in workflow]

    def write(self, work: Work, entity_id: str, said: list[Said], wanted: Iterable[str] = ()) -> None:
        """Make the tasks that are wanted and those that a line speaks of, then do what it says."""
        tasks: dict[str, list[Row]] = {}
        query = Task.select().where(Task.entity_id == entity_id).order_by(Task.created_at, Task.id)
        for task in work.db.rows(query):
            tasks.setdefault(task["task_type_id"], []).append(task)
        for task_type_id in dict.fromkeys([*wanted, *(one.task_type_id for one in said)]):
            if task_type_id not in tasks:
                status = default_status(work)
                id = create_task(work, self.project_id, task_type_id, entity_id, status["id"])
                tasks[task_type_id] = [{"id": id, "task_status_id": status["id"]}]
        for one in said:
            self._carry_out(work, one, tasks[one.task_type_id])

    def _carry_out(self, work: Work, said: Said, tasks: list[Row]) -> None:
        """Of several tasks of one type, which other trackers bring, the last is meant."""
        task = work.get(Task, tasks[-1]["id"])
        self._assign(work, said, task)
        differs = said.status is not None and all(said.status["id"] != task["task_status_id"] for task in tasks)
        status = said.status or self._status_of(task)
        if status is None or not (differs or said.comment is not None) or is_retaken_too_often(work, task, status):
            return
        post_comment(work, Draft(task=task, status=status, author_id=work.caller.id, text=said.comment or ""))

    def _status_of(self, task: Row) -> Row | None:
        return next((row for row in self.statuses.values() if row["id"] == task["task_status_id"]), None)

    def _assign(self, work: Work, said: Said, task: Row) -> None:
        if not said.people:
            return
        before, after = set(assignees_of(work, task["id"])), {person["id"] for person in said.people}
        for person_id in sorted(after - before):
            give(work, task, person_id)
        for person_id in sorted(before - after) if said.only else ():
            take_away(work, task, person_id)
