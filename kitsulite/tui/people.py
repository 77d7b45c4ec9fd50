"""Everybody: a list that filters as one types, and what can be done to the person at the cursor."""

from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding

from kitsulite.areas.people import departments
from kitsulite.areas.people.lastseen import last_seen
from kitsulite.areas.people.rows_of_persons import Persons
from kitsulite.models.shapes import read_list
from kitsulite.rows.filters import Listing
from kitsulite.storage import Row
from kitsulite.tui.facts import moment
from kitsulite.tui.filterbar import FilterBar, Filtered
from kitsulite.tui.personactions import PERSON_KEYS, PersonActions
from kitsulite.tui.personpage import PersonPage
from kitsulite.tui.rows import Column, Rows
from kitsulite.tui.section import action, aside


def state(person: Row) -> str:
    """What is special about somebody."""
    marks = {"inactive": not person["active"], "bot": person["is_bot"], "guest": person["is_guest"]}
    return ", ".join(mark for mark, applies in marks.items() if applies)


def role(person: Row) -> Text:
    return Text(person["role"], style="bold" if person["role"] == "admin" else "")


class People(Filtered, PersonActions):
    """The people of the studio."""

    place = "people"
    BINDINGS = [
        Binding("n", "create", "New", tooltip="New person"),
        *PERSON_KEYS,
        Binding("b", "create_bot", "New bot", show=False, tooltip="New bot, with an API token"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.departments: dict[str, str] = {}
        self.seen: dict[str, str] = {}

    def body(self) -> ComposeResult:
        yield FilterBar("people")
        yield Rows[Row](
            [
                Column("Name", lambda person: person["full_name"]),
                Column("E-mail", lambda person: person["email"] or "", least=60),
                Column("Role", role, width=10),
                Column("Departments", self._departments_of, width=24, least=110),
                Column("Last seen", lambda person: moment(self.seen.get(person["id"])), width=16, least=95),
                Column("State", state, width=8),
            ],
            key=lambda person: person["id"],
            muted=lambda person: not person["active"],
            empty="Nobody like that.",
            id="people",
        )

    def _departments_of(self, person: Row) -> str:
        return ", ".join(self.departments.get(id, "") for id in person["departments"])

    async def refill(self) -> None:
        def read() -> tuple[dict[str, str], dict[str, str], list[Row]]:
            with self.desk.begin(writes=False) as work:
                people = read_list(Persons().list(work, Listing({}, relations=True)))
                return departments.names(work), last_seen(work), people

        self.departments, self.seen, people = await aside(read)
        self.query_one(Rows).load(people)

    @property
    def person(self) -> Any:
        return self.query_one(Rows).chosen()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        self.app.push_screen(PersonPage(event.item["id"]))

    @action
    async def action_create(self) -> None:
        await self.create_person()

    @action
    async def action_create_bot(self) -> None:
        await self.create_bot()
