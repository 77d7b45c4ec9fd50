"""Whether the studio holds what the Zou holds: every table by counts and by the digest of each row, every file by its content.

A file that is not the same is forgotten, so that the next run brings it anew.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from kitsulite.areas.takeover import values
from kitsulite.areas.takeover.files import Track, all_files, digest_of, owners
from kitsulite.areas.takeover.here import Here
from kitsulite.areas.takeover.memory import Memory, Taken
from kitsulite.areas.takeover.source import Readable, Theirs
from kitsulite.areas.takeover.stores import FileAmiss, ZouFiles
from kitsulite.areas.takeover.tables import Shared, digest, shared_with
from kitsulite.storage.files import FileStore

GONE_THERE, WRITTEN_HERE = "gone there since", "written here"


class Difference(NamedTuple):
    """A row or a file that is not the same on both sides.

    what  `missing` here, `more` here, or `different`
    why   on which side it was changed since, as far as that is known, and in which columns
    """

    what: str
    table: str
    id: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.table} {self.id}" + (f" ({self.why})" if self.why else "")


class Compared(NamedTuple):
    """What was compared of a table, or of all files."""

    table: str
    theirs: int
    ours: int
    differences: list[Difference]


def verify(here: Here, source: Readable, files: ZouFiles | None, memory: Memory, track: Track) -> Iterator[Compared]:
    """Compare everything, table by table, then the files."""
    with source.moment(), here.db.reading():
        tables = shared_with(source, here.seal)
        for table in track(tables, total=len(tables), description="Comparing rows"):
            yield _compare(table, source, here, memory)
        if files is not None:
            yield _compare_files(files, here.files, owners(source), memory, track)


def _compare(table: Shared, source: Readable, here: Here, memory: Memory) -> Compared:
    known = memory.rows(table.name)
    there = {theirs.key: (theirs.digest, _digest(table, theirs)) for theirs in table.rows(source)}
    found: list[Difference] = []
    different: dict[str, list[Any]] = {}
    count = 0
    seen = set()
    for row in here.db.stream_rows(table.table.select()):
        key, count = table.key_in(row), count + 1
        seen.add(key)
        ours = digest(table.values(row))
        taken = known.get(key)
        if key not in there:
            found.append(Difference("more", table.name, key, GONE_THERE if taken else WRITTEN_HERE))
        elif ours != there[key][1] and (
            taken is None or not taken.cleaned or taken.theirs != there[key][0] or taken.ours != ours
        ):
            different[key] = table.values(row)
    for key in there.keys() - seen:
        taken = known.get(key)
        if taken is None:
            found.append(Difference("missing", table.name, key, "not taken yet"))
        elif taken.ours is not None or taken.theirs != there[key][0]:  # else it was told that it cannot come
            found.append(Difference("missing", table.name, key, "removed here"))
    found += _explained(table, source, different, known)
    return Compared(table.name, len(there), count, sorted(found))


def _explained(
    table: Shared, source: Readable, different: dict[str, list[Any]], known: dict[str, Taken]
) -> Iterator[Difference]:
    """What is different of rows: the columns, and who changed them."""
    for theirs in table.rows(source) if different else ():
        if theirs.key in different:
            ours, taken = different[theirs.key], known.get(theirs.key)
            there = _read(table, theirs) or []
            columns = [
                name for name, a, b in zip(table.columns, ours, there, strict=False) if digest([a]) != digest([b])
            ]
            said = [name for name in columns if name != "updated_at"] or columns
            sides = taken and [
                *(["changed here since"] if taken.ours != digest(ours) else []),
                *(["changed there since"] if taken.theirs != theirs.digest else []),
            ]
            yield Difference("different", table.name, theirs.key, "; ".join([", ".join(said), *(sides or [])]))


def _digest(table: Shared, theirs: Theirs) -> bytes | None:
    found = _read(table, theirs)
    return None if found is None else digest(found)


def _read(table: Shared, theirs: Theirs) -> list[Any] | None:
    """The values that a row has here; None for one that cannot be here."""
    try:
        return table.read(theirs, lambda why: None)
    except values.CannotStay:
        return None


def _compare_files(theirs: ZouFiles, ours: FileStore, ids: dict[str, str], memory: Memory, track: Track) -> Compared:
    found: list[Difference] = []
    count = here = 0

    def amiss(path: str, why: str) -> None:
        found.append(Difference("missing", "files", path, f"it cannot be looked into: {why}"))

    for file, key in track(all_files(theirs, ids, amiss), total=None, description="Comparing files"):
        try:
            wanted = digest_of(lambda place=file.place: theirs.open(place))  # type: ignore[misc]
        except FileAmiss as problem:
            found.append(Difference("missing", "file", key, f"it cannot be read there: {problem}"))
            continue
        got = digest_of(lambda key=key: ours.open(key))  # type: ignore[misc]
        count += wanted is not None
        here += got is not None
        if got != wanted:
            found.append(Difference("missing" if got is None else "different", "file", key))
            memory.forget_file(key)
    memory.commit()
    return Compared("files", count, here, found)
