"""What guests do with a share link: looking at a playlist, and talking about it.

The link in the path is all that lets them in, with its password where it has one: `?password=` on any of these routes, or
the pass that browsers keep once they have shown it at the playlist.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from kitsulite.access.guests import link_at_hand, share_link, share_link_to_comment, share_link_to_draw
from kitsulite.areas.guests import admission, comments, persons, playlist, previews
from kitsulite.areas.previews import intake, serving
from kitsulite.models.comment_shapes import CREATED_FOR
from kitsulite.models.guest_shapes import ENTITY, HEARD, PRODUCTION, SAID, TASK_STATUS, TASK_TYPE
from kitsulite.models.people_shapes import GUEST
from kitsulite.models.playlist_shapes import WITHOUT_ENTRIES
from kitsulite.web.call import Call
from kitsulite.web.credentials import GUEST_COOKIE, name_of_pass
from kitsulite.web.downloads import is_picture, send_file
from kitsulite.web.inputs import Id, IdOrNone, read_struct
from kitsulite.web.routing import ANY_FILE, MOVIE, PICTURE, Answer, Merged, Route, delete, get, post, put
from kitsulite.work import filekeys
from kitsulite.work.work import BY_LINK, Work


class Names(msgspec.Struct):
    """Who is looking; `guest_id` is who they were when they came before."""

    first_name: str | None = None
    last_name: str | None = None
    guest_id: IdOrNone = None


class NewGuestComment(msgspec.Struct):
    guest_id: Id
    task_id: Id
    task_status_id: Id
    text: str | None = None
    checklist: list[Any] | None = None


class ChangedGuestComment(msgspec.Struct):
    guest_id: Id
    text: str | None = None
    checklist: list[Any] | None = None
    task_status_id: IdOrNone = None


class DrawnByGuest(msgspec.Struct):
    guest_id: Id
    preview_file_id: Id
    additions: list[Any] | None = None
    updates: list[Any] | None = None
    deletions: list[Any] | None = None


class ByGuest(msgspec.Struct):
    guest_id: Id


class WithPassword(msgspec.Struct):
    """The password of a link that has one."""

    password: str | None = None


class OfGuest(WithPassword):
    """And who asks, when the body does not say it."""

    guest_id: str | None = None


# --- looking ---


def show_playlist(call: Call, token: str, password: str | None) -> Answer:
    """The playlist in detail. Who gave the password gets a pass for the other routes, as a cookie."""
    link, shown = link_at_hand(call.work), playlist.show(call.work)
    if not (link["password"] and password):
        return Answer(shown)
    passes = {name_of_pass(token): (admission.make_pass(call.work.keys, link), "/")}
    return Answer(shown, cookies=passes, cookie_life=int(admission.PASS_LIFE.total_seconds()))


def enter(call: Call, token: str, body: Names) -> Answer:
    """Say who is looking; the guest, new or known. What they do later needs the cookie that comes along."""
    work, address = call.work, call.request.context.address
    entered = persons.enter(work, body.first_name or "", body.last_name or "", body.guest_id or None, address=address)
    proofs = {f"{GUEST_COOKIE}{entered.id}": (work.keys.sign_guest(entered.id), "/")}
    return Answer(entered.row, 200 if entered.is_back else 201, cookies=proofs)


# --- talking ---


def post_comment(work: Work, token: str, body: NewGuestComment) -> Any:
    """Comment a task of the playlist."""
    return comments.say(
        work,
        body.guest_id,
        body.task_id,
        body.task_status_id,
        text=body.text or "",
        checklist=body.checklist or [],
    )


def change_comment(work: Work, token: str, comment_id: str, body: ChangedGuestComment) -> Any:
    """Change a comment of one's own."""
    return comments.change(
        work,
        body.guest_id,
        comment_id,
        text=body.text,
        checklist=body.checklist,
        task_status_id=body.task_status_id or None,
    )


def delete_comment(call: Call, token: str, comment_id: str) -> None:
    """Take a comment of one's own back."""
    comments.take_back(call.work, read_guest(call), comment_id)


def read_guest(call: Call) -> str:
    """The guest that a body, a form or the query string names."""
    data = call.lenient_json()
    return read_struct({**call.query, **call.form, **(data if isinstance(data, dict) else {})}, ByGuest).guest_id


def add_attachments(call: Call, token: str, comment_id: str) -> Any:
    """Add files to a comment of one's own."""
    guest_id = call.form.get("guest_id", call.query.get("guest_id"))
    return comments.attach(call.work, guest_id, comment_id, call.files)


def delete_attachment(call: Call, token: str, comment_id: str, attachment_file_id: str) -> None:
    """Take a file away from a comment of one's own."""
    comments.detach(call.work, read_guest(call), comment_id, attachment_file_id)


def fetch_attachment(call: Call, token: str, attachment_file_id: str, file_name: str) -> Answer:
    """A file that came with a comment which guests may read. Only plain pictures are shown by browsers."""
    found = comments.open_attachment(call.work, attachment_file_id)
    return send_file(call, found, saved=not is_picture(found.mimetype), kept=False)


def fetch_portrait(call: Call, token: str, person_id: str) -> Answer:
    """The picture of somebody whose comment the link shows."""
    return send_file(call, comments.open_portrait(call.work, person_id))


# --- drawing ---


def annotate(work: Work, token: str, body: DrawnByGuest) -> Any:
    """Change what is drawn on a preview that is shown."""
    return previews.draw(
        work,
        body.guest_id,
        body.preview_file_id,
        additions=body.additions or [],
        updates=body.updates or [],
        deletions=body.deletions or [],
    )


# --- files of previews ---


def show_preview(work: Work, token: str, preview_file_id: str) -> Any:
    """The row of a preview that is shown."""
    return previews.show(work, preview_file_id)


def _seen(*kinds: str) -> Callable[..., Answer]:
    """Sends the first of these files that a preview has."""

    def send(call: Call, token: str, preview_file_id: str) -> Answer:
        """One of the files that were made of a preview that is shown."""
        return send_file(call, filekeys.find_file(call.work, previews.look(call.work, preview_file_id), *kinds))

    return send


def as_sent(call: Call, token: str, preview_file_id: str, extension: str) -> Answer:
    """What is neither picture nor movie, as it was sent in."""
    preview = previews.look(call.work, preview_file_id)
    return send_file(call, serving.open_as_sent(call.work, preview, extension))


def download(call: Call, token: str, preview_file_id: str) -> Answer:
    """The file of a preview that is shown, to be saved."""
    preview = previews.look(call.work, preview_file_id)
    return send_file(call, serving.open_to_save(call.work, preview), saved=True)


guest_get, guest_post, guest_put, guest_delete = (
    partial(verb, token=BY_LINK, query=WithPassword) for verb in (get, post, put, delete)
)
HERE = "/shared/playlists/{token}"
COMMENT = f"{HERE}/comments/{{comment_id}}"
PREVIEW = "preview-files/{preview_file_id}"
CONTEXT = {
    "project": PRODUCTION,
    "task_types": [TASK_TYPE],
    "task_statuses": [TASK_STATUS],
    "entities": [ENTITY],
}
SHARED = Merged(
    WITHOUT_ENTRIES,
    {"shots": [dict[str, Any]], "project_name": str, "project_fps": str | None, "can_comment": bool},
)
ROUTES: list[Route] = [
    guest_get(HERE, share_link, show_playlist, gives=SHARED),
    guest_get(
        f"{HERE}/context",
        share_link,
        playlist.context,
        title="What there is to know of the production: its task types, its statuses, and the entities that are shown",
        gives=CONTEXT,
    ),
    guest_post(
        f"{HERE}/guest", share_link, enter, takes=Names, gives=GUEST.with_relations(), also=(200, 429), status=201
    ),
    guest_get(
        f"{HERE}/comments",
        share_link,
        comments.list_comments,
        title="What guests said, and what was said for clients",
        gives=[HEARD],
    ),
    guest_post(
        f"{HERE}/comments", share_link_to_comment, post_comment, takes=NewGuestComment, gives=CREATED_FOR, status=201
    ),
    guest_put(COMMENT, share_link_to_comment, change_comment, takes=ChangedGuestComment, gives=SAID),
    guest_delete(COMMENT, share_link_to_comment, delete_comment, query=OfGuest, raw=ByGuest),
    guest_post(
        f"{COMMENT}/attachments",
        share_link_to_comment,
        add_attachments,
        query=OfGuest,
        raw=ByGuest,
        files=True,
        gives=SAID,
        status=201,
    ),
    guest_delete(
        f"{COMMENT}/attachments/{{attachment_file_id}}",
        share_link_to_comment,
        delete_attachment,
        query=OfGuest,
        raw=ByGuest,
    ),
    guest_get(
        f"{HERE}/attachment-files/{{attachment_file_id}}/file/{{file_name}}",
        share_link,
        fetch_attachment,
        gives=ANY_FILE,
    ),
    guest_put(f"{HERE}/annotations", share_link_to_draw, annotate, takes=DrawnByGuest, gives=intake.ROW),
    guest_get(f"{HERE}/{PREVIEW}", share_link, show_preview, gives=intake.ROW),
    guest_get(f"{HERE}/{PREVIEW}/download", share_link, download, gives=ANY_FILE),
    guest_get(f"{HERE}/movies/originals/{PREVIEW}.mp4", share_link, _seen(*filekeys.MOVIES), gives=MOVIE),
    guest_get(f"{HERE}/movies/tiles/{PREVIEW}.png", share_link, _seen(filekeys.TILES), gives=PICTURE),
    guest_get(f"{HERE}/pictures/thumbnails/persons/{{person_id}}.png", share_link, fetch_portrait, gives=PICTURE),
    guest_get(f"{HERE}/pictures/thumbnails/{PREVIEW}.png", share_link, _seen(filekeys.THUMBNAIL), gives=PICTURE),
    guest_get(f"{HERE}/pictures/originals/{PREVIEW}.png", share_link, _seen(filekeys.ORIGINAL), gives=PICTURE),
    guest_get(f"{HERE}/pictures/originals/{PREVIEW}.{{extension}}", share_link, as_sent, gives=ANY_FILE),
]
