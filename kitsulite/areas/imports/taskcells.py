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
from kitsulite.areas.tasks.assignments import give, take_away
from kitsulite.areas.tasks.comments import Draft, is_retaken_too_often, post_comment
from kitsulite.areas.tasks.creation import create_task, types_in
from kitsulite.areas.tasks.statuses import default_status
from kitsulite.models.entities import TaskTypeAssetTypeLink
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus, TaskType
from kitsulite.storage import Row
from kitsulite.work.errors import Refused
from kitsulite.work.kinds import ASSET, Kind
from kitsulite.work.texts import brief
from kitsulite.work.work import Work


@dataclass(frozen=True)
class Said:
    """What a line says of the task of one type.

    status   None where it stays
    comment  None where the line has no such cell
    people   the cell that says who is to do it
    only     whether that is everybody
    """

    task_type_id: str
    status: Row | None
    comment: str | None
    people: str
    only: bool


class TaskCells:
    """The columns of tasks of a production and kind."""

    def __init__(self, work: Work, project: Row, kind: Kind, people: People, *, assigns: bool = True) -> None:
        self.project_id, self.people, self.assigns = project["id"], people, assigns
        made_for = TaskType.for_entity == kind.name
        if kind is ASSET:
            made_for |= TaskType.for_entity.is_null()
        self.types = types_in(work, project["id"], made_for)
        self.changed: dict[str, list[str | None]] = {}
        self.statuses: dict[str, Row] = {}
        self.names: dict[str, str] = {}
        for status in work.db.rows(TaskStatus.select().order_by(TaskStatus.for_concept.desc())):
            self.statuses |= {status["name"].lower(): status, status["short_name"].lower(): status}
            self.names[status["id"]] = status["name"]
        self.workflows: dict[str, set[str]] = {}
        for asset_type_id, task_type_id in work.db.tuples(
            TaskTypeAssetTypeLink.select(TaskTypeAssetTypeLink.asset_type_id, TaskTypeAssetTypeLink.task_type_id)
        ):
            self.workflows.setdefault(asset_type_id, set()).add(task_type_id)

    def read(self, work: Work, line: Line) -> list[Said]:
        """What a line says of tasks; Refused for a status or a person that is not there. What comes of it will be in `changed`, as
        people read it: cell -> [before, after]."""
        self.changed = {}
        said = (self._read(work, line, id, name) for id, name in self.types.items())
        return [one for one in said if one]

    def _read(self, work: Work, line: Line, task_type_id: str, name: str) -> Said | None:
        status, comment = (line.get(name) or "").strip(), line.get(f"{name} comment")
        exported = line.get(f"{name} {ASSIGNATIONS}") if self.assigns else None
        added = line.get(f"{name} assignations") if self.assigns else None
        people = (added or exported or "").strip()
        if not (status or comment or people):
            return None
        if status and status.lower() not in self.statuses:
            raise Refused(f"Task status not found for {brief(status)}")
        return Said(task_type_id, self.statuses.get(status.lower()), comment, people, only=not added)

    def wanted(self, entity_type_id: str | None = None) -> list[str]:
        """The task types of which a new entity gets tasks, of an asset those of its type's workflow."""
        workflow = self.workflows.get(entity_type_id or "")
        return [id for id in self.types if not workflow or id in workflow]

    def begin(self, work: Work, entity_ids: list[str]) -> None:
        """Lines about these entities follow, in this work: look up their tasks, and who has them to do."""
        self.there: dict[str, list[Row]] = {}
        self.assignees: dict[str, set[str]] = {}
        self._look_up(work, entity_ids)

    def _look_up(self, work: Work, entity_ids: list[str]) -> None:
        self.at: str | None = None
        self.first: Row = {}
        self.team = set(work.db.values(_members(self.project_id)))
        on_them = Task.entity_id.in_(entity_ids)
        for task in work.db.rows(Task.select().where(on_them).order_by(Task.created_at, Task.id)):
            self.there.setdefault(task["entity_id"], []).append(task)
            self.assignees[task["id"]] = set()
        links = TaskPersonLink.select(TaskPersonLink.task_id, TaskPersonLink.person_id)
        for task_id, person_id in work.db.tuples(links.join(Task, on=Task.id == TaskPersonLink.task_id).where(on_them)):
            self.assignees[task_id].add(person_id)

    def forget(self, work: Work) -> None:
        """What the last line wrote came to nothing: see how the tasks are in truth."""
        if self.at is not None:
            self.there.pop(self.at, None)
            self._look_up(work, [self.at])

    def write(self, work: Work, entity_id: str, said: list[Said], wanted: Iterable[str] = ()) -> None:
        """Make the tasks that are wanted and those that a line speaks of, then do what it says."""
        self.at = entity_id
        for task_type_id in dict.fromkeys([*wanted, *(one.task_type_id for one in said)]):
            if not self._tasks(entity_id, task_type_id):
                self._make(work, entity_id, task_type_id)
        for one in said:
            self._carry_out(work, one, self._tasks(entity_id, one.task_type_id))

    def _tasks(self, entity_id: str, task_type_id: str) -> list[Row]:
        return [task for task in self.there.get(entity_id, ()) if task["task_type_id"] == task_type_id]

    def _make(self, work: Work, entity_id: str, task_type_id: str) -> None:
        self.first = self.first or default_status(work)
        id = create_task(work, self.project_id, task_type_id, entity_id, self.first["id"])
        known = {"task_type_id": task_type_id, "task_status_id": self.first["id"], "entity_id": entity_id}
        self.there.setdefault(entity_id, []).append({"id": id, "project_id": self.project_id, **known})
        self.assignees[id] = set()

    def _carry_out(self, work: Work, said: Said, tasks: list[Row]) -> None:
        """Of several tasks of one type, which other trackers bring, the last is meant."""
        task = tasks[-1]
        self._assign(work, said, task)
        differs = said.status is not None and all(said.status["id"] != task["task_status_id"] for task in tasks)
        if not (differs or said.comment is not None):
            return
        whole = work.get(Task, task["id"])
        status = said.status or work.get(TaskStatus, whole["task_status_id"])
        if work.caller.id is None:
            raise Refused("A status or a comment is given in somebody's name: say in whose (--as).")
        if not is_retaken_too_often(work, whole, status):
            post_comment(work, Draft(task=whole, status=status, author_id=work.caller.id, text=said.comment or ""))
            task |= work.get(Task, task["id"])
            name = self.types[said.task_type_id]
            if differs:
                self.changed[name] = [self.names.get(whole["task_status_id"]), status["name"]]
            if said.comment is not None:
                self.changed[f"{name} comment"] = [None, said.comment]

    def _assign(self, work: Work, said: Said, task: Row) -> None:
        before = self.assignees[task["id"]]
        if not said.people or said.people == self.people.written(before):
            return
        people = self.people.find_all(said.people, before, self.team)
        for person in people:
            if not accepts_bots(work, person, self.project_id):
                raise Refused(f"{person['first_name']} is a bot, and bots are not to work on this production.")
        after = {person["id"] for person in people}
        if added := sorted(after - before):
            give(work, task, added, new_in_team=[id for id in added if id not in self.team])
            self.team |= after
        for person_id in sorted(before - after) if said.only else ():
            take_away(work, task, person_id)
        self.assignees[task["id"]] = after = after if said.only else before | after
        if before != after:
            of_type = f"{self.types[said.task_type_id]} assignations"
            self.changed[of_type] = [self.people.written(before), self.people.written(after)]


def _members(project_id: str) -> peewee.ModelSelect:
    return ProjectPersonLink.select(ProjectPersonLink.person_id).where(ProjectPersonLink.project_id == project_id)
