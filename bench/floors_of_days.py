"""Floors of a person's day: the context that a page starts with, comments, work lists, news, an export."""

import csv
import io
import uuid
from collections import defaultdict
from typing import Any

from bench.floors import Bare, Ids, encode, open_projects

STUDIO_TABLES = (
    "department",
    "studio",
    "task_type",
    "task_status",
    "project_status",
    "custom_action",
    "status_automation",
    "preview_background_file",
    "entity_type",
    "person",
)


def user_context(bare: Bare, ids: Ids) -> bytes:
    """The open productions and the studio's small tables, whole."""
    tables = {table: bare.rows(f"SELECT * FROM {table}") for table in STUDIO_TABLES}
    links = bare.rows("SELECT person_id, department_id FROM department_link")
    filters = bare.rows("SELECT * FROM search_filter WHERE person_id = ?", ids["person"])
    unread = bare.rows("SELECT count(*) AS n FROM notification WHERE person_id = ? AND NOT read", ids["person"])
    return open_projects(bare, ids) + encode([tables, links, filters, unread])


def comments(bare: Bare, ids: Ids) -> bytes:
    """The comments of a task with their authors, statuses, previews and files."""
    found = bare.rows(
        "SELECT comment.*, person.first_name, person.last_name, person.has_avatar, task_status.name, task_status.color "
        "FROM comment JOIN person ON person.id = comment.person_id "
        "JOIN task_status ON task_status.id = comment.task_status_id WHERE object_id = ? ORDER BY comment.created_at DESC",
        ids["task"],
    )
    of_task = "(SELECT id FROM comment WHERE object_id = ?)"
    parts = [
        bare.rows(f"SELECT * FROM {table} WHERE {column} IN {of_task}", ids["task"])
        for table, column in (
            ("comment_preview_link", "comment"),
            ("comment_mentions", "comment"),
            ("comment_department_mentions", "comment"),
            ("comment_acknoledgments", "comment"),
            ("attachment_file", "comment_id"),
        )
    ]
    return encode([found, parts])


PERSONS_TASKS = (
    "SELECT task.*, project.name AS project_name, entity.name AS entity_name, entity.description, entity.data AS "
    "entity_data, entity.preview_file_id, parent.name AS sequence_name, entity_type.name AS entity_type_name, "
    "task_type.name AS task_type_name, task_status.name AS task_status_name FROM task_person_link AS link "
    "JOIN task ON task.id = link.task_id JOIN project ON project.id = task.project_id "
    "JOIN entity ON entity.id = task.entity_id JOIN entity_type ON entity_type.id = entity.entity_type_id "
    "LEFT JOIN entity AS parent ON parent.id = entity.parent_id "
    "JOIN task_type ON task_type.id = task.task_type_id JOIN task_status ON task_status.id = task.task_status_id "
    "WHERE link.person_id = ? AND NOT task_status.is_done AND project.project_status_id IN "
    "(SELECT id FROM project_status WHERE name = 'Open')"
)


def tasks_of_person(bare: Bare, ids: Ids) -> bytes:
    """What a person has to do, with its last comments and assignees."""
    tasks = bare.rows(PERSONS_TASKS, ids["artist"])
    theirs = "(SELECT task_id FROM task_person_link WHERE person_id = ?)"
    last: dict[str, Any] = {}
    for comment in bare.rows(
        f"SELECT object_id, text, created_at, person_id FROM comment WHERE object_id IN {theirs} ORDER BY created_at",
        ids["artist"],
    ):
        last[comment["object_id"]] = comment
    assignees = defaultdict(list)
    for link in bare.rows(f"SELECT task_id, person_id FROM task_person_link WHERE task_id IN {theirs}", ids["artist"]):
        assignees[link["task_id"]].append(link["person_id"])
    for task in tasks:
        task["last_comment"], task["assignees"] = last.get(task["id"]), assignees[task["id"]]
    return encode(tasks)


def news(bare: Bare, ids: Ids) -> bytes:
    """The latest fifty news of a production with what they are about, and how many there are."""
    found = bare.rows(
        "SELECT news.*, task.task_type_id, task.entity_id, entity.name, comment.task_status_id, person.first_name, "
        "person.last_name FROM news JOIN task ON task.id = news.task_id JOIN entity ON entity.id = task.entity_id "
        "JOIN person ON person.id = news.author_id LEFT JOIN comment ON comment.id = news.comment_id "
        "WHERE task.project_id = ? ORDER BY news.created_at DESC LIMIT 50",
        ids["project"],
    )
    return encode(found)


def post_comment(bare: Bare, ids: Ids) -> bytes:
    """A comment, its news, its three events, the task as it becomes, in one durable commit."""
    moment = "2026-01-05T09:00:00.000000"
    bare.write("BEGIN")
    comment = str(uuid.uuid4())
    bare.write(
        "INSERT INTO comment (id, created_at, updated_at, object_id, object_type, text, task_status_id, person_id) "
        "VALUES (?, ?, ?, ?, 'Task', 'bench', ?, ?)",
        comment,
        moment,
        moment,
        ids["task"],
        ids["status"],
        ids["person"],
    )
    bare.write(
        "INSERT INTO news (id, created_at, updated_at, change, author_id, comment_id, task_id) VALUES (?, ?, ?, false, ?, ?, ?)",
        str(uuid.uuid4()),
        moment,
        moment,
        ids["person"],
        comment,
        ids["task"],
    )
    for name in ("comment:new", "task:update", "news:new"):
        bare.write(
            "INSERT INTO api_event (id, created_at, updated_at, name, data) VALUES (?, ?, ?, ?, '{}')",
            str(uuid.uuid4()),
            moment,
            moment,
            name,
        )
    bare.write("UPDATE task SET last_comment_date = ? WHERE id = ?", moment, ids["task"])
    found = bare.rows("SELECT * FROM comment WHERE id = ?", comment)
    bare.write("COMMIT")
    return encode(found)


def shots_csv(bare: Bare, ids: Ids) -> bytes:
    """The shots of a production with the statuses of their tasks, as a table."""
    shots = bare.rows(
        "SELECT entity.*, parent.name AS sequence_name FROM entity LEFT JOIN entity AS parent ON parent.id = entity.parent_id "
        "WHERE entity.project_id = ? AND entity.entity_type_id = (SELECT id FROM entity_type WHERE name = 'Shot')",
        ids["project"],
    )
    statuses: dict[str, dict[str, str]] = defaultdict(dict)
    for row in bare.rows(
        "SELECT task.entity_id, task_type.name AS type, task_status.short_name AS status FROM task "
        "JOIN task_type ON task_type.id = task.task_type_id JOIN task_status ON task_status.id = task.task_status_id "
        "WHERE task.project_id = ?",
        ids["project"],
    ):
        statuses[row["entity_id"]][row["type"]] = row["status"]
    written = io.StringIO()
    rows = csv.writer(written, delimiter=";")
    for shot in shots:
        values = [shot["sequence_name"], shot["name"], shot["description"], shot["nb_frames"], shot["data"]]
        rows.writerow([*values, *statuses[shot["id"]].values()])
    return written.getvalue().encode()
