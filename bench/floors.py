"""What a request needs at the least: its rows by bare SQL, encoded by msgspec, nothing checked, nobody asked who calls.

No JSON is made in SQL here: a floor is what careful code without Kitsulite would do, so a ratio may well be below 1.
"""

import uuid
from collections import defaultdict
from typing import Any

import msgspec

from bench.visitors import PASSWORD
from kitsulite.areas.people import passwords
from kitsulite.storage import Database

Ids = dict[str, str]
Rows = list[dict[str, Any]]
STORED = passwords.hash_password(PASSWORD)
HIDDEN = {"password", "jti", "totp_secret", "email_otp_secret", "fido_credentials", "otp_recovery_codes"}


class Bare:
    """A connection of the driver, and nothing around it."""

    def __init__(self, db: Database) -> None:
        self.mark = db.placeholder
        if db.name == "sqlite":
            from peewee import sqlite3

            self.connection: Any = sqlite3.connect(db.path, isolation_level=None)  # type: ignore[attr-defined]
            self.connection.execute("PRAGMA synchronous = FULL")
        else:
            import psycopg

            self.connection = psycopg.connect(db.url, autocommit=True)

    def rows(self, sql: str, *values: Any) -> Rows:
        cursor = self.connection.execute(sql.replace("?", self.mark), values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def write(self, sql: str, *values: Any) -> None:
        self.connection.execute(sql.replace("?", self.mark), values)


def encode(found: object) -> bytes:
    return msgspec.json.encode(found)


def argon2id(bare: Bare, ids: Ids) -> bool:
    return passwords.hasher.verify(STORED, PASSWORD)


def persons(bare: Bare, ids: Ids) -> bytes:
    found = _shown(bare.rows("SELECT * FROM person"))
    departments = defaultdict(list)
    for link in bare.rows("SELECT person_id, department_id FROM department_link"):
        departments[link["person_id"]].append(link["department_id"])
    for person in found:
        person["departments"] = departments[person["id"]]
    return encode(found)


def _shown(people: Rows) -> Rows:
    return [{key: value for key, value in person.items() if key not in HIDDEN} for person in people]


LISTS = {
    "team": "SELECT project_id, person_id FROM project_person_link",
    "asset_types": "SELECT project_id, asset_type_id FROM project_asset_type_link",
    "task_types": "SELECT project_id, task_type_id, priority FROM project_task_type_link",
    "task_statuses": "SELECT project_id, task_status_id, priority, roles_for_board FROM project_task_status_link",
    "status_automations": "SELECT project_id, status_automation_id FROM project_status_automation_link",
    "preview_background_files": "SELECT project_id, preview_background_file_id FROM project_preview_background_file_link",
    "descriptors": "SELECT * FROM metadata_descriptor",
}


def open_projects(bare: Bare, ids: Ids) -> bytes:
    """The productions with their teams, their types and statuses, their metadata columns."""
    is_open = "project_status_id IN (SELECT id FROM project_status WHERE name = 'Open')"
    found = {project["id"]: project for project in bare.rows(f"SELECT * FROM project WHERE {is_open} ORDER BY name")}
    for key, sql in LISTS.items():
        for project in found.values():
            project[key] = []
        for row in bare.rows(f"{sql} WHERE project_id IN (SELECT id FROM project WHERE {is_open})"):
            project = found[row.pop("project_id")]
            project[key].append(row if len(row) > 1 else row.popitem()[1])
    return encode(list(found.values()))


def page_of_tasks(bare: Bare, ids: Ids) -> bytes:
    [total] = bare.rows("SELECT count(*) AS total FROM task WHERE project_id = ?", ids["project"])
    latest = "SELECT * FROM task WHERE project_id = ? ORDER BY updated_at DESC LIMIT 100"
    return encode({"data": bare.rows(latest, ids["project"]), **total})


def tasks(bare: Bare, ids: Ids) -> bytes:
    return encode(bare.rows("SELECT * FROM task WHERE project_id = ?", ids["project"]))


def one_task(bare: Bare, ids: Ids) -> bytes:
    [task] = bare.rows("SELECT * FROM task WHERE id = ?", ids["task"])
    links = bare.rows("SELECT person_id FROM task_person_link WHERE task_id = ?", ids["task"])
    return encode({**task, "assignees": [link["person_id"] for link in links]})


def one_person(bare: Bare, ids: Ids) -> bytes:
    [person] = _shown(bare.rows("SELECT * FROM person WHERE id = ?", ids["person"]))
    links = bare.rows("SELECT department_id FROM department_link WHERE person_id = ?", ids["person"])
    return encode({**person, "departments": [link["department_id"] for link in links]})


def change_task(bare: Bare, ids: Ids) -> bytes:
    """The change, the row of its event, the row as it is then."""
    bare.write("BEGIN")
    bare.write("UPDATE task SET priority = 2 WHERE id = ?", ids["task"])
    new = "INSERT INTO api_event (id, created_at, updated_at, name, data) VALUES (?, ?, ?, ?, ?)"
    moment = "2026-01-05T09:00:00.000000"
    bare.write(new, str(uuid.uuid4()), moment, moment, "task:update", '{"task_id":""}')
    found = bare.rows("SELECT * FROM task WHERE id = ?", ids["task"])
    bare.write("COMMIT")
    return encode(found[0])
