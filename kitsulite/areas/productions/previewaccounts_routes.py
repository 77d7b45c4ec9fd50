"""The preview account of a production, which is lent to outsiders who look at it."""

from typing import Any

import msgspec

from kitsulite.access.callers import project_manager
from kitsulite.areas.productions import previewaccounts
from kitsulite.areas.productions.previewaccounts import ACCOUNT
from kitsulite.models.shapes import Raw
from kitsulite.storage import Row
from kitsulite.web.routing import Either, Merged, Route, delete, get, post, put
from kitsulite.work.work import Begin, Work


class Opening(msgspec.Struct):
    """Whether one may look now: for an hour, or no more."""

    is_open: bool


def give_password(begin: Begin, project: Row) -> Any:
    """Make the preview account of a production, or give it another password."""
    return previewaccounts.give_password(begin, project)


def show(work: Work, project: Row) -> Raw:
    """The preview account of a production, null where there is none."""
    return previewaccounts.show(work, project) or Raw(b"null")


def set_open(work: Work, project: Row, body: Opening) -> Raw | None:
    """Open the preview account of a production for an hour, or close it."""
    return previewaccounts.set_open(work, project, body.is_open)


PATH = "/data/projects/{project_id}/preview-account"

ROUTES: list[Route] = [
    get(PATH, project_manager, show, gives=Either(ACCOUNT, None)),
    post(PATH, project_manager, give_password, gives=Merged(ACCOUNT, {"password": str}), status=201, alone=True),
    put(PATH, project_manager, set_open, takes=Opening, gives=ACCOUNT),
    delete(PATH, project_manager, previewaccounts.remove),
]
