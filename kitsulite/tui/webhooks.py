"""Webhooks: who is told of events, and how that goes."""

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Label

from kitsulite.areas.telling import webhooks
from kitsulite.live.outbox import last
from kitsulite.models.productions import Project
from kitsulite.models.shapes import read_list
from kitsulite.models.webhooks import TEMPLATES, Webhook, WebhookDelivery
from kitsulite.storage import Row
from kitsulite.tui.choose import Choose
from kitsulite.tui.facts import moment
from kitsulite.tui.form import Field, Form
from kitsulite.tui.rows import Column, Rows
from kitsulite.tui.section import Section, action, aside, begin
from kitsulite.work.errors import WrongParameter

HOOKS, DELIVERIES = "webhooks", "deliveries"
LATEST = 100
"""Deliveries that are listed."""
CHATS = ("slack", "mattermost", "discord")
TOLD_TO_CHATS = ("retakes", "publishes", "comments", "assignments", "everything")
PRESETS: list[tuple[str, Row]] = [
    *(
        (f"{events.capitalize()}, to {chat.capitalize()}", {"events": [events], "template": chat})
        for events in TOLD_TO_CHATS
        for chat in CHATS
    ),
    ("Everything, as JSON for a program", {"events": ["everything"], "template": "json"}),
]
"""What most want, by two keys."""


def state(webhook: Row) -> str:
    """How a webhook does."""
    if not webhook["active"]:
        return webhook["off_reason"] or "off"
    return f"fails: {webhook['error']}" if webhook["failing_since"] else "on"


def outcome(delivery: Row) -> str:
    """How a delivery went."""
    if delivery["error"]:
        return str(delivery["error"])
    return "taken" if delivery["delivered_at"] else "waits"


class Webhooks(Section):
    """The webhooks above, below what the one at the cursor was sent."""

    place = "studio"
    AUTO_FOCUS = f"#{HOOKS}"
    BINDINGS = [
        Binding("escape", "app.pop_screen", "Back"),
        Binding("n", "create", "New", tooltip="Have an address told of events"),
        Binding("e", "edit", "Edit", tooltip="Edit the webhook at the cursor"),
        Binding("o", "switch", "On/off", tooltip="Switch the webhook on, from now on, or off"),
        Binding("t", "test", "Test", tooltip="Call the webhook now, and see how that goes"),
        Binding("d", "redeliver", "Again", tooltip="Send the delivery at the cursor once more"),
        Binding("p", "replay", "Replay", show=False, tooltip="Send again what came after an event"),
        Binding("w", "rotate_secret", "Secret", show=False, tooltip="Give the webhook a new secret"),
        Binding("x", "remove", "Remove", tooltip="Remove the webhook and what is known of its deliveries"),
        Binding("tab", "app.focus_next", "Between", show=False, tooltip="Between the webhooks and the deliveries"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.productions: dict[str, str] = {}

    def body(self) -> ComposeResult:
        yield Label("Webhooks", id="name", classes="title", markup=False)
        yield Rows[Row](
            [
                Column("Webhook", lambda row: row["name"], width=20),
                Column("Events", lambda row: ", ".join(row["events"]), width=18),
                Column("As", lambda row: row["template"], width=10),
                Column("Productions", self._productions_of, width=14, least=100),
                Column("State", state),
            ],
            key=lambda row: row["id"],
            muted=lambda row: not row["active"],
            empty="Nobody is told of events yet: press n.",
            sort=None,
            id=HOOKS,
        )
        yield Label("What it was sent", classes="part")
        yield Rows[Row](
            [
                Column("When", lambda row: moment(row["updated_at"]), width=16),
                Column("Events", lambda row: str(row["events"] or "test"), width=6, right=True),
                Column("Tries", lambda row: str(row["attempts"]), width=5, right=True),
                Column("Status", lambda row: str(row["status"] or ""), width=6, right=True),
                Column("ms", lambda row: "" if row["duration"] is None else str(row["duration"]), width=6, right=True),
                Column("Again", lambda row: moment(row["due_at"]), width=16, least=100),
                Column("How it went", outcome),
            ],
            key=lambda row: row["id"],
            empty="Nothing yet.",
            sort=None,
            id=DELIVERIES,
        )

    def _productions_of(self, webhook: Row) -> str:
        names = [self.productions.get(id, "gone") for id in webhook["project_ids"]]
        return ", ".join(names) or "all"

    @property
    def hooks(self) -> Rows[Row]:
        return self.query_one(f"#{HOOKS}", Rows)

    async def refill(self) -> None:
        def read() -> tuple[dict[str, str], list[Row]]:
            with self.desk.begin(writes=False) as work:
                productions = dict(work.db.tuples(Project.select(Project.id, Project.name).order_by(Project.name)))
                return productions, read_list(webhooks.list_webhooks(work))

        self.productions, found = await aside(read)
        self.hooks.load(found)
        await self._show_deliveries()

    async def _show_deliveries(self) -> None:
        current = self.hooks.current

        def read() -> list[Row]:
            if current is None:
                return []
            with self.desk.begin(writes=False) as work:
                return read_list(webhooks.list_deliveries(work, current, limit=LATEST)["data"])

        self.query_one(f"#{DELIVERIES}", Rows).load(await aside(read))

    def on_rows_changed(self, event: Rows.Changed) -> None:
        if event.rows.id == HOOKS:
            begin(self, self._show_deliveries, group=DELIVERIES)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        if event.rows.id == HOOKS:
            self.action_edit()
            return
        row = event.item
        seqs = f"Events {row['first_seq']} to {row['last_seq']}.\n\n" if row["first_seq"] is not None else ""
        self.app.push_screen(Form(f"Delivery {row['id']}", text=f"{seqs}{outcome(row)}"))

    # --- changing ---

    def _fields(self, row: Row) -> list[Field]:
        choices = [(name, id) for id, name in self.productions.items()]
        return [
            Field("name", "Name", row["name"], hint="needed"),
            Field("url", "Address", row["url"], hint="https://…"),
            Field("events", "Events", ", ".join(row["events"]), hint="retakes, task:*, *:new …"),
            Field("template", "As", row["template"], choices=[(one, one) for one in TEMPLATES]),
            Field("project_ids", "Productions", row["project_ids"], choices=choices, many=True),
        ]

    @action
    async def action_create(self) -> None:
        chosen = await self.app.push_screen_wait(Choose("What to tell whom?", "presets", PRESETS))
        if chosen is None:
            return
        preset: Row = chosen[0]
        name = f"{preset['events'][0].capitalize()} to {preset['template']}"

        def save(values: Row) -> str:
            with self.desk.begin() as work:
                return webhooks.create_webhook(work, _said(values))[1]

        fields = self._fields({"name": name, "url": "", "project_ids": [], **preset})
        text = "Without productions it is told of all." + ("" if preset["template"] == "json" else INCOMING)
        result = await self.app.push_screen_wait(Form("New webhook", fields, save=save, text=text, button="Create"))
        if result and preset["template"] == "json":
            await self.app.push_screen_wait(Form("Its secret, shown this once", text=result[0]))
        elif result:
            self.notify("It is told from now on. Press t to try.")

    @action
    async def action_edit(self) -> None:
        row = self.hooks.chosen()

        def save(values: Row) -> None:
            with self.desk.begin() as work:
                webhooks.update_webhook(work, work.get(Webhook, row["id"]), _said(values))

        if await self.app.push_screen_wait(Form(f"Edit {row['name']}", self._fields(row), save=save)):
            self.notify(f"{row['name']} is changed.")

    @action
    async def action_switch(self) -> None:
        row = self.hooks.chosen()

        def switch() -> None:
            with self.desk.begin() as work:
                webhooks.update_webhook(work, work.get(Webhook, row["id"]), {"active": not row["active"]})

        await aside(switch)
        self.notify(f"{row['name']} is {'off' if row['active'] else 'on'} now.")
        self.action_refill()

    @action
    async def action_remove(self) -> None:
        row = self.hooks.chosen()

        def save(values: Row) -> None:
            with self.desk.begin() as work:
                webhooks.remove_webhook(work, work.get(Webhook, row["id"]))

        form = Form(f"Remove {row['name']}?", save=save, text=row["url"], button="Remove", danger=True)
        if await self.app.push_screen_wait(form):
            self.notify(f"{row['name']} is gone.")

    @action
    async def action_rotate_secret(self) -> None:
        row = self.hooks.chosen()

        def save(values: Row) -> str:
            with self.desk.begin() as work:
                return webhooks.rotate_secret(work, work.get(Webhook, row["id"]))

        text = "What is sent from then on is signed with the new one."
        form = Form(f"A new secret for {row['name']}?", save=save, text=text, button="Change", danger=True)
        if result := await self.app.push_screen_wait(form):
            await self.app.push_screen_wait(Form("Its secret, shown this once", text=result[0]))

    # --- sending ---

    @action
    async def action_test(self) -> None:
        row = self.hooks.chosen()

        def send() -> Row:
            with self.desk.begin() as work:
                id = webhooks.prepare_test(work, work.get(Webhook, row["id"]))
            return webhooks.send_by_hand(self.desk.begin, id)

        self._tell(await aside(send))

    @action
    async def action_redeliver(self) -> None:
        row = self.query_one(f"#{DELIVERIES}", Rows).chosen()

        def send() -> Row | None:
            with self.desk.begin() as work:
                if not webhooks.prepare_again(work, work.get(WebhookDelivery, row["id"])):
                    return None
            return webhooks.send_by_hand(self.desk.begin, row["id"])

        self._tell(await aside(send))

    def _tell(self, delivery: Row | None) -> None:
        if delivery is None:
            self.notify("It waited for its turn, which it has now.")
        elif delivery["error"]:
            self.notify(f"It was not taken: {delivery['error']}", severity="error")
        else:
            self.notify(f"It was taken: {delivery['status']}, in {delivery['duration']} ms.")
        self.action_refill()

    @action
    async def action_replay(self) -> None:
        row = self.hooks.chosen()

        def count() -> int:
            with self.desk.begin(writes=False) as work:
                return last(work.db)

        def save(values: Row) -> None:
            with self.desk.begin() as work:
                webhooks.replay(work, work.get(Webhook, row["id"]), _number(values["after"]))

        text = f"It has come to {row['seq']}, of {await aside(count)} events."
        fields = [Field("after", "After event", str(row["seq"]))]
        form = Form(f"What to send to {row['name']} again?", fields, save=save, text=text, button="Replay")
        if await self.app.push_screen_wait(form):
            self.notify("It is told again, as soon as somebody does jobs.")


INCOMING = " The address is that of an incoming webhook of the chat."


def _said(values: Row) -> Row:
    """What a filled in form says."""
    events = [event.strip() for event in values["events"].split(",")]
    return {**values, "name": _needed(values["name"]), "events": [event for event in events if event] or ["*"]}


def _needed(name: str) -> str:
    if not name.strip():
        raise WrongParameter("A webhook needs a name.")
    return name


def _number(text: Any) -> int:
    try:
        return int(text)
    except ValueError:
        raise WrongParameter("Say the number of an event.") from None
