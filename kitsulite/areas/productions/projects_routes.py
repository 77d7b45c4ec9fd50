"""Productions (docs/api/productions.md)."""

from typing import Any

from kitsulite.access.rules import signed_in
from kitsulite.areas.productions import openprojects
from kitsulite.models.project_shapes import OF_STUDIO, open_project
from kitsulite.web.call import Call
from kitsulite.web.routing import Route, get


def list_open_projects(call: Call) -> Any:
    """The open productions that the caller works on, with all their settings."""
    return openprojects.open_projects(call.work, call.query.get("name"))


def list_all_projects(call: Call) -> Any:
    """All productions, open and closed, that the caller may know of."""
    return openprojects.all_projects(call.work, call.query.get("name"))


ROUTES: list[Route] = [
    get("/data/projects/open", signed_in, list_open_projects, gives=[open_project(())]),
    get("/data/projects/all", signed_in, list_all_projects, gives=[OF_STUDIO]),
]
