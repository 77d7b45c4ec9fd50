"""Values of a JSON column that a caller may not see: how SQL says that a column is shown, and how keys are taken out of it.

Whatever writes such a column for somebody writes it veiled: the column between two comments, which mean nothing to an engine.
Before the statement is run for a caller from whom keys are hidden, the column is replaced by one without them. So one place
sees to it, whatever the statement is, and statements stay the same for all others.
"""

import re
from collections.abc import Callable

MARK = "/*veil:"
_VEILED = re.compile(r'/\*veil:(\w+)\*/("\w+")\.("\w+")/\*veiled\*/')

Lift = Callable[[str, str], str | None]
"""Given a table's name and the quoted alias of a row: SQL for its column without what is hidden; None to show it whole."""


def veiled(table: str, alias: str, column: str) -> str:
    """SQL for a column that is shown to somebody."""
    return f'{MARK}{table}*/"{alias}"."{column}"/*veiled*/'


def lift(sql: str, how: Lift) -> str:
    """The statement with every veiled column replaced."""
    return _VEILED.sub(lambda found: how(found[1], found[2]) or f"{found[2]}.{found[3]}", sql)
