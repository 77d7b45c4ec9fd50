"""Spreadsheets: every CSV of the API, into a file."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Label, ProgressBar

from kitsulite.areas import exports
from kitsulite.areas.productions import figures as projectfigures
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Playlist
from kitsulite.storage.wholefile import whole_file
from kitsulite.tui.choose import Choose
from kitsulite.tui.form import Field, Form
from kitsulite.tui.rows import Column, Rows
from kitsulite.tui.section import Section, action, aside, begin

OF = {None: "studio", Project: "production", Playlist: "playlist"}
Item = tuple[str, exports.Export]


class Canceled(Exception):
    """The export was stopped."""


class Exports(Section):
    """What can be taken out."""

    place = "exports"
    BINDINGS = [
        Binding("w", "export", "Write", tooltip="Write the export at the cursor into a file"),
        Binding("escape", "stop", "Stop", tooltip="Stop writing; nothing half is left behind"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.is_stopped = False
        self.is_writing = False

    def body(self) -> ComposeResult:
        with Horizontal(id="making"):
            yield Label("Enter writes a spreadsheet into a file.", id="making-about", markup=False)
            yield ProgressBar(show_eta=False, show_percentage=False, id="making-progress")
        yield Rows[Item](
            [
                Column("Export", lambda item: item[0], width=14),
                Column("Of", lambda item: OF[item[1].of], width=12),
                Column("What", lambda item: item[1].about),
            ],
            key=lambda item: item[0],
            sort=None,
            id="exports",
        )

    def on_mount(self) -> None:
        self.query_one(ProgressBar).display = False
        self.query_one(Rows).load(exports.EXPORTS.items())

    @action
    async def on_rows_chosen(self, event: Rows.Chosen) -> None:
        name, export = event.item
        id = ""
        if export.of is not None:
            project = await self._choose("production", self._projects)
            id = (
                await self._choose("playlist", partial(self._playlists, project))
                if project and export.of is Playlist
                else project
            )
            if not id:
                return
        if self.is_writing:
            self.notify("One export at a time: this one waits for the other to end.", severity="warning")
            return
        path = await self._ask_where(name, id)
        if path:
            begin(self, partial(self._write, name, id, path), beside=True)

    async def _choose(self, what: str, read: Callable[[], list[tuple[str, str]]]) -> str:
        """The id of one of these, "" for none."""
        choices = await aside(read)
        if not choices:
            self.notify(f"There is no {what}.", severity="warning")
            return ""
        result = await self.app.push_screen_wait(Choose(f"Which {what}?", f"{what}s", choices))
        return str(result[0]) if result else ""

    def _projects(self) -> list[tuple[str, str]]:
        with self.desk.begin(writes=False) as work:
            projects = projectfigures.list_projects(work)
        return [(project["name"], project["id"]) for project in sorted(projects, key=lambda row: not row["is_open"])]

    def _playlists(self, project_id: str) -> list[tuple[str, str]]:
        with self.desk.begin(writes=False) as work:
            query = Playlist.select(Playlist.name, Playlist.id).where(Playlist.project_id == project_id)
            return list(work.db.tuples(query.order_by(Playlist.name)))

    async def _ask_where(self, name: str, id: str) -> Path | None:
        def suggest() -> str:
            with self.desk.begin(writes=False) as work:
                return exports.file_name(work, name, id)

        def check(values: dict[str, Any]) -> Path:
            path = Path(values["file"]).expanduser()
            if not path.parent.is_dir():
                raise FileNotFoundError(2, "there is no such folder", str(path.parent))
            return path

        fields = [Field("file", "File", await aside(suggest))]
        text = "A file of that name is replaced."
        form = Form(f"Export {name}", fields, save=check, text=text, button="Write")
        result = await self.app.push_screen_wait(form)
        return result[0] if result else None

    async def _write(self, name: str, id: str, path: Path) -> None:
        bar, about = self.query_one(ProgressBar), self.query_one("#making-about", Label)
        self.is_stopped, self.is_writing = False, True
        bar.display = True

        def show(lines: int) -> None:
            about.update(f"{path.name}: {lines} lines")

        def write() -> int:
            lines = 0
            with self.desk.begin(writes=False) as work, whole_file(path) as file:
                for piece in exports.sheet(work, name, id).pieces():
                    if self.is_stopped or not self.is_running:
                        raise Canceled
                    file.write("".join(piece).encode())
                    lines += len(piece)
                    self.app.call_from_thread(show, lines)
            return lines

        try:
            lines = await aside(write)
        except Canceled:
            about.update("Stopped: nothing was written.")
        else:
            about.update(f"{path.name}: {lines} lines")
            self.notify(f"{path.resolve()} is written.")
        finally:
            bar.display, self.is_writing = False, False

    def action_export(self) -> None:
        self.query_one(Rows).action_choose()

    def action_stop(self) -> None:
        self.is_stopped = True
