"""The studio as an installation: versions, sizes, room on the disk, and a check whether everything is sound."""

from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Label, ProgressBar, Static

from kitsulite.areas.studio import installation
from kitsulite.storage import Row
from kitsulite.tui.facts import facts, moment, size
from kitsulite.tui.form import Form
from kitsulite.tui.rows import Column, Rows
from kitsulite.tui.section import Section, action, aside, begin
from kitsulite.work import jobs


class Studio(Section):
    """How the installation does."""

    place = "studio"
    BINDINGS = [
        Binding("i", "check", "Check", tooltip="Check the integrity of every table"),
        Binding("t", "retry", "Retry", tooltip="Do the job at the cursor once more"),
        Binding("escape", "stop", "Stop", show=False, tooltip="Stop the check"),
    ]

    def body(self) -> ComposeResult:
        yield Label("", id="name", classes="title", markup=False)
        yield Static(id="page-head")
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

    def on_mount(self) -> None:
        self.query_one("#check-progress").display = False

    async def refill(self) -> None:
        def read() -> tuple[Row, list[Row]]:
            with self.desk.begin(writes=False) as work:
                return installation.describe(work), jobs.list_jobs(work)

        found, waiting = await aside(read)
        self.query_one(Rows).load(waiting)
        self.query_one("#name", Label).update(f"Kitsulite {found['version']}")
        free = found["disk_free"] / found["disk_total"]
        self.query_one("#page-head", Static).update(
            facts(
                ("Engine", f"{found['engine']} {found['engine_version']}"),
                ("Database", size(found["database_size"])),
                ("Kitsu API", found["api_version"]),
                ("Disk free", f"{size(found['disk_free'])} ({free:.0%})"),
                ("Schema", f"version {found['schema_version']}"),
                ("Sessions", found["sessions"]),
                ("People", f"{found['active_people']} active, limit {found['user_limit']}"),
                ("Productions", f"{found['open_productions']} open of {found['productions']}"),
                ("Tasks", found["tasks"]),
                ("Comments", found["comments"]),
                ("Previews", found["previews"]),
            )
        )

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
        job = event.item
        self.app.push_screen(Form(job["name"], text=job["error"] or f"This job is {job['state']}; nothing went wrong."))

    @action
    async def action_retry(self) -> None:
        job = self.query_one(Rows).chosen()

        def retry() -> None:
            with self.desk.begin() as work:
                jobs.retry(work, job["id"])

        await aside(retry)
        self.notify("The job is done once more, as soon as somebody does jobs.")
        self.action_refill()
