"""What reviewers draw on a preview (docs/api/previews.md).

Annotations are a list of entries, one a moment (`time`, in seconds): `{"time": 1.5, "drawing": {"objects": [{"id", …}]}}`.
Clients send what changed, not the whole, so that two people can draw at once.
"""

from collections.abc import Iterable
from typing import Any

from kitsulite.access.tasks import project_of_task
from kitsulite.areas.previews.intake import show
from kitsulite.models import new_id
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.shapes import Raw
from kitsulite.rows.writing import read_objects
from kitsulite.storage import Row
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

Entry = dict[str, Any]
IDS = (str, int, float)
"""What an object can be known by; other things that clients may send are none."""


def annotate(work: Work, preview: Row, additions: list[Any], updates: list[Any], deletions: list[Any]) -> Raw:
    """Change what is drawn on a preview; the preview."""
    return merge_annotations(work, preview, additions, updates, deletions, author_id=work.caller.id)


def merge_annotations(
    work: Work,
    preview: Row,
    additions: list[Any],
    updates: list[Any],
    deletions: list[Any],
    *,
    author_id: str,
    own_alone: bool = False,
) -> Raw:
    """Change what is drawn on a preview, in the name of somebody who may; the preview.

    additions   entries whose objects are added; those whose id is there already are left alone
    updates     entries whose objects take the place of those with their ids, at the end; others are passed over
    deletions   entries whose `objects` are ids, which go
    own_alone   whether objects that are not the author's (`createdBy`) are left alone, and what comes in is signed by the author

    WrongParameter for what is no entry. An entry without objects is no longer kept.
    """
    for entries in (additions, updates, deletions):
        check_entries(entries)
    preview = work.hold(PreviewFile, preview["id"])
    entries = [entry for entry in preview["annotations"] or [] if isinstance(entry, dict)]
    _name_all(entries)
    author = author_id if own_alone else None
    _add(entries, _signed(additions, author))
    _update(entries, _signed(updates, author), author)
    _delete(entries, deletions, author)
    work.update(PreviewFile, preview["id"], annotations=[entry for entry in entries if _objects(entry)])
    changed = work.get(PreviewFile, preview["id"])
    ids = {"preview_file_id": preview["id"], "person_id": author_id, "updated_at": changed["updated_at"][:19]}
    work.emit("preview-file:annotation-update", ids, project_of_task(work, preview["task_id"]))
    return show(work, preview["id"])


def read_annotations(work: Work, preview: Row, value: Any) -> Any:
    """What is drawn on a preview, as a body of its row gives it; BadValue for what are no objects."""
    return read_objects("annotations", value)


def check_entries(entries: Iterable[Any]) -> None:
    """Refuse what are no annotations."""
    for entry in entries:
        if not isinstance(entry, dict) or "time" not in entry:
            raise WrongParameter("An annotation is an object with a time.")


def _add(entries: list[Entry], additions: Iterable[Entry]) -> None:
    for addition in additions:
        entry = _at(entries, addition["time"])
        _name_all([addition])
        if entry is None:
            entries.append({**addition, "drawing": {**_drawing(addition), "objects": _objects(addition)}})
            continue
        known = {drawn["id"] for drawn in _objects(entry)}
        _set_objects(entry, _objects(entry) + [new for new in _objects(addition) if new["id"] not in known])


def _signed(entries: list[Entry], author: str | None) -> list[Entry]:
    """Entries whose objects say who drew them: the author, if one is named."""
    for drawn in (drawn for entry in entries for drawn in _objects(entry) if author):
        drawn["createdBy"] = author
    return entries


def _is_by(drawn: Entry, author: str | None) -> bool:
    return author is None or drawn.get("createdBy") == author


def _update(entries: list[Entry], updates: Iterable[Entry], author: str | None) -> None:
    for update in updates:
        entry = _at(entries, update["time"])
        if entry is not None:
            known = {drawn["id"] for drawn in _objects(entry) if _is_by(drawn, author)}
            changed = {drawn["id"]: drawn for drawn in _objects(update) if _has_id(drawn) and drawn["id"] in known}
            _set_objects(
                entry, [drawn for drawn in _objects(entry) if drawn["id"] not in changed] + [*changed.values()]
            )


def _delete(entries: list[Entry], deletions: Iterable[Entry], author: str | None) -> None:
    for deletion in deletions:
        entry = _at(entries, deletion["time"])
        ids = deletion.get("objects")
        if entry is not None and isinstance(ids, list):
            gone = {id for id in ids if isinstance(id, IDS)}
            kept = [drawn for drawn in _objects(entry) if drawn["id"] not in gone or not _is_by(drawn, author)]
            _set_objects(entry, kept)


def _at(entries: Iterable[Entry], time: Any) -> Entry | None:
    """The entry of a moment: 1 and 1.0 are one, "1" and true are others."""
    return next((entry for entry in entries if _same(entry.get("time"), time)), None)


def _same(one: Any, other: Any) -> bool:
    return bool(one == other and isinstance(one, bool) == isinstance(other, bool))


def _drawing(entry: Entry) -> Entry:
    drawing = entry.get("drawing")
    return drawing if isinstance(drawing, dict) else {}


def _objects(entry: Entry) -> list[Entry]:
    """What is drawn at a moment."""
    found = _drawing(entry).get("objects")
    return [drawn for drawn in found if isinstance(drawn, dict)] if isinstance(found, list) else []


def _set_objects(entry: Entry, objects: list[Entry]) -> None:
    entry["drawing"] = {**_drawing(entry), "objects": objects}


def _name_all(entries: Iterable[Entry]) -> None:
    """Give an id to every object that has none."""
    for entry in entries:
        for drawn in _objects(entry):
            if not _has_id(drawn):
                drawn["id"] = new_id()


def _has_id(drawn: Entry) -> bool:
    return isinstance(drawn.get("id"), IDS) and bool(drawn["id"])
