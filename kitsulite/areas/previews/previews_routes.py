"""The files of previews: sending them in, and fetching what was made of them (contract 06, 4.1 and 4.2)."""

from collections.abc import Callable

from kitsulite.access import in_service
from kitsulite.areas.previews import chatpictures, intake, serving
from kitsulite.web.call import Call
from kitsulite.web.downloads import send_file
from kitsulite.web.routing import Answer, Route, get, post
from kitsulite.work import filekeys


def upload_preview(call: Call, preview_file_id: str) -> object:
    """Send in the file of a preview, once."""
    normalize, at_once = call.flag("normalize", default=True), call.flag("no_job")
    return intake.add_file(call.begin, preview_file_id, call.file, normalize=normalize, at_once=at_once)


def thumbnail(call: Call, preview_file_id: str) -> Answer:
    """A small picture of a preview."""
    return send_file(
        call, filekeys.find_file(call.work, serving.glimpse(call.work, preview_file_id), filekeys.THUMBNAIL)
    )


def square(call: Call, preview_file_id: str) -> Answer:
    """A small square picture of a preview."""
    return send_file(call, filekeys.find_file(call.work, serving.glimpse(call.work, preview_file_id), filekeys.SQUARE))


def original(call: Call, preview_file_id: str) -> Answer:
    """A picture in full, or the first frame of a movie."""
    return send_file(
        call, filekeys.find_file(call.work, serving.glimpse(call.work, preview_file_id), filekeys.ORIGINAL)
    )


def _seen(*kinds: str) -> Callable[[Call, str], Answer]:
    """Sends the first of these files that a preview has, to who may see its task."""

    def send(call: Call, preview_file_id: str) -> Answer:
        """One of the files that were made of a preview."""
        return send_file(call, filekeys.find_file(call.work, serving.look(call.work, preview_file_id), *kinds))

    return send


def as_sent(call: Call, preview_file_id: str, extension: str) -> Answer:
    """What is neither picture nor movie, as it was sent in."""
    preview = serving.look(call.work, preview_file_id)
    return send_file(call, serving.open_as_sent(call.work, preview, extension))


def download(call: Call, preview_file_id: str) -> Answer:
    """The file of a preview, to be saved."""
    preview = serving.look(call.work, preview_file_id)
    return send_file(call, serving.open_to_save(call.work, preview), saved=True)


def chat_picture(call: Call, attachment_file_id: str) -> Answer:
    """A small picture of a picture in a chat."""
    return send_file(call, chatpictures.open_picture(call.work, attachment_file_id))


seen = in_service("who may see the task")
shared_too = in_service("who may see the task; of shared entities everybody but vendors")
PREVIEW = "preview-files/{preview_file_id}"
ROUTES: list[Route] = [
    post(
        f"/pictures/{PREVIEW}",
        in_service("who may act on the task"),
        upload_preview,
        gives=intake.ROW,
        status=201,
        alone=True,
    ),
    get(f"/pictures/thumbnails/{PREVIEW}.png", shared_too, thumbnail),
    get(f"/pictures/thumbnails-square/{PREVIEW}.png", shared_too, square),
    get(f"/pictures/previews/{PREVIEW}.png", seen, _seen(filekeys.PREVIEW)),
    get(f"/pictures/originals/{PREVIEW}.png", shared_too, original),
    get(f"/pictures/originals/{PREVIEW}.{{extension}}", seen, as_sent),
    get(f"/pictures/originals/{PREVIEW}/download", seen, download),
    get(f"/movies/originals/{PREVIEW}.mp4", seen, _seen(*filekeys.MOVIES)),
    get(f"/movies/originals/{PREVIEW}/download", seen, download),
    get(f"/movies/low/{PREVIEW}.mp4", seen, _seen(filekeys.LOW, filekeys.MOVIE, filekeys.SOURCE)),
    get(f"/movies/source/{PREVIEW}.mp4", seen, _seen(filekeys.SOURCE)),
    get(f"/movies/tiles/{PREVIEW}.png", seen, _seen(filekeys.TILES)),
    get(
        "/pictures/thumbnails/attachment-files/{attachment_file_id}.png",
        in_service("who may read what it came with"),
        chat_picture,
    ),
]
