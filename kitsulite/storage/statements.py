"""Queries that are compiled once.

To compile a query costs more than to run one that finds a single row. What every request asks is therefore written as a
`Statement`, at the top of a module, and asked with `Database.ask`:

    PERSON = Statement(lambda email: Person.select().where(Person.email == email))
    rows = db.ask(PERSON, "ann@studio.com")
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import peewee


class Statement:
    """A query with values left open: `build` is called once for each database, with a slot for each of its parameters.

    Values go to the database as they are given to `ask`, not as columns would write them.
    """

    def __init__(self, build: Callable[..., peewee.Query]) -> None:
        self.build = build
        self.slots = [Slot(name) for name in inspect.signature(build).parameters]

    def query(self) -> peewee.Query:
        return self.build(*(peewee.Value(slot, converter=False) for slot in self.slots))


class Slot:
    """Where a value goes."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<{self.name}>"


class Compiled(NamedTuple):
    """A statement in the dialect of one database. `read` makes a dict of a row as the driver gives it."""

    sql: str
    parameters: Sequence[Any]
    read: Callable[[Sequence[Any]], dict[str, Any]]


def fill(parameters: Sequence[Any], slots: Sequence[Slot], values: Sequence[Any]) -> list[Any]:
    """The parameters, with a value for each slot."""
    given = dict(zip(slots, values, strict=True))
    return [given[parameter] if isinstance(parameter, Slot) else parameter for parameter in parameters]
