"""Values that a caller may not see: how SQL says that one is shown, and how another is put in its place.

Whatever writes such a value for somebody writes it veiled: between two comments, which mean nothing to an engine. Before the
statement is run for a caller from whom something is hidden, it is replaced by what they may see. So one place sees to it,
whatever the statement is, and statements stay the same for all others.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

MARK = "/*veil:"
_VEILED = re.compile(r'/\*veil:(\w+)\.(\w+) ("\w+")\*/(.*?)/\*veiled\*/', re.DOTALL)


class Veiled(NamedTuple):
    """What is shown of a row of a table under a key: the quoted alias of the row, and the SQL that shows it whole."""

    table: str
    key: str
    alias: str
    sql: str


Lift = Callable[[Veiled], str | None]
"""SQL for what is veiled without what is hidden of it; None to show it whole."""


def veiled(table: str, alias: str, key: str, sql: str) -> str:
    """SQL for what is shown to somebody of a row."""
    return f'{MARK}{table}.{key} "{alias}"*/{sql}/*veiled*/'


def lift(sql: str, how: Lift) -> str:
    """The statement with all that is veiled replaced."""
    return _VEILED.sub(lambda found: how(Veiled(*found.groups())) or found[4], sql)
