"""Pictures of people, organisations and projects, and the backgrounds of 3D previews (contract 06, 4.3 and 4.4)."""

from collections.abc import Callable

from kitsulite.access import Rule, admin, in_service, signed_in
from kitsulite.areas.previews import avatars, backgrounds
from kitsulite.web.call import Call
from kitsulite.web.downloads import send_file
from kitsulite.web.routing import Answer, Route, get, post


def _fetch(kind: str) -> Callable[[Call, str], Answer]:
    """Sends the picture of something of this kind."""

    def fetch(call: Call, instance_id: str) -> Answer:
        """The picture of a person, a project or the organisation."""
        return send_file(call, avatars.open_avatar(call.work, kind, instance_id))

    return fetch


def _upload(kind: str, *, to_admins: bool = False) -> Callable[[Call, str], object]:
    """Takes in the picture of something of this kind; the path under which it is found."""

    def upload(call: Call, instance_id: str) -> object:
        """Give a person, a project or the organisation its picture."""
        avatars.set_avatar(call.begin, kind, instance_id, call.file, to_admins=to_admins)
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


def _avatars(kind: str, may_see: Rule, may_set: Rule, *, only_admins_by_name: bool = False) -> list[Route]:
    path = f"/pictures/thumbnails/{kind}/{{instance_id}}"
    by_name = admin if only_admins_by_name else may_set
    return [
        get(f"{path}.png", may_see, _fetch(kind)),
        get(path, may_see, _fetch(kind)),
        post(f"{path}.png", by_name, _upload(kind, to_admins=only_admins_by_name), status=201, alone=True),
        post(path, may_set, _upload(kind), status=201, alone=True),
    ]


BACKGROUND = "preview-background-files/{preview_background_file_id}"
ROUTES: list[Route] = [
    *_avatars("persons", signed_in, in_service("oneself, or admin")),
    *_avatars("organisations", signed_in, in_service("admin")),
    *_avatars(
        "projects",
        in_service("in the project's team, or manager"),
        in_service("manager of the project"),
        only_admins_by_name=True,
    ),
    post(f"/pictures/{BACKGROUND}", admin, upload_background, gives=backgrounds.ROW, status=201, alone=True),
    get(f"/pictures/thumbnails/{BACKGROUND}.png", signed_in, fetch_background_picture),
    get(f"/pictures/{BACKGROUND}.{{extension}}", signed_in, fetch_background),
]
