"""What an API key leaves out is neither told nor changed, whatever a route does by itself (docs/api-keys.md)."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from callers import KEYS, Callers
from studio import Studio
from test_matrix import Walk
from walking import Undone

from kitsulite.access.places import has_place, project_of
from kitsulite.app import tables
from kitsulite.models import TABLES, Record
from kitsulite.models.fields import Pointer
from kitsulite.storage import Row, UniqueViolation
from kitsulite.web.routing import Route

TO_THEIRS = [kind for kind, (_, _, how) in KEYS.items() if how.get("project_ids") == "theirs"]
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def callers(studio: Studio) -> Callers:
    return Callers(studio)


def give_all_rows_to(callers: Callers, who: str) -> None:
    """Whatever is somebody's becomes this one's."""
    owner, of_nobody = callers.people[who].id, callers.ids["person"]
    with callers.studio.tracker.work() as work:
        for table in TABLES.values():
            for column in table.columns().values():
                if isinstance(column, Pointer) and column.table == "person":
                    with suppress(UniqueViolation), work.db.savepoint():
                        work.db.run(table.update({column: owner}).where(column == of_nobody))


def rows_of(callers: Callers, project_id: str) -> dict[str, Row]:
    """All rows of a production, by their ids."""
    found = {}
    with callers.studio.tracker.work(writes=False) as work:
        for table in TABLES.values():
            if issubclass(table, Record) and has_place(table):
                rows = work.db.rows(table.select())
                found.update({row["id"]: row for row in rows if project_of(work, table, row) == project_id})
    return found


class Asking:
    """Asks routes with API keys. What they write is undone; `looking` sees it before."""

    def __init__(self, callers: Callers) -> None:
        self.callers = callers
        self.walk = Walk(callers)

    def ask(
        self, route: Route, who: str, *, query: str = "", own: bool = False, looking: Callable[[], Any] = lambda: None
    ) -> tuple[int, str, Any]:
        """The status, the text, and what was seen."""
        answered: list[int | str] = []
        with suppress(Undone), self.callers.studio.tracker.db.writing():
            answered.extend(self.walk.ask(route, self.walk.path(route, who if own else ""), who, query))
            seen = looking()
            raise Undone
        return int(answered[0]), str(answered[1]), seen


@pytest.fixture
def asking(callers: Callers) -> Asking:
    return Asking(callers)


def routes(*methods: str) -> Iterator[tuple[Route, bool]]:
    """Routes that ask who calls; those that name a person once with whoever it is, and once with the caller."""
    for table in tables():
        for route in table.routes:
            if route.method in methods and not route.who.public:
                yield route, False
                if "{person_id}" in route.path:
                    yield route, True


@pytest.mark.parametrize("who", TO_THEIRS)
def test_nothing_of_another_production_is_told(callers: Callers, asking: Asking, who: str) -> None:
    give_all_rows_to(callers, who)
    ours, of_ours = callers.ids["project"], rows_of(callers, callers.ids["project"]).keys()
    told = []
    for route, own in routes("GET"):
        for query in ("", f"project_id={ours}"):
            status, text, _ = asking.ask(route, who, query=query, own=own)
            if status < 300 and (found := (of_ours | {ours}) & set(UUID.findall(text))):
                told.append(f"{route.path}{' (own)' * own} {query[:10]}: {len(found)} ids")
    assert not told, "\n".join(told)


@pytest.mark.long
@pytest.mark.parametrize("who", TO_THEIRS)
def test_nothing_of_another_production_is_changed(callers: Callers, asking: Asking, who: str) -> None:
    give_all_rows_to(callers, who)
    ours = callers.ids["project"]
    before, changed, done = rows_of(callers, ours), [], 0
    for route, own in routes("POST", "PUT", "PATCH", "DELETE"):
        status, _, after = asking.ask(route, who, own=own, looking=lambda: rows_of(callers, ours))
        done += status < 300
        if after != before:
            changed.append(f"{route.method} {route.path}{' (own)' * own}: {status}")
    assert not changed, "\n".join(changed)
    assert done > 5  # else nothing was tried


def test_a_key_that_reads_changes_nothing(callers: Callers, asking: Asking) -> None:
    db = callers.studio.tracker.db
    for route, own in routes("POST", "PUT", "PATCH", "DELETE"):
        status, text, _ = asking.ask(route, "key that reads", own=own)
        assert status >= 400 or not route.writes, f"{route.method} {route.path}: {status} {text}"
    assert db.name
