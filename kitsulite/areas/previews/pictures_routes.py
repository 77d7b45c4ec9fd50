"""Pictures of people, organisations and projects, and the backgrounds of 3D previews."""

from collections.abc import Callable

from kitsulite.access.callers import admin, is_any_admin, signed_in
from kitsulite.access.rules import MANAGING, Condition, Rule, row
from kitsulite.areas.previews import avatars, backgrounds
from kitsulite.models.productions import Project
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.downloads import send_file
from kitsulite.web.routing import ANY_FILE, PICTURE, Answer, Route, get, post


def _fetch(kind: str) -> Callable[[Call, str], Answer]:
    """Sends the picture of something of this kind."""

    def fetch(call: Call, instance_id: str) -> Answer:
        """The picture of a person, a project or the organisation."""
        return send_file(call, avatars.open_avatar(call.work, kind, instance_id))

    return fetch


def _upload(kind: str) -> Callable[[Call, str, Row], object]:
    """Takes in the picture of something of this kind; the path under which it is found."""

    def upload(call: Call, instance_id: str, row: Row) -> object:
        """Give a person, a project or the organisation its picture."""
        avatars.set_avatar(call.begin, kind, row, call.file)
        return {"thumbnail_path": f"pictures/thumbnails/{kind}/{instance_id}.png"}

    return upload


def upload_background(call: Call, preview_background_file_id: str) -> object:
    """Send in the file of a background."""
    return backgrounds.set_file(call.begin, preview_background_file_id, call.file)


def fetch_background(call: Call, preview_background_file_id: str, extension: str) -> Answer:
    """The file of a background."""
    return send_file(call, backgrounds.open_file(call.work, preview_background_file_id, extension))


def fetch_background_picture(call: Call, preview_background_file_id: str) -> Answer:
    """A small picture of a background."""
    return send_file(call, backgrounds.open_picture(call.work, preview_background_file_id))


def _avatars(kind: str, may_see: Rule, may_set: Condition, *, only_admins_by_name: bool = False) -> list[Route]:
    path = f"/pictures/thumbnails/{kind}/{{instance_id}}"
    sets, by_name = (
        row(avatars.KINDS[kind].table, condition, key="instance_id", hands="row")
        for condition in (may_set, is_any_admin if only_admins_by_name else may_set)
    )
    return [
        get(f"{path}.png", may_see, _fetch(kind), gives=PICTURE),
        get(path, may_see, _fetch(kind), gives=PICTURE),
        post(f"{path}.png", by_name, _upload(kind), files=True, gives={"thumbnail_path": str}, status=201, alone=True),
        post(path, sets, _upload(kind), files=True, gives={"thumbnail_path": str}, status=201, alone=True),
    ]


BACKGROUND = "preview-background-files/{preview_background_file_id}"
ROUTES: list[Route] = [
    *_avatars("persons", signed_in, avatars.is_own),
    *_avatars("organisations", signed_in, is_any_admin),
    *_avatars(
        "projects",
        row(Project, avatars.may_see_picture, key="instance_id"),
        MANAGING,
        only_admins_by_name=True,
    ),
    post(
        f"/pictures/{BACKGROUND}", admin, upload_background, files=True, gives=backgrounds.ROW, status=201, alone=True
    ),
    get(f"/pictures/thumbnails/{BACKGROUND}.png", signed_in, fetch_background_picture, gives=PICTURE),
    get(f"/pictures/{BACKGROUND}.{{extension}}", signed_in, fetch_background, gives=ANY_FILE),
]
