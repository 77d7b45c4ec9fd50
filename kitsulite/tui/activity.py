"""What happens in the studio, as it happens: events, sign-ins, and sign-ins that failed, the latest first."""

import datetime
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.timer import Timer

from kitsulite.areas.people import lockout
from kitsulite.areas.people.rows_of_persons import Persons
from kitsulite.areas.productions import figures as projectfigures
from kitsulite.areas.studio import eventlog
from kitsulite.models import is_uuid
from kitsulite.models.shapes import read_list
from kitsulite.rows.filters import Listing
from kitsulite.storage import Row
from kitsulite.tui.filterbar import FilterBar, Filtered
from kitsulite.tui.rows import Column, Rows
from kitsulite.tui.section import Section, aside
from kitsulite.work.work import Work

SECONDS = 2.0
EVENTS, LOGINS = 500, 200
FAILED = "failed sign-in"
SHORT_ID = 8


class Activity(Filtered, Section):
    """The log. `/` and "sign-in" leaves the sign-ins, "failed" those that failed."""

    place = "activity"
    BINDINGS = [
        Binding("space", "hold", "Pause", tooltip="Stop following what happens, or go on"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Row] = []
        self.is_held = False
        self.names: dict[str | None, str] = {}
        self.timer: Timer | None = None

    def body(self) -> ComposeResult:
        yield FilterBar("events")
        yield Rows[Row](
            [
                Column("When", lambda row: _clock(row["at"]), width=14),
                Column("What", lambda row: row["what"], width=24),
                Column("Who", lambda row: row["who"], width=16),
                Column("Production", lambda row: row["where"], width=20, least=100),
                Column("About", lambda row: row["about"]),
            ],
            key=lambda row: row["id"],
            empty="Nothing has happened yet.",
            sort=None,
            id="activity",
        )

    def on_mount(self) -> None:
        self.timer = self.set_interval(SECONDS, self.action_refill, pause=True)

    def on_screen_resume(self) -> None:
        self.names = {}
        self.action_refill()
        if self.timer and not self.is_held:
            self.timer.resume()

    def on_screen_suspend(self) -> None:
        if self.timer:
            self.timer.pause()

    async def refill(self) -> None:
        def read() -> list[Row]:
            with self.desk.begin(writes=False) as work:
                return self._read(work)

        rows = await aside(read)
        if rows != self.seen or not self.query_one(Rows).is_loaded:
            self.seen = rows
            self.query_one(Rows).load(rows, follow=True)

    def _read(self, work: Work) -> list[Row]:
        events = read_list(eventlog.last_events(work, eventlog.Span(limit=EVENTS), eventlog.EventFilter()))
        logins = read_list(eventlog.last_logins(work, eventlog.Span(limit=LOGINS)))
        failures = lockout.list_failures(work)
        asked = {row["user_id"] for row in events} | {row["person_id"] for row in (*logins, *failures)}
        if not asked <= self.names.keys():
            self.names = dict.fromkeys(asked, "") | _names(work)
        rows = [
            *(self._event(event) for event in events),
            *(self._login(login) for login in logins),
            *(self._failure(failure) for failure in failures),
        ]
        return sorted(rows, key=lambda row: (row["at"], row["id"]), reverse=True)

    def _event(self, event: Row) -> Row:
        data: Row = event["data"] or {}
        about = [self._named(key, value) for key, value in data.items() if key not in ("project_id", "operator")]
        return {
            "id": event["id"],
            "at": event["created_at"],
            "what": event["name"],
            "who": self.names.get(event["user_id"]) or data.get("operator") or "",
            "where": self.names.get(event["project_id"], "") if event["project_id"] else "",
            "about": "  ".join(about),
        }

    def _named(self, key: str, value: Any) -> str:
        noun = key.removesuffix("_id").replace("_", " ")
        known = self.names.get(value) if isinstance(value, str) else None
        return f"{noun} {known or (value[:SHORT_ID] if is_uuid(value) else value)}"

    def _login(self, login: Row) -> Row:
        about = f"{login['origin'] or ''} {login['ip_address'] or ''}".strip()
        return self._row(login["id"], login["created_at"], "sign-in", login["person_id"], about)

    def _failure(self, failure: Row) -> Row:
        count, at, address = failure["count"], failure["last"], failure["address"]
        about = ("once" if count == 1 else f"{count} times in a row") + (f" from {address}" if address else "")
        return self._row(f"{failure['person_id']} {at}", at, FAILED, failure["person_id"], about)

    def _row(self, id: str, at: str, what: str, person_id: str, about: str) -> Row:
        return {"id": id, "at": at, "what": what, "who": self.names.get(person_id, ""), "where": "", "about": about}

    def action_hold(self) -> None:
        self.is_held = not self.is_held
        assert self.timer
        (self.timer.pause if self.is_held else self.timer.resume)()
        self.notify("Paused." if self.is_held else "Following what happens.")


def _names(work: Work) -> dict[str | None, str]:
    """The names of all people and productions, by id."""
    people = read_list(Persons().list(work, Listing({}, fields=frozenset({"full_name"}))))
    projects = projectfigures.list_projects(work)
    return {person["id"]: person["full_name"] for person in people} | {row["id"]: row["name"] for row in projects}


def _clock(at: str) -> str:
    moment = datetime.datetime.fromisoformat(at).replace(tzinfo=datetime.UTC)
    return moment.astimezone().strftime("%m-%d %H:%M:%S")
