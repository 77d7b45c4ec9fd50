"""Rows that another studio of the same kind pushes."""

from typing import Any

import msgspec

from kitsulite.access.callers import each, is_any_admin
from kitsulite.access.roles import is_admin
from kitsulite.areas.imports import kitsu
from kitsulite.areas.imports.kitsu_models import MODELS
from kitsulite.web.call import Call
from kitsulite.web.routing import Handler, Route, post

SAYS_YES = {"1", "true", "yes"}


class Quietly(msgspec.Struct):
    """Whether nobody is told of it: 1, true or yes."""

    silent: str = ""


def pushed(path: str) -> Handler:
    """What answers a list of rows of a model."""
    model = MODELS[path]

    def push(call: Call, silent: str) -> Any:
        entries = call.lenient_json()
        with call.begin(writes=False) as work:
            if not is_admin(work):
                return []
        return kitsu.take_in(call.begin, model, entries, silent=silent.lower() in SAYS_YES)

    push.__doc__ = f"Take in {path.replace('-', ' ')} of another studio, with the ids that they have there."
    return push


def _route(path: str) -> Route:
    model = MODELS[path]
    return post(
        f"/import/kitsu/{path}",
        each(is_any_admin, hint="what others send is passed over"),
        pushed(path),
        query=Quietly,
        raw=[model.shape.with_relations()],
        gives=[model.shape],
        status=200,
        alone=True,
        bulk=True,
    )


ROUTES = [_route(path) for path in MODELS]
