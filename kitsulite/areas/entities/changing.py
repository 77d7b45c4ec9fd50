"""What follows when an entity changes (docs/api/entities.md)."""

import datetime

from kitsulite.areas.entities import castingcounts
from kitsulite.models.entities import Entity, EntityVersion
from kitsulite.models.fields import MOMENT, as_object
from kitsulite.storage import Row
from kitsulite.work.kinds import ASSET, SHOT, kind_of
from kitsulite.work.work import Work

VERSION_EVERY = datetime.timedelta(seconds=60)


def change(work: Work, entity: Row, values: Row, facts: Row | None = None) -> Row:
    """Change an entity, with all that follows; the entity as it is now. `facts` go into the event beside the id.

    BadValue for a value that does not fit its column.
    """
    columns = Entity.columns()
    work.update(Entity, entity["id"], **{key: columns[key].read(value) for key, value in values.items()})
    after = work.get(Entity, entity["id"])
    follow_change(work, entity, after, readiness="ready_for" in values)
    kind = kind_of(work, entity)
    work.emit(f"{kind.event}:update", {f"{kind.noun}_id": entity["id"], **(facts or {})}, entity["project_id"])
    return after


def follow_change(work: Work, before: Row, after: Row, *, readiness: bool) -> None:
    """See to what depends on an entity that has changed.

    readiness  whether it may be that an asset is ready for other tasks now
    """
    kind = kind_of(work, after)
    if kind is SHOT:
        _keep_version(work, before, after)
    elif kind is ASSET and readiness:
        castingcounts.refresh_for_asset(work, after)


def _keep_version(work: Work, before: Row, after: Row) -> None:
    """Remember what a shot was called and cut like, unless it was changed only just now."""
    old, new = as_object(before["data"]), as_object(after["data"])
    changed = before["name"] != after["name"] or any(old.get(key) != new.get(key) for key in ("frame_in", "frame_out"))
    earlier = datetime.datetime.strptime(before["updated_at"], MOMENT)
    if changed and datetime.datetime.strptime(after["updated_at"], MOMENT) - earlier > VERSION_EVERY:
        kept = {"name": before["name"], "data": after["data"], "person_id": work.caller.id}
        work.insert(EntityVersion, entity_id=after["id"], **kept)
