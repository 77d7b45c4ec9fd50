"""Deriving anew what stands in tasks, for a production whose rows were changed by other means than the API."""

from collections.abc import Iterator

import peewee

from kitsulite.access.projects import open_projects
from kitsulite.areas.entities import castingcounts
from kitsulite.areas.tasks import history
from kitsulite.models.entities import Entity, EntityLink
from kitsulite.models.tasks import Task
from kitsulite.work.work import Begin

BATCH = 100
"""Tasks, or shots, of one transaction."""


def count_tasks(begin: Begin, project_id: str) -> int:
    with begin(writes=False) as work:
        return work.db.count(Task.select(Task.id).where(Task.project_id == project_id))


def mend_tasks(begin: Begin, project_id: str) -> Iterator[bool]:
    """Each task of a production by its comments and what was spent on it; whether it was another before."""
    with begin(writes=False) as work:
        ids = work.db.values(Task.select(Task.id).where(Task.project_id == project_id).order_by(Task.id))
    for batch in peewee.chunked(ids, BATCH):
        with begin() as work:
            found = [history.mend(work, work.hold(Task, id)) for id in batch if work.find(Task, id)]
        yield from found


def shots_with_castings(begin: Begin, project_id: str | None) -> list[str]:
    """The ids of what assets are cast in, in a production, or in all open ones."""
    among = Entity.project_id == project_id if project_id else Entity.project_id.in_(open_projects())
    cast_in = Entity.id.in_(EntityLink.select(EntityLink.entity_in_id))
    tasked = Entity.id.in_(Task.select(Task.entity_id).where(Task.nb_assets_ready != 0))
    with begin(writes=False) as work:
        return work.db.values(Entity.select(Entity.id).where(among, cast_in | tasked).order_by(Entity.id))


def mend_castings(begin: Begin, shot_ids: list[str]) -> Iterator[int]:
    """How many of the assets cast in each shot are ready, counted anew; how many of its tasks said otherwise."""
    for batch in peewee.chunked(shot_ids, BATCH):
        with begin() as work:
            shots = work.db.rows(Entity.select().where(Entity.id.in_(list(batch))))
            found = [castingcounts.refresh(work, shot, only_wrong=True) for shot in shots]
        yield from found
