"""What a value of a Zou is here. What a column of ours does not hold is put right, and told in words."""

from collections.abc import Callable
from typing import Any

import msgspec

from kitsulite.areas.takeover.source import AS_SHOWN
from kitsulite.models import BadValue, Column, Table
from kitsulite.models.fields import DateTime, Json, Uuid
from kitsulite.models.people import Person
from kitsulite.models.textfields import LONGEST_TEXT, Choice, Email, String, Text

BYTES = "\\x"
Told = Callable[[str], None]
"""Is told what was put right."""


class CannotStay(ValueError):
    """A row cannot be here with this value."""


def read(column: Column, type: str, value: Any, told: Told) -> Any:
    """What a column holds for a value that was read of a Zou."""
    if value is None:
        return _instead(column, told)
    try:
        found = _decoded(column, type, value)
        if isinstance(column, DateTime) and type != AS_SHOWN:
            column.check(found)
        else:
            found = column.read_stored(found)
    except (ValueError, msgspec.DecodeError, RecursionError, AttributeError) as problem:
        return _put_right(column, value, problem, told)
    if isinstance(column, Email) and found != value:
        told("email was not in lower case")
    return found


def _decoded(column: Column, type: str, value: Any) -> Any:
    if type == AS_SHOWN:
        return value
    if column is Person.password and type == "bytea":
        return bytes.fromhex(value).decode("ascii")
    if column is Person.otp_recovery_codes and type == "_bytea":
        codes = [code for code in msgspec.json.decode(value) if code is not None]
        return [bytes.fromhex(code.removeprefix(BYTES)).decode("ascii") for code in codes]
    if isinstance(column, Json) and isinstance(value, str):
        return msgspec.json.decode(value)
    return value


def _instead(column: Column, told: Told) -> Any:
    """What stands for nothing."""
    if column.null:
        return None
    if isinstance(column, Uuid):
        raise CannotStay(f"it has no {column.name}")
    default = _default(column)
    if default is None and isinstance(column, (String, Text)):
        default = ""
    if default is None:
        raise CannotStay(f"it has no {column.name}")
    told(f"{column.name} was empty, it is {default!r} now")
    return default


def _put_right(column: Column, value: Any, problem: Exception, told: Told) -> Any:
    longest = column.length if isinstance(column, String) else LONGEST_TEXT if isinstance(column, Text) else None
    if longest is not None and not column.hidden and isinstance(value, str) and "\x00" not in value:
        told(f"{column.name} was longer than {longest} characters, and is cut")
        return value[:longest]
    why = str(problem) if isinstance(problem, BadValue) else f"{column.name} makes no sense"
    if isinstance(column, Choice) and _default(column) is not None:
        told(f"{column.name} was {value!r}, which there is not; it is {_default(column)!r} now")
        return _default(column)
    if column.null:
        told(f"{why}; it is empty now")
        return None
    raise CannotStay(why)


def _default(column: Column) -> Any:
    return column.default() if callable(column.default) else column.default


def defaults(table: type[Table], names: list[str]) -> dict[str, Any]:
    """What columns hold that a Zou does not know."""
    columns = table.columns()
    return {name: _default(columns[name]) for name in names}
