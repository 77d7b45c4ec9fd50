"""What is cast in what, as a sheet (docs/api/exports.md)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import peewee

from kitsulite.areas.entities.casting import ALL, MAIN
from kitsulite.areas.entities.entities import still_lent
from kitsulite.areas.entities.withtasks import read_ids
from kitsulite.areas.exports.sheets import Cells, Column, Sheet, read_rows
from kitsulite.models.casting_shapes import Container, with_cast
from kitsulite.models.entities import Entity, EntityLink, EntityType
from kitsulite.models.entity_shapes import Parent
from kitsulite.storage import Row, Wire
from kitsulite.work.work import Work

ContainerType = EntityType.alias("container_type")
Source = Entity.alias("source")
SourceType = EntityType.alias("source_type")

WHAT = (
    Column("Asset Type", Wire('"entity_type"."name"')),
    Column("Asset", Wire('"entity"."name"')),
    Column("Occurences", Wire('"entity_link"."nb_occurences"', "integer")),
    Column("Label", Wire('"entity_link"."label"')),
)


@dataclass(frozen=True)
class Part:
    """The castings of one sort of things, the containers: how the place of one is told, and which are meant.

    episode, parent   SQL for the cells before the container's name
    """

    episode: str
    parent: str
    condition: peewee.Node

    def place(self, *, with_episode: bool) -> dict[str, str]:
        """Where something is cast: SQL by the heading."""
        episode = {"Episode": self.episode} if with_episode else {}
        return {**episode, "Parent": self.parent, "Name": '"container"."name"'}


OF_SHOTS = Part('"grandparent"."name"', '"parent"."name"', ContainerType.name == "Shot")
OF_EPISODES = Part("''", "'Episode'", ContainerType.name == "Episode")
OF_OTHERS = Part('"source"."name"', '"container_type"."name"', ContainerType.name != "Shot")
OF_OTHERS_IN_EPISODES = Part(OF_OTHERS.episode, OF_OTHERS.parent, OF_OTHERS.condition & (SourceType.name == "Episode"))
OF_MAIN_PACK = Part(
    "'MP'", OF_OTHERS.parent, ContainerType.name.not_in(["Shot", "Episode"]) & Container.source_id.is_null()
)


def sheet(work: Work, project: Row, query: Mapping[str, str]) -> Sheet:
    """The castings of a production.

    `query` may ask for an episode (`episode_id`: an id; `main`, the main pack; `all`, what the episodes themselves cast) and
    for the castings of shots (`is_shot_casting`). WrongParameter for an id that is none.
    """
    episode_id = read_ids(dict(query), ("episode_id",), (ALL, MAIN))["episode_id"]
    is_show = project["production_type"] == "tvshow"
    parts = _parts(episode_id, is_show=is_show, of_shots=query.get("is_shot_casting", "").lower() == "true")
    with_episode = is_show and episode_id != ALL
    head: Cells = [*parts[0].place(with_episode=with_episode), *(column.heading for column in WHAT)]
    return Sheet([head], _rows(work, project["id"], parts, with_episode=with_episode))


def _parts(episode_id: str | None, *, is_show: bool, of_shots: bool) -> list[Part]:
    if episode_id == MAIN:
        return [OF_MAIN_PACK]
    if episode_id == ALL:
        return [OF_EPISODES]
    if of_shots:
        return [_limited(OF_SHOTS, Parent.parent_id, episode_id if is_show else None)]
    if not is_show:
        return [OF_OTHERS]
    return [_limited(OF_OTHERS_IN_EPISODES, Container.source_id, episode_id), OF_MAIN_PACK]


def _limited(part: Part, column: peewee.Field, episode_id: str | None) -> Part:
    return part if episode_id is None else Part(part.episode, part.parent, part.condition & (column == episode_id))


def _rows(work: Work, project_id: str, parts: list[Part], *, with_episode: bool) -> Iterator[Cells]:
    for part in parts:
        place = part.place(with_episode=with_episode)
        condition = (Container.project_id == project_id) & part.condition
        columns = [*(Column(heading, Wire(sql)) for heading, sql in place.items()), *WHAT]
        yield from read_rows(work, EntityLink, columns, partial(_chosen, condition=condition, place=place.values()))


def _chosen(query: peewee.ModelSelect, condition: peewee.Node, place: Iterable[str]) -> peewee.ModelSelect:
    outer = peewee.JOIN.LEFT_OUTER
    order = [peewee.SQL(f"coalesce({sql}, '')") for sql in place]
    return (
        with_cast(query)
        .join_from(Container, ContainerType, on=ContainerType.id == Container.entity_type_id)
        .join_from(Container, Source, outer, on=Source.id == Container.source_id)
        .join_from(Source, SourceType, outer, on=SourceType.id == Source.entity_type_id)
        .where(condition, still_lent(Container))
        .order_by(*order, EntityType.name, Entity.name, EntityLink.id)
    )
