"""What tells a whole dump from one that was cut off: a first line that promises a last one, which counts what is between.

    {"dump": {"schema": 2}}
    {"table": …, "row": {…}}
    {"end": {"rows": 1, "tables": {"person": 1}, "digest": "…"}}

The digest does not depend on the order of the rows, so two dumps that have the same hold the same, whichever engine they
come from. A file without a first line of this kind comes from elsewhere, and is taken as it is.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

HEAD, END = b'{"dump":', b'{"end":'
TABLE = b'{"table":"'
MODULUS = 2**256


class NotWhole(ValueError):
    """A dump that lacks something, or has something too many."""


class Tally:
    """What is counted over the rows of a dump."""

    def __init__(self) -> None:
        self.tables: Counter[str] = Counter()
        self.sum = 0

    def count(self, line: bytes) -> None:
        """One row, as its line says it."""
        table = line[len(TABLE) : line.find(b'"', len(TABLE))] if line.startswith(TABLE) else b"?"
        self.tables[table.decode("utf-8", "replace")] += 1
        self.sum = (self.sum + int.from_bytes(hashlib.sha256(line).digest())) % MODULUS

    @property
    def end(self) -> dict[str, Any]:
        tables = dict(sorted(self.tables.items()))
        return {"rows": self.tables.total(), "tables": tables, "digest": f"{self.sum:064x}"}


def marked(rows: Iterable[bytes], schema: int) -> Iterator[bytes]:
    """The lines of a dump: the rows between its two marks."""
    tally = Tally()
    yield msgspec.json.encode({"dump": {"schema": schema}})
    for row in rows:
        tally.count(row)
        yield row
    yield msgspec.json.encode({"end": tally.end})


def unmarked(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The rows of a dump, and an empty line for each of its marks, so that lines keep their numbers. NotWhole at the end."""
    tally, end = Tally(), None
    is_marked, is_empty = False, True
    for number, line in enumerate(lines):
        text = line.rstrip(b"\r\n")
        if not number and text.startswith(HEAD):
            is_marked = True
            yield b""
        elif not is_marked:
            yield line
        elif end is not None:
            raise NotWhole("something follows on its last line")
        elif text.startswith(END):
            end = _read(text)
            yield b""
        else:
            tally.count(text)
            yield line
        is_empty = is_empty and not text.strip()
    if is_empty:
        raise NotWhole("it is empty")
    if is_marked:
        _compare(tally, end)


def _read(text: bytes) -> dict[str, Any]:
    try:
        end = msgspec.json.decode(text)["end"]
        return {"rows": int(end["rows"]), "tables": dict(end["tables"]), "digest": str(end["digest"])}
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError):
        raise NotWhole("its last line was cut off") from None


def _compare(tally: Tally, end: dict[str, Any] | None) -> None:
    if end is None:
        raise NotWhole(f"its last line is missing, it ends after {tally.end['rows']} rows")
    found = tally.end
    if found["rows"] != end["rows"]:
        raise NotWhole(f"it has {found['rows']} rows of {end['rows']}")
    if found != end:
        raise NotWhole("its rows are not those that were written, though as many")
