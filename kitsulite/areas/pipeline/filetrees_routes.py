"""File trees: choosing one, and what a path stands for."""

import msgspec

from kitsulite.access.callers import project_manager
from kitsulite.access.rules import MEMBER, new_of
from kitsulite.areas.pipeline import filetrees, guessing
from kitsulite.models.productions import Project
from kitsulite.web.inputs import Text
from kitsulite.web.routing import Route, post
from kitsulite.work.work import Work


class Choice(msgspec.Struct):
    tree_name: Text


class Path(msgspec.Struct):
    project_id: Text
    file_path: Text
    sep: str = "/"


def set_tree(work: Work, project_id: str, body: Choice) -> object:
    """Give a production one of the trees that come with the server."""
    return filetrees.set_tree(work, project_id, body.tree_name)


def guess(work: Work, body: Path) -> object:
    """What a path can stand for in a production."""
    return guessing.guess(work, body.project_id, body.file_path, body.sep)


in_its_team = new_of(Project, MEMBER, key="project_id")
ROUTES: list[Route] = [
    post(
        "/actions/projects/{project_id}/set-file-tree",
        project_manager,
        set_tree,
        takes=Choice,
        gives=filetrees.PROJECT,
        status=200,
        body_first=True,
    ),
    post(
        "/data/entities/guess-from-path",
        in_its_team,
        guess,
        takes=Path,
        gives=[dict[str, str]],
        status=200,
        writes=False,
    ),
    post(
        "/data/entities/guess_from_path",
        in_its_team,
        guess,
        takes=Path,
        gives=[dict[str, str]],
        status=200,
        writes=False,
    ),
]
