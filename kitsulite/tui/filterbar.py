"""The line above a list where one types what to look for."""

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Input, Label

from kitsulite.tui.rows import Rows

ONE = {"people": "person", "productions": "production", "events": "event"}
"""What is counted, when there is one of it."""


class Words(Input):
    """What is looked for: Enter and Down go to the list, Escape shows everything again."""

    BINDINGS = [
        Binding("enter,down", "to_list", "To the list"),
        Binding("escape", "clear", "Show all"),
    ]

    def action_to_list(self) -> None:
        self.screen.set_focus(self.screen.query_one(Rows))

    def action_clear(self) -> None:
        self.value = ""
        self.action_to_list()


class Filtered(Screen[Any]):
    """A screen with a list and a `FilterBar`. `/` takes effect at once, as the next keys may be on their way already."""

    BINDINGS = [Binding("slash", "filter", "Filter", key_display="/", priority=True)]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return not (action == "filter" and isinstance(self.focused, Words))

    def action_filter(self) -> None:
        self.set_focus(self.query_one(Words))

    def on_rows_changed(self) -> None:
        self.query_one(FilterBar).count()


class FilterBar(Horizontal):
    """Filters the list of its screen, and counts what is left. `noun` says of what."""

    def __init__(self, noun: str) -> None:
        super().__init__(id="bar")
        self.noun = noun

    def compose(self) -> ComposeResult:
        yield Words(placeholder=f"Filter {self.noun}: press /", compact=True, id="filter")
        yield Label("", id="count")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.screen.query_one(Rows).filter(event.value)
        self.count()

    def count(self) -> None:
        """Say how many there are, and how many are shown."""
        rows = self.screen.query_one(Rows)
        every, shown = len(rows.items), len(rows.shown)
        noun = ONE.get(self.noun, self.noun) if every == 1 else self.noun
        self.query_one("#count", Label).update(f"{every} {noun}" if shown == every else f"{shown} of {every} {noun}")
