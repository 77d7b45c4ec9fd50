"""Single frames of previews, with what is drawn on them (docs/api/previews.md)."""

import io
import zipfile
from typing import Any

import pytest
from footage import movie, opened, picture
from reviewing import Review
from studio import Member, Studio

from kitsulite.models.entities import Entity
from kitsulite.models.reviews import PreviewFile
from kitsulite.storage import Row

BOX = {"type": "rect", "left": 10, "top": 10, "width": 20, "height": 20, "fill": "#00ff00"}


def entry(time: Any, *objects: Row) -> Row:
    return {"time": time, "drawing": {"objects": list(objects)}}


@pytest.fixture
def take(review: Review) -> Row:
    """A movie of ten frames, drawn on at the first and the fifth, and past its end."""
    preview = review.preview()
    review.send(preview, "take.mp4", movie(size="320x180"), query="?no_job=true")
    annotate(review, preview, entry(0, BOX), entry(0.16, BOX), entry("then", BOX), entry(60, BOX))
    return review.row(preview)


@pytest.fixture
def still(review: Review) -> Row:
    preview = review.preview(revision=2)
    review.send(preview, "still.png", picture((200, 100)))
    return review.row(preview)


def annotate(review: Review, preview: Row, *entries: Row) -> None:
    with review.studio.tracker.work() as work:
        work.update(PreviewFile, preview["id"], annotations=list(entries))


def fetch(member: Member, preview: Row, what: str, status: int = 200) -> Any:
    answer = member.call("GET", f"/actions/preview-files/{preview['id']}/{what}")
    assert answer.status == status, answer
    return answer if status == 200 else answer.json


def test_a_frame_is_that_of_its_number(review: Review, take: Row) -> None:
    answer = fetch(review.manager, take, "extract-frame?frame_number=1")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/png", "no-cache")
    first, fifth = (opened(fetch(review.manager, take, f"extract-frame?frame_number={n}").content) for n in (1, 5))
    assert first.size == fifth.size == (320, 180)
    assert first.tobytes() == opened(fetch(review.manager, take, "extract-frame").content).tobytes()
    assert first.tobytes() != fifth.tobytes()


def test_a_frame_that_is_not_there_is_said_to_be(review: Review, take: Row, still: Row) -> None:
    assert "no frame" in fetch(review.manager, take, "extract-frame?frame_number=99", 400)["message"]
    fetch(review.manager, take, "extract-frame?frame_number=x", 400)
    fetch(review.manager, still, "extract-frame", 404)
    fetch(review.artist, take, "extract-frame", 403)
    missing = review.preview(revision=7, extension="mp4")
    assert fetch(review.manager, missing, "extract-frame", 404) == {"error": "preview file binary is not available"}


def test_frames_come_of_whichever_movie_there_is(review: Review, take: Row) -> None:
    review.studio.tracker.files.delete(f"movies-{take['id']}")
    assert opened(fetch(review.manager, take, "extract-frame").content).size == (320, 180)


def test_a_frame_shows_what_is_drawn_on_it(review: Review, take: Row, still: Row) -> None:
    shown = opened(fetch(review.manager, take, "extract-annotated-frame?frame_number=5").content)
    assert (shown.mode, shown.size, shown.getpixel((20, 20))) == ("RGB", (320, 180), (0, 255, 0))
    assert opened(fetch(review.manager, take, "extract-frame?frame_number=5").content).getpixel((20, 20)) != (0, 255, 0)
    assert "required" in fetch(review.manager, take, "extract-annotated-frame", 400)["message"]
    assert "frame 3" in fetch(review.manager, take, "extract-annotated-frame?frame_number=3", 400)["message"]
    fetch(review.manager, take, "extract-annotated-frame?frame_number=0", 400)
    fetch(review.manager, still, "extract-annotated-frame", 400)
    annotate(review, still, entry(0, BOX))
    shown = opened(fetch(review.manager, still, "extract-annotated-frame").content)
    assert (shown.size, shown.getpixel((20, 20)), shown.getpixel((5, 5))) == ((200, 100), (0, 255, 0), (255, 0, 0))


def test_all_frames_that_are_drawn_on_come_in_an_archive(review: Review, take: Row, still: Row) -> None:
    answer = fetch(review.manager, take, "extract-annotated-frames")
    assert (
        answer.headers["content-disposition"] == "attachment; filename=fox_sq01_sh01_animation_v1_annotated_frames.zip"
    )
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == [f"fox_sq01_sh01_animation_v1_frame_{number}.png" for number in (1, 5)]
        assert opened(archive.read(archive.namelist()[1])).getpixel((20, 20)) == (0, 255, 0)
    annotate(review, still, entry(0, BOX), entry(0, BOX))
    with zipfile.ZipFile(io.BytesIO(fetch(review.manager, still, "extract-annotated-frames").content)) as archive:
        assert [name[-6:] for name in archive.namelist()] == ["_1.png", "_2.png"]


def test_frames_of_no_movie_are_not_looked_for(review: Review, take: Row) -> None:
    endless = 10**400
    fetch(review.manager, take, f"extract-frame?frame_number={endless}", 400)
    fetch(review.manager, take, f"extract-annotated-frame?frame_number={endless}", 400)
    path = f"/actions/preview-files/{take['id']}/set-main-preview"
    review.artist.put(path, {"frame_number": endless}, status=400)
    annotate(review, take, *(entry(time, BOX) for time in (1e308, -1e308, endless, True, 0.16)))
    with zipfile.ZipFile(io.BytesIO(fetch(review.manager, take, "extract-annotated-frames").content)) as archive:
        assert archive.namelist() == ["fox_sq01_sh01_animation_v1_frame_5.png"]


def test_two_drawings_on_one_frame_are_two_pictures(review: Review, take: Row) -> None:
    annotate(review, take, entry(0.16, BOX), entry(0.161, {**BOX, "fill": "#ff0000"}))
    with zipfile.ZipFile(io.BytesIO(fetch(review.manager, take, "extract-annotated-frames").content)) as archive:
        assert [name[-12:] for name in archive.namelist()] == ["_frame_5.png", "rame_5_2.png"]
        shown = [opened(archive.read(name)).getpixel((20, 20)) for name in archive.namelist()]
    assert shown == [(0, 255, 0), (255, 0, 0)]


def test_or_in_a_document(review: Review, take: Row) -> None:
    answer = fetch(review.manager, take, "extract-annotated-frames-pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert answer.content.count(b"/Type /Page\n") == 2 or b"/Count 2" in answer.content


def test_what_has_no_frames_or_no_drawings_is_refused(review: Review, take: Row) -> None:
    document = review.preview(revision=3)
    review.send(document, "a.pdf", b"%PDF")
    for what in ("extract-annotated-frames", "extract-annotated-frames-pdf"):
        assert fetch(review.manager, document, what, 400)["message"] == "Preview file has no annotations"
        annotate(review, document, entry(0, BOX))
        assert "'pdf'" in fetch(review.manager, document, what, 400)["message"]
        annotate(review, document)
    annotate(review, take, entry(60, BOX))
    assert "No annotated frame" in fetch(review.manager, take, "extract-annotated-frames", 400)["message"]


def test_tiles_are_made_anew(review: Review, take: Row, still: Row) -> None:
    review.studio.tracker.files.delete(f"tiles-{take['id']}")
    sheet = fetch(review.artist, take, "extract-tile").content
    assert opened(sheet).size == (8 * 178, 200)
    assert review.artist.call("GET", f"/movies/tiles/preview-files/{take['id']}.png").content == sheet
    assert fetch(review.artist, still, "extract-tile", 400)["message"] == "Preview file is not a movie"
    fetch(review.outsider, take, "extract-tile", 403)


def test_an_entity_shows_a_preview_or_one_of_its_frames(studio: Studio, review: Review, take: Row, still: Row) -> None:
    path = f"/actions/preview-files/{take['id']}/set-main-preview"
    original = f"/pictures/originals/preview-files/{take['id']}.png"
    before = review.artist.call("GET", original)
    entity = review.artist.put(path)
    assert (entity["id"], entity["preview_file_id"]) == (review.shot["id"], take["id"])
    assert review.artist.call("GET", original).content == before.content
    review.artist.put(path, {"frame_number": 5})
    after = review.artist.call("GET", original)
    assert after.content != before.content
    assert after.headers["etag"] != before.headers["etag"]
    assert (
        opened(after.content).tobytes()
        == opened(fetch(review.manager, take, "extract-frame?frame_number=5").content).tobytes()
    )
    review.artist.put(path, {"frame_number": 99}, status=400)
    review.artist.put(path, {"frame_number": "x"}, status=400)
    review.client.put(path, status=403)
    review.outsider.put(path, status=403)
    still_path = f"/actions/preview-files/{still['id']}/set-main-preview"
    assert "non movie" in review.artist.put(still_path, {"frame_number": 1}, status=400)["message"]
    review.artist.put(still_path)
    assert studio.row(Entity, review.shot["id"])["preview_file_id"] == still["id"]


def test_no_scratch_is_left(review: Review, take: Row) -> None:
    fetch(review.manager, take, "extract-annotated-frames")
    fetch(review.manager, take, "extract-frame?frame_number=99", 400)
    assert list(review.studio.tracker.settings.scratch_folder.iterdir()) == []
