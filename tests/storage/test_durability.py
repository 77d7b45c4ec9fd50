"""A server that is killed in the middle of its work loses nothing that it acknowledged, and leaves nothing half done.

Clients write to a server of two workers, which is killed at some moment: SIGKILL, master and workers at once. Then the
studio is looked at: every write that was answered is there, whole, with its event; what was not answered is there with its
event or not at all. The next server starts on what the last one left.
"""

import http.client
import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from threading import Semaphore
from typing import Any
from urllib.parse import urlsplit

import pytest

from kitsulite import Settings, Tracker
from kitsulite.areas.people import sessions
from kitsulite.models.people import Department, Person
from kitsulite.models.productions import DepartmentMetadataDescriptorLink, MetadataDescriptor, Project
from kitsulite.models.tools import ApiEvent
from kitsulite.server import Server

Link = DepartmentMetadataDescriptorLink
ROUNDS = {"sqlite": 50, "postgres": 5}
CLIENTS = 4
DEPARTMENTS = 2
ANSWERS = (1, 80)
"""How many answers come before the kill: the moment depends on no machine's speed."""
MOMENT = 0.02
"""Seconds within which it comes after the last of them."""


@dataclass
class Acknowledged:
    """What clients were told had happened, by the id of the row."""

    made: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)


def serve(settings: Settings, address: Connection) -> None:
    os.setsid()
    Server(settings, host="127.0.0.1", port=0, workers=2, threads=4, ready=address.send).run()


@contextmanager
def killed_in_the_end(settings: Settings) -> Iterator[str]:
    """The address of a server that knows nothing of what awaits it. Forked, so that it starts at once."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("fork").Process(target=serve, args=(settings, there))
    server.start()
    try:
        assert here.poll(20), "it did not start"
        yield here.recv()
    finally:
        os.killpg(server.pid or 0, signal.SIGKILL)
        server.join()


class Client:
    """Makes metadata columns of a production, renames them, and takes every fourth away, while somebody answers."""

    def __init__(self, address: str, token: str, row: dict[str, Any], name: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.row = row
        self.name = name

    def work(self, told: Acknowledged, answered: Semaphore) -> None:
        number = 0
        try:
            while True:
                number += 1
                name = f"{self.name}-{number}"
                id = self.call("POST", "", 201, **self.row, name=name, field_name=name)["id"]
                told.made.add(id)
                answered.release()
                self.call("PUT", id, 200, name=f"{name} II")
                told.renamed[id] = f"{name} II"
                answered.release()
                if number % 4 == 0:
                    self.call("DELETE", id, 204)
                    told.deleted.add(id)
                    answered.release()
        except (OSError, http.client.HTTPException):
            return  # the server is gone

    def call(self, method: str, id: str, expected: int, **body: object) -> dict[str, str]:
        self.connection.request(method, f"/data/metadata-descriptors/{id}".rstrip("/"), json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != expected:
            pytest.fail(f"{method}: {answer.status} {content[:300]!r}")
        return json.loads(content) if content else {}  # type: ignore[no-any-return]


def look_over(tracker: Tracker, told: Acknowledged) -> None:
    """Hold what is there against what was acknowledged, and against itself."""
    db = tracker.db
    with db.reading():
        names = dict(db.tuples(MetadataDescriptor.select(MetadataDescriptor.id, MetadataDescriptor.name)))
        links = db.values(Link.select(Link.metadata_descriptor_id))
        happened: dict[str, list[str]] = {"new": [], "update": [], "delete": []}
        for event in db.rows(ApiEvent.select(ApiEvent.name, ApiEvent.data)):
            happened[event["name"].removeprefix("metadata-descriptor:")].append(event["data"]["metadata_descriptor_id"])
        if db.name == "sqlite":
            assert db.select("PRAGMA integrity_check") == [("ok",)]
            assert db.select("PRAGMA foreign_key_check") == []

    made, deleted = set(happened["new"]), set(happened["delete"])
    assert len(happened["new"]) == len(made), "announced twice"
    assert made - deleted == set(names), "a row without its event, or an event without its row"
    assert sorted(links) == sorted([*names] * DEPARTMENTS), "half a row"
    for id in made:
        renamed = names.get(id, "II").endswith("II")
        assert happened["update"].count(id) == renamed, "a change without its event, or the reverse"

    assert told.made <= made
    assert told.deleted <= deleted
    assert all(names[id] == name for id, name in told.renamed.items() if id in names)


@pytest.mark.long
def test_no_acknowledged_write_is_lost_when_the_server_is_killed(settings: Settings, tracker: Tracker) -> None:
    with tracker.work() as work:
        admin = work.insert(Person, first_name="Ada", last_name="Min", email="ada@studio.test", role="admin")
        token = sessions.open_session(work, str(admin))["access_token"]
        departments = [work.insert(Department, name=str(number), color="#FFFFFF") for number in range(DEPARTMENTS)]
        project = work.insert(Project, name="Feature")
    row = {"project_id": project, "entity_type": "Asset", "data_type": "string", "departments": departments}
    engine = tracker.db.name
    chance = random.Random(engine)
    told = Acknowledged()
    for turn in range(ROUNDS[engine]):
        tracker.close()
        with ThreadPoolExecutor(CLIENTS) as pool:
            with killed_in_the_end(settings) as address:
                answered = Semaphore(0)
                names = [f"{turn}-{client}" for client in range(CLIENTS)]
                clients = [Client(address, token, row, name) for name in names]
                working = [pool.submit(client.work, told, answered) for client in clients]
                for _ in range(chance.randint(*ANSWERS)):
                    assert answered.acquire(timeout=8), [future.exception() for future in working if future.done()]
                time.sleep(chance.uniform(0, MOMENT))
            for future in working:
                future.result()
        look_over(tracker, told)
    assert len(told.made) > ROUNDS[engine] * CLIENTS
    assert told.deleted
