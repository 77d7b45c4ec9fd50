"""What a path stands for: the templates of a file tree, read backwards (docs/api/pipeline.md)."""

import re
from collections.abc import Callable
from typing import Any

import peewee

from kitsulite.access.entities import outside_of_concepts
from kitsulite.areas.entities.entities import within_reach
from kitsulite.areas.pipeline.filetrees import Tree, styled
from kitsulite.models.base import Record
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.files import OutputType
from kitsulite.models.people import Department
from kitsulite.models.productions import Project
from kitsulite.models.tasks import Task, TaskType
from kitsulite.work.work import Work

TOKEN = re.compile(r"<([^<>]+)>")
LONGEST = 1000
"""No name has more letters."""
Guess = dict[str, str]
"""A `Template`, and the ids of what its tokens stand for."""


def guess(work: Work, project_id: str, path: str, sep: str = "/") -> list[Guess]:
    """What a path can stand for in a production: one guess a template that fits, as far as it can be followed."""
    project = work.get(Project, project_id)
    tree = project["file_tree"] if isinstance(project["file_tree"], dict) else {}
    found: list[Guess] = []
    for mode in tree.values():
        for kind, tokens in _fitting(mode, path, sep):
            guessed = {"Template": kind, **_resolved(work, project["id"], tokens)}
            if guessed not in found:
                found.append(guessed)
    return found


def _fitting(mode: Any, path: str, sep: str) -> list[tuple[str, dict[str, str]]]:
    """The templates of a mode that a path fits: their kinds, and what stands in the place of each token."""
    folders = mode.get("folder_path") if isinstance(mode, dict) else None
    if not isinstance(folders, dict) or not isinstance(mode.get("root"), str):
        return []
    style = str(folders.get("style") or "")
    root = styled(_root(mode, sep), style)
    path = styled(path, style)
    if not path.startswith(root):
        return []
    elements = path.removeprefix(root).split(sep)
    templates = {kind: text for kind, text in folders.items() if kind != "style" and isinstance(text, str)}
    read = ((kind, _read(text.split(sep), elements, style)) for kind, text in templates.items())
    return [(kind, tokens) for kind, tokens in read if tokens]


def _root(mode: Tree, sep: str) -> str:
    return f"{mode.get('mountpoint') or ''}{sep}{mode['root']}{sep}"


def _read(template: list[str], elements: list[str], style: str) -> dict[str, str] | None:
    """What stands in the place of each token; None for a path that this is not."""
    tokens: dict[str, str] = {}
    for part, element in zip(template, elements, strict=False):
        found = TOKEN.search(part)
        if found is None:
            if styled(part, style) != element:
                return None
            continue
        text = element.replace("_", " ")[found.start() :]
        after = len(part) - found.end()
        tokens.setdefault(found[1].partition(".")[0], text[: len(text) - after] if after else text)
    return tokens


# --- from names to rows ---


def _resolved(work: Work, project_id: str, tokens: dict[str, str]) -> Guess:
    """The ids that the names stand for, up to the first one that stands for nothing."""
    known: Guess = {}
    for token, text in tokens.items():
        resolve = RESOLVERS.get(token)
        id = resolve(work, project_id, text, known) if resolve else None
        if id is None:
            break
        known[token] = id
    return known


def _named(work: Work, table: type[Record], text: str) -> peewee.Node:
    """Which rows have this name, whatever the case."""
    if len(text) > LONGEST or "\0" in text:  # nothing is called so, and engines would rather not be asked
        return table.id.in_([])
    return work.db.alike(table.columns()["name"], text)


def _by_name(table: type[Record]) -> Callable[[Work, str, str, Guess], str | None]:
    return lambda work, project_id, text, known: work.db.value(table.select(table.id).where(_named(work, table, text)))


def _project(work: Work, project_id: str, text: str, known: Guess) -> str | None:
    """The production itself, or nothing: a path of another one leads nowhere."""
    found: str | None = work.db.value(
        Project.select(Project.id).where(_named(work, Project, text), Project.id == project_id)
    )
    return found


def _entity(type_token: str = "", *, type_name: str = "", parent: str = "", needs_parent: bool = False) -> Any:
    """Finds an entity of a production by its name.

    type_token  the token that told its type; `type_name` where that is fixed
    parent      the token that told its parent, if any did
    """

    def find(work: Work, project_id: str, text: str, known: Guess) -> str | None:
        conditions = [_named(work, Entity, text), Entity.project_id == project_id]
        conditions += [*within_reach(work), *outside_of_concepts(work)]
        if type_token:
            conditions.append(Entity.entity_type_id == known.get(type_token))
        else:
            conditions.append(
                Entity.entity_type_id.in_(EntityType.select(EntityType.id).where(EntityType.name == type_name))
            )
        if needs_parent and parent not in known:
            return None
        if parent in known:
            conditions.append(Entity.parent_id == known[parent])
        found: str | None = work.db.value(Entity.select(Entity.id).where(*conditions))
        return found

    return find


def _task(work: Work, project_id: str, text: str, known: Guess) -> str | None:
    entity_id = next((known[token] for token in ("Scene", "Asset", "Shot") if token in known), None)
    found: str | None = work.db.value(
        Task.select(Task.id).where(
            _named(work, Task, text),
            Task.project_id == project_id,
            Task.task_type_id == known.get("TaskType"),
            Task.entity_id == entity_id,
        )
    )
    return found


def _version(work: Work, project_id: str, text: str, known: Guess) -> str | None:
    return text.lstrip("0") or "0" if text.isascii() and text.isdigit() else None


def _text(work: Work, project_id: str, text: str, known: Guess) -> str | None:
    return text


RESOLVERS: dict[str, Callable[[Work, str, str, Guess], str | None]] = {
    "Project": _project,
    "AssetType": _by_name(EntityType),
    "TemporalEntityType": _by_name(EntityType),
    "TaskType": _by_name(TaskType),
    "Department": _by_name(Department),
    "OutputType": _by_name(OutputType),
    "Asset": _entity("AssetType"),
    "TemporalEntity": _entity("TemporalEntityType"),
    "Episode": _entity(type_name="Episode"),
    "Sequence": _entity(type_name="Sequence", parent="Episode"),
    "Scene": _entity(type_name="Scene", parent="Sequence"),
    "Shot": _entity(type_name="Shot", parent="Sequence", needs_parent=True),
    "Task": _task,
    "Version": _version,
    "Name": _text,
    "Representation": _text,
}
"""How the name in the place of a token is looked up, given what stood before it."""
