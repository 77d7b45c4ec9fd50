"""How far tasks are, as bars that can be read in colour and without.

Every status has its colour and its own filling: what is done is solid, what is not begun is dotted, the rest is in between.
"""

from collections.abc import Iterable

from rich.columns import Columns
from rich.text import Text

from kitsulite.storage import Row

DONE, NOT_BEGUN = "█", "·"
BETWEEN = "▓▒░"


def merged(counts: Iterable[Row]) -> list[Row]:
    """Counts of tasks, one a status, in the studio's order."""
    found: dict[str, Row] = {}
    for row in counts:
        known = found.setdefault(row["short_name"], {**row, "count": 0})
        known["count"] += row["count"]
    return sorted(found.values(), key=lambda row: (row["priority"] or 0, row["status"]))


def total(counts: Iterable[Row]) -> int:
    return sum(row["count"] for row in counts)


def share_done(counts: Iterable[Row]) -> float:
    """How much of the tasks is done, between 0 and 1."""
    counts = list(counts)
    return total(row for row in counts if row["is_done"]) / (total(counts) or 1)


def fillings(counts: Iterable[Row]) -> dict[str, str]:
    """The sign of each status, by its short name."""
    signs = {}
    between = 0
    for row in counts:
        if row["is_done"] or row["is_default"]:
            signs[row["short_name"]] = DONE if row["is_done"] else NOT_BEGUN
        else:
            signs[row["short_name"]] = BETWEEN[between % len(BETWEEN)]
            between += 1
    return signs


def bar(counts: list[Row], width: int, signs: dict[str, str]) -> Text:
    """One bar: done first, not begun last. Whoever has a task at all gets a cell, as long as there is room."""
    every = total(counts)
    line = Text()
    ordered = sorted(counts, key=lambda row: (not row["is_done"], row["is_default"]))
    passed = 0
    for row in ordered:
        before = round(width * passed / every)
        passed += row["count"]
        line.append(signs[row["short_name"]] * (round(width * passed / every) - before), style=_style(row))
    return line


def legend(counts: list[Row], signs: dict[str, str]) -> Columns:
    """What the signs mean, with numbers."""
    entries = []
    for row in counts:
        sign = Text(signs[row["short_name"]] * 2, style=_style(row))
        entries.append(Text.assemble(sign, f" {row['status']} ", (str(row["count"]), "bold")))
    return Columns(entries, padding=(0, 3))


def _style(row: Row) -> str:
    """The colour of a status; what is not begun has none, as it would be lost on a light or a dark ground."""
    return "" if row["is_default"] else str(row["color"])


def percent(share: float) -> str:
    return f"{share:.0%}"
