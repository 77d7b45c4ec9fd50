"""Long lists of values in a statement, as one parameter: engines take only so many (SQLite 32 766, PostgreSQL 65 535)."""

from collections.abc import Callable, Sequence
from typing import Any

import peewee

MANY = 500
"""Values up to which each is a parameter of its own, as planners like it best."""


class Many(peewee.Node):
    """The values of a list as rows of a query, for IN and NOT IN.

    column  the one that they are compared with
    values  as it stores them; of a statement, what it leaves open: asked with `Database.listed`
    """

    def __init__(self, column: peewee.Field, values: Sequence[Any] | peewee.Node) -> None:
        self.column = column
        self.values = values

    def __sql__(self, ctx: peewee.Context) -> peewee.Context:
        write: Callable[[peewee.Context, Many], peewee.Context] = ctx.state.many  # `get_context_options` of the engine
        return write(ctx, self)
