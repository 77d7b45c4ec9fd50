"""What must hold when all rows are there: no reference leads nowhere."""

from collections.abc import Iterator, Sequence

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
                _mend(db, taking, column, key, id)
                if not column.null:
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


def _mend(db: Database, taking: Taking, column: Reference, key: str, id: str) -> None:
    report = taking.report
    table, where = taking.shared.table, taking.shared.where(key)
    if column.null:
        db.run(table.update({column: None}).where(where))
        report.tell("cleaned", taking.name, key, f"{column.name} led to {column.table} {id}, which is not there")
    else:
        if not db.run(table.delete().where(where)):
            return  # it had two that led nowhere
        report.count(taking.name, "taken", -1)
        report.tell("left", taking.name, key, f"its {column.name} leads to {column.table} {id}, which is not there")
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
