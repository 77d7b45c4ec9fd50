"""`kitsulite routes`: where the code of a path is, and who may call it."""

import argparse
import functools
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from kitsulite.cli.command import Command, Stop, aligned, argument

PARAMETER = re.compile(r"{\w+}")
PREFIX = "/api"
"""Where Kitsu's clients look for the API; the same routes are there."""


ROOT = Path(__file__).parents[2]


class Found(NamedTuple):
    """One route, in words.

    place  where its handler is; of the rows of a collection, where that is declared
    """

    method: str
    path: str
    who: str
    place: str


def routes(given: argparse.Namespace) -> None:
    """Print the routes of a path, of all that begins like it, or all of them."""
    found = list(find(given.path or ""))
    if not found:
        raise Stop(f"No route is like {given.path}. `kitsulite routes` lists all of them.")
    print("\n".join(aligned(found)))


def find(asked: str) -> Iterator[Found]:
    """The routes of a path (with ids or without them) or a URL; when there is none, those that begin like it."""
    from kitsulite.app import tables

    path = as_path(asked)
    every = [route for table in tables() for route in table.routes]
    meant = [route for route in every if _pattern(route.path).fullmatch(path)]
    if meant:  # `/data/shots/all` is no shot
        fewest = min(len(PARAMETER.findall(route.path)) for route in meant)
        meant = [route for route in meant if len(PARAMETER.findall(route.path)) == fewest]
    for route in meant or [route for route in every if _begins(route.path, path)]:
        yield Found(route.method, route.path, route.who.name, place_of(route))


def as_path(asked: str) -> str:
    """The path of what was asked for, as the tables spell it."""
    path = urlsplit(asked).path if "//" in asked else asked.partition("?")[0].partition("#")[0]
    path = "/" + path.strip("/") if path else ""
    return path.removeprefix(PREFIX) if path == PREFIX or path.startswith(PREFIX + "/") else path


def place_of(route: Any) -> str:
    """The file and the line of what is to be read about a route."""
    from kitsulite.rows import routes as of_rows
    from kitsulite.tables import places_of_collections

    file, line = _code_of(route.handler)
    if file == of_rows.__file__:
        file, line = places_of_collections()[route.path.split("/")[2]]
    return f"{Path(file).relative_to(ROOT)}:{line}"


def _code_of(handler: Any) -> tuple[str, int]:
    """Where a function is."""
    while isinstance(handler, functools.partial):
        handler = handler.func
    code = inspect.unwrap(handler).__code__
    return code.co_filename, code.co_firstlineno


def _pattern(template: str) -> re.Pattern[str]:
    """What the paths of a route look like."""
    literal = PARAMETER.split(template)
    return re.compile("(?:{\\w+}|[^/]+)".join(map(re.escape, literal)))


def _begins(template: str, path: str) -> bool:
    """Whether a route begins like a path, piece by piece; the last piece may be cut short."""
    *whole, last = path.split("/")
    pieces = template.split("/")
    if len(pieces) <= len(whole) or not (
        pieces[len(whole)].startswith(last) or _pattern(pieces[len(whole)]).fullmatch(last)
    ):
        return False
    return all(_pattern(piece).fullmatch(text) for piece, text in zip(pieces, whole, strict=False))


COMMANDS = (
    Command(
        "routes",
        "list routes: method, path, who may, the handler's file and line",
        routes,
        (
            argument(
                "path",
                metavar="PATH",
                nargs="?",
                help="a path with or without ids, how it begins, or a URL; all without it",
            ),
        ),
    ),
)
