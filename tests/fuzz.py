"""Requests as the document describes them, and as it does not: none ends in an error of ours or in an undeclared answer.

    pip install -e '.[test,fuzz]' && python tests/fuzz.py [REQUESTS]

schemathesis makes the requests from /openapi.json: half of them as they should be, half of them broken somewhere. Ids in
paths, query strings and bodies are often made those of the demo studio, so that more is reached than `not found`. Each
request is undone, so all find the studio as it was, and each is held against the document as in every test (`declared`).
"""

import logging
import random
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import hypothesis
import pytest
import schemathesis
from declared import Watch

from kitsulite import Settings, Tracker, create_app
from kitsulite.areas.demo import production as demo
from kitsulite.areas.people import passwords, sessions
from kitsulite.models import TABLES, Record
from kitsulite.models.people import Person

USUAL = 10_000
SEED = 20_260


class Undone(Exception):
    """Thrown to take back what a request wrote."""


class Desk:
    """A demo studio, and those who call it."""

    def __init__(self, folder: str) -> None:
        self.tracker = Tracker(Settings(data=folder, secret_key="fuzz", mail_enabled=False, job_queue=False, scim=True))
        with self.tracker.work() as work:
            demo.fill(work, passwords.hash_password("a password for all"))
        self.app = create_app(self.tracker)
        self.random = random.Random(SEED)
        with self.tracker.db.reading():
            people = self.tracker.db.rows(Person.select())
            self.ids = {
                name: [row["id"] for row in self.tracker.db.rows(table.select(table.id).limit(20))]
                for name, table in TABLES.items()
                if issubclass(table, Record)
            }
        for kind in ("asset", "shot", "sequence", "episode", "scene", "edit", "concept", "instance"):
            self.ids.setdefault(kind, self.ids["entity"])
        self.tokens: list[str | None] = [None]
        for role in ("admin", "manager", "supervisor", "user", "client", "vendor"):
            person = next(row for row in people if row["role"] == role)
            with self.tracker.work() as work:
                token = sessions.open_session(work, person["id"])["access_token"]
            self.tokens += [token] * (6 if role == "admin" else 2)

    def known(self, name: str, value: Any) -> Any:
        """An id of the studio in the place of a made-up one, mostly."""
        ids = self.ids.get(name.removesuffix("s").removesuffix("_id"))
        return self.random.choice(ids) if ids and self.random.random() < 0.8 else value

    def settle(self, value: Any, name: str = "") -> Any:
        """A value of a request with ids of the studio in it."""
        if isinstance(value, dict):
            return {key: self.settle(inner, str(key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.settle(inner, name) for inner in value]
        return self.known(name, value) if name.endswith(("_id", "_ids")) and isinstance(value, str) else value

    def call(self, case: Any) -> int:
        """Send one request and take back what it did; its status."""
        case.path_parameters = self.settle(case.path_parameters or {})
        case.query = self.settle(case.query or {})
        if isinstance(case.body, (dict, list)) and case.media_type != "multipart/form-data":
            case.body = self.settle(case.body)
        case.headers = {name: text for name, text in (case.headers or {}).items() if name.lower() != "authorization"}
        case.cookies = {}
        token = self.random.choice(self.tokens)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        found = 0
        try:
            with self.tracker.db.writing():
                found = case.call(headers=headers).status_code
                raise Undone
        except Undone:
            pass
        return found


def operations(app: Any) -> Iterator[Any]:
    """All routes, as schemathesis sees them."""
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    for result in schema.get_all_operations():
        yield result.ok()


def send(desk: Desk, operation: Any, count: int, statuses: Counter[int]) -> None:
    """So many requests to one route."""

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy())
    def one(case: Any) -> None:
        statuses[desk.call(case)] += 1

    one()


def main(wanted: int) -> int:
    warnings.simplefilter("ignore")
    logging.getLogger("kitsulite").setLevel(logging.CRITICAL)
    watch, patch = Watch(), pytest.MonkeyPatch()
    statuses: Counter[int] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(folder)
        routes = list(operations(desk.app))
        watch.install(patch)
        while statuses.total() < wanted:
            for operation in routes:
                send(desk, operation, max(1, min(5, wanted // len(routes))), statuses)
                if statuses.total() >= wanted:
                    break
    print(f"{statuses.total()} requests to {len(routes)} routes:", dict(sorted(statuses.items())))
    for problem in watch.problems:
        print("  " + problem)
    return 1 if watch.problems or statuses[500] else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else USUAL))
