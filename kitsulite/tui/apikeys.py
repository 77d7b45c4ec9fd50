"""API keys: what scripts and bots show instead of signing in."""

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Label

from kitsulite.areas import answering
from kitsulite.areas.people import apikeys
from kitsulite.models.own import ApiKey
from kitsulite.models.people import OF_STUDIO, Person
from kitsulite.models.productions import Project
from kitsulite.storage import Row
from kitsulite.tui.choose import Choose
from kitsulite.tui.facts import moment
from kitsulite.tui.form import Field, Form
from kitsulite.tui.rows import Column, Rows
from kitsulite.tui.section import Section, action, aside

DOES = [("reads and writes", False), ("only reads", True)]
ENDS = [("in a year", False), ("never", True)]
ONCE = "The key, shown this once"


class ApiKeys(Section):
    """Everybody's keys, the newest first."""

    place = "studio"
    BINDINGS = [
        Binding("escape", "app.pop_screen", "Back"),
        Binding("n", "create", "New", tooltip="A new key of somebody, or of a bot"),
        Binding(
            "r", "rotate", "Rotate", tooltip="A new key in the place of the one at the cursor, which goes on for a day"
        ),
        Binding("x", "remove", "Remove", tooltip="End the key at the cursor at once"),
    ]

    def body(self) -> ComposeResult:
        yield Label("API keys", id="name", classes="title", markup=False)
        yield Rows[Row](
            [
                Column("Key", lambda row: row["hint"] + "…", width=12),
                Column("Name", lambda row: row["name"], width=18),
                Column("Whose", lambda row: row["whose"], width=20),
                Column("May", lambda row: row["scope"]),
                Column("Last used", lambda row: moment(row["used_at"]), width=16, least=90),
                Column("From", lambda row: row["address"] or "", width=15, least=110),
                Column("Ends", lambda row: moment(row["expires_at"])[:10] or "never", width=10),
            ],
            key=lambda row: row["id"],
            empty="No script has a key yet: press n.",
            sort=None,
            id="api-keys",
        )

    @property
    def keys(self) -> Rows[Row]:
        return self.query_one("#api-keys", Rows)

    async def refill(self) -> None:
        def read() -> list[Row]:
            with self.desk.begin(writes=False) as work:
                return apikeys.overview(work)

        self.keys.load(await aside(read))

    @action
    async def action_create(self) -> None:
        def read() -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
            with self.desk.begin(writes=False) as work:
                active = work.db.rows(
                    Person.select().where(Person.active, OF_STUDIO).order_by(~Person.is_bot, Person.first_name)
                )
                projects = work.db.tuples(Project.select(Project.name, Project.id).order_by(Project.name))
                return [(_called(person), person["id"]) for person in active], projects

        people, projects = await aside(read)
        chosen = await self.app.push_screen_wait(Choose("In whose name?", "people", people))
        if chosen is None:
            return

        def save(values: Row) -> str:
            with self.desk.begin() as work:
                person = work.get(Person, chosen[0])
                return apikeys.create_key(
                    work,
                    person,
                    values["name"],
                    only_reads=values["only_reads"],
                    areas=values["areas"] or None,
                    project_ids=values["project_ids"] or None,
                    never=values["never"],
                )[1]

        fields = [
            Field("name", "Name", hint="what uses it"),
            Field("only_reads", "It", False, choices=DOES),
            Field("never", "It ends", False, choices=ENDS),
            Field("areas", "Areas", [], choices=[(area, area) for area in answering()], many=True),
            Field("project_ids", "Productions", [], choices=projects, many=True),
        ]
        text = "Without areas it opens all of the API, without productions it knows of all."
        form = Form("New API key", fields, save=save, text=text, button="Create")
        if result := await self.app.push_screen_wait(form):
            await self.app.push_screen_wait(Form(ONCE, text=result[0]))
            await self.refill()
            self.keys.cursor = 0  # the new one, so that what is pressed next is about it

    @action
    async def action_rotate(self) -> None:
        row = self.keys.chosen()

        def save(values: Row) -> str:
            with self.desk.begin() as work:
                return apikeys.rotate_key(work, work.get(ApiKey, row["id"]))

        text = "The key of before goes on for a day."
        form = Form(f"A new key for {row['name']}?", save=save, text=text, button="Change", danger=True)
        if result := await self.app.push_screen_wait(form):
            await self.app.push_screen_wait(Form(ONCE, text=result[0]))
            self.action_refill()

    @action
    async def action_remove(self) -> None:
        row = self.keys.chosen()

        def save(values: Row) -> None:
            with self.desk.begin() as work:
                apikeys.remove_key(work, work.get(ApiKey, row["id"]))

        text = f"{row['hint']}… of {row['whose']}: what uses it is refused from now on."
        if await self.app.push_screen_wait(
            Form(f"Remove {row['name']}?", save=save, text=text, button="Remove", danger=True)
        ):
            self.notify(f"{row['name']} opens nothing any more.")
            self.action_refill()


def _called(person: Row) -> str:
    name = f"{person['first_name']} {person['last_name']}".strip()
    return f"{name} (bot)" if person["is_bot"] else f"{name} {person['email'] or ''}".strip()
