"""One of many: a list in a dialog, that filters as one types."""

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer, Label

from kitsulite.tui.filterbar import FilterBar, Filtered
from kitsulite.tui.rows import Column, Rows
from kitsulite.work.texts import shown

Choice = tuple[str, Any]


class Choose(Filtered, ModalScreen[Any]):
    """A choice of (what is shown, value); its result is (value,), or None when it was left."""

    AUTO_FOCUS = "Words"
    BINDINGS = [
        Binding("escape", "dismiss", "Cancel"),
    ]

    def __init__(self, title: str, noun: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self.heading, self.noun, self.choices = title, noun, choices

    def compose(self) -> ComposeResult:
        with Vertical(id="choose"):
            yield Label(shown(self.heading), id="form-title", markup=False)
            yield FilterBar(self.noun)
            yield Rows[Choice](
                [Column("Name", lambda choice: choice[0])],
                key=lambda choice: choice[1],
                empty="Nothing like that.",
                sort=None,
                id="choices",
            )
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(Rows).load(self.choices)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        self.dismiss((event.item[1],))
