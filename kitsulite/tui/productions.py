"""Every production, with its team and how far its tasks are."""

from collections.abc import Callable

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding

from kitsulite.areas.productions import figures as projectfigures
from kitsulite.areas.productions import states as projectstates
from kitsulite.areas.productions.rows import Projects
from kitsulite.models.details import OF_PROJECT
from kitsulite.models.productions import Project, ProjectTemplate
from kitsulite.storage import Row
from kitsulite.tui import bars, rowform
from kitsulite.tui.filterbar import FilterBar, Filtered
from kitsulite.tui.form import Field, Form
from kitsulite.tui.productionpage import ProductionPage
from kitsulite.tui.rows import Column, Rows
from kitsulite.tui.section import Section, action, aside

BAR = 24


class Productions(Filtered, Section):
    """The list of productions."""

    place = "productions"
    BINDINGS = [
        Binding("n", "create", "New", tooltip="New production"),
        Binding("e", "edit", "Edit", tooltip="Edit the production"),
        Binding("o", "toggle_open", "Open/close", tooltip="Open or close the production"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.signs: dict[str, str] = {}

    def body(self) -> ComposeResult:
        yield FilterBar("productions")
        yield Rows[Row](
            [
                Column("Name", lambda project: project["name"]),
                Column("Kind", lambda project: project["production_type"] or "", width=8, least=100),
                Column("Status", lambda project: project["status"] or "", width=8),
                Column("Team", lambda project: str(project["team_size"]), 5, right=True, order=_by("team_size")),
                Column("Tasks", lambda project: str(bars.total(project["tasks"])), 6, right=True, order=_by_tasks),
                Column("Progress", self._bar, width=BAR, order=_by_share),
                Column("Done", _share, width=4, right=True, order=_by_share),
            ],
            key=lambda project: project["id"],
            muted=lambda project: not project["is_open"],
            empty="No production like that.",
            id="productions",
        )

    def _bar(self, project: Row) -> Text:
        return bars.bar(project["tasks"], BAR, self.signs)

    async def refill(self) -> None:
        def read() -> list[Row]:
            with self.desk.begin(writes=False) as work:
                return projectfigures.list_projects(work)

        projects = await aside(read)
        self.signs = bars.fillings(bars.merged(row for project in projects for row in project["tasks"]))
        self.query_one(Rows).load(projects)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        self.app.push_screen(ProductionPage(event.item["id"]))

    @action
    async def action_create(self) -> None:
        def read() -> list[Row]:
            with self.desk.begin(writes=False) as work:
                return work.db.rows(ProjectTemplate.select().order_by(ProjectTemplate.name))

        def save(values: Row) -> str:
            data = rowform.said(Project, OF_PROJECT, values)
            if template_id := values.get("template"):
                data["project_template_id"] = template_id
            with self.desk.begin() as work:
                Projects().create(work, data)
            return str(values["name"])

        templates = [(row["name"], row["id"]) for row in await aside(read)]
        fields = rowform.fields(Project, OF_PROJECT)
        if templates:
            fields.append(Field("template", "Template", None, choices=[("none", None), *templates]))
        if result := await self.app.push_screen_wait(Form("New production", fields, save=save, button="Create")):
            self.notify(f"{result[0]} is here now.")

    @action
    async def action_edit(self) -> None:
        id = self.query_one(Rows).chosen()["id"]

        def read() -> Row:
            with self.desk.begin(writes=False) as work:
                return work.get(Project, id)

        project = await aside(read)

        def save(values: Row) -> None:
            with self.desk.begin() as work:
                Projects().update(work, id, rowform.said(Project, OF_PROJECT, values, project))

        form = Form(f"Edit {project['name']}", rowform.fields(Project, OF_PROJECT, project), save=save)
        if await self.app.push_screen_wait(form):
            self.notify(f"{project['name']} is changed.")

    @action
    async def action_toggle_open(self) -> None:
        project = self.query_one(Rows).chosen()
        name, is_open = project["name"], project["is_open"]

        def save(values: Row) -> None:
            change = projectstates.close_project if is_open else projectstates.open_project
            with self.desk.begin() as work:
                change(work, project["id"])

        if is_open:
            text = "Only admins find a closed production. Nothing is lost, and it can be opened again."
            form = Form(f"Close {name}?", save=save, text=text, button="Close it", danger=True)
        else:
            form = Form(f"Open {name} again?", save=save, button="Open it")
        if await self.app.push_screen_wait(form):
            self.notify(f"{name} is {'closed' if is_open else 'open'} now.")


def _by(key: str) -> Callable[[Row], int]:
    return lambda project: -project[key]


def _by_tasks(project: Row) -> int:
    return -bars.total(project["tasks"])


def _by_share(project: Row) -> float:
    return -bars.share_done(project["tasks"])


def _share(project: Row) -> str:
    return bars.percent(bars.share_done(project["tasks"])) if project["tasks"] else ""
