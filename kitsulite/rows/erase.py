"""Erasing rows whole: with all that hangs on them, as the references in `models` declare it.

A reference says what becomes of its row when the one it points to is erased. One walk collects the rows that go along, however
deep; what is cleared is cleared, the files that belong to rows go once that is certain, and who listens is told.
"""

import functools
from collections.abc import Callable, Iterable, Iterator
from graphlib import TopologicalSorter

import peewee

from kitsulite.models import TABLES, Record, Table
from kitsulite.models.fields import Erased, Pointer
from kitsulite.models.productions import Project
from kitsulite.models.reviews import BuildJob, Playlist
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.work.filekeys import KINDS_OF, remove_files
from kitsulite.work.work import Work

AT_ONCE = 1000
"""How many ids one statement names."""

Doomed = dict[type[Record], list[str]]


def erase(work: Work, table: type[Record], ids: Iterable[str]) -> None:
    """Erase rows with all that hangs on them; ForeignKeyViolation while something holds one of them."""
    going = list(ids)
    for part in _parts(going):
        for row in work.db.rows(table.select().where(table.id.in_(part))):
            work.foresee(table, row)
    _erase(work, _walk(work, table, going))


def erase_what_hangs_on(work: Work, table: type[Record], id: str) -> None:
    """The same, but the row itself stays."""
    _erase(work, _walk(work, table, [id]), but=table)


def _erase(work: Work, doomed: Doomed, *, but: type[Record] | None = None) -> None:
    going = [table for table in _in_order() if table in doomed and table is not but]
    for table in going:
        _tell(work, table, doomed[table], live=Project in doomed)
    _clear(work, doomed)
    for table in going:
        _delete(work, table, doomed[table])


def _walk(work: Work, table: type[Record], ids: list[str]) -> Doomed:
    """The rows that go, by table. Of tables that nothing hangs on only those are kept that have files or are told of."""
    doomed: dict[type[Record], dict[str, None]] = {table: dict.fromkeys(ids)}
    ahead = [(table, ids)]
    while ahead:
        gone, ids = ahead.pop()
        for column in pointing_at(gone, "along"):
            if _is_leaf(column.model):
                continue
            known = doomed.setdefault(column.model, {})
            found = [id for part in _parts(ids) for id in work.db.values(_ids(column.model, column.in_(part)))]
            if new := [id for id in dict.fromkeys(found) if id not in known]:
                known.update(dict.fromkeys(new))
                ahead.append((column.model, new))
    return {going: list(known) for going, known in doomed.items() if known}


def _clear(work: Work, doomed: Doomed) -> None:
    """Take away what nothing hangs on, and empty what points to rows that go."""
    for gone, ids in doomed.items():
        for part in _parts(ids):
            for column in pointing_at(gone, "along"):
                if _is_leaf(column.model):
                    work.delete(column.model, column.in_(part))
            for column in pointing_at(gone, "cleared"):
                work.db.run(column.model.update({column: None}).where(column.in_(part)))


def _delete(work: Work, table: type[Record], ids: list[str]) -> None:
    for part in _parts(ids):
        work.delete(table, table.id.in_(part))
    for id in ids if table in KINDS_OF else ():
        remove_files(work, id, KINDS_OF[table])


def _ids(table: type[Record], condition: peewee.Node) -> peewee.ModelSelect:
    return table.select(table.id).where(condition)


def _parts(ids: list[str]) -> Iterator[list[str]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


# --- what the models declare ---


def pointing_at(table: type[Table], erased: Erased) -> list[Pointer]:
    """The columns that point to a table and say this of its rows."""
    return [column for column in _pointers().get(table.table_name(), ()) if column.erased == erased]


@functools.cache
def _pointers() -> dict[str, list[Pointer]]:
    """All columns that point anywhere, by the table pointed at."""
    found: dict[str, list[Pointer]] = {}
    for holder in TABLES.values():
        for column in holder.columns().values():
            if isinstance(column, Pointer):
                found.setdefault(column.table, []).append(column)
    return found


def _is_leaf(table: type[Table]) -> bool:
    """Whether rows of a table can go without a look at them."""
    if not issubclass(table, Record):
        return True
    hangs = pointing_at(table, "along") or pointing_at(table, "cleared")
    return not hangs and table not in KINDS_OF and table not in TOLD


@functools.cache
def _in_order() -> tuple[type[Record], ...]:
    """All tables, each before those that its rows hang on."""
    sorter: TopologicalSorter[type[Table]] = TopologicalSorter()
    for table in TABLES.values():
        sorter.add(table, *(column.model for column in pointing_at(table, "along") if column.model is not table))
    return tuple(table for table in sorter.static_order() if issubclass(table, Record))


# --- who listens ---


def _tell(work: Work, table: type[Record], ids: list[str], *, live: bool) -> None:
    """Announce what goes. The log of a production that goes is erased with it, so nothing is written there any more."""
    if told := TOLD.get(table):
        for part in _parts(ids):
            for row in work.db.rows(table.select().where(table.id.in_(part))):
                work.foresee(table, row)
                told(work, row, live)


def tell_of_task(work: Work, task: Row, live: bool = False) -> None:
    ids = {"task_id": task["id"], "entity_id": task["entity_id"], "task_type_id": task["task_type_id"]}
    work.emit("task:delete", ids, task["project_id"], live=live)


def _tell_of_playlist(work: Work, playlist: Row, live: bool) -> None:
    work.emit("playlist:delete", {"playlist_id": playlist["id"]}, playlist["project_id"], live=live)


def _tell_of_build(work: Work, job: Row, live: bool) -> None:
    ids = {"build_job_id": job["id"], "playlist_id": job["playlist_id"]}
    work.emit("build-job:delete", ids, work.get(Playlist, job["playlist_id"])["project_id"], live=live)


TOLD: dict[type[Record], Callable[[Work, Row, bool], None]] = {
    BuildJob: _tell_of_build,
    Playlist: _tell_of_playlist,
    Task: tell_of_task,
}
"""Rows whose going is announced, wherever it began. Others are announced by who erases them."""
