"""One production: its numbers by status, how far each task type is, and its team."""

from typing import Any

from rich.console import Group
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Label, Static

from kitsulite.areas.people.rows_of_persons import Persons
from kitsulite.areas.productions import figures as projectfigures
from kitsulite.areas.productions import team
from kitsulite.models.codes import ROLES
from kitsulite.models.productions import Project
from kitsulite.models.shapes import read_list
from kitsulite.rows.filters import Listing
from kitsulite.storage import Row
from kitsulite.tui import bars
from kitsulite.tui.choose import Choose
from kitsulite.tui.facts import facts
from kitsulite.tui.form import Field, Form
from kitsulite.tui.rows import Column, Rows
from kitsulite.tui.section import Section, action, aside
from kitsulite.work.texts import shown

BAR = 32
OWN = "as in the studio"


class ProductionPage(Section):
    """A production's page."""

    place = "productions"
    AUTO_FOCUS = "#team"
    BINDINGS = [
        Binding("escape", "app.pop_screen", "Back"),
        Binding("n", "add_member", "Add", tooltip="Take somebody into the team"),
        Binding("c", "change_role", "Role", tooltip="Change the role in this production"),
        Binding("x", "remove_member", "Remove", tooltip="Take the person out of the team"),
        Binding("tab", "app.focus_next", "Tasks/team", tooltip="Between the task types and the team"),
    ]

    def __init__(self, project_id: str) -> None:
        super().__init__()
        self.project_id = project_id
        self.signs: dict[str, str] = {}

    def body(self) -> ComposeResult:
        yield Label("", id="name", classes="title", markup=False)
        yield Static(id="page-head")
        yield Rows[Row](
            [
                Column("Task type", lambda row: row["task_type"]),
                Column("For", lambda row: row["for_entity"], width=8),
                Column("Progress", lambda row: bars.bar(row["counts"], BAR, self.signs), width=BAR),
                Column("Done", lambda row: bars.percent(bars.share_done(row["counts"])), width=4, right=True),
                Column("Tasks", lambda row: str(bars.total(row["counts"])), width=6, right=True),
            ],
            key=lambda row: (row["task_type"], row["for_entity"]),
            empty="No tasks yet.",
            sort=None,
            id="task-types",
        )
        yield Rows[Row](
            [
                Column("Team", lambda person: person["full_name"]),
                Column("E-mail", lambda person: person["email"] or "", least=90),
                Column("Role here", lambda person: person["project_role"] or OWN, width=16),
                Column("Role", lambda person: person["role"], width=10),
            ],
            key=lambda person: person["id"],
            muted=lambda person: not person["active"],
            empty="Nobody is in the team.",
            id="team",
        )

    @property
    def members(self) -> Rows[Row]:
        return self.query_one("#team", Rows)

    async def refill(self) -> None:
        def load() -> tuple[Row, list[Row], int, list[Row]]:
            with self.desk.begin(writes=False) as work:
                return (
                    work.get(Project, self.project_id),
                    projectfigures.count_tasks(work, self.project_id),
                    projectfigures.count_entities(work, self.project_id),
                    read_list(team.members(work, self.project_id)),
                )

        project, counts, entities, people = await aside(load)
        by_status = bars.merged(counts)
        self.signs = bars.fillings(by_status)
        self.query_one("#name", Label).update(shown(project["name"]))
        self.query_one("#page-head", Static).update(Group(*self._head(project, by_status, entities, len(people))))
        self.query_one("#task-types", Rows).load(_by_task_type(counts))
        self.members.load(people)

    def _head(self, project: Row, by_status: list[Row], entities: int, people: int) -> list[Any]:
        dates = f"{project['start_date'] or '…'} – {project['end_date'] or '…'}"
        head: list[Any] = [
            facts(
                ("Kind", project["production_type"]),
                ("Dates", dates if project["start_date"] or project["end_date"] else None),
                ("Entities", entities),
                ("Team", people),
            ),
            Text(),
        ]
        if by_status:
            width = self.size.width - 4
            head += [bars.bar(by_status, width, self.signs), bars.legend(by_status, self.signs)]
        return head

    # --- the team ---

    @action
    async def action_add_member(self) -> None:
        def load() -> list[Row]:
            with self.desk.begin(writes=False) as work:
                return read_list(Persons().list(work, Listing({}, fields=frozenset({"full_name", "email", "active"}))))

        people = sorted(await aside(load), key=lambda person: person["full_name"].casefold())
        choices = [(f"{row['full_name']}  {row['email'] or ''}", row) for row in people if row["active"]]
        chosen = await self.app.push_screen_wait(Choose("Whom to take into the team?", "people", choices))
        if chosen is None:
            return
        person: Row = chosen[0]

        def save(values: Row) -> None:
            with self.desk.begin() as work:
                team.add_member(work, self.project_id, person["id"], values["role"])

        fields = [Field("role", "Role here", None, choices=_roles())]
        form = Form(f"{person['full_name']}, into the team", fields, save=save, button="Add")
        if await self.app.push_screen_wait(form):
            self.notify(f"{person['full_name']} is in the team.")

    @action
    async def action_change_role(self) -> None:
        person = self.members.chosen()

        def save(values: Row) -> None:
            with self.desk.begin() as work:
                team.change_role(work, self.project_id, person["id"], values["role"])

        fields = [Field("role", "Role here", person["project_role"], choices=_roles())]
        if await self.app.push_screen_wait(Form(f"Role of {person['full_name']}", fields, save=save)):
            self.notify(f"{person['full_name']} has another role here.")

    @action
    async def action_remove_member(self) -> None:
        person = self.members.chosen()

        def save(values: Row) -> None:
            with self.desk.begin() as work:
                team.remove_member(work, self.project_id, person["id"])

        text = "Tasks stay assigned."
        form = Form(f"Take {person['full_name']} out of the team?", save=save, text=text, button="Remove", danger=True)
        if await self.app.push_screen_wait(form):
            self.notify(f"{person['full_name']} is not in the team any more.")


def _roles() -> list[tuple[str, Any]]:
    return [(OWN, None), *((role, role) for role in ROLES)]


def _by_task_type(counts: list[Row]) -> list[Row]:
    """Counts, a row for each task type."""
    rows: dict[tuple[str, str], Row] = {}
    for count in counts:
        key = count["task_type"], count["for_entity"]
        row = rows.setdefault(key, {"task_type": key[0], "for_entity": key[1] or "", "counts": []})
        row["counts"].append(count)
    return list(rows.values())
