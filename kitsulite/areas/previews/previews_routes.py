"""The files of previews: sending them in, and fetching what was made of them."""

from collections.abc import Callable

import msgspec

from kitsulite.access.comments import has_attachment_access
from kitsulite.access.rules import of_its_task, row
from kitsulite.access.tasks import has_task_action_access
from kitsulite.areas.previews import chatpictures, intake, serving
from kitsulite.models.reviews import AttachmentFile, PreviewFile
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.downloads import send_file
from kitsulite.web.routing import ANY_FILE, MOVIE, PICTURE, Answer, Route, get, post
from kitsulite.work import filekeys


class Upload(msgspec.Struct):
    """How the file of a preview is taken in: whether a movie is encoded, and whether that is done at once."""

    normalize: bool = True
    no_job: bool = False


def upload_preview(call: Call, preview_file: Row, normalize: bool, no_job: bool) -> object:
    """Send in the file of a preview, once."""
    return intake.add_file(call.begin, preview_file, call.file, normalize=normalize, at_once=no_job)


def _sent(*kinds: str, title: str) -> Callable[[Call, Row], Answer]:
    """Sends the first of these files that a preview has."""

    def send(call: Call, preview: Row) -> Answer:
        return send_file(call, filekeys.find_file(call.work, preview, *kinds))

    send.__doc__ = title
    return send


def as_sent(call: Call, preview: Row, extension: str) -> Answer:
    """What is neither picture nor movie, as it was sent in."""
    return send_file(call, serving.open_as_sent(call.work, preview, extension))


def download(call: Call, preview: Row) -> Answer:
    """The file of a preview, to be saved."""
    return send_file(call, serving.open_to_save(call.work, preview), saved=True)


def chat_picture(call: Call, attachment_file: Row) -> Answer:
    """A small picture of a picture in a chat."""
    return send_file(call, chatpictures.open_picture(call.work, attachment_file))


seen = serving.placed(serving.may_look)
shared_too = serving.placed(serving.may_glimpse)
PREVIEW = "preview-files/{preview_file_id}"
PICTURES = {
    f"/pictures/thumbnails/{PREVIEW}.png": _sent(filekeys.THUMBNAIL, title="A small picture of a preview"),
    f"/pictures/thumbnails-square/{PREVIEW}.png": _sent(filekeys.SQUARE, title="A small square picture of a preview"),
    f"/pictures/originals/{PREVIEW}.png": _sent(
        filekeys.ORIGINAL, title="A picture in full, or the first frame of a movie"
    ),
}
MADE = {
    f"/pictures/previews/{PREVIEW}.png": _sent(filekeys.PREVIEW, title="A picture of a preview to look at"),
    f"/movies/originals/{PREVIEW}.mp4": _sent(*filekeys.MOVIES, title="The movie of a preview"),
    f"/movies/low/{PREVIEW}.mp4": _sent(
        filekeys.LOW, filekeys.MOVIE, filekeys.SOURCE, title="The movie of a preview, smaller"
    ),
    f"/movies/source/{PREVIEW}.mp4": _sent(filekeys.SOURCE, title="The movie of a preview as it was sent in"),
    f"/movies/tiles/{PREVIEW}.png": _sent(filekeys.TILES, title="All frames of a movie on one sheet"),
}
ROUTES: list[Route] = [
    post(
        f"/pictures/{PREVIEW}",
        row(PreviewFile, of_its_task(has_task_action_access)),
        upload_preview,
        query=Upload,
        files=True,
        gives=intake.ROW,
        status=201,
        alone=True,
    ),
    *(get(path, shared_too, send, gives=PICTURE) for path, send in PICTURES.items()),
    *(get(path, seen, send, gives=MOVIE if path.endswith(".mp4") else PICTURE) for path, send in MADE.items()),
    get(f"/pictures/originals/{PREVIEW}.{{extension}}", seen, as_sent, gives=ANY_FILE),
    get(f"/pictures/originals/{PREVIEW}/download", seen, download, gives=ANY_FILE),
    get(f"/movies/originals/{PREVIEW}/download", seen, download, gives=ANY_FILE),
    get(
        "/pictures/thumbnails/attachment-files/{attachment_file_id}.png",
        row(AttachmentFile, has_attachment_access),
        chat_picture,
        gives=PICTURE,
    ),
]
