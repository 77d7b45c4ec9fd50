"""Productions."""

import msgspec

from kitsulite.access.callers import signed_in
from kitsulite.areas.productions import openprojects
from kitsulite.models.project_shapes import OF_STUDIO, OPEN_PROJECT
from kitsulite.web.routing import Route, get


class Named(msgspec.Struct):
    """The production of one name."""

    name: str | None = None


ROUTES: list[Route] = [
    get(
        "/data/projects/open",
        signed_in,
        openprojects.open_projects,
        title="The open productions that the caller works on, with all their settings",
        query=Named,
        gives=[OPEN_PROJECT],
    ),
    get(
        "/data/projects/all",
        signed_in,
        openprojects.all_projects,
        title="All productions, open and closed, that the caller may know of",
        query=Named,
        gives=[OF_STUDIO],
    ),
]
