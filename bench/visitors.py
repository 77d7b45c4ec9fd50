"""Who calls the app: straight through WSGI, or over a kept-alive HTTP connection. Both as the studio's admin."""

import http.client
import io
import json
import sys
from typing import Any
from urllib.parse import urlsplit

import peewee

from bench.serving import Served
from kitsulite import Settings, Tracker, create_app
from kitsulite.areas.people import sessions
from kitsulite.models.people import Person
from kitsulite.models.productions import Project
from kitsulite.models.tasks import Task, TaskPersonLink

EMAIL, PASSWORD = "admin@studio.example", "mypassword"


class Refused(Exception):
    """An answer with an error status."""


class InProcess:
    """Calls of the app of a tracker of its own, with as little around them as WSGI allows."""

    def __init__(self, settings: Settings) -> None:
        self.tracker = Tracker(settings, first_data=False)
        self.app = create_app(self.tracker)
        with self.tracker.work() as work:
            self.admin = work.db.value(Person.select(Person.id).where(Person.email == EMAIL))
            self.token = sessions.open_session(work, self.admin)["access_token"]

    def __enter__(self) -> "InProcess":
        return self

    def __exit__(self, *problem: object) -> None:
        self.tracker.close()

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(content)),
            "HTTP_AUTHORIZATION": f"Bearer {self.token}",
            "HTTP_HOST": "localhost",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(content),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
        }
        statuses: list[str] = []
        answer = b"".join(self.app(environ, lambda status, headers, problem=None: statuses.append(status)))
        if statuses[0] >= "4":
            raise Refused(f"{method} {path}: {statuses[0]} {answer[:300]!r}")
        return answer


class OverHttp:
    """Calls of a served studio."""

    def __init__(self, served: Served, inside: InProcess) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=120)
        self.headers = {"Authorization": f"Bearer {inside.token}", "Content-Type": "application/json"}

    def __enter__(self) -> "OverHttp":
        return self

    def __exit__(self, *problem: object) -> None:
        self.connection.close()

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        self.connection.request(method, path, None if body is None else json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise Refused(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content


def look_up(inside: InProcess) -> dict[str, str]:
    """Ids of the studio to ask for: its largest production, one of its tasks with its status, an admin, the busiest artist."""
    db = inside.tracker.db
    with db.reading():
        project = db.value(Project.select(Project.id).order_by(Project.created_at).limit(1))
        task = db.value(Task.select(Task.id).where(Task.project_id == project).order_by(Task.id).limit(1))
        link = TaskPersonLink.select(TaskPersonLink.person_id).group_by(TaskPersonLink.person_id)
        artist = db.value(link.order_by(peewee.fn.COUNT(TaskPersonLink.task_id).desc()).limit(1))
        status = db.value(Task.select(Task.task_status_id).where(Task.id == task))
        task_type = db.value(Task.select(Task.task_type_id).where(Task.id == task))
    found = {"project": project, "task": task, "person": inside.admin, "artist": artist}
    return {**found, "status": status, "task_type": task_type}
