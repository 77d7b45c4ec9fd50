"""Records of a Shotgun site: taken, removed, and what went wrong."""

from typing import Any

import msgspec

from kitsulite.access.callers import admin, is_any_admin
from kitsulite.access.rules import Is, row
from kitsulite.areas.imports import shotgun, shotgun_errors, shotgun_removal
from kitsulite.areas.imports.shotgun_kinds import KINDS
from kitsulite.models.tools import DataImportError
from kitsulite.web.call import Call
from kitsulite.web.routing import Handler, Route, delete, get, post
from kitsulite.work.work import Work

ROOT = "/import/shotgun"
ALIASES = {"project-connections": "projectconnections"}
ONE_OF = {
    "persons": "person",
    "status": "status",
    "project-connections": "project-connection",
    **{path: path.removesuffix("s") for path in KINDS if path not in ("persons", "status", "project-connections")},
}
"""What one of a list is called."""


class Gone(msgspec.Struct):
    """The id that a record has in Shotgun."""

    id: int


class Removal(msgspec.Struct):
    """Whether it went, and which row it was; without one, there was none."""

    success: bool
    removed_instance_id: str | None = None


def taking(path: str) -> Handler:
    """What answers a list of records."""
    kind = KINDS[path]

    def take(call: Call) -> Any:
        ids = shotgun.take_in(call.begin, kind, call.lenient_json()).ids
        with call.begin(writes=False) as work:
            return shotgun.shown(work, kind, ids)

    take.__doc__ = f"Take {path.replace('-', ' ')} of a Shotgun site; those that cannot be taken are passed over."
    return take


def removing(path: str) -> Handler:
    """What answers that a record is gone."""
    type = KINDS[path].type

    def remove(work: Work, id: int) -> Any:
        if path == "project-connections":
            return shotgun_removal.remove_connection(work, id)
        return shotgun_removal.remove(work, type, id)

    remove.__doc__ = f"Remove what came of a record: {ONE_OF[path].replace('-', ' ')}."
    return remove


def keep_error(call: Call) -> object:
    """Keep what went wrong with an event of the site."""
    return shotgun_errors.keep_error(call.work, call.lenient_json())


def _routes(path: str) -> list[Route]:
    kind = KINDS[path]
    taken = {"raw": [dict[str, Any]], "gives": [kind.shape], "status": 200, "alone": True, "bulk": True}
    gone = {"takes": Gone, "gives": Removal, "status": 200}
    lists = [path, ALIASES[path]] if path in ALIASES else [path]
    return [
        *(post(f"{ROOT}/{name}", admin, taking(path), **taken) for name in lists),
        *(
            post(
                f"{ROOT}/remove/{ONE_OF[path] if name == path else name.removesuffix('s')}",
                admin,
                removing(path),
                **gone,
            )
            for name in lists
        ),
    ]


ROUTES = [
    *(route for path in KINDS for route in _routes(path)),
    get(f"{ROOT}/errors", admin, shotgun_errors.errors, gives=[shotgun_errors.ERROR]),
    post(f"{ROOT}/errors", admin, keep_error, raw=dict[str, Any], gives=shotgun_errors.ERROR, status=201),
    delete(
        f"{ROOT}/errors/{{error_id}}",
        row(DataImportError, Is(is_any_admin), key="error_id"),
        shotgun_errors.forget_error,
    ),
]
