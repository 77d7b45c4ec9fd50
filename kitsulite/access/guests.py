"""What a share link opens, and to whom (docs/api/playlists.md).

Whoever comes through a link is a caller without an account; the link stands in the place of its token. What the link shows
is decided anew each time: it ends as soon as it is revoked, expires, or its password changes.
"""

from kitsulite.access.roles import Subject, require
from kitsulite.access.rules import Asked, Given, Rule
from kitsulite.models import is_uuid, now
from kitsulite.models.playlist_entries import entity_of, entries_of, preview_of
from kitsulite.models.reviews import Playlist, PlaylistShareLink, PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound, ShortlyForbidden
from kitsulite.work.work import BY_LINK, Caller, Work


def caller_of(link: Row, guests: frozenset[str] = frozenset()) -> Caller:
    """Whoever has the link: nobody that the studio knows, with no more rights than a client."""
    return Caller({"id": None, "role": "client"}, identity_type=BY_LINK, token=link, guests=guests)


def is_open(link: Row) -> bool:
    """Whether a link was neither revoked nor is past its time."""
    return bool(link["is_active"]) and (link["expiration_date"] is None or link["expiration_date"] > now())


def link_at_hand(work: Work) -> Row:
    """The link that the caller came through."""
    assert work.caller.identity_type == BY_LINK
    assert work.caller.token is not None
    return work.caller.token


def _has_link(work: Work, asked: Asked) -> Given:
    let_in = link_at_hand(work)
    link = work.get(PlaylistShareLink, let_in["id"])
    if not is_open(link) or link["password"] != let_in["password"]:
        raise NotFound
    return {"playlist": work.get(Playlist, link["playlist_id"])}


def _with_comments(name: str, refusal: str) -> Rule:
    def check(work: Work, asked: Asked) -> Given:
        given = _has_link(work, asked)
        if not link_at_hand(work)["can_comment"]:
            raise ShortlyForbidden(refusal)
        return given

    return Rule(name, check, public=True, hands=("playlist",))


share_link = Rule(
    "who has a valid share link, and its password if there is one", _has_link, public=True, hands=("playlist",)
)
"""Strangers all the same: the link was looked at before the body was read (`areas/guests/admission.py`)."""
share_link_to_comment = _with_comments(
    "who has a valid share link that takes comments", "Comments are disabled for this link"
)
share_link_to_draw = _with_comments("who has a valid share link that takes comments", "Annotations are disabled")


def is_guest_of(person: Subject | None, link: Row) -> bool:
    """Whether this is a guest who came through the link, and was not kept out since."""
    if person is None or not person["is_guest"] or not person["active"]:
        return False
    data = person["data"]
    return isinstance(data, dict) and data.get("share_link_id") == link["id"]


def shared_tasks(work: Work, playlist: Row) -> set[str]:
    """The tasks whose previews a playlist shows; of entries without a preview, the task that is stored with them.

    Only those of the playlist's production: what another one lends is looked at, and nothing is read or said of its tasks.
    """
    entries = entries_of(playlist)
    entity_ids = {entity_of(entry) for entry in entries}
    own = Task.project_id == playlist["project_id"]
    preview_ids = {preview_of(entry) for entry in entries if is_uuid(preview_of(entry))}
    query = (
        PreviewFile.select(PreviewFile.id, PreviewFile.task_id, Task.entity_id)
        .join(Task, on=Task.id == PreviewFile.task_id)
        .where(PreviewFile.id.in_(list(preview_ids)), own)
    )
    shown = {id: task_id for id, task_id, entity_id in work.db.tuples(query) if entity_id in entity_ids}
    stored = [entry.get("preview_file_task_id") for entry in entries if preview_of(entry) not in shown]
    of_entries = Task.entity_id.in_([id for id in entity_ids if is_uuid(id)])
    named = Task.select(Task.id).where(Task.id.in_([id.lower() for id in stored if is_uuid(id)]), of_entries, own)
    return {*shown.values(), *work.db.values(named)}


def require_shared_preview(work: Work, playlist: Row, preview: Row) -> None:
    """Forbidden unless a playlist shows a preview, or another one of the same revision.

    preview  as `areas/previews/serving.py` finds it, with its place
    """
    require(preview["project_id"] == playlist["project_id"] or bool(preview["is_shared"]))
    shown = [preview_of(entry) for entry in entries_of(playlist) if entity_of(entry) == preview["entity_id"]]
    if preview["id"] in shown:
        return
    siblings = (PreviewFile.task_id == preview["task_id"]) & (PreviewFile.revision == preview["revision"])
    require(work.exists(PreviewFile, siblings, PreviewFile.id.in_([id for id in shown if is_uuid(id)])))


def shared_playlist(work: Work) -> Row:
    """The playlist of the link at hand."""
    return work.get(Playlist, link_at_hand(work)["playlist_id"])
