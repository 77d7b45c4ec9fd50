"""One person: who it is, how they get in, and where they are signed in."""

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Label, Static

from kitsulite.areas.people import departments, persons, signin
from kitsulite.models.shapes import read
from kitsulite.storage import Row
from kitsulite.tui.facts import facts, moment
from kitsulite.tui.personactions import PERSON_KEYS, PersonActions
from kitsulite.tui.rows import Column, Rows
from kitsulite.tui.section import action, aside
from kitsulite.tui.sentences import NothingHere
from kitsulite.work.texts import shown


class PersonPage(PersonActions):
    """A person's page."""

    place = "people"
    BINDINGS = [
        Binding("escape", "app.pop_screen", "Back"),
        Binding("x", "end_session", "End session", tooltip="End the session at the cursor"),
        *PERSON_KEYS,
    ]

    def __init__(self, person_id: str) -> None:
        super().__init__()
        self.person_id = person_id
        self._person: Row | None = None

    def body(self) -> ComposeResult:
        yield Label("", id="name", classes="title", markup=False)
        yield Static(id="page-head")
        yield Label("Sessions", classes="part")
        yield Rows[Row](
            [
                Column("Signed in", lambda session: moment(session["created_at"]), width=16),
                Column("Last used", lambda session: moment(session["used_at"]), width=16),
                Column("From", lambda session: session["address"], width=15),
                Column("With", lambda session: session["device"], width=26),
                Column("Ends", lambda session: moment(session["expires_at"]), width=16, least=100),
                Column("Session", lambda session: session["id"], least=130),
            ],
            key=lambda session: session["id"],
            empty="Not signed in anywhere.",
            sort=None,
            id="sessions",
        )

    @property
    def person(self) -> Any:
        if self._person is None:
            raise NothingHere
        return self._person

    async def refill(self) -> None:
        def load() -> tuple[Row, Row, dict[str, str]]:
            with self.desk.begin(writes=False) as work:
                person = read(signin.show_person(work, self.person_id))
                return person, persons.account(work, self.person_id), departments.names(work)

        person, account, names = await aside(load)
        self._person = person
        self.query_one("#name", Label).update(shown(person["full_name"]))
        locked = f"locked after {account['failed_logins']} failed attempts" if account["is_locked"] else ""
        self.query_one("#page-head", Static).update(
            facts(
                ("E-mail", person["email"]),
                ("Role", person["role"]),
                ("Departments", ", ".join(names.get(id, "") for id in person["departments"])),
                ("Phone", person["phone"]),
                ("State", "active" if person["active"] else "inactive"),
                ("Last seen", moment(account["last_seen"])),
                ("Password", locked or ("set" if account["has_password"] else "none yet")),
                ("2FA", ", ".join(account["second_factors"]) or "none"),
                ("API token", _token(person, account)),
                ("Here since", moment(person["created_at"])),
            )
        )
        self.query_one(Rows).load(account["sessions"])

    @action
    async def action_end_session(self) -> None:
        session = self.query_one(Rows).chosen()

        def end() -> None:
            with self.desk.begin() as work:
                persons.end_sessions(work, self.person_id, session["id"])

        await aside(end)
        self.notify("The session is ended.")
        self.action_refill()


def _token(person: Row, account: Row) -> str:
    if not account["has_api_token"]:
        return "none"
    return f"until {person['expiration_date']}" if person["expiration_date"] else "does not expire"
