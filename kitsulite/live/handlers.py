"""EVENT_HANDLERS_FOLDER: a module `event_handlers` of the studio's own, whose objects handle events (docs/events.md).

It is loaded under a name of its own, which no other tracker of the process shares and no import can find by chance.
"""

import importlib.util
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from kitsulite.live.outbox import Told
from kitsulite.live.patterns import matches
from kitsulite.live.pump import Line, Step
from kitsulite.models import new_id

log = logging.getLogger("kitsulite")

MODULE = "event_handlers"
USUAL = "event_map"
PLACE = "event handlers"


class NoHandlers(Exception):
    """The folder has no such module, or there is nothing in it."""


class Handlers:
    """The handlers of one tracker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"kitsulite_{MODULE}_{new_id().replace('-', '')}"
        self._map = _map_of(self._load(), folder)

    def line(self) -> Line:
        """What hands events to them: each once, whatever becomes of it."""
        return Line(PLACE, lambda told: any(matches([name], told.name) for name in self._map), self._hand)

    def close(self) -> None:
        """Forget the module, and those that it loaded below its name."""
        for name in [name for name in list(sys.modules) if name == self.name or name.startswith(self.name + ".")]:
            del sys.modules[name]

    def _hand(self, events: list[Told]) -> Step:
        told = events[0]
        for name, handler in self._map.items():
            if matches([name], told.name):
                try:
                    handler.handle_event({**told.data, "id": told.id})
                except Exception:
                    log.exception("The handler of %s failed on the event %s", name, told.id)
        return Step(told.seq)

    def _load(self) -> ModuleType:
        path = path_of(self.folder)
        below = [str(path.parent)] if path.parent.name == MODULE else None
        spec = importlib.util.spec_from_file_location(self.name, path, submodule_search_locations=below)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[self.name] = module  # so that it can import what lies beside it
        try:
            spec.loader.exec_module(module)
        except BaseException:
            self.close()
            raise
        return module


def path_of(folder: Path) -> Path:
    """The file of the module in a folder; NoHandlers when there is none."""
    package, file = folder / MODULE / "__init__.py", folder / f"{MODULE}.py"
    path = package if package.is_file() else file
    if not path.is_file():
        raise NoHandlers(f"There is no {MODULE}.py in {folder}.")
    return path


def _map_of(module: ModuleType, folder: Path) -> Mapping[str, Any]:
    """Which object of a module handles which events: the mapping that is called as usual, else the one that looks like it."""
    found = [value for value in vars(module).values() if isinstance(value, Mapping) and value and _handles(value)]
    usual = getattr(module, USUAL, None)
    if isinstance(usual, Mapping) and _handles(usual):
        return {str(name).lower(): handler for name, handler in usual.items()}
    if len(found) != 1:
        raise NoHandlers(
            f"The module {MODULE} in {folder} needs one mapping of names of events to objects with handle_event(data), "
            f"called {USUAL}."
        )
    return {str(name).lower(): handler for name, handler in found[0].items()}


def _handles(mapping: Mapping[Any, Any]) -> bool:
    return all(isinstance(name, str) and hasattr(handler, "handle_event") for name, handler in mapping.items())
