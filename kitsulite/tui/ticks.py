"""Boxes to tick, any number of them; ticked and not can be told apart without colour."""

from collections.abc import Iterable, Sequence
from typing import Any

from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList

MOST_LINES = 5


class Ticks(OptionList):
    """The choices as (what is shown, value); `value` is the list of those that are ticked."""

    BINDINGS = [Binding("space", "select", "Tick", show=False)]

    def __init__(self, choices: Sequence[tuple[str, Any]], ticked: Iterable[Any], *, id: str) -> None:
        self.choices, self.ticked = choices, set(ticked)
        super().__init__(*(self._line(place) for place in range(len(choices))), compact=True, id=id)
        self.styles.height = min(len(choices), MOST_LINES)

    def _line(self, place: int) -> Content:
        label, value = self.choices[place]
        return Content(f"{'[x]' if value in self.ticked else '[ ]'} {label}")

    @property
    def value(self) -> list[Any]:
        return [value for _, value in self.choices if value in self.ticked]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.ticked ^= {self.choices[event.option_index][1]}
        self.replace_option_prompt_at_index(event.option_index, self._line(event.option_index))
