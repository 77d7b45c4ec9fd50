"""Task types and statuses: what there is to do in the studio, and how far it can be."""

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.color import Color, ColorParseError
from textual.widgets import Label

from kitsulite.areas.people import departments
from kitsulite.areas.tasks import workflow
from kitsulite.areas.tasks.rows import TaskStatuses, TaskTypes
from kitsulite.models import details
from kitsulite.rows.collection import Collection
from kitsulite.storage import Row
from kitsulite.tui import rowform
from kitsulite.tui.form import Choices, Form
from kitsulite.tui.rows import Column, Rows
from kitsulite.tui.section import Section, action, aside

TYPES, STATUSES = "task-types", "task-statuses"
FLAGS = ("is_default", "is_wip", "is_feedback_request", "is_retake", "is_done")


def colored(row: Row) -> Text:
    """A sample of a row's colour, and how it is spelled."""
    try:
        style = Color.parse(row["color"] or "").hex6
    except ColorParseError:
        style = ""
    return Text.assemble(("██ ", style), row["color"] or "")


def flags(status: Row) -> str:
    """What a status means."""
    return ", ".join(rowform.label(name) for name in (*FLAGS, "for_concept", "archived") if status[name])


class Workflow(Section):
    """The task types above, the statuses below; the keys are about the one that has the cursor."""

    place = "studio"
    AUTO_FOCUS = f"#{TYPES}"
    BINDINGS = [
        Binding("escape", "app.pop_screen", "Back"),
        Binding("n", "create", "New", tooltip="New task type, or new status"),
        Binding("e", "edit", "Edit", tooltip="Edit what the cursor is on"),
        Binding("tab", "app.focus_next", "Types/statuses", tooltip="Between the task types and the statuses"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.departments: dict[str, str] = {}

    def body(self) -> ComposeResult:
        yield Label("Task types and statuses", id="name", classes="title", markup=False)
        yield Rows[Row](
            [
                Column("Task type", lambda row: row["name"]),
                Column("For", lambda row: row["for_entity"] or "", width=9),
                Column("Short", lambda row: row["short_name"] or "", width=10, least=90),
                Column("Color", colored, width=10),
                Column("Order", lambda row: str(row["priority"] or ""), width=5, right=True),
                Column("Department", lambda row: self.departments.get(row["department_id"], ""), width=14),
                Column("State", lambda row: "archived" if row["archived"] else "", width=8, least=100),
            ],
            key=lambda row: row["id"],
            muted=lambda row: bool(row["archived"]),
            sort=None,
            id=TYPES,
        )
        yield Rows[Row](
            [
                Column("Status", lambda row: row["name"]),
                Column("Short", lambda row: row["short_name"], width=10),
                Column("Color", colored, width=10),
                Column("Order", lambda row: str(row["priority"] or ""), width=5, right=True),
                Column("Meaning", flags, width=24),
            ],
            key=lambda row: row["id"],
            muted=lambda row: bool(row["archived"]),
            sort=None,
            id=STATUSES,
        )

    async def refill(self) -> None:
        def read() -> tuple[dict[str, str], list[Row], list[Row]]:
            with self.desk.begin(writes=False) as work:
                return departments.names(work), workflow.list_task_types(work), workflow.list_task_statuses(work)

        self.departments, types, statuses = await aside(read)
        self.query_one(f"#{TYPES}", Rows).load(types)
        self.query_one(f"#{STATUSES}", Rows).load(statuses)

    @property
    def at_hand(self) -> tuple[Rows[Row], Collection, str, Sequence[str], dict[str, Choices]]:
        """The list that the keys are about, its collection, what one of it is called, what is said of it, and choices."""
        if self.focused and self.focused.id == STATUSES:
            rows = self.query_one(f"#{STATUSES}", Rows)
            return rows, TaskStatuses(), "task status", details.OF_TASK_STATUS, {}
        choices: dict[str, Choices] = {
            "for_entity": [(kind, kind) for kind in details.KINDS],
            "department_id": [("none", None), *((name, id) for id, name in self.departments.items())],
        }
        return self.query_one(f"#{TYPES}", Rows), TaskTypes(), "task type", details.OF_TASK_TYPE, choices

    @action
    async def action_create(self) -> None:
        _, collection, noun, names, choices = self.at_hand

        def save(values: Row) -> str:
            with self.desk.begin() as work:
                collection.create(work, rowform.said(collection.table, names, values))
            return str(values["name"])

        fields = rowform.fields(collection.table, names, None, choices)
        if result := await self.app.push_screen_wait(Form(f"New {noun}", fields, save=save, button="Create")):
            self.notify(f"{result[0]} is here now.")

    @action
    async def action_edit(self) -> None:
        rows, collection, _, names, choices = self.at_hand
        row = rows.chosen()

        def save(values: Row) -> None:
            with self.desk.begin() as work:
                collection.update(work, row["id"], rowform.said(collection.table, names, values, row))

        fields = rowform.fields(collection.table, names, row, choices)
        if await self.app.push_screen_wait(Form(f"Edit {row['name']}", fields, save=save)):
            self.notify(f"{row['name']} is changed.")

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        self.action_edit()
