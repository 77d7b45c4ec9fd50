"""Forms about columns: what of a row is typed, chosen or ticked, and what that says to the rules of its collection."""

from collections.abc import Mapping, Sequence
from typing import Any

from kitsulite.models import Record
from kitsulite.models.fields import Boolean, Column, Date
from kitsulite.models.textfields import Choice, String
from kitsulite.storage import Row
from kitsulite.tui.form import Choices, Field

TICKED = "flags"
"""The field in which all that is true or false is ticked."""
HINTS = {"color": "#RRGGBB"}
SPELLED_OUT = {"fps", "wip"}


def fields(
    table: type[Record], names: Sequence[str], row: Row | None = None, choices: Mapping[str, Choices] | None = None
) -> list[Field]:
    """A field for each of these columns, what is true or false in one.

    row      as it is; of a new one nothing, and the columns' defaults stand there
    choices  of columns that point to rows, or that have more of them than the column knows
    """
    columns = table.columns()
    row = {name: columns[name].default for name in names} if row is None else row
    flags = [name for name in names if isinstance(columns[name], Boolean)]
    found = [_field(name, columns[name], row[name], (choices or {}).get(name)) for name in names if name not in flags]
    if flags:
        ticked = [name for name in flags if row[name]]
        found.append(Field(TICKED, "Flags", ticked, choices=[(label(name), name) for name in flags], many=True))
    return found


def said(table: type[Record], names: Sequence[str], values: Row, row: Row | None = None) -> Row:
    """What a filled in form says of these columns; of a row that is there only what is to change."""
    columns = table.columns()
    data: Row = {}
    for name in names:
        if isinstance(columns[name], Boolean):
            data[name] = name in values[TICKED]
        else:
            data[name] = None if values[name] == "" and columns[name].null else values[name]
    if row is None:
        return {name: value for name, value in data.items() if value is not None}
    return {name: value for name, value in data.items() if _text(value) != _text(row[name])}


def label(name: str) -> str:
    """What a column is called in a form."""
    words = name.removeprefix("is_").removeprefix("production_").removesuffix("_id").replace("_", " ")
    return words.upper() if words in SPELLED_OUT else words[0].upper() + words[1:]


def _field(name: str, column: Column, value: Any, choices: Choices | None) -> Field:
    codes = column.codes if isinstance(column, Choice) else column.among if isinstance(column, String) else ()
    choices = choices or [(code, code) for code in codes]
    if not choices:
        needed = "needed" if not column.null and column.default is None else ""
        hint = "YYYY-MM-DD" if isinstance(column, Date) else HINTS.get(name, needed)
        return Field(name, label(name), _text(value), hint=hint)
    known = [choice for _, choice in choices]
    return Field(name, label(name), value, choices=choices if value in known else [(_text(value), value), *choices])


def _text(value: Any) -> str:
    return "" if value is None else str(value)
