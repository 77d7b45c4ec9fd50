"""Names and values side by side, and how moments and sizes are written."""

import datetime
from typing import Any

from rich.columns import Columns
from rich.table import Table
from rich.text import Text

from kitsulite.work.texts import shown

WIDTH, NAME_WIDTH = 37, 12
THOUSAND = 1024


def facts(*pairs: tuple[str, Any]) -> Columns:
    """What is known of something: as many to a line as there is room for."""
    cells = []
    for name, value in pairs:
        cell = Table.grid(padding=(0, 1))
        cell.add_column(width=NAME_WIDTH, style="dim")
        cell.add_column(width=WIDTH - NAME_WIDTH - 1, no_wrap=True, overflow="ellipsis")
        cell.add_row(name, Text(shown(str(value))) if value not in (None, "") else Text("–", style="dim"))
        cells.append(cell)
    return Columns(cells, padding=(0, 1), width=WIDTH)


def moment(text: str | None) -> str:
    """A stored moment (UTC) by the clock of this machine, to the minute."""
    if not text:
        return ""
    at = datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def size(count: int) -> str:
    """A number of bytes."""
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < THOUSAND:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= THOUSAND
    return f"{value:.1f} TiB"
