"""One call of a route: what the request says, read the three ways that the API knows.

`body`       a validated body: JSON, else form and query string together
`argument`   single arguments: query string and form first, then JSON
`json`       a raw JSON body, as rows are written
"""

import functools
import typing
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl

import falcon
import msgspec

from kitsulite.models import is_uuid
from kitsulite.settings import Settings
from kitsulite.storage.files import Upload
from kitsulite.web.inputs import Count, Given, Id, Moment, Sure, is_union, read_struct, read_value
from kitsulite.web.uploads import Form
from kitsulite.work.errors import Invalid, WrongParameter
from kitsulite.work.periods import read_moment
from kitsulite.work.texts import fit, read_json
from kitsulite.work.work import Caller, Work

S = TypeVar("S", bound=msgspec.Struct)
FLAGS = {"true": True, "1": True, "on": True, "false": False, "0": False}
NO_DATA = "Data are empty. Please verify that you sent JSON data and that you set the right headers."


class NotJson(Exception):
    """The body had to be JSON and does not say that it is."""


class Call:
    """See the module.

    work    the work at hand; for a route that is `alone`, open it with `begin`
    begin   opens a transaction: `with call.begin(writes=True) as work:`
    """

    def __init__(
        self,
        request: falcon.Request,
        content: bytes | Form,
        begin: Callable[..., AbstractContextManager[Work]],
        caller: Caller | None,
        settings: Settings,
    ) -> None:
        self.request = request
        self.content = content if isinstance(content, bytes) else b""
        self.parts = content if isinstance(content, Form) else Form([], [])
        self.begin = begin
        self.caller = caller
        self.settings = settings
        self._work: Work | None = None
        self._bodies: dict[type[msgspec.Struct], msgspec.Struct] = {}

    @property
    def work(self) -> Work:
        assert self._work, "this route opens its transactions itself: use begin()"
        return self._work

    @work.setter
    def work(self, work: Work) -> None:
        self._work = work

    # --- query string ---

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """The query string, in order."""
        if not self.request.query_string:
            return []
        return [(fit(key), fit(text)) for key, text in parse_qsl(self.request.query_string, keep_blank_values=True)]

    @cached_property
    def query(self) -> dict[str, str]:
        """The query string; of a repeated key the first value."""
        return dict(reversed(self.pairs))

    def repeated(self, name: str) -> list[str]:
        """All values of a key."""
        return [value for key, value in self.pairs if key == name]

    def flag(self, name: str, default: bool = False) -> bool:
        """True only for the word `true`; everything else, `1` too, is false."""
        return self.query[name].lower() == "true" if name in self.query else default

    def integer(self, name: str, default: int | None = None) -> int | None:
        """A whole number; what else is given is refused."""
        if name not in self.query:
            return default
        try:
            return int(self.query[name])
        except ValueError:
            raise WrongParameter(f"{name} must be an integer.") from None

    def moment(self, name: str) -> str | None:
        """A date or a date and time, as stored moments are written."""
        text = self.query.get(name)
        if not text:
            return None
        moment = read_moment(text)
        if moment is None:
            raise WrongParameter(
                "Wrong date format for before argument.Expected format: 2020-01-05T13:23:10 or 2020-01-05"
            )
        return moment

    def id(self, name: str) -> str | None:
        """An id."""
        text = self.query.get(name)
        if text is None or text == "":
            return None
        if not is_uuid(text):
            raise WrongParameter("Wrong UUID format.")
        return text.lower()

    def asked(self, form: type[S]) -> S:
        """The query string in the form asked for: flags, numbers, ids, moments and texts, each with its default."""
        values = {}
        for field, read in readers_of(form):
            if (value := read(self, field.encode_name)) is not None:
                values[field.name] = value
            elif field.required:
                raise WrongParameter(f"Missing required parameter: {field.encode_name}")
        return form(**values)

    def _value(self, name: str, kind: Any) -> Any:
        """A parameter of another type, which is read as in a body."""
        if name not in self.query:
            return None
        try:
            return read_value(self.query[name], kind)
        except ValueError as problem:
            raise Invalid([(name, str(problem))]) from None

    # --- body ---

    @cached_property
    def is_json(self) -> bool:
        kind = (self.request.content_type or "").partition(";")[0].strip().lower()
        return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))

    @cached_property
    def fields(self) -> list[tuple[str, str]]:
        """The fields of a form, in order."""
        kind = (self.request.content_type or "").partition(";")[0].strip().lower()
        if kind == "application/x-www-form-urlencoded":
            given = parse_qsl(self.content.decode("utf-8", "replace"), keep_blank_values=True)
            return [(fit(key), fit(text)) for key, text in given]
        return self.parts.fields

    @cached_property
    def form(self) -> dict[str, Any]:
        """The fields of a form; of a repeated one the first value."""
        return dict(reversed(self.fields))

    @property
    def files(self) -> list[Upload]:
        """The files of a form."""
        return self.parts.files

    @property
    def file(self) -> Upload | None:
        """The file of a form that holds one, in the field `file`."""
        return next((upload for upload in self.parts.files if upload.field == "file"), None)

    def lenient_json(self) -> Any:
        """The body as JSON, None when it is empty or something else; BrokenJson."""
        return read_json(self.content) if self.is_json and self.content.strip() else None

    def json(self) -> Any:
        """The body, which must be JSON and not null."""
        if not self.is_json:
            raise NotJson
        data = read_json(self.content)
        if data is None:
            raise WrongParameter(NO_DATA)
        return data

    def json_object(self) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        data = self.json()
        if not isinstance(data, dict):
            raise WrongParameter(NO_DATA)
        return data

    def body(self, form: type[S]) -> S:
        """The body in the form asked for; Invalid says what is wrong with each field."""
        if form not in self._bodies:
            self._bodies[form] = read_struct(self.given(), form)
        return cast(S, self._bodies[form])

    def given(self) -> Any:
        """What a body is read from: JSON, else the fields of a form and the query string."""
        data = self.lenient_json()
        return {**self.query, **self.form} if data is None else data

    def argument(self, name: str, kind: Callable[[Any], Any] = str, default: Any = None, required: bool = False) -> Any:
        """One argument, wherever it was given."""
        given = self.query.get(name, self.form.get(name))
        if given is None:
            data = self.lenient_json()
            given = data.get(name) if isinstance(data, dict) else None
        if given is None:
            if required:
                raise WrongParameter(f"Missing required parameter: {name}")
            return default
        try:
            return kind(given)
        except (ValueError, TypeError):
            raise WrongParameter(f"Wrong value for parameter {name}.") from None

    def arguments(self, name: str) -> list[Any]:
        """A list: repeated keys of the query string, or a JSON array; a single value counts as one."""
        if given := self.repeated(name):
            return given
        data = self.lenient_json()
        value = data.get(name) if isinstance(data, dict) else None
        if value is None:
            return []
        return value if isinstance(value, list) else [value]

    def ids(self) -> list[str]:
        """A body that is a bare list of ids."""
        data = self.lenient_json()
        if not isinstance(data, list):
            raise WrongParameter("Request body must be a JSON array.")
        if not all(is_uuid(item) for item in data):
            raise WrongParameter("Request body must only contain valid UUIDs.")
        return [item.lower() for item in data]

    def optional_ids(self) -> list[str]:
        """The same where nothing and an empty object mean an empty list."""
        return [] if self.lenient_json() in (None, {}) else self.ids()

    # --- who and where from ---

    @property
    def is_browser(self) -> bool:
        """Browsers get cookies; scripts carry their tokens themselves."""
        return (self.request.user_agent or "").startswith("Mozilla/5.0")


def read_flag(text: object) -> bool:
    """A yes or no that must be one."""
    try:
        return FLAGS[str(text).lower()]
    except KeyError:
        raise ValueError(text) from None


Reader = Callable[[Call, str], Any]
READERS: dict[Any, Reader] = {
    str: lambda call, name: call.query.get(name),
    bool: lambda call, name: call.flag(name) if name in call.query else None,
    int: Call.integer,
    Id: Call.id,
    Moment: Call.moment,
    Count: lambda call, name: call.argument(name, int),
    Given: Call.argument,
    Sure: lambda call, name: call.argument(name, read_flag),
    list[str]: lambda call, name: call.repeated(name) or None,
}
"""How a parameter of the query string is read, by its type."""


@functools.cache
def readers_of(form: type[msgspec.Struct]) -> tuple[tuple[Any, Reader], ...]:
    """The fields of a form of the query string, and what reads each."""
    return tuple((field, _reader(field.type)) for field in msgspec.structs.fields(form))


def _reader(kind: Any) -> Reader:
    wanted = [part for part in typing.get_args(kind) if part is not type(None)] if is_union(kind) else [kind]
    return READERS.get(wanted[0], lambda call, name: call._value(name, kind))
