"""A studio for tests, built in a line or two and called as its people would call it.

ann = studio.person("Ann", role="manager")
shot = studio.entity("Shot", "SH01", studio.project(team=[ann]))
ann.get(f"/data/shots/{shot['id']}")
"""

import itertools
from collections.abc import Iterable
from typing import Any

import falcon.testing

from kitsulite import Tracker, create_app
from kitsulite.areas.people import sessions
from kitsulite.models import Link, Record
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.people import Department, DepartmentLink, Person
from kitsulite.models.productions import Project, ProjectPersonLink, ProjectStatus
from kitsulite.models.shapes import Shape, read
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus, TaskType
from kitsulite.storage import Database, Row

NOBODY = "00000000-0000-4000-8000-000000000000"
"""The id of nothing and nobody."""


class Answered:
    """What the API answered."""

    def __init__(self, result: falcon.testing.Result) -> None:
        self.result = result
        self.status = result.status_code
        self.headers = result.headers
        self.content = result.content

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        return self.result.json

    def __repr__(self) -> str:
        return f"{self.status} {self.text[:500]}"


class Visitor:
    """Somebody who calls the API; a stranger when there is no token."""

    def __init__(self, app: Any, token: str | None = None) -> None:
        self.client = falcon.testing.TestClient(app)
        self.token = token

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Answered:
        """Any request. `body` goes as JSON, bytes as they are; everything else as Falcon's test client takes it."""
        path, _, query = path.partition("?")
        headers = dict(options.pop("headers", {}))
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            options["body" if isinstance(body, bytes) else "json"] = body
        if query:
            options["query_string"] = query
        return Answered(self.client.simulate_request(method, path, headers=headers, **options))

    def send(self, method: str, path: str, content: str, *, type: str = "application/json") -> Answered:
        """A request whose body goes as it is, be it JSON or not."""
        headers = {"Content-Type": type, "Authorization": f"Bearer {self.token}"}
        return Answered(self.client.simulate_request(method, path, headers=headers, body=content))

    def send_form(
        self, path: str, fields: dict[str, str], files: dict[str, tuple[str, bytes, str]], *, status: int = 201
    ) -> Any:
        """POST a form. Files by field: name, content, type."""
        answer = self.form(path, fields, files)
        assert answer.status == status, f"POST {path}: {answer}"
        return answer.json

    def form(self, path: str, fields: dict[str, str], files: dict[str, tuple[str, bytes, str]]) -> Answered:
        """The same, whatever is answered."""
        parts = [(f'name="{name}"', "text/plain", text.encode()) for name, text in fields.items()]
        parts += [(f'name="{field}"; filename="{name}"', kind, data) for field, (name, data, kind) in files.items()]
        form = b"".join(
            f"--edge\r\nContent-Disposition: form-data; {head}\r\nContent-Type: {kind}\r\n\r\n".encode()
            + data
            + b"\r\n"
            for head, kind, data in parts
        )
        headers = {"Content-Type": "multipart/form-data; boundary=edge", "Authorization": f"Bearer {self.token}"}
        return Answered(self.client.simulate_post(path, headers=headers, body=form + b"--edge--\r\n"))

    def _expect(self, method: str, path: str, body: Any, status: int, **options: Any) -> Any:
        answer = self.call(method, path, body, **options)
        assert answer.status == status, f"{method} {path}: {answer}"
        return answer.json if answer.content and "json" in answer.headers.get("content-type", "") else answer.text

    def get(self, path: str, *, status: int = 200, **options: Any) -> Any:
        return self._expect("GET", path, None, status, **options)

    def post(self, path: str, body: Any = None, *, status: int = 201, **options: Any) -> Any:
        return self._expect("POST", path, {} if body is None else body, status, **options)

    def put(self, path: str, body: Any = None, *, status: int = 200, **options: Any) -> Any:
        return self._expect("PUT", path, {} if body is None else body, status, **options)

    def delete(self, path: str, body: Any = None, *, status: int = 204, **options: Any) -> Any:
        return self._expect("DELETE", path, body, status, **options)


class Member(Visitor):
    """A person of the studio, signed in."""

    def __init__(self, app: Any, token: str, row: Row) -> None:
        super().__init__(app, token)
        self.row = row

    @property
    def id(self) -> str:
        return self.row["id"]  # type: ignore[no-any-return]


class Studio:
    """A tracker with an app on it, and short ways to fill it."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self.app = create_app(tracker)
        self.stranger = Visitor(self.app)
        self.numbers = itertools.count(1)

    def add(self, table: type[Record], **values: Any) -> Row:
        """A row, straight into the database; answered as the wire shows it."""
        with self.tracker.work() as work:
            return self.row(table, work.insert(table, **values))

    def row(self, table: type[Record], id: Any) -> Row:
        """A row as the wire shows it."""
        with self.tracker.db.reading():
            found = self.tracker.db.select(_finder(self.tracker.db, table), (id,))
        assert found, f"no {table.__name__} {id}"
        return read(found[0][0])

    def stored(self, table: type[Record], id: Any) -> Row:
        """A row as it is stored, hidden columns and all."""
        with self.tracker.db.reading():
            row = self.tracker.db.row(table.select().where(table.id == id))
        assert row is not None, f"no {table.__name__} {id}"
        return row

    def store(self, table: type[Record], id: str, **values: Any) -> None:
        """Change a row behind everybody's back, as an import or an older version may have left it."""
        with self.tracker.work() as work:
            work.update(table, id, **values)

    def person(self, name: str = "", role: str = "user", **values: Any) -> Member:
        """Somebody with a session."""
        name = name or f"{role.capitalize()}{next(self.numbers)}"
        values = {
            "first_name": name,
            "last_name": "Test",
            "email": f"{name.lower()}@studio.test",
            "role": role,
            **values,
        }
        with self.tracker.work() as work:
            row = self.add(Person, **values)
            token = sessions.open_session(work, row["id"])["access_token"]
        return Member(self.app, token, row)

    # --- productions ---

    def link(self, table: type[Link], **values: Any) -> None:
        """A row of a table without ids."""
        with self.tracker.work() as work:
            work.insert(table, **values)

    def one_of(self, table: type[Record], name: str, **values: Any) -> Row:
        """The row of that name, made when it is not there."""
        with self.tracker.db.writing():
            found = self.tracker.db.row(table.select(table.id).where(table.columns()["name"] == name))
            return self.row(table, found["id"]) if found else self.add(table, name=name, **values)

    def project(self, name: str = "", *, team: Iterable[Member] = (), status: str = "Open", **values: Any) -> Row:
        """A production with its team, whose roles are their global ones."""
        with self.tracker.db.writing():
            status_id = self.one_of(ProjectStatus, status, color="#000000")["id"]
            row = self.add(
                Project, **{"name": name or f"Project {next(self.numbers)}", "project_status_id": status_id, **values}
            )
            for member in team:
                self.join(row, member)
            return self.row(Project, row["id"])

    def join(self, project: Row, member: Member, role: str | None = None) -> None:
        """Put somebody into a team, perhaps with a role of its own."""
        self.link(ProjectPersonLink, project_id=project["id"], person_id=member.id, role=role)

    def entity(self, kind: str, name: str, project: Row, parent: Row | None = None, **values: Any) -> Row:
        """An asset, a shot, or whatever the kind says."""
        type_id = self.one_of(EntityType, kind)["id"]
        parent_id = parent["id"] if parent else None
        fixed = {"name": name, "project_id": project["id"], "entity_type_id": type_id, "parent_id": parent_id}
        return self.add(Entity, **{**fixed, **values})

    def department(self, name: str, *members: Member) -> Row:
        """A department and who is in it."""
        row = self.one_of(Department, name, color="#000000")
        for member in members:
            self.link(DepartmentLink, department_id=row["id"], person_id=member.id)
        return row

    def task_type(self, name: str = "Animation", department: Row | None = None, **values: Any) -> Row:
        department_id = department["id"] if department else None
        return self.one_of(TaskType, name, **{"for_entity": "Shot", "department_id": department_id, **values})

    def task(
        self, entity: Row, task_type: str | Row = "Animation", *, assignees: Iterable[Member] = (), **values: Any
    ) -> Row:
        """Work to do on an entity."""
        with self.tracker.db.writing():
            if isinstance(task_type, str):
                task_type = self.task_type(task_type)
            status = self.one_of(TaskStatus, "Todo", short_name="todo", color="#f5f5f5", is_default=True)
            fixed = {
                "name": "main",
                "project_id": entity["project_id"],
                "entity_id": entity["id"],
                "task_type_id": task_type["id"],
                "task_status_id": status["id"],
            }
            row = self.add(Task, **{**fixed, **values})
            for member in assignees:
                self.link(TaskPersonLink, task_id=row["id"], person_id=member.id)
            return self.row(Task, row["id"])


spelled: dict[tuple[str, type[Record]], str] = {}


def _finder(db: Database, table: type[Record]) -> str:
    """SQL for a row as the wire shows it, by its id. It is spelled once for all tests: it takes longer than the asking."""
    if (db.name, table) not in spelled:
        sql, parameters = db.sql(Shape(table).with_relations().select(db).where(table.id == ""))
        assert parameters == [""]
        spelled[db.name, table] = sql
    return spelled[db.name, table]
