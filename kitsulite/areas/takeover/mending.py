"""What must hold when all rows are there: no reference leads nowhere."""

from collections.abc import Iterator, Sequence

from kitsulite.areas.takeover.along import Along
from kitsulite.areas.takeover.memory import Memory
from kitsulite.areas.takeover.putting import Taking
from kitsulite.areas.takeover.report import Report
from kitsulite.models.fields import Pointer, Reference
from kitsulite.models.reviews import Chat, Comment
from kitsulite.storage import Database

POINTING = {Comment.object_id, Chat.object_id}
"""Columns that name a row of one table without a foreign key."""


def mend(db: Database, takings: Sequence[Taking], memory: Memory) -> None:
    """Empty references that lead nowhere, or leave out the rows that cannot be without; until there are none.

    What was written here is not touched for it: what it hangs on comes back.
    """
    by_name = {taking.name: taking for taking in takings}
    along = Along(db, memory, [taking.shared for taking in takings])
    touched = {taking.name for taking in takings if taking.touched}
    going = {taking.name for taking in takings if taking.removed}
    while touched or going:
        found = [
            (taking, column, key, id)
            for taking in takings
            for column in taking.shared.table.columns().values()
            if isinstance(column, Reference) and (taking.name in touched or column.table in going)
            for key, id in _leading_nowhere(db, taking, column)
        ]
        touched, going = set(), set()
        for taking, column, key, id in found:
            target = by_name.get(column.table)
            was_taken = memory.row(taking.name, key) is not None
            if not was_taken and target is not None and id in target.removed:
                target.put_back(id)
                touched.add(target.name)
            if target is None or target.shared.find(db, id) is None:
                if column.null:
                    _empty(db, taking, column, key, id)
                    continue
                for row in reversed(list(along.of(taking.name, [key]))):
                    why = f"it hangs on a row of {taking.name} that was left, {key}"
                    _leave(db, by_name[row.table], row.key, why)
                    going.add(row.table)
                _leave(db, taking, key, f"its {column.name} leads to {column.table} {id}, which is not there")
                going.add(taking.name)


def _leading_nowhere(db: Database, taking: Taking, column: Pointer) -> Iterator[tuple[str, str]]:
    """The keys of rows whose reference leads nowhere, and where it leads."""
    key = ", ".join(f'pointing."{name}"' for name in taking.shared.key)
    there = f'SELECT 1 FROM "{column.table}" AS target WHERE target.id = pointing."{column.column_name}"'
    query = (
        f'SELECT pointing."{column.column_name}", {key} FROM "{taking.name}" AS pointing'
        f' WHERE pointing."{column.column_name}" IS NOT NULL AND NOT EXISTS ({there})'
    )
    for id, *parts in db.select(query):
        yield "/".join(map(str, parts)), str(id)


def _empty(db: Database, taking: Taking, column: Reference, key: str, id: str) -> None:
    db.run(taking.shared.table.update({column: None}).where(taking.shared.where(key)))
    taking.report.tell("cleaned", taking.name, key, f"{column.name} led to {column.table} {id}, which is not there")
    taking.reread(key)


def _leave(db: Database, taking: Taking, key: str, why: str) -> None:
    """Leave a row out, unless it is out already: it may lack two things."""
    if db.run(taking.shared.table.delete().where(taking.shared.where(key))):
        was_taken_now = taking.report.tables[taking.name]["taken"] > 0
        taking.report.count(taking.name, *(("taken", -1) if was_taken_now else ("removed", 1)))
        taking.report.tell("left", taking.name, key, why)
        taking.reread(key)


def tell_dangling(db: Database, takings: Sequence[Taking], report: Report) -> None:
    """Tell of rows that point, by no foreign key, to what is not there: they stay, as others let them."""
    for taking in takings:
        for column in taking.shared.table.columns().values():
            if column in POINTING and taking.touched:
                assert isinstance(column, Pointer)
                for key, id in _leading_nowhere(db, taking, column):
                    why = f"{column.name} leads to {id}, which is not there; it stays"
                    report.tell("dangling", taking.name, key, why)
