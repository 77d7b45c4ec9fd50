"""Tables of routes, and how Falcon comes to serve them.

An area's module opens with its table. A row says the method, the path, who may call it, and the handler; perhaps what body
it takes and with which status it answers. A handler gets a `Call` and the path's parameters, and returns what to answer:
something that can be JSON, or an `Answer` when it needs headers, or None for an empty body.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from kitsulite.access import Rule

Handler = Callable[..., Any]


@dataclass(frozen=True)
class Route:
    """One row of a table.

    who      the rule that refuses everybody else
    takes    the form of the body (msgspec.Struct); the handler gets it as `body`
    gives    what the answer looks like, for the documentation: a Shape, or a Struct
    status   of a successful answer; None stands for 200, or 204 when there is nothing to say
    writes   whether the work may write; POST, PUT and DELETE do unless they say otherwise
    body_first  whether a bad body is told of before who may is asked
    alone    the handler opens its transactions itself (for what hashes passwords or moves files)
    token    the kind of token asked for; `share link` for the one that stands in the path
    """

    method: str
    path: str
    who: Rule
    handler: Handler
    takes: type[msgspec.Struct] | None = None
    gives: Any = None
    status: int | None = None
    writes: bool = True
    alone: bool = False
    body_first: bool = False
    token: str = "access"


def get(path: str, who: Rule, handler: Handler, *, writes: bool = False, **more: Any) -> Route:
    return Route("GET", path, who, handler, writes=writes, **more)


def post(path: str, who: Rule, handler: Handler, **more: Any) -> Route:
    return Route("POST", path, who, handler, **more)


def put(path: str, who: Rule, handler: Handler, **more: Any) -> Route:
    return Route("PUT", path, who, handler, **more)


def delete(path: str, who: Rule, handler: Handler, **more: Any) -> Route:
    return Route("DELETE", path, who, handler, **more)


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
    """

    body: Any = None
    status: int | None = None
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    chunks: Iterable[bytes] | None = None
    cookies: dict[str, tuple[str, str]] = field(default_factory=dict)
    cookie_life: int | None = None
