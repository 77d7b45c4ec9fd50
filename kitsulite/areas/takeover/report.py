"""What became of each row and each file, to be read by people and, whole, as JSON."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

SHOWN = 20
"""How many rows are named on the terminal; the file has them all."""
COUNTED = ("taken", "changed", "removed", "unchanged", "cleaned", "left")


class Issue(NamedTuple):
    """A row or a file that is not here as it is there.

    what  `cleaned`: taken otherwise than it is; `left`: not taken; `both`: changed on both sides, theirs counts; `kept`: gone
          there, and something written here hangs on it; `missing`: a file that its row speaks of; `dangling`: taken, and points to
          what is not there either
    """

    what: str
    table: str
    id: str
    why: str


class Report:
    """See the module."""

    def __init__(self) -> None:
        self.tables: dict[str, Counter[str]] = {}
        self.files: Counter[str] = Counter()
        self.issues: list[Issue] = []
        self.unknown: list[str] = []
        self.notes: list[str] = []

    def count(self, table: str, what: str, number: int = 1) -> None:
        self.tables.setdefault(table, Counter())[what] += number

    def tell(self, what: str, table: str, id: str, why: str) -> None:
        if what in ("cleaned", "left"):
            self.count(table, what)
        self.issues.append(Issue(what, table, id, why))

    def total(self, what: str) -> int:
        return sum(counts[what] for counts in self.tables.values())

    @property
    def changes(self) -> int:
        """How many rows were written or removed."""
        return sum(self.total(what) for what in ("taken", "changed", "removed"))

    def as_json(self) -> dict[str, Any]:
        return {
            "tables": {name: {what: counts[what] for what in COUNTED} for name, counts in sorted(self.tables.items())},
            "files": dict(self.files),
            "rows": [issue._asdict() for issue in self.issues],
            "unknown": self.unknown,
            "notes": self.notes,
        }

    def lines(self) -> Iterator[str]:
        """What a person at a terminal reads."""
        yield "  ".join(f"{self.total(what)} {what}" for what in COUNTED)
        if told := [f"{number} {what}" for what, number in sorted(self.files.items()) if number]:
            yield f"Files: {', '.join(told)}"
        yield from self.unknown
        for issue in self.issues[:SHOWN]:
            yield f"{issue.what}: {issue.table} {issue.id}: {issue.why}"
        if len(self.issues) > SHOWN:
            yield f"… and {len(self.issues) - SHOWN} more rows and files: --report FILE names them all."
        yield from self.notes
