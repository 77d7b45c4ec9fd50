"""A studio for tests, built in a line or two and called as its people would call it.

ann = studio.person("Ann", role="manager")
shot = studio.shot("SH01", tasks=["Animation"])
ann.get("/data/projects/open")
"""

import itertools
from typing import Any

import falcon.testing

from kitsulite import Tracker, create_app
from kitsulite.models import Record
from kitsulite.models.people import Person
from kitsulite.models.shapes import Shape, one, read
from kitsulite.services import sessions
from kitsulite.storage import Row


class Answered:
    """What the API answered."""

    def __init__(self, result: falcon.testing.Result) -> None:
        self.result = result
        self.status = result.status_code
        self.headers = result.headers
        self.text = result.text
        self.content = result.content

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
        """Any request. `body` goes as JSON; everything else as Falcon's test client takes it."""
        path, _, query = path.partition("?")
        headers = dict(options.pop("headers", {}))
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            options["json"] = body
        if query:
            options["query_string"] = query
        return Answered(self.client.simulate_request(method, path, headers=headers, **options))

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
            id = work.insert(table, **values)
        return self.row(table, id)

    def row(self, table: type[Record], id: Any) -> Row:
        """A row as the wire shows it."""
        with self.tracker.db.reading():
            db = self.tracker.db
            found = one(db, Shape(table).with_relations().select(db).where(table.id == id))
        assert found is not None, f"no {table.__name__} {id}"
        return read(found)

    def stored(self, table: type[Record], id: Any) -> Row:
        """A row as it is stored, hidden columns and all."""
        with self.tracker.db.reading():
            row = self.tracker.db.row(table.select().where(table.id == id))
        assert row is not None, f"no {table.__name__} {id}"
        return row

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
        row = self.add(Person, **values)
        with self.tracker.work() as work:
            token = sessions.open_session(work, row["id"])["access_token"]
        return Member(self.app, token, row)
