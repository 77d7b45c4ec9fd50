"""Every column and list of ids of every collection, pointed at the rows of another production by every kind of caller.

Whoever it is and whichever way it is sent, nothing points there afterwards, and nothing of what is there is answered.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from callers import KNOWN, Callers
from full_studio import KINDS
from studio import Answered, Studio

from kitsulite.access.places import THROUGH, has_place
from kitsulite.areas.studio import transfer
from kitsulite.models import TABLES, Record, Relation, Table, new_id
from kitsulite.models.entities import Entity
from kitsulite.models.fields import Column, Pointer
from kitsulite.models.productions import Project
from kitsulite.models.tasks import Task, TaskType
from kitsulite.models.textfields import String, Text
from kitsulite.rows.collection import Collection
from kitsulite.rows.writing import target_of
from kitsulite.tables import collections

MARK = "FOREIGN"
"""Stands in every text of the other production."""

FREE = {("preview-files", "source_file_id"), ("entity-links", "entity_in_id"), ("entity-links", "entity_out_id")}
"""References that may lead to any production; they are an admin's to write."""

MADE_OTHERWISE = {"organisations", "salary-scales"}
"""Collections in which nothing new is made."""


class TwoStudios(Callers):
    """The production of `Callers`, and as many rows of another one; `foreign` has their ids."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        placed = [table for table in TABLES.values() if issubclass(table, Record) and has_place(table)]
        placed = [table for table in placed if table not in transfer.LEFT_OUT]
        own = self.ids
        self.foreign = {**own, **{table.table_name(): new_id() for table in placed}}
        self.foreign |= {kind.lower(): new_id() for kind in KINDS}
        types = {kind: studio.stored(Entity, own[kind.lower()])["entity_type_id"] for kind in KINDS}
        self.ids, self.marking = self.foreign, True
        rows = [(0, table.table_name(), self._row(table)) for table in placed]
        for kind in KINDS:
            entity = {**self._row(Entity), "id": self.foreign[kind.lower()], "name": f"{MARK} {kind}"}
            rows.append((0, "entity", {**entity, "entity_type_id": types[kind]}))
        transfer.load(studio.tracker.db, rows)
        self.ids, self.marking = own, False

        another = studio.person("Another").id
        with studio.tracker.db.reading():
            task = studio.tracker.db.values(Task.select(Task.id).where(Task.entity_id == own["asset"]))[0]
        self.differing = {
            "asset-instances": {
                "number": 7,
                "asset_id": own["asset"],
                "scene_id": own["scene"],
                "target_asset_id": None,
            },
            "entities": {"preview_file_id": None},
            "entity-links": {"entity_in_id": own["shot"], "entity_out_id": own["asset"]},
            "metadata-descriptors": {"name": "Other", "field_name": "other"},
            "notifications": {"person_id": another},
            "persons": {
                "display_date_format": "YYYY-MM-DD",
                "email": "new@example.com",
                "desktop_login": "new",
                "expiration_date": None,
                "ldap_uid": None,
                "shotgun_id": None,
            },
            "project-templates": {"production_type": "short", "resolution": "1920x1080", "fps": "25"},
            "playlists": {"for_entity": "shot", "shots": [], "episode_id": own["episode"]},
            "production-schedule-version-task-links": {"task_id": task},
            "projects": {
                "resolution": "1920x1080",
                "fps": "25",
                "production_type": "short",
                "from_schedule_version_id": None,
            },
            "schedule-items": {"task_type_id": studio.task_type("Another")["id"]},
            "subscriptions": {"person_id": another},
            "time-spents": {"date": "2024-03-05"},
        }
        with studio.tracker.work() as work:
            work.update(TaskType, own["task_type"], for_entity="Asset")

    marking = False

    def body(self, collection: Collection) -> dict[str, Any]:
        """The body of one more row of ours."""
        kept = {key for key in self.further(collection.table) if _kept_by_server(collection, key)}
        body = {key: value for key, value in self.further(collection.table).items() if key not in kept}
        return {**body, **self.differing.get(collection.path, {})}

    def _value(self, table: str, key: str, column: Column) -> Any:
        value = None if self.marking and key == "shotgun_id" else super()._value(table, key, column)
        told = isinstance(column, (String, Text)) and isinstance(value, str)
        if (
            self.marking
            and told
            and (key in ("name", "text", "description", "token") or getattr(column, "unique", False))
        ):
            return f"{MARK} {value}"[: getattr(column, "length", None)]
        return value


def references(collection: Collection) -> Iterator[tuple[str, type[Record]]]:
    """The columns and lists of ids that lead to what belongs to productions."""
    for key, column in collection.table.columns().items():
        if isinstance(column, Pointer):
            yield key, TABLES[column.table]  # type: ignore[misc]
    for key, relation in collection.table.relations.items():
        yield key, target_of(relation)


def foreign_values(two: TwoStudios, collection: Collection, key: str, target: type[Record]) -> Iterator[Any]:
    """Ids of the other production, in each form in which a body may say them."""
    names = [target.table_name(), *(kind.lower() for kind in KINDS if target is Entity)]
    for id in (two.foreign[name] for name in names):
        if key in collection.table.relations:
            yield [id]
            yield [{"id": id}]
        else:
            yield id


def links(two: TwoStudios, collection: Collection, key: str, id: str) -> Any:
    """What a row points to under a key, as it is stored."""
    relation: Relation | None = collection.table.relations.get(key)
    if relation is None:
        return two.studio.stored(collection.table, id)[key]
    link: type[Table] = relation.model
    ours, theirs = link.columns()[relation.ours], link.columns()[relation.theirs]
    return sorted(str(found) for found in two.studio.tracker.db.values(link.select(theirs).where(ours == id)))


class Undone(Exception):
    """Thrown to take back what a request wrote."""


@pytest.fixture
def two(studio: Studio) -> TwoStudios:
    return TwoStudios(studio)


PLACED = [
    pytest.param(collection, id=collection.path)
    for collection in collections()
    if any(has_place(target) for _, target in references(collection))
]


@pytest.mark.parametrize("collection", PLACED)
def test_no_change_leads_to_another_production(two: TwoStudios, collection: Collection) -> None:
    id = two.ids[collection.table.table_name()]
    problems = []
    for key, target in references(collection):
        if not has_place(target) or (collection.path, key) in FREE:
            continue
        for value in foreign_values(two, collection, key, target):
            for who in KNOWN:
                try:
                    with two.studio.tracker.db.writing():
                        before = links(two, collection, key, id)
                        answer = two.people[who].call("PUT", f"/data/{collection.path}/{id}", {key: value})
                        problems += wrong(answer, who, key, value, moved=links(two, collection, key, id) != before)
                        raise Undone
                except Undone:
                    pass
    assert not problems, "\n".join(problems)


def wrong(answer: Answered, who: str, key: str, value: Any, *, moved: bool) -> list[str]:
    """What is wrong with an answer, and with what became of the row."""
    found = []
    if moved:
        found.append("moved")
    if MARK in answer.text:
        found.append("shows what is there")
    if answer.status >= 500:
        found.append("fails")
    if answer.status < 400 and key in answer.text and json.dumps(value) in answer.text:
        found.append("is answered")
    return [f"{who} {key}={value}: {what} {answer}" for what in found]


@pytest.mark.parametrize("collection", PLACED)
def test_nothing_new_leads_to_two_productions(two: TwoStudios, collection: Collection) -> None:
    """The body of a row of ours is taken as it is; with one reference to the other production it is refused."""
    body = two.body(collection)
    problems = []
    for key, target in references(collection):
        if not has_place(target) or (collection.path, key) in FREE or _kept_by_server(collection, key):
            continue
        for value in foreign_values(two, collection, key, target):
            for who in KNOWN:
                if who == "admin" and (target is Project or key in THROUGH.get(collection.table, ())):
                    continue  # what an admin makes is of whichever production it says
                problems += _make(two, collection, who, body, {key: value})
    assert not problems, "\n".join(problems)


def _kept_by_server(collection: Collection, key: str) -> bool:
    return key not in collection.writable | collection.at_birth or key == "shotgun_id"


def _make(two: TwoStudios, collection: Collection, who: str, body: Any, pointing: dict[str, Any]) -> list[str]:
    found: list[str] = []
    [(key, value)] = pointing.items()
    try:
        with two.studio.tracker.db.writing():
            answer = two.people[who].call("POST", f"/data/{collection.path}", {**body, **pointing})
            made = answer.status == 201
            if made:
                stored = links(two, collection, key, answer.json["id"])
                ids = value if isinstance(value, list) else [value]
                ids = [item["id"] if isinstance(item, dict) else item for item in ids]
                now = stored if isinstance(stored, list) else [stored]
                if set(ids) & set(now):
                    found = [f"{who} {key}={value}: made {answer}"]
            if MARK in answer.text and not made:
                found.append(f"{who} {key}={value}: shows what is there {answer}")
            if answer.status >= 500:
                found.append(f"{who} {key}={value}: {answer}")
            raise Undone
    except Undone:
        pass
    return found


@pytest.mark.parametrize("collection", PLACED)
def test_the_walk_is_about_bodies_that_are_taken(two: TwoStudios, collection: Collection) -> None:
    """Without the foreign reference an admin's body is taken, so that the refusals above are about it."""
    body = two.body(collection)
    answer = two.people["admin"].call("POST", f"/data/{collection.path}", body)
    assert (answer.status == 201) == (collection.path not in MADE_OTHERWISE), answer
