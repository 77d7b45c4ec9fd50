"""The work to do: task types, statuses, automations, tasks and who does them."""

from peewee import SQL, CompositeKey

from kitsulite.models.base import Link, Record, Relation
from kitsulite.models.fields import Boolean, DateTime, Float, Integer, Json, Pointer, Reference
from kitsulite.models.textfields import Choice, String, Text


class TaskType(Record):
    name = String(40, null=False)
    short_name = String(20)
    description = Text()
    color = String(7, default="#FFFFFF")
    priority = Integer(default=1)
    for_entity = String(30, default="Asset")
    allow_timelog = Boolean(default=True)
    archived = Boolean(default=False)
    shotgun_id = Integer(index=True)
    department_id = Reference("department")

    class Meta:
        table_name = "task_type"
        indexes = ((("name", "for_entity", "department_id"), True),)


class TaskStatus(Record):
    name = String(40, null=False)
    archived = Boolean(default=False)
    short_name = String(10, null=False, unique=True)
    description = Text()
    color = String(7, null=False)
    priority = Integer(default=1)
    is_done = Boolean(default=False, index=True)
    is_artist_allowed = Boolean(default=True)
    is_client_allowed = Boolean(default=True)
    is_retake = Boolean(default=False)
    is_feedback_request = Boolean(default=False, index=True)
    is_default = Boolean(default=False, index=True)
    is_wip = Boolean(default=False, index=True)
    shotgun_id = Integer()
    for_concept = Boolean(default=False)

    class Meta:
        table_name = "task_status"


class StatusAutomation(Record):
    entity_type = String(40, default="asset")
    in_task_type_id = Reference("task_type")
    in_task_status_id = Reference("task_status")
    out_field_type = Choice("status", "ready_for", null=False, default="status")
    out_task_type_id = Reference("task_type")
    out_task_status_id = Reference("task_status")
    import_last_revision = Boolean(default=False)
    archived = Boolean(default=False)

    class Meta:
        table_name = "status_automation"


class Task(Record):
    name = String(80, null=False)
    description = Text()
    priority = Integer(default=0, veiled=True)
    difficulty = Integer(null=False, default=3, veiled=True)
    duration = Float(default=0.0, least=0, veiled=True)
    estimation = Float(default=0.0, least=0, veiled=True)
    completion_rate = Integer(default=0, least=0, veiled=True)
    retake_count = Integer(default=0, least=0, veiled=True)
    sort_order = Integer(default=0)
    start_date = DateTime(veiled=True)
    due_date = DateTime(veiled=True)
    real_start_date = DateTime(veiled=True)
    end_date = DateTime(veiled=True)
    done_date = DateTime(veiled=True)
    last_comment_date = DateTime(veiled=True)
    nb_assets_ready = Integer(default=0, veiled=True)
    data = Json(veiled=True)
    nb_drawings = Integer(default=0, least=0, veiled=True)
    shotgun_id = Integer()
    last_preview_file_id = Pointer("preview_file")
    project_id = Reference("project", index=False, erased="along")
    task_type_id = Reference("task_type")
    task_status_id = Reference("task_status")
    entity_id = Reference("entity", erased="along")
    assigner_id = Reference("person", erased="cleared", veiled=True)

    relations = {
        "assignees": Relation("task_person_link", "task_id", "person_id", veiled=True),
    }

    class Meta:
        table_name = "task"
        # The second is read alone for a project's tasks: page by page, latest change first.
        indexes = (
            (("name", "project_id", "task_type_id", "entity_id"), True),
            (("project_id", "updated_at", "id"), False),
        )
        constraints = [SQL("CHECK (difficulty > 0 AND difficulty < 6)")]


Task.add_index(
    Task.index(
        *(Task.project_id, Task.task_type_id, Task.task_status_id, Task.duration, Task.estimation),
        name="task_figures",
        where=Task.task_status_id.is_null(False) & Task.entity_id.is_null(False),
    )
)
"""Read alone to count tasks and add up their times (areas/tasks/board.py): a sixth of the time, for 3 % more bytes."""

Task.add_index(Task.index(Task.project_id, Task.entity_id, name="task_places", where=Task.entity_id.is_null(False)))
"""Read alone for what a project has tasks on. It is partial so that SQLite takes it for nothing else, as it would."""


class TaskPersonLink(Link):
    task_id = Reference("task", null=False, index=False, erased="along")
    person_id = Reference("person", null=False, erased="along")

    class Meta:
        table_name = "task_person_link"
        primary_key = CompositeKey("task_id", "person_id")
