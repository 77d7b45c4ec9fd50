"""Floors of what is read by pages, or added up: open tasks, quotas, previews, what is to be checked."""

from bench.floors import Bare, Ids, encode

OPEN = (
    "task.project_id IN (SELECT id FROM project WHERE project_status_id IN "
    "(SELECT id FROM project_status WHERE name = 'Open'))"
)
SITUATED = (
    "SELECT task.*, project.name AS project_name, entity.name AS entity_name, entity.description AS entity_description, "
    "entity.data AS entity_data, parent.name AS sequence_name, entity_type.name AS entity_type_name, "
    "task_type.name AS task_type_name, task_status.name AS task_status_name FROM task "
    "JOIN project ON project.id = task.project_id JOIN entity ON entity.id = task.entity_id "
    "JOIN entity_type ON entity_type.id = entity.entity_type_id LEFT JOIN entity AS parent ON parent.id = entity.parent_id "
    "JOIN task_type ON task_type.id = task.task_type_id JOIN task_status ON task_status.id = task.task_status_id "
)
SUMS = "count(*) AS amount, sum(duration) AS total_duration, sum(estimation) AS total_estimation"


def open_tasks_stats(bare: Bare, ids: Ids) -> bytes:
    """How many open tasks there are of each project, type and status, and how long they take."""
    keys = "project_id, task_type_id, task_status_id"
    return encode(bare.rows(f"SELECT {keys}, {SUMS} FROM task WHERE {OPEN} GROUP BY {keys}"))


def open_tasks(bare: Bare, ids: Ids) -> bytes:
    """A hundred open tasks in the order of their names, and sums over all."""
    order = "project.name, parent.name, entity_type.name, entity.name, task_type.name, task.id"
    found = bare.rows(f"{SITUATED} WHERE {OPEN} ORDER BY {order} LIMIT 100")
    return encode([found, bare.rows(f"SELECT task_status_id, {SUMS} FROM task WHERE {OPEN} GROUP BY task_status_id")])


def quotas(bare: Bare, ids: Ids) -> bytes:
    """The finished tasks of a type on shots."""
    return encode(
        bare.rows(
            "SELECT task.id, real_start_date, end_date, duration, nb_frames FROM task "
            "JOIN entity ON entity.id = task.entity_id WHERE task.project_id = ? AND task_type_id = ? "
            "AND end_date IS NOT NULL AND entity_type_id = (SELECT id FROM entity_type WHERE name = 'Shot')",
            ids["project"],
            ids["task_type"],
        )
    )


def preview_files(bare: Bare, ids: Ids) -> bytes:
    """The hundred previews of a production that changed last, and how many it has."""
    of_project = "FROM preview_file JOIN task ON task.id = preview_file.task_id WHERE task.project_id = ?"
    [total] = bare.rows(f"SELECT count(*) AS total {of_project}", ids["project"])
    latest = f"SELECT preview_file.* {of_project} ORDER BY preview_file.updated_at DESC LIMIT 100"
    return encode({"data": bare.rows(latest, ids["project"]), **total})


def to_check(bare: Bare, ids: Ids) -> bytes:
    """All open tasks that ask for feedback."""
    return encode(bare.rows(f"{SITUATED} WHERE {OPEN} AND task_status.is_feedback_request"))


def own_tasks(bare: Bare, ids: Ids) -> bytes:
    """What the caller has to do."""
    own = "task.id IN (SELECT task_id FROM task_person_link WHERE person_id = ?)"
    return encode(bare.rows(f"{SITUATED} WHERE {OPEN} AND {own} AND NOT task_status.is_done", ids["person"]))
