"""Rows of tasks, their types and statuses (docs/api/rows.md)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import peewee

from kitsulite.access.callers import is_any_admin, not_vendor
from kitsulite.access.projects import open_team_projects
from kitsulite.access.rules import MANAGING, Asked, Given, Is, new_of
from kitsulite.access.tasks import has_task_access, in_sight, may_change_task
from kitsulite.areas.tasks import assignments, lists, tasks
from kitsulite.areas.tasks.creation import NAME, fits
from kitsulite.areas.tasks.statuses import default_status
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity
from kitsulite.models.productions import ProjectStatusAutomationLink, ProjectTaskTypeLink
from kitsulite.models.schedules import ScheduleItem
from kitsulite.models.tasks import StatusAutomation, Task, TaskStatus, TaskType
from kitsulite.rows.collection import Change, Collection
from kitsulite.rows.filters import Listing
from kitsulite.rows.writing import GIVEN_BY_SERVER, Points, check_references, columns_of, read_ids
from kitsulite.storage import Row, UniqueViolation
from kitsulite.work.errors import PlainlyRefused, Refused, WrongParameter
from kitsulite.work.kinds import CONCEPT, kind_of
from kitsulite.work.work import Work


class TaskTypes(Collection):
    path, table = "task-types", TaskType
    writable = columns_of(TaskType)

    def check_create(self, work: Work, data: Row) -> None:
        self._refuse_known_name(work, data, data.get("for_entity"))

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        for_entity = data.get("for_entity", row["for_entity"])
        self._refuse_known_name(work, {"name": row["name"], **data}, for_entity, TaskType.id != row["id"])

    def _refuse_known_name(self, work: Work, data: Row, for_entity: Any, *others: peewee.Node) -> None:
        """A name stands for one task type of what it is for: there may be a Concept of assets and one of concepts."""
        name, kind = data.get("name"), for_entity or TaskType.for_entity.default
        same_kind = TaskType.for_entity == kind
        if (
            isinstance(name, str)
            and isinstance(kind, str)
            and work.exists(TaskType, TaskType.name == name, same_kind, *others)
        ):
            raise WrongParameter("A task type with similar name already exists")

    def before_delete(self, work: Work, row: Row, force: bool) -> None:
        holders = {"schedule items": ScheduleItem, "projects": ProjectTaskTypeLink}
        held = [noun for noun, table in holders.items() if work.exists(table, table.task_type_id == row["id"])]
        if held and not force:
            raise WrongParameter(
                f"Task type is attached to {' and '.join(held)}. Re-issue the request with force=true to detach."
            )
        for table in holders.values():
            work.delete(table, table.task_type_id == row["id"])


class TaskStatuses(Collection):
    path, table = "task-status", TaskStatus
    writable = columns_of(TaskStatus)

    def check_create(self, work: Work, data: Row) -> None:
        if data.get("is_default") is True:
            self._clear_default(work, bool(data.get("for_concept")))

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        if data.get("is_default") is True:
            self._clear_default(work, bool(data.get("for_concept", row["for_concept"])))

    def _clear_default(self, work: Work, for_concept: bool) -> None:
        """There is one status that tasks begin with, and one that those of concepts do."""
        same_kind = TaskStatus.for_concept == for_concept
        work.db.run(TaskStatus.update(is_default=False).where(same_kind, TaskStatus.is_default == True))  # noqa: E712


class StatusAutomations(Collection):
    path, table = "status-automations", StatusAutomation
    list_by = not_vendor
    get_by = Is(is_any_admin)
    writable = columns_of(StatusAutomation)

    def before_delete(self, work: Work, row: Row, force: bool) -> None:
        if work.exists(ProjectStatusAutomationLink, ProjectStatusAutomationLink.status_automation_id == row["id"]):
            raise PlainlyRefused("This automation is used in a project.")


def is_of_type(work: Work, task: Row, task_type: Row) -> bool:
    return fits(work, task_type, work.get(Entity, task["entity_id"]))


def is_on_entity(work: Work, task: Row, entity: Row) -> bool:
    return fits(work, work.get(TaskType, task["task_type_id"]), entity)


def _require_id(key: str, data: Any) -> None:
    """Refuse what has no id under a key, or none that is one."""
    if not isinstance(data, Mapping) or not is_uuid(data.get(key)):
        raise WrongParameter(f"A valid {key} is required.")


_by_manager = new_of(Entity, MANAGING, key="entity_id")


def _names_entity(work: Work, asked: Asked) -> Given:
    _require_id("entity_id", asked.body())
    return _by_manager.check(work, asked)


class Tasks(Collection):
    narrowed_by = ("episode_id",)

    path, table = "tasks", Task
    get_by = Is(has_task_access)
    create_by = replace(_by_manager, check=_names_entity)
    update_by = Change(may_change_task)
    delete_by = MANAGING
    writable = columns_of(Task, without={"project_id"})
    at_birth = frozenset({"id", "project_id"})
    points = {"task_type_id": Points(only=is_of_type), "entity_id": Points(only=is_on_entity)}
    passed_over = GIVEN_BY_SERVER - {"id"}

    def visible(self, work: Work) -> peewee.Node | None:
        return in_sight(work, Task.project_id.in_(open_team_projects(work)))

    def query(self, work: Work, listing: Listing) -> peewee.ModelSelect:
        query = super().query(work, listing)
        if episode_id := listing.filters.get("episode_id"):
            query = query.where(lists.of_episode(Task.entity_id.read_filter(episode_id)))
        return query

    def check_create(self, work: Work, data: Row) -> None:
        _require_id("task_type_id", data)
        task_type, entity = work.get(TaskType, data["task_type_id"]), work.get(Entity, data["entity_id"])
        if not fits(work, task_type, entity):
            raise Refused("Task type of the task does not match entity type.")
        data["project_id"] = entity["project_id"]
        data["name"] = data.get("name") or NAME
        if data.get("task_status_id") is None:
            data["task_status_id"] = default_status(work, for_concept=kind_of(work, entity) is CONCEPT)["id"]

    def insert(self, work: Work, data: Row) -> Row:
        try:
            return super().insert(work, data)
        except UniqueViolation:
            raise PlainlyRefused("Task already exists.") from None

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        if isinstance(data.get("data"), dict) and isinstance(row["data"], dict) and data["data"]:
            data["data"] = {**row["data"], **data["data"]}
        if "assignees" in data:
            check_references(work, Task, row, {"assignees": data["assignees"]}, {})
            assignments.replace_assignees(work, row, read_ids("assignees", data.pop("assignees")))

    def remove(self, work: Work, row: Row, force: bool = False) -> None:
        tasks.remove_task(work, row, force=force)


COLLECTIONS: list[Collection] = [TaskTypes(), TaskStatuses(), StatusAutomations(), Tasks()]
