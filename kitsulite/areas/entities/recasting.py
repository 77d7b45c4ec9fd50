"""Changing what is cast, with all that follows for the episode around it (docs/api/entities.md).

An episode casts whatever its shots cast: casting an asset in a shot casts it in the episode, taking it out of the last shot
takes it out of the episode, and taking it out of the episode takes it out of all shots. What somebody cast in the episode on
purpose stays there when it leaves the shots; the links that came of shots say so (`EntityLink.by_shots`).
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kitsulite.access.roles import require
from kitsulite.areas.entities import castingcounts
from kitsulite.areas.entities.casting import casting
from kitsulite.models.casting_shapes import LINK
from kitsulite.models.entities import Entity, EntityLink
from kitsulite.models.entity_shapes import Parent
from kitsulite.models.shapes import Raw
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound, WrongParameter
from kitsulite.work.kinds import ASSET, EPISODE, SHOT, Kind, get_of_kind, kind_of, of_kind
from kitsulite.work.work import Work

NO_ASSET = "The casting names an asset that cannot be used here."


@dataclass(frozen=True)
class Entry:
    """An asset in a casting: how often, and in which way (`animate`, `fixed`)."""

    asset_id: str
    nb_occurences: int = 1
    label: str = ""


def read_entries(sent: Iterable[Any]) -> list[Entry]:
    """A casting as it was sent. What lacks its asset or its count is passed over; BadValue for values that do not fit."""
    return [
        _read_entry(item)
        for item in sent
        if isinstance(item, dict) and item.get("asset_id") is not None and "nb_occurences" in item
    ]


def _read_entry(item: Row) -> Entry:
    count = EntityLink.nb_occurences.read(item["nb_occurences"])
    return Entry(
        asset_id=str(EntityLink.entity_out_id.read(item["asset_id"])),
        nb_occurences=1 if count is None else count,
        label=EntityLink.label.read(item.get("label")) or "",
    )


# --- what the API asks for ---


def replace_castings(work: Work, project_id: str, castings: Mapping[str, Iterable[Any]]) -> None:
    """Replace the castings of entities of a project: entity id -> entries as sent."""
    meant = [(_of_project(work, project_id, entity_id), read_entries(sent)) for entity_id, sent in castings.items()]
    for entity, entries in meant:
        Recasting(work, entity).replace(entries)


def replace_casting(work: Work, entity: Row, sent: Iterable[Any]) -> None:
    """Replace the casting of an entity."""
    Recasting(work, entity).replace(read_entries(sent))


def cast_asset(
    work: Work,
    project_id: str,
    asset_id: str,
    *,
    entity_ids: Iterable[Any],
    nb_occurences: int | None,
    label: str | None,
) -> dict[str, Raw]:
    """Cast one asset in several entities of a project, whatever else they cast; entity id -> its casting now.

    Forbidden for an entity of another project as for one that is not there.

    nb_occurences   None leaves it as it is (1 at first), 0 takes the asset out
    label           None leaves it as it is
    """
    asset = get_of_kind(work, ASSET, asset_id)
    found = [work.find(Entity, entity_id) for entity_id in entity_ids]
    meant = [entity for entity in found if entity is not None and entity["project_id"] == project_id]
    require(len(meant) == len(found))
    if asset["project_id"] != project_id and not asset["is_shared"]:
        casting_it = EntityLink.entity_in_id.in_([entity["id"] for entity in meant])
        if not work.exists(EntityLink, EntityLink.entity_out_id == asset["id"], casting_it):
            raise NotFound
    for entity in meant:
        recasting = Recasting(work, entity)
        if nb_occurences == 0:
            recasting.uncast(asset["id"])
        else:
            recasting.cast(asset["id"], nb_occurences=nb_occurences, label=EntityLink.label.read(label))
    return {entity["id"]: casting(work, entity) for entity in meant}


def _of_project(work: Work, project_id: str, entity_id: Any) -> Row:
    """An entity that a body names; NotFound for one of another project as for one that is not there."""
    entity = work.get(Entity, entity_id)
    if entity["project_id"] != project_id:
        raise NotFound
    return entity


def remove_link(work: Work, entity_link: Row) -> Raw:
    """Remove one link of a casting; the link as it was. An episode's shots keep theirs."""
    shown = work.show(LINK, entity_link["id"])
    Recasting(work, work.get(Entity, entity_link["entity_in_id"])).unlink(entity_link["entity_out_id"])
    return shown


# --- how it is done ---


class Recasting:
    """A change of what one entity casts."""

    def __init__(self, work: Work, entity: Row) -> None:
        self.work, self.entity = work, entity
        self.kind = kind_of(work, entity)
        self.episode_id = _episode_of(work, entity) if self.kind is SHOT else None
        rows = work.db.rows(EntityLink.select().where(EntityLink.entity_in_id == entity["id"]))
        self.links = {row["entity_out_id"]: row for row in rows}

    def replace(self, entries: list[Entry]) -> None:
        """Cast what the entries say and nothing else."""
        before, named = set(self.links), {entry.asset_id for entry in entries}
        self._check(named)
        if self.kind is EPISODE:
            self._take_out_of_shots(before - named)
        self.work.delete(EntityLink, EntityLink.entity_in_id == self.entity["id"])
        old, self.links = self.links, {}
        for entry in entries:
            self._put(entry, by_shots=_still_by_shots(old.get(entry.asset_id), entry))
        self._conclude(added=named - before, removed=before - named)

    def cast(self, asset_id: str, **given: Any) -> None:
        """Cast an asset, or change how it is cast: `nb_occurences` and `label`, as far as they are not None."""
        self._check({asset_id})
        link = self.links.get(asset_id)
        entry = Entry(asset_id, link["nb_occurences"], link["label"]) if link else Entry(asset_id)
        entry = dataclasses.replace(entry, **{key: value for key, value in given.items() if value is not None})
        self._put(entry)
        self._conclude(added=set() if link else {asset_id})

    def uncast(self, asset_id: str) -> None:
        """Take an asset out, if it is there; out of an episode's shots too."""
        if asset_id in self.links and self.kind is EPISODE:
            self._take_out_of_shots({asset_id})
        self.unlink(asset_id)

    def unlink(self, asset_id: str) -> None:
        """Remove the link of an asset, unless somebody else just did."""
        if link := self.links.pop(asset_id, None):
            self.work.delete(EntityLink, EntityLink.id == link["id"])
            self._conclude(removed={asset_id})

    def _check(self, asset_ids: set[str]) -> None:
        """WrongParameter when one is not there, or a new one is no asset, of another project and not lent, or the entity
        itself."""
        query = Entity.select(Entity.id, Entity.project_id, Entity.is_shared, Entity.entity_type_id)
        found = self.work.db.rows(query.where(Entity.id.in_(list(asset_ids))))
        if len(found) < len(asset_ids):
            raise WrongParameter(NO_ASSET)
        for asset in found:
            is_lent = asset["is_shared"] or asset["project_id"] == self.entity["project_id"]
            is_itself = asset["id"] == self.entity["id"]
            if asset["id"] not in self.links and (not is_lent or is_itself or kind_of(self.work, asset) is not ASSET):
                raise WrongParameter(NO_ASSET)

    def _put(self, entry: Entry, *, by_shots: bool = False) -> None:
        """Write the link of an entry."""
        if self.episode_id is not None:
            self._cast_in_episode(self.episode_id, entry)
        how = {"nb_occurences": entry.nb_occurences, "label": entry.label, "by_shots": by_shots}
        if link := self.links.get(entry.asset_id):
            self.work.update(EntityLink, link["id"], **how)
            self._emit("entity-link:update", entity_link_id=link["id"], nb_occurences=entry.nb_occurences)
        else:
            ends = {"entity_in_id": self.entity["id"], "entity_out_id": entry.asset_id}
            id = self.work.insert(EntityLink, **ends, **how)
            self.links[entry.asset_id] = {"id": id, **ends, **how}
            self._emit("entity-link:new", entity_link_id=id, **ends, nb_occurences=entry.nb_occurences)
        if self.kind is EPISODE:
            self._emit("asset:update", asset_id=entry.asset_id)

    def _cast_in_episode(self, episode_id: str, entry: Entry) -> None:
        if self.work.exists(EntityLink, *_link(episode_id, entry.asset_id)):
            return
        ends = {"entity_in_id": episode_id, "entity_out_id": entry.asset_id}
        self.work.insert(EntityLink, **ends, label=entry.label, by_shots=True)
        self._count(episode_id)
        self._emit("asset:update", asset_id=entry.asset_id)

    def _take_out_of_shots(self, asset_ids: set[str]) -> None:
        """Take what the episode no longer casts out of its shots."""
        for asset_id in sorted(asset_ids):
            for shot in self._shots_casting(self.entity["id"], asset_id):
                self.work.delete(EntityLink, *_link(shot["id"], asset_id))
                castingcounts.refresh(self.work, shot)
                self._announce(SHOT, shot["id"], removed={asset_id})

    def _conclude(self, added: Iterable[str] = (), removed: Iterable[str] = ()) -> None:
        """Count, and tell; take what the shot no longer casts out of the episode when no other shot does."""
        if self.kind is SHOT:
            castingcounts.refresh(self.work, self.entity)
        self._announce(self.kind, self.entity["id"], added, removed)
        if self.episode_id is not None:
            for asset_id in sorted(removed):
                self._leave_episode(self.episode_id, asset_id)

    def _leave_episode(self, episode_id: str, asset_id: str) -> None:
        link = self.work.db.row(EntityLink.select().where(*_link(episode_id, asset_id)))
        if link is None or not link["by_shots"] or self._shots_casting(episode_id, asset_id):
            return
        if self.work.delete(EntityLink, *_link(episode_id, asset_id)):
            self._announce(EPISODE, episode_id, removed={asset_id})
            self._emit("asset:update", asset_id=asset_id)

    def _shots_casting(self, episode_id: str, asset_id: str) -> list[Row]:
        """The shots of an episode that cast an asset."""
        query = (
            Entity.select()
            .join(Parent, on=Parent.id == Entity.parent_id)
            .join_from(Entity, EntityLink, on=EntityLink.entity_in_id == Entity.id)
            .where(Parent.parent_id == episode_id, EntityLink.entity_out_id == asset_id, of_kind(self.work, SHOT))
        )
        return self.work.db.rows(query.order_by(Entity.id))

    def _announce(self, kind: Kind, id: str, added: Iterable[str] = (), removed: Iterable[str] = ()) -> None:
        """Tell that a casting changed. What is neither shot nor episode is told of as an asset."""
        noun = kind.noun if kind in (SHOT, EPISODE) else ASSET.noun
        changes = {"added_asset_ids": sorted(added), "removed_asset_ids": sorted(removed)}
        self._emit(f"{noun}:casting-update", **{f"{noun}_id": id}, nb_entities_out=self._count(id), **changes)

    def _count(self, entity_id: str) -> int:
        """Remember how many assets an entity casts."""
        nb = self.work.db.count(EntityLink.select(EntityLink.id).where(EntityLink.entity_in_id == entity_id))
        self.work.update(Entity, entity_id, nb_entities_out=nb)
        return nb

    def _emit(self, name: str, **data: Any) -> None:
        self.work.emit(name, data, self.entity["project_id"])


def _episode_of(work: Work, shot: Row) -> str | None:
    """The episode of a shot's sequence."""
    found: str | None = work.db.value(Entity.select(Entity.parent_id).where(Entity.id == shot["parent_id"]))
    return found


def _still_by_shots(link: Row | None, entry: Entry) -> bool:
    """Whether a link that is written anew says what it said when it came of shots."""
    return (
        link is not None
        and bool(link["by_shots"])
        and (link["nb_occurences"], link["label"] or "") == (entry.nb_occurences, entry.label)
    )


def _link(entity_id: str, asset_id: str) -> tuple[Any, ...]:
    """The conditions of one link."""
    return EntityLink.entity_in_id == entity_id, EntityLink.entity_out_id == asset_id
