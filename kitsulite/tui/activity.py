"""What happens in the studio, as it happens: events, sign-ins, and sign-ins that failed, the latest first."""

import datetime
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.timer import Timer

from kitsulite.areas.people import lockout
from kitsulite.areas.studio import eventlog
from kitsulite.areas.studio.eventnames import ids_in, names_of
from kitsulite.models import is_uuid
from kitsulite.models.shapes import read_list
from kitsulite.storage import Row
from kitsulite.tui.filterbar import FilterBar, Filtered
from kitsulite.tui.form import Form
from kitsulite.tui.rows import Column, Rows
from kitsulite.tui.section import Section, aside, begin
from kitsulite.work.work import Work

SECONDS = 2.0
EVENTS, LOGINS = 500, 200
FAILED = "failed sign-in"
SHORT_ID = 8
WIDEST = 18
"""Cells for what stands before a value, where all of an event is shown."""


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
        self.names: dict[str, str] = {}
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
        self.timer = self.set_interval(SECONDS, self._follow, pause=True)

    def _follow(self) -> None:
        begin(self, self.refill, group="refill", beside=True)

    def action_refill(self) -> None:
        self.names = {}  # what was renamed is read again
        super().action_refill()

    def on_screen_resume(self) -> None:
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
        told = [[event["data"], event["user_id"], event["project_id"]] for event in events]
        people = [row["person_id"] for row in (*logins, *failures)]
        unknown = set(ids_in([told, people])) - self.names.keys()
        self.names |= dict.fromkeys(unknown, "") | names_of(work, unknown)
        rows = [
            *(self._event(event) for event in events),
            *(self._login(login) for login in logins),
            *(self._failure(failure) for failure in failures),
        ]
        return sorted(rows, key=lambda row: row["at"], reverse=True)  # within a second as they came: the newest first

    def _event(self, event: Row) -> Row:
        data: Row = event["data"] or {}
        told = {_noun(key): self._said(value) for key, value in data.items() if key not in ("project_id", "operator")}
        project_id = event["project_id"] or data.get("project_id")
        where = self._said(project_id) if project_id else ""
        return {
            "id": event["id"],
            "at": event["created_at"],
            "what": event["name"],
            "who": self.names.get(event["user_id"]) or data.get("operator") or "",
            "where": where,
            "about": _line(event["name"], told or {"project": where}),
            "told": told,
        }

    def _said(self, value: Any) -> str:
        """What an event tells, rows by their names."""
        if isinstance(value, dict):
            return ", ".join(f"{_noun(key)} {self._said(part)}" for key, part in value.items())
        if isinstance(value, list):
            return ", ".join(map(self._said, value))
        if is_uuid(value):
            return self.names.get(value.lower()) or f"{value[:SHORT_ID]} (gone)"
        return "none" if value is None else str(value)

    def _login(self, login: Row) -> Row:
        about = f"{login['origin'] or ''} {login['ip_address'] or ''}".strip()
        return self._row(login["id"], login["created_at"], "sign-in", login["person_id"], about)

    def _failure(self, failure: Row) -> Row:
        count, at, address = failure["count"], failure["last"], failure["address"]
        about = ("once" if count == 1 else f"{count} times in a row") + (f" from {address}" if address else "")
        return self._row(f"{failure['person_id']} {at}", at, FAILED, failure["person_id"], about)

    def _row(self, id: str, at: str, what: str, person_id: str, about: str) -> Row:
        who = self._said(person_id)
        return {"id": id, "at": at, "what": what, "who": who, "where": "", "about": about, "told": {"about": about}}

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        row = event.item
        known = {"when": _clock(row["at"]), "who": row["who"], "production": row["where"], **row["told"]}
        text = "\n".join(f"{noun.capitalize():<{WIDEST}} {said}" for noun, said in known.items() if said)
        self.app.push_screen(Form(row["what"], text=text))

    def action_hold(self) -> None:
        self.is_held = not self.is_held
        assert self.timer
        (self.timer.pause if self.is_held else self.timer.resume)()
        self.notify("Paused." if self.is_held else "Following what happens.")


def _line(name: str, told: dict[str, str]) -> str:
    """What an event tells, in a line; what its name or the line says already is not said again."""
    known = name.partition(":")[0].replace("-", " ").replace("_", " ")
    once = {said: noun for noun, said in reversed(told.items()) if said}
    return "  ".join(said if noun == known else f"{noun} {said}" for said, noun in reversed(once.items()))


def _noun(key: str) -> str:
    """What a key of an event is about."""
    return key.removesuffix("_id").replace("_", " ")


def _clock(at: str) -> str:
    moment = datetime.datetime.fromisoformat(at).replace(tzinfo=datetime.UTC)
    return moment.astimezone().strftime("%m-%d %H:%M:%S")
