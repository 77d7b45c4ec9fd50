"""The columns of a table, each of which knows how a value comes in and how it goes out.

A column has three faces: what the database stores, what a JSON body may say (`read`), and what a query string may ask
for (`read_filter`). Ids and times stay text all the way from the database to the wire; see `kind`, which tells
`storage` how to write the column as JSON.
"""

import datetime
import re
import uuid
from collections.abc import Callable
from typing import Any, ClassVar, Literal, TypeGuard

import msgspec
import peewee

from kitsulite.storage.many import MANY, Many

MOMENT = "%Y-%m-%dT%H:%M:%S.%f"
INT_MAX = 2**31
BIGINT_MAX = 2**63
FLOAT_MAX = 1e301
"""Beyond it, a sum of many numbers would not be one."""
LONGEST_JSON = 32 * 1024**2
"""Bytes of a value of any form: engines take some more, but those who read lists of them would not."""
FIRST_YEAR, AFTER_LAST_YEAR = "1900", "3000"
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

Erased = Literal["along", "cleared", "held"]

TRUE = {"y", "yes", "t", "true", "on", "1"}
FALSE = {"n", "no", "f", "false", "off", "0"}


class BadValue(ValueError):
    """A value that its column cannot hold."""


class BadFilter(ValueError):
    """A value in a query string that cannot be compared with its column; the text is meant for the caller."""


def now() -> str:
    """This moment, UTC, as stored: microseconds, no zone."""
    return datetime.datetime.now(datetime.UTC).strftime(MOMENT)


def new_id() -> str:
    return str(uuid.uuid4())


def is_uuid(text: object) -> TypeGuard[str]:
    """Whether `text` is, as a whole, the usual spelling of an id (any case)."""
    return isinstance(text, str) and UUID.fullmatch(text) is not None


class Column(peewee.Field):
    """Base of all columns.

    kind       how the value is written as JSON: text, integer, float, boolean, datetime, date, json
    hidden     never leaves the server
    veiled     whether some callers may not see it, or not all of it (`storage/veil.py`)
    as_stored  whether what the driver reads is its value already
    """

    kind: ClassVar[str] = "text"
    as_stored: ClassVar[bool] = True
    openapi: ClassVar[dict[str, Any]] = {"type": "string"}

    def __init__(self, *, null: bool = True, hidden: bool = False, veiled: bool = False, **options: Any) -> None:
        self.hidden = hidden
        self.veiled = veiled
        super().__init__(null=null, **options)

    @property
    def schema(self) -> dict[str, Any]:
        """What its values look like on the wire, in the words of OpenAPI."""
        return {**self.openapi, "nullable": True} if self.null or self.veiled else dict(self.openapi)

    def read(self, value: Any) -> Any:
        """What to store for a value of a JSON body; BadValue when it does not fit."""
        raise NotImplementedError

    def read_stored(self, value: Any) -> Any:
        """The same for what another studio has stored: it stays although a body may not say it any more."""
        return self.read(value)

    def read_filter(self, text: str) -> Any:
        """What to compare with for a value of a query string; BadFilter when it makes no sense."""
        try:
            return self.read(text)
        except BadValue:
            raise BadFilter(f"Invalid value for {self.name}: {text}") from None

    def check(self, value: Any) -> None:
        """BadValue for what the column does not hold, whatever way it came: engines differ in what they let through."""

    def adapt(self, value: Any) -> Any:
        return value

    def in_(self, rhs: Any) -> peewee.Expression:
        return self._among(peewee.OP.IN, rhs)

    def not_in(self, rhs: Any) -> peewee.Expression:
        return self._among(peewee.OP.NOT_IN, rhs)

    def _among(self, operator: str, rhs: Any) -> peewee.Expression:
        if isinstance(rhs, peewee.Node):
            return (_InQuery if isinstance(rhs, (peewee.SelectBase, Many)) else peewee.Expression)(self, operator, rhs)
        values = list(rhs)
        if len(values) > MANY:
            return _InQuery(self, operator, Many(self, [self.db_value(value) for value in values]))
        return peewee.Expression(self, operator, values)


class _InQuery(peewee.Expression):
    """A value that is among the rows of a query, or is not; a long list is one, too.

    To see whether the right side is empty Peewee compiles it one time more, and what is nested in it two times more.
    """

    def _is_rhs_empty(self, rhs: peewee.Node, ctx: peewee.Context) -> bool:
        return False


class Integer(Column):
    """A whole number of 32 bits, perhaps not below `least`; JSON floats are rounded half to even, numeric strings accepted."""

    field_type = "INT"
    kind = "integer"
    openapi = {"type": "integer"}
    bound = INT_MAX

    def __init__(self, *, least: int | None = None, **options: Any) -> None:
        self.least = least
        super().__init__(**options)

    def check(self, value: Any) -> None:
        if isinstance(value, int) and not -self.bound <= value < self.bound:
            raise BadValue(f"{self.name} is out of range")

    def read_stored(self, value: Any) -> int | None:
        if value is None:
            return None
        try:
            number = round(value) if isinstance(value, float) else int(value)
        except (ValueError, TypeError, OverflowError):
            raise BadValue(f"{self.name} is not a whole number") from None
        self.check(number)
        return number

    def read(self, value: Any) -> int | None:
        number = self.read_stored(value)
        if self.least is not None and number is not None and number < self.least:
            raise BadValue(f"{self.name} is less than {self.least}")
        return number


class BigInteger(Integer):
    field_type = "BIGINT"
    bound = BIGINT_MAX


class Float(Column):
    """A number, perhaps not below `least`."""

    field_type = "DOUBLE"
    kind = "float"
    openapi = {"type": "number"}

    def __init__(self, *, least: float | None = None, **options: Any) -> None:
        self.least = least
        super().__init__(**options)

    def check(self, value: Any) -> None:
        if isinstance(value, (int, float)) and not abs(value) <= FLOAT_MAX:  # which no NaN is
            raise BadValue(f"{self.name} is out of range")

    def read_stored(self, value: Any) -> float | None:
        if value is None:
            return None
        try:
            number = float(value)
        except (ValueError, TypeError, OverflowError):
            raise BadValue(f"{self.name} is not a number") from None
        self.check(number)
        return number

    def read(self, value: Any) -> float | None:
        number = self.read_stored(value)
        if self.least is not None and number is not None and number < self.least:
            raise BadValue(f"{self.name} is less than {self.least}")
        return number


class Boolean(Column):
    """True or false. Strict in bodies (`"true"` is refused), generous in query strings (`yes`, `off`, …)."""

    field_type = "BOOL"
    kind = "boolean"
    as_stored = False
    openapi = {"type": "boolean"}

    def read(self, value: Any) -> bool | None:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (int, float)) and value in (0, 1):
            return bool(value)
        raise BadValue(f"{self.name} is neither true nor false")

    def read_filter(self, text: str) -> bool:
        word = text.lower()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        raise BadFilter(f"Invalid boolean value: {text}")

    def adapt(self, value: Any) -> bool:
        return bool(value)


class Uuid(Column):
    """An id: 36 characters, lower case, with dashes."""

    field_type = "UUID"
    openapi = {"type": "string", "format": "uuid"}

    def check(self, value: Any) -> None:
        if isinstance(value, str) and not is_uuid(value):
            raise BadValue(f"{self.name} is not a UUID")

    def read(self, value: Any) -> str | None:
        if value is None:
            return None
        if is_uuid(value):  # as most are spelled, which is quicker to see than to read
            return value.lower()
        try:
            return str(uuid.UUID(value))
        except (ValueError, TypeError, AttributeError):
            raise BadValue(f"{self.name} is not a UUID") from None

    def read_filter(self, text: str) -> str:
        if not is_uuid(text):
            raise BadFilter(f"Invalid UUID value: {text}")
        return text.lower()


NOWHERE = ("", "None")
"""How some lists spell that a row points to nothing; what was read there is taken when it is sent back."""


class Pointer(Uuid):
    """The id of a row of another table, which no foreign key holds.

    table   the table pointed at
    erased  what becomes of this row when that one is erased whole: `along`, it is erased too; `cleared`, the column is
            emptied; `held`, as long as it is there the other one stays
    """

    def __init__(self, table: str, *, erased: Erased = "held", **options: Any) -> None:
        self.table = table
        self.erased = erased
        super().__init__(**options)

    def read(self, value: Any) -> str | None:
        return None if value in NOWHERE and self.null else super().read(value)


class Reference(Pointer):
    """The id of a row of another table, held by a foreign key.

    The check can be put off to the end of a transaction, so that a whole studio can be loaded in any order.
    """

    def __init__(self, table: str, *, cascade: bool = False, index: bool = True, **options: Any) -> None:
        self.cascade = cascade
        super().__init__(table, index=index, **options)

    @property
    def constraint(self) -> str:
        action = " ON DELETE CASCADE" if self.cascade else ""
        return f'REFERENCES "{self.table}" ("id"){action} DEFERRABLE INITIALLY IMMEDIATE'


class DateTime(Column):
    """A moment, naive UTC, to the microsecond. A zone in the input is dropped, not converted (docs/api/rows.md).

    Moments are counted with: in time zones, by the days from one to another. So they are of a time in which there is work.
    """

    field_type = "TIMESTAMP"
    kind = "datetime"
    openapi = {"type": "string", "format": "date-time"}

    def check(self, value: Any) -> None:
        if isinstance(value, str):
            if not ISO_DATE.match(value):
                raise BadValue(f"{self.name} is not a date")
            if not FIRST_YEAR <= value < AFTER_LAST_YEAR:
                raise BadValue(f"{self.name} is not within the years {FIRST_YEAR} to {int(AFTER_LAST_YEAR) - 1}")

    def read_stored(self, value: Any) -> str | None:
        if value is None:
            return None
        try:
            return datetime.datetime.fromisoformat(value).replace(tzinfo=None).isoformat(timespec="microseconds")
        except (ValueError, TypeError):
            raise BadValue(f"{self.name} is not a date") from None

    def read(self, value: Any) -> str | None:
        moment = self.read_stored(value)
        self.check(moment)
        return moment

    def adapt(self, value: Any) -> Any:
        return value.strftime(MOMENT) if isinstance(value, datetime.datetime) else value


class Date(Column):
    """A day; of a moment the time is dropped."""

    field_type = "DATE"
    kind = "date"
    openapi = {"type": "string", "format": "date"}

    def check(self, value: Any) -> None:
        if isinstance(value, str) and not ISO_DATE.match(value):
            raise BadValue(f"{self.name} is not a date")

    def read(self, value: Any) -> str | None:
        if value is None:
            return None
        try:
            return datetime.datetime.fromisoformat(value).date().isoformat()
        except (ValueError, TypeError):
            raise BadValue(f"{self.name} is not a date") from None

    def adapt(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime.date) else value


class Json(Column):
    """Any JSON value, stored as it came."""

    field_type = "JSON"
    kind = "json"
    as_stored = False
    openapi = {}

    def read(self, value: Any) -> Any:
        return value

    def db_value(self, value: Any) -> str | None:
        if value is None:
            return None
        text = msgspec.json.encode(value)
        if len(text) > LONGEST_JSON:
            raise BadValue(f"{self.name} is longer than {LONGEST_JSON} bytes")
        return text.decode()

    def python_value(self, value: Any) -> Any:
        return msgspec.json.decode(value) if isinstance(value, (str, bytes)) else value


def as_object(value: Any) -> dict[str, Any]:
    """What a column of any JSON holds where an object is meant; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


class Texts(Json):
    """A list of texts."""

    openapi = {"type": "array", "items": {"type": "string"}}

    def read(self, value: Any) -> list[Any] | None:
        if value is None or (isinstance(value, list) and all(isinstance(text, str) for text in value)):
            return value
        raise BadValue(f"{self.name} is not a list of texts")


def constant(value: Any) -> Callable[[], Any]:
    """A default that is made anew for each row."""
    return lambda: msgspec.json.decode(msgspec.json.encode(value))
