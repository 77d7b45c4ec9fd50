"""Every event of the contract (07, 8.4): the request that causes it, and what it tells."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peewee
import pytest
from causes import CAUSES, CAUSES_BY_ROWS, Cause, Request, Witness, delete, post, put
from studio import Studio

from kitsulite.rows.collection import Collection
from kitsulite.tables import collections

CONTRACT = Path(__file__).parents[3] / "shared" / "contract" / "07-user-import-export-events.md"
SOURCES = Path(__file__).parents[2] / "kitsulite"

NOT_YET = {
    "asset:new-link",
    "asset:remove-link",
    "output_type:new",
}
"""What nothing causes yet: imports. Who builds it moves it up."""


@pytest.fixture
def witness(studio: Studio) -> Witness:
    return Witness(studio)


def wrongs(witness: Witness, cause: Cause) -> Iterator[str]:
    """What is not as the table says."""
    with witness.undone():
        before = len(witness.stored())
        refused = witness.ask(cause.requests)
        heard = [event for event in witness.heard if event.name == cause.name]
        stored = [data for name, data in witness.stored()[before:] if name == cause.name]
    at = f"{cause.name} by {cause.requests[-1].method} {cause.requests[-1].path}"
    if refused:
        yield f"{at}: refused: {refused}"
    elif not heard:
        yield f"{at}: not heard, but {sorted({event.name for event in witness.heard})}"
    elif not any(set(event.data) == set(cause.keys.split()) for event in heard):
        yield f"{at}: tells {[sorted(event.data) for event in heard]}, not {sorted(cause.keys.split())}"
    elif stored != ([] if cause.live else [event.data for event in heard]):
        yield f"{at}: stored {stored}, heard {heard}"


def test_every_event_is_caused_as_the_contract_says(witness: Witness) -> None:
    found = [wrong for cause in (*CAUSES, *CAUSES_BY_ROWS) for wrong in wrongs(witness, cause)]
    assert not found, f"{len(found)} events:\n" + "\n".join(found)


def test_the_list_of_events_is_the_contracts(witness: Witness) -> None:
    """And nothing that is here already stands among what is not."""
    if not CONTRACT.exists():
        pytest.skip("the contract is not here")
    table = CONTRACT.read_text().partition("| event | payload keys")[2].partition("\n\n")[0]
    names = set[str]()
    for line in table.splitlines()[2:]:
        noun = ""
        for word in re.findall(r"`([^`]+)`", line.split("|")[1]):
            before, colon, action = word.rpartition(":")
            noun = before if colon else noun
            names.add(f"{noun}:{action}")
    caused = {cause.name for cause in CAUSES}
    by_rows = {f"{things.table.table_name().replace('_', '-')}:new" for things in collections()}
    assert len(names) > 100
    assert names - caused - by_rows == NOT_YET
    sources = "".join(path.read_text() for path in SOURCES.rglob("*.py"))
    assert not [name for name in NOT_YET if f'emit("{name}"' in sources]


# --- the rows of every table ---

OF_THEIR_OWN = {
    "comments",
    "entities",
    "entity-types",
    "events",
    "output-files",
    "persons",
    "preview-files",
    "projects",
    "tasks",
}
"""Rows whose events are among the causes; and the log itself."""

FURTHER: dict[str, dict[str, Any]] = {
    "project-templates": {"production_type": "short", "fps": "25"},
    "asset-instances": {"number": 9, "asset_id": "{asset}", "scene_id": "{scene}", "target_asset_id": None},
    "day-offs": {"person_id": "{admin}"},
    "notifications": {"person_id": "{admin}"},
    "entity-links": {"entity_in_id": "{shot}"},
    "playlists": {"for_entity": "shot", "episode_id": "{episode}"},
    "plugins": {"plugin_id": "other"},
    "subscriptions": {"person_id": "{admin}"},
    "task-status": {"short_name": "other"},
    "time-spents": {"person_id": "{admin}"},
}
"""What a further row of a table needs to be allowed beside the one that is there."""

INSTEAD = {"entity-links", "metadata-descriptors", "production-schedule-version-task-links", "schedule-items"}
"""Where there cannot be two such rows: the one that is there goes first."""

NEVER_MADE = {"salary-scales"}


def wrongs_of_rows(witness: Witness, things: Collection) -> Iterator[str]:
    """Which events of a table's rows are not as they must be."""
    noun = things.table.table_name()
    rows, there = f"/data/{things.path}", f"/data/{things.path}/{{{noun}}}"
    body = {**witness.full.further(things.table), **FURTHER.get(things.path, {})}
    if things.path in NEVER_MADE:
        requests: tuple[Request, ...] = (put(there),)
    else:
        requests = (post(rows, body), put(rows + "/{made}"), delete(rows + "/{made}?force=true"))
    if things.path in INSTEAD:
        requests = (delete(there), *requests)
    with witness.undone():
        refused = witness.ask(requests)
        heard = [(event.name, set(event.data)) for event in witness.heard]
    if refused:
        yield f"{rows}: refused: {refused}"
    keys = {f"{noun}_id", "project_id"} if "project_id" in things.table.columns() else {f"{noun}_id"}
    for request in requests:
        action = {"POST": "new", "PUT": "update", "DELETE": "delete"}[request.method]
        if (f"{noun.replace('_', '-')}:{action}", keys) not in heard:
            yield f"{rows}: no {action} with {keys} in {heard}"


def test_rows_tell_when_they_come_change_and_go(witness: Witness) -> None:
    tables = [things for things in collections() if things.path not in OF_THEIR_OWN]
    found = [wrong for things in tables for wrong in wrongs_of_rows(witness, things)]
    assert not found, f"{len(found)} events:\n" + "\n".join(found)


# --- all or nothing ---


def test_a_request_that_fails_leaves_neither_row_nor_event(
    witness: Witness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It fails as late as it can: everything is written, and the commit is refused."""
    caplog.set_level(logging.CRITICAL, logger="kitsulite")
    alone = [cause for cause in (*CAUSES, *CAUSES_BY_ROWS) if len(cause.requests) == 1 and not cause.live]
    content = witness.content()
    witness.heard.clear()
    db = witness.db
    commit = db.engine.commit
    refused = 0

    def fail_to_commit() -> None:
        nonlocal refused
        if db._local.writes:
            refused += 1
            raise peewee.IntegrityError("refused")
        commit()

    monkeypatch.setattr(db.engine, "commit", fail_to_commit)
    for cause in alone:
        assert witness.ask(cause.requests), f"{cause.name} was not refused"
    monkeypatch.undo()
    assert refused == len(alone) > 40
    assert witness.content() == content
    assert not witness.heard
