"""The studio as an installation: versions, where things lie and how large they are, settings, and a check of all tables."""

from functools import partial

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Label, ProgressBar, Static

from kitsulite.areas.studio import installation
from kitsulite.settings import InForce, in_force
from kitsulite.storage import Row, StoreBroken
from kitsulite.tui.apikeys import ApiKeys
from kitsulite.tui.facts import NAME_WIDTH, facts, moment, size
from kitsulite.tui.form import Form
from kitsulite.tui.rows import Column, Rows
from kitsulite.tui.section import Section, action, aside, begin
from kitsulite.tui.sentences import sentence
from kitsulite.tui.webhooks import Webhooks
from kitsulite.tui.workflow import Workflow
from kitsulite.work import jobs


class Studio(Section):
    """How the installation does."""

    place = "studio"
    BINDINGS = [
        Binding("w", "workflow", "Workflow", tooltip="Task types and statuses"),
        Binding("h", "webhooks", "Webhooks", tooltip="Who is told of events"),
        Binding("a", "keys", "Keys", tooltip="API keys of scripts and bots"),
        Binding("i", "check", "Check", tooltip="Check the integrity of every table"),
        Binding("t", "retry", "Retry", tooltip="Do the job at the cursor once more"),
        Binding("tab", "app.focus_next", "Jobs/settings", tooltip="Between the jobs and the settings"),
        Binding("escape", "stop", "Stop", show=False, tooltip="Stop the check"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.found: Row = {}
        self.stored = "counting …"

    def body(self) -> ComposeResult:
        yield Label("", id="name", classes="title", markup=False)
        yield Static(id="page-head")
        yield Static(id="where")
        with Horizontal(id="check"):
            yield Label("Press i to check the integrity of every table.", id="check-about", markup=False)
            yield ProgressBar(show_eta=False, id="check-progress")
        yield Label("Background jobs", classes="part")
        yield Rows[Row](
            [
                Column("Job", lambda job: job["name"], width=20),
                Column("State", lambda job: job["state"], width=8),
                Column("Tries", lambda job: str(job["attempts"]), width=5, right=True),
                Column("Due", lambda job: moment(job["due_at"]), width=16, least=90),
                Column("Error", lambda job: " ".join((job["error"] or "").split())),
            ],
            key=lambda job: job["id"],
            empty="Nothing waits to be done.",
            sort=None,
            id="jobs",
        )
        yield Label("Settings in force", classes="part")
        yield Rows[InForce](
            [
                Column("Variable", lambda setting: setting.variable, width=33),
                Column("Value", lambda setting: setting.value),
                Column("From", lambda setting: setting.origin, width=12),
            ],
            key=lambda setting: setting.variable,
            muted=lambda setting: setting.origin == "default",
            sort=None,
            id="settings",
        )

    def on_mount(self) -> None:
        self.query_one("#check-progress").display = False
        settings = in_force(self.desk.tracker.settings)
        self.query_one("#settings", Rows).load(sorted(settings, key=lambda setting: setting.origin == "default"))

    def action_refill(self) -> None:
        super().action_refill()
        begin(self, self._measure, group="measure", beside=True)

    def on_screen_suspend(self) -> None:
        self.workers.cancel_group(self, "measure")

    async def refill(self) -> None:
        def read() -> tuple[Row, list[Row]]:
            with self.desk.begin(writes=False) as work:
                return installation.describe(work), jobs.list_jobs(work)

        found, waiting = await aside(read)
        jobs_list, settings = self.query_one("#jobs", Rows), self.query_one("#settings", Rows)
        jobs_list.load(waiting)
        if not waiting and self.focused is jobs_list:
            self.set_focus(settings)  # there is something to look at
        self.found = found
        self._show_where()
        self.query_one("#name", Label).update(f"Kitsulite {found['version']}")
        free = found["disk_free"] / found["disk_total"]
        self.query_one("#page-head", Static).update(
            facts(
                ("Engine", f"{found['engine']} {found['engine_version']}"),
                ("Kitsu API", found["api_version"]),
                ("Disk free", f"{size(found['disk_free'])} ({free:.0%})"),
                ("Schema", f"version {found['schema_version']}"),
                ("Backup", found["backup"] + (" (the last one failed)" if found["backup_error"] else "")),
                ("Sessions", found["sessions"]),
                ("People", f"{found['active_people']} active, limit {found['user_limit']}"),
                ("Productions", f"{found['open_productions']} open of {found['productions']}"),
                ("Tasks", found["tasks"]),
                ("Comments", found["comments"]),
                ("Previews", found["previews"]),
            )
        )

    def action_workflow(self) -> None:
        self.app.push_screen(Workflow())

    def action_webhooks(self) -> None:
        self.app.push_screen(Webhooks())

    def action_keys(self) -> None:
        self.app.push_screen(ApiKeys())

    # --- where everything lies ---

    async def _measure(self) -> None:
        """Count what is stored, and show how far that is."""
        steps = installation.measure_files(self.desk.tracker.files)
        try:
            while measured := await aside(partial(next, steps, None)):
                self.stored = f"{size(measured.bytes)} in {measured.files:,} files".replace(",", " ")
                self.stored += "" if measured.is_all else ", counting …"
                self._show_where()
        except StoreBroken as problem:
            self.stored = sentence(problem)
            self._show_where()

    def _show_where(self) -> None:
        """The database and the files: how much, and where. Long paths go on below."""
        if not self.found:
            return
        lines = Table.grid(padding=(0, 1))
        lines.add_column(width=NAME_WIDTH, style="dim")
        lines.add_column(overflow="fold")
        for name, what, place in (
            ("Database", size(self.found["database_size"]), self.found["database_place"]),
            ("Files", self.stored, self.found["files_place"]),
        ):
            lines.add_row(name, Text(f"{place}   {what}"))
        self.query_one("#where", Static).update(lines)

    # --- the check ---

    def action_check(self) -> None:
        begin(self, self._check, group="check", beside=True)

    async def _check(self) -> None:
        about, bar = self.query_one("#check-about", Label), self.query_one(ProgressBar)
        bar.display = True
        results: list[installation.Checked] = []
        tables = installation.check_integrity(self.desk.begin)
        try:
            while checked := await aside(partial(next, tables, None)):
                results.append(checked)
                about.update(f"Checking {checked.table}")
                bar.update(total=checked.total, progress=checked.done)
        finally:
            bar.display = False
        unsound = [checked for checked in results if checked.problems]
        about.update(
            f"{len(unsound)} of {len(results)} tables have problems."
            if unsound
            else f"All {len(results)} tables are sound."
        )
        if unsound:
            found = "\n".join(f"{checked.table}: {problem}" for checked in unsound for problem in checked.problems)
            await self.app.push_screen_wait(Form("What the check found", text=found, danger=True))

    def action_stop(self) -> None:
        self.workers.cancel_group(self, "check")

    # --- jobs ---

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        if event.rows.id == "settings":
            setting = event.item
            text = (
                f"{setting.value or '(empty)'}\n\nFrom: {setting.origin}. {setting.help[0].upper()}{setting.help[1:]}."
            )
            self.app.push_screen(Form(setting.variable, text=text))
            return
        job = event.item
        self.app.push_screen(Form(job["name"], text=job["error"] or f"This job is {job['state']}; nothing went wrong."))

    @action
    async def action_retry(self) -> None:
        job = self.query_one("#jobs", Rows).chosen()

        def retry() -> None:
            with self.desk.begin() as work:
                jobs.retry(work, job["id"])

        await aside(retry)
        self.notify("The job is done once more, as soon as somebody does jobs.")
        self.action_refill()
