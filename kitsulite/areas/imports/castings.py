"""What is cast in what, as a table (docs/api/imports.md).

Names are compared as they are written, else by their letters and digits alone. What is not there is passed over, so that a table
of a whole show can be taken in before all of it is made.
"""

from typing import Any

import peewee
from slugify import slugify

from kitsulite.areas.entities.recasting import Recasting
from kitsulite.areas.imports.lines import Importer, Taken
from kitsulite.areas.imports.tables import BadCell, Line, Table
from kitsulite.models.entities import Entity, EntityLink, EntityType
from kitsulite.models.entity_shapes import Grandparent, Parent
from kitsulite.storage import Row
from kitsulite.work.kinds import ASSET, EPISODE, SHOT, of_kind
from kitsulite.work.texts import brief
from kitsulite.work.work import Work

FIXED = "fixed"
OF_EPISODE = "Episode"
NO_EPISODE = ("MP", "")
Pair = tuple[str, str]
"""The ids of what casts an asset, and of the asset."""


class Names:
    """Rows by what they are called, in several words."""

    def __init__(self) -> None:
        self.exact: dict[tuple[str, ...], str] = {}
        self.alike: dict[str, str] = {}

    def add(self, words: tuple[str | None, ...], id: str) -> None:
        named = tuple(word or "" for word in words)
        self.exact[named] = id
        self.alike[slugify("".join(named))] = id

    def find(self, *words: str) -> str | None:
        return self.exact.get(words) or self.alike.get(slugify("".join(words)))


class CastingImporter(Importer[Line]):
    """A line casts one asset in a shot, in an asset or in an episode, whether it is cast there already or not."""

    def __init__(self, project: Row) -> None:
        self.project = project

    def prepare(self, work: Work, table: Table[Line]) -> None:
        self.assets, self.shots, self.episodes = Names(), Names(), Names()
        here = Entity.project_id == self.project["id"]
        assets = Entity.select(EntityType.name, Entity.name, Entity.id)
        assets = assets.join(EntityType, on=EntityType.id == Entity.entity_type_id).where(here, of_kind(work, ASSET))
        shots = (
            Entity.select(Grandparent.name, Parent.name, Entity.name, Entity.id)
            .join(Parent, on=Parent.id == Entity.parent_id)
            .join(Grandparent, peewee.JOIN.LEFT_OUTER, on=Grandparent.id == Parent.parent_id)
            .where(here, of_kind(work, SHOT))
        )
        episodes = Entity.select(Entity.name, Entity.id).where(here, of_kind(work, EPISODE))
        for names, query in ((self.assets, assets), (self.shots, shots), (self.episodes, episodes)):
            for *words, id in work.db.tuples(query.order_by(Entity.created_at, Entity.id)):
                names.add(tuple(words), id)

    def begin(self, work: Work, lines: list[Line]) -> None:
        targets = (self._target(line, _text(line.get("Parent")), _text(line.get("Name"))) for line in lines)
        self.links: dict[Pair, tuple[int, str]] = {}
        self._look_up(work, EntityLink.entity_in_id.in_([id for id in set(targets) if id]))
        self.at: Pair | None = None

    def _look_up(self, work: Work, *conditions: Any) -> None:
        columns = (EntityLink.entity_in_id, EntityLink.entity_out_id, EntityLink.nb_occurences, EntityLink.label)
        for target, asset, occurences, label in work.db.tuples(EntityLink.select(*columns).where(*conditions)):
            self.links[target, asset] = (occurences, label or "")

    def forget(self, work: Work) -> None:
        if self.at is not None:
            self.links.pop(self.at, None)
            self._look_up(work, EntityLink.entity_in_id == self.at[0], EntityLink.entity_out_id == self.at[1])

    def take(self, work: Work, line: Line) -> Taken:
        parent, name = _text(line["Parent"]), _text(line["Name"])
        asset = (_text(line["Asset Type"]), _text(line["Asset"]))
        occurences = _count(_text(line["Occurences"]))
        label = FIXED if (cell := line.get("Label")) is None else cell
        told = f"{asset[1]} in {parent} {name}"
        asset_id, target_id = self.assets.find(*asset), self._target(line, parent, name)
        if asset_id is None or target_id is None:
            return Taken(
                None, told, why="There is no such asset." if asset_id is None else "There is nothing of that name."
            )
        self.at = (target_id, asset_id)
        if not self._is_cast(occurences, label):
            self._cast(work, occurences, slugify(label))
        return Taken(None, told)

    def _is_cast(self, occurences: int, label: str) -> bool:
        """Whether the line says what is so already."""
        assert self.at
        if self.at not in self.links:
            return occurences == 0
        count, kept = self.links[self.at]
        return count == occurences and kept in (label, slugify(label))

    def _cast(self, work: Work, occurences: int, label: str) -> None:
        assert self.at
        target_id, asset_id = self.at
        recasting = Recasting(work, work.get(Entity, target_id))
        if occurences == 0:
            recasting.uncast(asset_id)
            del self.links[self.at]
        else:
            recasting.cast(asset_id, nb_occurences=occurences, label=label)
            self.links[self.at] = (occurences, label)

    def _target(self, line: Line, parent: str, name: str) -> str | None:
        """What an asset is cast in: a shot of a sequence, an asset of a type, an episode."""
        episode = _text(line.get("Episode"))
        shot = self.shots.find("" if episode in NO_EPISODE else episode, parent, name)
        return shot or self.assets.find(parent, name) or (self.episodes.find(name) if parent == OF_EPISODE else None)


def _text(cell: str | None) -> str:
    return (cell or "").strip()


def _count(cell: str) -> int:
    if not cell:
        return 1
    if not cell.isascii() or not cell.isdigit():
        raise BadCell(f"Occurences: {brief(cell)} is no count")
    return int(cell)
