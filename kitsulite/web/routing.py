"""Tables of routes, and how Falcon comes to serve them.

A row says the method, the path, who may call it, what goes in, and what answers. A rule of the trade is bound as it is: by the
names of its parameters it gets what the path says, the rows that the rule loaded, the fields of the query string and of the
body, and the files of a form. What opens its transactions itself takes `begin` in the place of the work, and what needs the
request itself a `Call`. What comes back is something that can be JSON, or an `Answer` when it needs headers, or None for an
empty body.
"""

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from kitsulite.access.rules import Rule
from kitsulite.models import Record

Handler = Callable[..., Any]
PARAMETER = re.compile(r"{(\w+)}")
WHOLE = {"asked", "body", "filters", "files", "file"}
"""What a handler may take as a whole: the query string, the body, the filters, the files, the one in the field `file`."""
VAR_POSITIONAL, VAR_KEYWORD = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD


@dataclass(frozen=True)
class Route:
    """One row of a table.

    who      the rule that refuses everybody else
    handler  what answers: a rule of the trade (its first parameter is `work`, or `begin`), or what needs the `call` itself
    query    the form of the query string (msgspec.Struct)
    filters  the table by whose columns and lists of ids the query string may filter
    takes    the form of the body (msgspec.Struct), sent as JSON or as a form
    raw      what the body looks like when its form cannot be a Struct (a Shape, a list of one), for the documentation
    files    whether files may come along, or have to; the body is a form with parts then
    gives    what the answer looks like, for the documentation: a Shape, or a Struct
    also     statuses that other routes do not know: of refusals, such as 409, or 200 for what was there already
    status   of a successful answer; None stands for 200, or 204 when there is nothing to say
    writes   whether the work may write; POST, PUT and DELETE do unless they say otherwise
    bulk     whether admins send much at once, and may send a longer body
    body_first  whether a bad body is told of before who may is asked
    alone    the handler opens its transactions itself (for what hashes passwords or moves files)
    rest     whether the last parameter of the path is all that is left of it, slashes included
    speaks   the type of content of bodies and answers, errors too
    token    the kind of token asked for; `share link` for the one that stands in the path
    area     the room that declares it, as what finds it says (`kitsulite.tables`)
    title    what the documentation says of it; the first line of the handler's docstring when it says nothing
    wanted   the parameters that the handler takes beside the first
    first    what the first one is: `work`, `begin`, or `call`
    """

    method: str
    path: str
    who: Rule
    handler: Handler
    query: type[msgspec.Struct] | None = None
    filters: type[Record] | None = None
    takes: type[msgspec.Struct] | None = None
    raw: Any = None
    files: bool = False
    gives: Any = None
    also: tuple[int, ...] = ()
    status: int | None = None
    writes: bool = True
    alone: bool = False
    bulk: bool = False
    rest: bool = False
    body_first: bool = False
    speaks: str = "application/json"
    token: str = "access"
    area: str = ""
    title: str = ""
    wanted: frozenset[str] = frozenset()
    first: str = "call"

    def __post_init__(self) -> None:
        first, *others = inspect.signature(self.handler).parameters.values()
        taken = [parameter for parameter in others if parameter.kind not in (VAR_POSITIONAL, VAR_KEYWORD)]
        there = {*PARAMETER.findall(self.path), *self.who.hands, *self._inputs()}
        needed = {parameter.name for parameter in taken if parameter.default is parameter.empty}
        if needed - there:
            raise TypeError(f"{self.method} {self.path}: nothing gives the handler {', '.join(sorted(needed - there))}")
        names = {parameter.name for parameter in taken} & there
        if any(parameter.kind is VAR_KEYWORD for parameter in others):  # the rest of what a body or a path says
            names |= there - WHOLE - set(self.who.hands)
        object.__setattr__(self, "wanted", frozenset(names))
        object.__setattr__(self, "first", first.name if first.name in ("work", "begin") else "call")

    def _inputs(self) -> set[str]:
        """The parameters that come of the query string and the body."""
        names = {name for form in (self.query, self.takes) if form for name in form.__struct_fields__}
        files = {"files", "file"} if self.files else set()
        wholes = {"asked": self.query, "body": self.takes, "filters": self.filters}
        return names | files | {name for name, form in wholes.items() if form}


def get(path: str, who: Rule, handler: Handler, *, writes: bool = False, **more: Any) -> Route:
    return Route("GET", path, who, handler, writes=writes, **more)


def post(path: str, who: Rule, handler: Handler, **more: Any) -> Route:
    return Route("POST", path, who, handler, **more)


def put(path: str, who: Rule, handler: Handler, **more: Any) -> Route:
    return Route("PUT", path, who, handler, **more)


def patch(path: str, who: Rule, handler: Handler, **more: Any) -> Route:
    return Route("PATCH", path, who, handler, **more)


def delete(path: str, who: Rule, handler: Handler, **more: Any) -> Route:
    return Route("DELETE", path, who, handler, **more)


@dataclass(frozen=True)
class Mapped:
    """What answers look like that are objects with ids (or names) as keys: id -> `of`; some keys may be `fixed`."""

    of: Any
    fixed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Merged:
    """What answers look like that have the keys of several things."""

    parts: tuple[Any, ...]

    def __init__(self, *parts: Any) -> None:
        object.__setattr__(self, "parts", parts)


@dataclass(frozen=True)
class Either:
    """What answers look like that are one of several things; one of them may be a `Media`, or None for null."""

    choices: tuple[Any, ...]

    def __init__(self, *choices: Any) -> None:
        object.__setattr__(self, "choices", choices)


@dataclass(frozen=True)
class Media:
    """What answers are that are no JSON: their types of content, the usual one first."""

    types: tuple[str, ...]

    def __init__(self, *types: str) -> None:
        object.__setattr__(self, "types", types)


PICTURE, MOVIE, CSV, TEXT, HTML, ZIP, PDF = (
    Media(type)
    for type in ("image/png", "video/mp4", "text/csv", "text/plain", "text/html", "application/zip", "application/pdf")
)
ANY_FILE = Media("application/octet-stream", "*/*")
LINES = Media("application/x-ndjson")
NOTHING = Media()


class RouteTable(NamedTuple):
    """The routes of one module.

    name   room and module, as the documentation groups them
    about  what they are about, in a line
    """

    name: str
    about: str
    routes: list[Route]


@dataclass
class Answer:
    """An answer with more to it than a body.

    body      bytes as they are, a text, or anything that can be JSON
    chunks    instead of a body: pieces that are made while they are sent, or an open file
    cookies   name -> (value, path); an empty value takes the cookie away
    cookie_life  seconds that they are kept, None for as long as cookies of sessions are
    is_ready  whether the body is what is sent: narrowed to what was asked for, and as the client takes it
    cookies_from_anywhere  whether they also come along where a page of another site sends its visitor here with a form
    """

    body: Any = None
    status: int | None = None
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    chunks: Iterable[bytes] | None = None
    cookies: dict[str, tuple[str, str]] = field(default_factory=dict)
    cookie_life: int | None = None
    cookies_from_anywhere: bool = False
    is_ready: bool = False
