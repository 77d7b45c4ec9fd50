"""Queries that are compiled once.

To compile a query costs more than to run one that finds a single row. What every request asks is therefore written as a
`Statement`, at the top of a module, and asked with `Database.ask`:

    PERSON = Statement(lambda email: Person.select().where(Person.email == email))
    rows = db.ask(PERSON, "ann@studio.com")

What is spelled differently by engine, such as JSON, takes the database as its first parameter, called `db`.
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import peewee


class Statement:
    """A query with values left open: `build` is called once for each database, with a slot for each of its parameters.

    Values go to the database as they are given to `ask`, not as columns would write them.
    """

    def __init__(self, build: Callable[..., peewee.Query]) -> None:
        self.build = build
        names = list(inspect.signature(build).parameters)
        self.by_engine = names[:1] == ["db"]
        self.slots = [Slot(name) for name in names[self.by_engine :]]

    def query(self, db: Any) -> peewee.Query:
        given = [db] if self.by_engine else []
        return self.build(*given, *(peewee.Value(slot, converter=False) for slot in self.slots))


class Slot:
    """Where a value goes."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<{self.name}>"


class Compiled:
    """A statement in the dialect of one database.

    read  makes a dict of a row as the driver gives it, once the statement has been run
    """

    def __init__(self, query: peewee.Query, sql: str, parameters: Sequence[Any], slots: Sequence[Slot]) -> None:
        self.query = query
        self.sql = sql
        self.parameters = parameters
        self.expected = len(slots)
        self.places = [(place, slots.index(slot)) for place, slot in enumerate(parameters) if isinstance(slot, Slot)]
        self.read: Callable[[Sequence[Any]], dict[str, Any]] | None = None

    def fill(self, values: Sequence[Any]) -> list[Any]:
        """The parameters, with a value for each slot."""
        if len(values) != self.expected:
            raise TypeError(f"The statement takes {self.expected} values, not {len(values)}.")
        filled = list(self.parameters)
        for place, slot in self.places:
            filled[place] = values[slot]
        return filled
