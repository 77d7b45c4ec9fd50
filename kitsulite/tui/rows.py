"""A list of things to move through: filtered while one types, sorted, and as quick with ten thousand as with ten.

Only the lines on the screen are ever drawn, so a list of any length costs a screenful.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from kitsulite.tui.desk import Seated
from kitsulite.tui.sentences import NothingHere
from kitsulite.work.texts import shown

Item = TypeVar("Item")
Cell = str | Text
GAP = 2
MARKED, UNMARKED = "▌ ", "  "
WHEEL = 3


@dataclass(frozen=True)
class Column(Generic[Item]):
    """One column.

    width  cells; 0 takes what the others leave
    least  the width of the list from which on the column is shown
    order  what to sort by, where that is not what stands there
    """

    label: str
    cell: Callable[[Item], Cell]
    width: int = 0
    least: int = 0
    right: bool = False
    order: Callable[[Item], Any] | None = None


class Rows(ScrollView, Generic[Item], can_focus=True, inherit_bindings=False):
    """The list. `key` tells items apart, so that the cursor stays on its own when the list is loaded anew."""

    COMPONENT_CLASSES = {"rows--head", "rows--cursor", "rows--muted", "rows--empty"}
    BINDINGS = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "move(-1000000)", "First", show=False),
        Binding("end,G", "move(1000000)", "Last", show=False),
        Binding("enter", "choose", "Open", show=False),
        Binding("s", "sort", "Sort", show=False, tooltip="Sort by the next column"),
        Binding("S", "reverse", "Reverse", show=False, tooltip="Turn the order around"),
    ]

    cursor = reactive(0)

    class Chosen(Message):
        """Enter was pressed, or the row at the cursor clicked."""

        def __init__(self, rows: "Rows[Any]", item: Any) -> None:
            super().__init__()
            self.rows, self.item = rows, item

        @property
        def control(self) -> "Rows[Any]":
            return self.rows

    class Changed(Message):
        """The cursor is on another item, or the list is another one."""

        def __init__(self, rows: "Rows[Any]") -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> "Rows[Any]":
            return self.rows

    def __init__(
        self,
        columns: Sequence[Column[Item]],
        *,
        key: Callable[[Item], Any],
        muted: Callable[[Item], bool] = lambda item: False,
        empty: str = "Nothing here.",
        sort: int | None = 0,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.columns = columns
        self.key, self.muted, self.empty = key, muted, empty
        self.sorted_by, self.is_reversed = sort, False
        self.is_loaded = False
        self.items: list[Item] = []
        self.shown: list[Item] = []
        self._found: list[tuple[str, Item]] = []
        self._words: list[str] = []

    # --- what is in it ---

    def load(self, items: Iterable[Item], *, follow: bool = False) -> None:
        """Show these, as filtered and sorted as before. `follow` keeps the cursor at the top, if it is there."""
        self.items = list(items)
        self.is_loaded = True
        if follow and self.cursor == 0:
            self.shown = []
        self._arrange()

    def _arrange(self) -> None:
        items = self.items
        if self.sorted_by is not None:
            column = self.columns[self.sorted_by]
            items = sorted(items, key=column.order or (lambda item: _plain(column.cell(item)).casefold()))
        if self.is_reversed:
            items = items[::-1]
        self._found = [
            (" ".join(_plain(column.cell(item)) for column in self.columns).casefold(), item) for item in items
        ]
        self._narrow()

    def filter(self, text: str) -> None:
        """Show only what has all these words somewhere."""
        self._words = text.casefold().split()
        self._narrow()

    def _narrow(self) -> None:
        at = self.current
        words = self._words
        self.shown = [item for text, item in self._found if all(word in text for word in words)]
        keys = [self.key(item) for item in self.shown] if at is not None else []
        place = keys.index(self.key(at)) if at is not None and self.key(at) in keys else 0
        self.virtual_size = Size(self.size.width, len(self.shown) + 1)
        self.set_reactive(Rows.cursor, place)
        self._show_cursor()
        self.refresh()
        self.post_message(self.Changed(self))

    @property
    def current(self) -> Item | None:
        """The item at the cursor."""
        return self.shown[self.cursor] if self.cursor < len(self.shown) else None

    def chosen(self) -> Item:
        """The item at the cursor; NothingHere when there is none."""
        if self.current is None:
            raise NothingHere
        return self.current

    # --- moving ---

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self.shown) - 1))

    def watch_cursor(self) -> None:
        self._show_cursor()
        self.refresh()
        self.post_message(self.Changed(self))

    def _show_cursor(self) -> None:
        room = max(1, self.size.height - 1)
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + room:
            self.scroll_to(y=self.cursor - room + 1, animate=False, force=True)

    def action_move(self, by: int) -> None:
        self.cursor += by

    def action_page(self, by: int) -> None:
        self.cursor += by * max(1, self.size.height - 2)

    def action_choose(self) -> None:
        try:
            self.post_message(self.Chosen(self, self.chosen()))
        except NothingHere as problem:
            cast(Seated, self.app).complain(problem)

    def action_sort(self) -> None:
        shown = [place for place, column in enumerate(self.columns) if column.least <= self.size.width]
        after = [place for place in shown if self.sorted_by is None or place > self.sorted_by]
        self.sort_by(after[0] if after else shown[0])

    def action_reverse(self) -> None:
        self.is_reversed = not self.is_reversed
        self._arrange()

    def sort_by(self, place: int) -> None:
        """Sort by a column; by the same once more, the other way round."""
        self.is_reversed = place == self.sorted_by and not self.is_reversed
        self.sorted_by = place
        self._arrange()

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            self._sort_at(event.x)
            return
        place = event.y - 1 + self.scroll_offset.y
        if place < len(self.shown):
            already = place == self.cursor
            self.cursor = place
            if already or event.chain > 1:
                self.action_choose()

    def _sort_at(self, x: int) -> None:
        left = len(MARKED)
        for place, width in self._widths():
            if left <= x < left + width + GAP:
                self.sort_by(place)
            left += width + GAP

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -WHEEL)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        event.stop()
        event.prevent_default()
        self.action_move(by)

    # --- drawing ---

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self.shown) + 1)
        self._show_cursor()

    def _widths(self) -> list[tuple[int, int]]:
        """The columns that are shown (by place), and how wide each is."""
        shown = [(place, column) for place, column in enumerate(self.columns) if column.least <= self.size.width]
        room = self.size.width - len(MARKED) - GAP * (len(shown) - 1) - 1
        fixed = sum(column.width for _, column in shown)
        open_ended = sum(not column.width for _, column in shown)
        share, rest = divmod(max(0, room - fixed), open_ended) if open_ended else (0, 0)
        widths = []
        for place, column in shown:
            width = column.width
            if not width:
                width, rest = share + (rest > 0), max(0, rest - 1)
            widths.append((place, width))
        return widths

    def render_line(self, y: int) -> Strip:
        if y == 0:
            return self._strip(UNMARKED, self._heads(), self.get_component_rich_style("rows--head"))
        place = y - 1 + self.scroll_offset.y
        if place >= len(self.shown):
            note = self.empty if self.is_loaded and not self.shown and y == 2 else ""
            return self._strip(UNMARKED, [Text(note)], self.get_component_rich_style("rows--empty"))
        item = self.shown[place]
        style = self.get_component_rich_style("rows--muted") if self.muted(item) else self.rich_style
        at_cursor = place == self.cursor
        if at_cursor:
            style = self.get_component_rich_style("rows--cursor")
            if not self.has_focus:
                style += Style(dim=True)
        columns = [
            _fitted(self.columns[place].cell(item), width, self.columns[place].right) for place, width in self._widths()
        ]
        return self._strip(MARKED if at_cursor else UNMARKED, columns, style)

    def _heads(self) -> list[Text]:
        heads = []
        for place, width in self._widths():
            column = self.columns[place]
            arrow = (" ▾" if self.is_reversed else " ▴") if place == self.sorted_by else ""
            heads.append(_fitted(column.label + arrow, width, column.right))
        return heads

    def _strip(self, mark: str, cells: list[Text], style: Style) -> Strip:
        line = Text(mark, end="")
        for number, cell in enumerate(cells):
            if number:
                line.append(" " * GAP)
            line.append_text(cell)
        strip = Strip(line.render(self.app.console), line.cell_len)
        return strip.apply_style(style).adjust_cell_length(self.size.width, style)


def _plain(cell: Cell) -> str:
    return cell.plain if isinstance(cell, Text) else cell


def _fitted(cell: Cell, width: int, right: bool) -> Text:
    """A cell made exactly so wide."""
    if isinstance(cell, Text):
        cell = cell.copy()
        cell.plain = shown(cell.plain)
        cell.truncate(width, overflow="ellipsis", pad=True)
        return cell
    cell = shown(cell)
    length = cell_len(cell)
    if length > width:
        return Text(set_cell_size(cell, max(0, width - 1)) + "…"[:width])
    return Text(" " * (width - length) + cell if right else cell + " " * (width - length))
