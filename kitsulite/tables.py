"""Everything that the rooms of `areas` declare: their tables of routes and their collections of rows."""

import dataclasses
import functools
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from types import ModuleType

from kitsulite import areas
from kitsulite.rows import routes as rows_routes
from kitsulite.rows.collection import Collection
from kitsulite.web.routing import Route, RouteTable


@functools.cache
def route_tables() -> tuple[RouteTable, ...]:
    """The tables of all rooms, then the rows of all collections."""
    tables = [
        RouteTable(_name(module), _first_line(module.__doc__), _in_room(module, module.ROUTES))
        for module in _modules()
        if module.__name__.endswith("routes")
    ]
    rows = [
        route
        for module in _modules()
        for collection in getattr(module, "COLLECTIONS", ())
        for route in _in_room(module, rows_routes.routes_of(collection))
    ]
    return (*tables, RouteTable("rows", _first_line(rows_routes.__doc__), rows))


def _in_room(module: ModuleType, routes: Iterable[Route]) -> list[Route]:
    """The routes, which know now in which room they are declared."""
    return [dataclasses.replace(route, area=_room(module)) for route in routes]


@functools.cache
def collections() -> tuple[Collection, ...]:
    """All that is under `/data/<things>`."""
    return tuple(
        collection
        for module in _modules()
        if module.__name__.rpartition(".")[2].startswith("rows")
        for collection in module.COLLECTIONS
    )


@functools.cache
def places_of_collections() -> dict[str, tuple[str, int]]:
    """The file and the line in which each collection is declared, by its word in the URL."""
    places = {}
    for module in _modules():
        lines, _ = inspect.getsourcelines(module)
        for collection in getattr(module, "COLLECTIONS", ()):
            word = f'"{collection.path}"'
            line = next(number for number, text in enumerate(lines, start=1) if word in text)
            places[collection.path] = (inspect.getfile(module), line)
    return places


@functools.cache
def _modules() -> tuple[ModuleType, ...]:
    """The modules of the rooms that hold tables, imported."""
    return tuple(import_module(name) for room in areas.ROOMS for name in _names(room))


def _names(room: str) -> Iterator[str]:
    package = import_module(f"{areas.__name__}.{room}")
    for module in pkgutil.iter_modules(package.__path__):
        if areas.is_table(module.name):
            yield f"{package.__name__}.{module.name}"


def _name(module: ModuleType) -> str:
    kind = module.__name__.rpartition(".")[2].removesuffix("routes").removesuffix("_")
    return f"{_room(module)}/{kind}" if kind else _room(module)


def _room(module: ModuleType) -> str:
    return module.__name__.split(".")[-2]


def _first_line(text: str | None) -> str:
    return (text or "").partition("\n")[0]
