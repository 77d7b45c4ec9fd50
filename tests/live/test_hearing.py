"""Who hears of what: everything that causes an event is done while every kind of caller listens, and each hears exactly what they
can read: the row that it is about, asked for at the door where its kind is read.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from callers import KNOWN, Callers
from causes import CAUSES, CAUSES_BY_ROWS, Cause, Request, Witness, cause
from full_studio import KINDS
from studio import Member, Studio

from kitsulite.access.hearers import ASSIGNING, OPEN_ABOUT_PEOPLE, Subject, subject_of
from kitsulite.live import outbox
from kitsulite.live.listeners import keys_of
from kitsulite.live.outbox import Told
from kitsulite.models import Record
from kitsulite.models.entities import Entity, EntityLink
from kitsulite.models.people import Person, TimeSpent
from kitsulite.models.productions import MetadataDescriptor
from kitsulite.models.reviews import BuildJob, Chat, ChatMessage, News, Notification, Subscription
from kitsulite.models.schedules import Budget, BudgetEntry, ScheduleItem
from kitsulite.models.tasks import StatusAutomation, Task
from kitsulite.models.tools import CustomAction, SearchFilter, SearchFilterGroup
from kitsulite.storage import Row
from kitsulite.tables import collections

CLIENTS = {"client", "manager as client"}
Reads = Callable[[Member, Row], bool]
ROWS = {collection.table: f"/data/{collection.path}" for collection in collections()}


def at(path: str) -> Reads:
    """Whether somebody is answered at a path that a row fills."""
    return lambda member, row: member.call("GET", path.format(**row)).status == 200


def among(path: str) -> Reads:
    """Whether a row stands in a list, or in an object of lists."""

    def reads(member: Member, row: Row) -> bool:
        answer = member.call("GET", path.format(**row))
        return answer.status == 200 and row["id"] in answer.text

    return reads


def own(member: Member, row: Row) -> bool:
    return member.row["role"] == "admin" or row["person_id"] == member.id


DOORS: dict[type[Record], Reads] = {
    Budget: at("/data/projects/{project_id}/budgets/{id}"),
    BudgetEntry: at("/data/projects/{project_id}/budgets/{budget_id}/entries/{id}"),
    BuildJob: at("/data/playlists/{playlist_id}/jobs/{id}"),
    Chat: at("/data/entities/{object_id}/chat"),
    ChatMessage: among("/data/entities/{object_id}/chat/messages"),
    CustomAction: among("/data/custom-actions"),
    EntityLink: at("/data/entities/{entity_in_id}"),
    MetadataDescriptor: at("/data/projects/{project_id}/metadata-descriptors/{id}"),
    News: among("/data/entities/{entity_id}/news"),
    Notification: own,
    ScheduleItem: among("/data/projects/{project_id}/schedule-items"),
    SearchFilter: own,
    SearchFilterGroup: own,
    StatusAutomation: among("/data/status-automations"),
    Subscription: own,
    TimeSpent: at("/actions/tasks/{task_id}/time-spents"),
}
"""Where rows are read whose own path is for admins alone."""
WITH_PLACE = {
    BudgetEntry: ("project_id", "budget_id", Budget),
    ChatMessage: ("object_id", "chat_id", Chat),
    News: ("entity_id", "task_id", Task),
}
"""What a door needs of another row."""


class Listening(Witness):
    """Makes requests, and knows who hears of them and who can read what they are about."""

    def __init__(self, callers: Callers) -> None:
        self.studio, self.full = callers.studio, callers
        self.admin = callers.people["admin"]
        self.db = callers.studio.tracker.db
        self.heard = []
        self.people = {kind: callers.people[kind] for kind in KNOWN}

    def last(self) -> int:
        with self.db.reading():
            return outbox.last(self.db)

    def told(self, after: int) -> list[Told]:
        with self.db.reading():
            return outbox.read_after(self.db, after, 1000)

    def hearers(self, told: Told) -> set[str]:
        with self.db.reading():
            keys = keys_of(self.db, [member.id for member in self.people.values()])
        return {kind for kind, member in self.people.items() if not told.hearers.isdisjoint(keys.get(member.id, ()))}

    def readers(self, subject: Subject) -> set[str] | None:
        """Who can read a row now; None when it is not there."""
        table, id = subject
        with self.db.reading():
            row = self.db.find(table, id)
            if row is None:
                return None
            if table in WITH_PLACE:
                key, pointer, place = WITH_PLACE[table]
                row[key] = (self.db.find(place, row[pointer]) or {key: None})[key]
        reads = DOORS.get(table) or at(ROWS[table] + "/{id}")
        return {kind for kind, member in self.people.items() if reads(member, row)}


class Difference(NamedTuple):
    """Who hears what they cannot read, and who does not hear what they can."""

    name: str
    leaks: frozenset[str]
    misses: frozenset[str]


class Comparing(Listening):
    """Compares who hears with who reads, after each request.

    known   what the requests will be about
    before  who could read it, as far as it was there
    """

    def __init__(self, callers: Callers) -> None:
        super().__init__(callers)
        self.known: set[Subject] = set()
        self.compared = 0

    def differences(self, cause: Cause) -> list[Difference]:
        self.found: list[Difference] = []
        self.compares = False
        with self.undone():
            self.start = self.last()
            self.ask(cause.requests)
            self.known = {subject for told in self.told(self.start) if (subject := subject_of(told.name, told.data))}
        self.compares = True
        with self.undone():
            self.start = self.last()
            self.before = {subject: self.readers(subject) for subject in self.known}
            self.ask(cause.requests)
        return self.found

    def asked(self) -> None:
        if not self.compares:
            return
        for told in self.told(self.start):
            self._compare(told)
        self.start = self.last()
        self.before = {subject: self.readers(subject) for subject in self.known}

    def _compare(self, told: Told) -> None:
        subject = subject_of(told.name, told.data)
        if subject is None:
            return
        self.known.add(subject)
        readers = self.readers(subject)
        if readers is None:
            readers = self.before.get(subject)
        if subject[0] is Person and told.name.rpartition(":")[2] not in OPEN_ABOUT_PEOPLE:
            readers = {kind for kind, member in self.people.items() if kind == "admin" or member.id == subject[1]}
        if readers is None:
            return
        if told.name in ASSIGNING:
            readers -= CLIENTS
        self.compared += 1
        heard = self.hearers(told)
        if heard != readers:
            self.found.append(Difference(told.name, frozenset(heard - readers), frozenset(readers - heard)))


@pytest.fixture
def comparing(studio: Studio) -> Comparing:
    return Comparing(Callers(studio))


def removals(callers: Callers) -> Iterator[Cause]:
    """Everything that there is, removed by force."""
    for collection in collections():
        name = collection.table.table_name()
        for row in KINDS if collection.table is Entity else [name]:
            path = f"/data/{collection.path}/{{{row.lower()}}}?force=true"
            yield cause(f"{name}:delete", "", Request("DELETE", path, None))


@pytest.mark.long
def test_each_kind_of_caller_hears_exactly_what_it_can_read(comparing: Comparing) -> None:
    found = []
    for done in (*CAUSES, *CAUSES_BY_ROWS, *removals(comparing.full)):
        said = f"{done.requests[-1].method} {done.requests[-1].path}"
        found += [
            f"{name} by {said}: leaks to {sorted(leaks)}, misses {sorted(misses)}"
            for name, leaks, misses in comparing.differences(done)
        ]
    assert not found, f"{len(found)} differences:\n" + "\n".join(dict.fromkeys(found))
    assert comparing.compared > 200
