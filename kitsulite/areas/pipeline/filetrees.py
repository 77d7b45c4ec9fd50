"""File trees: in which folders and under which names a production keeps its files (docs/api/pipeline.md).

A tree has modes, such as `working` and `output`. A mode has a mountpoint, a root, and for each kind of entity a template for
folders and one for names, in which `<Shot>` or `<Instance.number>` stand for what they say.
"""

import json
from importlib.resources import files
from typing import Any

from kitsulite.models.productions import Project
from kitsulite.models.shapes import Raw, Shape
from kitsulite.storage import Row
from kitsulite.work.errors import TradeError, WrongParameter
from kitsulite.work.work import Work

PROJECT = Shape(Project)
Tree = dict[str, Any]


class TreeRefused(TradeError):
    """A tree does not say where such a file lies; the message is why, empty when it has no template for it."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


def shipped_tree(name: str) -> Tree:
    """A tree that comes with Kitsulite; WrongParameter when there is none of that name."""
    shipped = {
        file.name: file for file in (files(__package__) / "trees").iterdir()
    }  # no name of a caller becomes a path
    found = shipped.get(f"{name}.json")
    if found is None:
        raise WrongParameter("Selected tree is not available")
    tree: Tree = json.loads(found.read_text())
    return tree


def set_tree(work: Work, project_id: str, name: str) -> Raw:
    """Give a production a tree that comes with Kitsulite; the production."""
    work.update(Project, project_id, file_tree=shipped_tree(name))
    work.emit("project:update", {}, project_id)
    return work.show(PROJECT, project_id)


def mode_of(project: Row, mode: str) -> Tree:
    """One mode of a production's tree; TreeRefused."""
    tree = project["file_tree"]
    if not isinstance(tree, dict) or not tree:
        raise TreeRefused("No tree can be found for given project.")
    if not isinstance(tree.get(mode), dict):
        raise TreeRefused(f"Mode {mode} cannot be found on given tree.")
    found: Tree = tree[mode]
    if not all(isinstance(found.get(key), str) for key in ("mountpoint", "root")):
        raise TreeRefused(f"Can't find given mode ({mode}) in given tree.")
    return found


def template_of(mode: Tree, part: str, kind: str) -> tuple[str, str]:
    """The template for folders (`folder_path`) or names (`file_name`) of a kind of entity, and its style; TreeRefused."""
    templates = mode.get(part)
    if not isinstance(templates, dict) or not isinstance(templates.get(kind), str):
        raise TreeRefused
    return templates[kind], str(templates.get("style") or "")


def styled(text: str, style: str) -> str:
    """A text in a style: uppercase, lowercase, or as it is."""
    return text.upper() if style == "uppercase" else text.lower() if style == "lowercase" else text
