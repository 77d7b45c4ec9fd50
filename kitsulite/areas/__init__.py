"""The trade, a room an area: a folder with its tables of routes, its rows and its rules side by side.

In a room, `routes.py` and `…_routes.py` hold tables of routes (`ROUTES`), `rows.py` and `rows_of_….py` its collections under
`/data/<things>` (`COLLECTIONS`); every other file is one rule of the trade and knows nothing of HTTP. `kitsulite.tables` finds
them by these names. A room may use those that stand behind it in the list, never one before it.
"""

import functools
import pkgutil
from pathlib import Path

ROOMS = (
    "demo",
    "backups",
    "takeover",
    "imports",
    "exports",
    "figures",
    "me",
    "guests",
    "playlists",
    "pipeline",
    "productions",
    "directories",
    "scim",
    "people",
    "studio",
    "entities",
    "tasks",
    "previews",
    "telling",
)


SIGNING_IN = "directories"
"""The room that answers strangers alone."""


def is_table(module: str) -> bool:
    """Whether a module of a room says what is served."""
    return module.endswith("routes") or module.startswith("rows")


@functools.cache
def answering() -> tuple[str, ...]:
    """The rooms that answer who is signed in, by name; API keys are kept to some of them."""
    here = Path(__file__).parent
    modules = {room: pkgutil.iter_modules([str(here / room)]) for room in ROOMS if room != SIGNING_IN}
    return tuple(sorted(room for room, found in modules.items() if any(is_table(module.name) for module in found)))
