"""Everything that the rooms of `areas` declare: their tables of routes and their collections of rows."""

import functools
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from kitsulite import areas
from kitsulite.rows import routes as rows_routes
from kitsulite.rows.collection import Collection
from kitsulite.web.routing import RouteTable


@functools.cache
def route_tables() -> tuple[RouteTable, ...]:
    """The tables of all rooms, then the rows of all collections."""
    tables = [
        RouteTable(_name(module), _first_line(module.__doc__), module.ROUTES)
        for module in _modules()
        if module.__name__.endswith("routes")
    ]
    rows = [route for collection in collections() for route in rows_routes.routes_of(collection)]
    return (*tables, RouteTable("rows", _first_line(rows_routes.__doc__), rows))


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
        if module.name.endswith("routes") or module.name.startswith("rows"):
            yield f"{package.__name__}.{module.name}"


def _name(module: ModuleType) -> str:
    *_, room, name = module.__name__.split(".")
    kind = name.removesuffix("routes").removesuffix("_")
    return f"{room}/{kind}" if kind else room


def _first_line(text: str | None) -> str:
    return (text or "").partition("\n")[0]
