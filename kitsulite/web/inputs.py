"""Validated bodies: what a JSON object must hold, said by a msgspec.Struct (docs/api/requests.md).

Types are lax where nothing is lost (`"3"` for a number, `"yes"` for a boolean) but a number is no text. Every bad field is
reported, not just the first.
"""

import datetime
import inspect
import math
import re
import types
import uuid
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from kitsulite.work.errors import Invalid

S = TypeVar("S", bound=msgspec.Struct)
Text = Annotated[str, msgspec.Meta(min_length=1)]
"""A text that is not empty."""

Name = Annotated[str, msgspec.Meta(min_length=1, pattern=r"\S")]
"""A text that is not blank."""

Id = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uuid"})]
"""An id in any usual spelling; read as lower-case text."""

Moment = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
"""A date, or a date and a time, in a query string; read as stored moments are written."""

Count = Annotated[int, msgspec.Meta(extra_json_schema={"format": "int32"})]
"""A whole number in a query string, or beside it in a body."""

Given = Annotated[str, msgspec.Meta(extra_json_schema={"type": "string"})]
"""A text in a query string, or beside it in a body."""

Sure = Annotated[bool, msgspec.Meta(extra_json_schema={"type": "boolean"})]
"""A yes or no in a query string that must be one."""

IdOrNone = Literal[""] | Id | None
"""An id; null and an empty text are none."""


EpisodeOrNone = Literal["", "all", "main"] | Id | None
"""An episode, or what clients say in its place when they show all of them, or the main pack."""


class Related(msgspec.Struct):
    """Whether lists of ids come along."""

    relations: bool = False


class Forced(msgspec.Struct):
    """Whether it goes with all that hangs on it."""

    force: bool = False


YES = {"true", "1", "on", "yes", "y", "t"}
NO = {"false", "0", "off", "no", "n", "f"}
KINDS = {str: "string", bool: "boolean", dict: "dictionary", list: "list"}


def read_struct(data: Any, form: type[S]) -> S:
    """`data` as a `form`; Invalid lists each field that does not fit, in the order of the form.

    What the form has no field for is passed over, unless it forbids unknown fields: where a word that was overlooked would do harm.
    """
    if not isinstance(data, dict):
        raise Invalid([("", "Input should be a valid dictionary")])
    values: dict[str, Any] = {}
    problems: list[tuple[str, str]] = []
    for field in msgspec.structs.fields(form):
        name = field.encode_name
        if name not in data:
            if field.required:
                problems.append((name, "Field required"))
            continue
        try:
            values[field.name] = read_value(data[name], field.type)
        except ValueError as problem:
            problems.append((name, str(problem)))
    if form.__struct_config__.forbid_unknown_fields:
        known = set(form.__struct_encode_fields__)
        problems += [(name, "There is no such field") for name in data if name not in known]
    if problems:
        raise Invalid(problems)
    try:
        return form(**values)
    except ValueError as problem:
        raise Invalid([("", f"Value error, {problem}")]) from None


def read_value(value: Any, kind: Any) -> Any:
    """`value` as `kind`; ValueError says why not."""
    origin = get_origin(kind)
    if origin is Annotated:
        kind, meta = get_args(kind)[0], get_args(kind)[1]
        if meta.extra_json_schema == {"format": "uuid"}:
            return _id(value)
        return _within(read_value(value, kind), meta)
    if is_union(kind):
        if value is None and type(None) in get_args(kind):
            return None
        choices = [choice for choice in get_args(kind) if choice is not type(None)]
        for choice in choices[:-1]:
            try:
                return read_value(value, choice)
            except ValueError:
                continue
        return read_value(value, choices[-1])
    if kind is Any:
        return value
    if kind is str:
        if isinstance(value, str):
            return value
    elif kind is bool:
        return _boolean(value)
    elif kind is int:
        return _integer(value)
    elif kind is float:
        return _number(value)
    elif kind in (datetime.date, datetime.datetime):
        return _moment(value, kind)
    elif origin is Literal:
        return _one_of(value, get_args(kind))
    elif kind is dict or origin is dict:
        if isinstance(value, dict):
            return value
        kind = dict
    elif kind is list or origin is list:
        if isinstance(value, list):
            of = get_args(kind)[0] if get_args(kind) else Any
            return [read_value(item, of) for item in value]
        kind = list
    elif inspect.isclass(kind) and issubclass(kind, msgspec.Struct):
        return read_struct(value, kind)
    else:
        return msgspec.convert(value, kind, strict=False)
    raise ValueError(f"Input should be a valid {KINDS.get(kind, 'value')}")


def is_union(kind: Any) -> bool:
    """Whether a type is one of several."""
    return get_origin(kind) in (Union, types.UnionType)


def _within(value: Any, meta: msgspec.Meta) -> Any:
    if meta.min_length is not None and value is not None and len(value) < meta.min_length:
        plural = "" if meta.min_length == 1 else "s"
        if isinstance(value, list):
            raise ValueError(
                f"List should have at least {meta.min_length} item{plural} after validation, not {len(value)}"
            )
        raise ValueError(f"String should have at least {meta.min_length} character{plural}")
    if meta.pattern is not None and value is not None and not re.search(meta.pattern, value):
        raise ValueError("String should not be blank")
    if meta.gt is not None and value is not None and value <= meta.gt:
        raise ValueError(f"Input should be greater than {meta.gt}")
    if meta.ge is not None and value is not None and value < meta.ge:
        raise ValueError(f"Input should be greater than or equal to {meta.ge}")
    return value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)) and value in (0, 1):
        return bool(value)
    if isinstance(value, str) and value.lower() in YES | NO:
        return value.lower() in YES
    raise ValueError("Input should be a valid boolean")


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("Input should be a valid integer")
    try:
        number = int(value) if not isinstance(value, float) else int(value) if value.is_integer() else None
    except ValueError:
        number = None
    if number is None:
        raise ValueError("Input should be a valid integer")
    return number


def _number(value: Any) -> float:
    if not isinstance(value, bool) and isinstance(value, (int, float, str)):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
    raise ValueError("Input should be a valid number")


def _id(value: Any) -> str:
    if isinstance(value, str):
        try:
            return str(uuid.UUID(value))
        except ValueError:
            wrong = next((i for i, c in enumerate(value) if c not in "0123456789abcdefABCDEF-"), None)
            if wrong is not None:
                raise ValueError(
                    f"Input should be a valid UUID, invalid character: found `{value[wrong]}` at {wrong + 1}"
                ) from None
            raise ValueError("Input should be a valid UUID, invalid length") from None
    raise ValueError("UUID input should be a string, bytes or UUID object")


def _one_of(value: Any, choices: tuple[Any, ...]) -> Any:
    if value in choices:
        return value
    quoted = [f"'{choice}'" for choice in choices]
    raise ValueError(f"Input should be {', '.join(quoted[:-1])} or {quoted[-1]}")


def _moment(value: Any, kind: type) -> str:
    try:
        moment = datetime.datetime.fromisoformat(value).replace(tzinfo=None)
    except (ValueError, TypeError):
        name = "date" if kind is datetime.date else "datetime"
        raise ValueError(f"Input should be a valid {name}") from None
    return moment.date().isoformat() if kind is datetime.date else moment.isoformat(timespec="microseconds")
