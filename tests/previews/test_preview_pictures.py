"""Pictures as previews: what is made of them and who sees them (docs/api/previews.md)."""

import dataclasses
import io
import urllib.request
from pathlib import Path

import pytest
from footage import opened, picture
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from reviewing import Review
from stores import store_url
from studio import Studio

from kitsulite.models.entities import Entity
from kitsulite.models.people import Organisation
from kitsulite.models.productions import Project
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.storage import open_files
from kitsulite.work.filekeys import copy_files

THUMBNAIL = "/pictures/thumbnails/preview-files/{id}.png"
SQUARE = "/pictures/thumbnails-square/preview-files/{id}.png"
WIDE = "/pictures/previews/preview-files/{id}.png"
ORIGINAL = "/pictures/originals/preview-files/{id}.png"


def test_a_picture_becomes_a_png_in_four_sizes(review: Review) -> None:
    preview = review.preview()
    row = review.send(preview, "th01.jpeg", picture(form="JPEG", quality=95))
    assert (row["extension"], row["original_name"], row["status"]) == ("png", "th01", "ready")
    assert (row["width"], row["height"]) == (180, 101)
    sizes = {THUMBNAIL: (150, 100), SQUARE: (100, 100), WIDE: (1200, 674), ORIGINAL: (180, 101)}
    for path, size in sizes.items():
        answer = review.artist.call("GET", path.format(id=preview["id"]))
        assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
        assert opened(answer.content).size == size
        if path == ORIGINAL:
            assert len(answer.content) == row["file_size"]


def test_pictures_are_shown_whole_with_nothing_around_them(review: Review) -> None:
    preview = review.preview()
    review.send(preview, "tall.png", picture((100, 400)))
    square = opened(review.artist.call("GET", SQUARE.format(id=preview["id"])).content)
    assert square.mode == "RGBA"
    assert square.getpixel((10, 50))[3] == 0  # type: ignore[index]
    assert square.getpixel((45, 50)) == (255, 0, 0, 255)
    assert square.getpixel((55, 50)) == (0, 0, 255, 255)
    assert square.getpixel((45, 0))[3] == 255  # type: ignore[index]


def test_a_small_picture_keeps_its_form_when_it_is_enlarged(review: Review) -> None:
    preview = review.preview()
    review.send(preview, "dot.png", picture((10, 10)))
    thumbnail = opened(review.artist.call("GET", THUMBNAIL.format(id=preview["id"])).content)
    assert thumbnail.getbbox() == (25, 0, 125, 100)


def test_a_picture_stands_upright(review: Review) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # to be turned clockwise
    preview = review.preview()
    row = review.send(preview, "phone.jpg", picture((40, 20), form="JPEG", exif=turned))
    assert (row["width"], row["height"]) == (20, 40)


@pytest.mark.parametrize(
    ("mode", "form", "name"),
    [
        ("CMYK", "JPEG", "a.jpg"),
        ("P", "PNG", "a.png"),
        ("L", "PNG", "a.png"),
        ("RGBA", "PNG", "a.png"),
        ("1", "PNG", "a.png"),
    ],
)
def test_pictures_of_every_make_are_shown(review: Review, mode: str, form: str, name: str) -> None:
    preview = review.preview()
    review.send(preview, name, picture(mode=mode, form=form))
    shown = opened(review.artist.call("GET", THUMBNAIL.format(id=preview["id"])).content).convert("RGB")
    red, blue = shown.getpixel((37, 50)), shown.getpixel((112, 50))
    if mode in ("L", "1"):
        assert red[0] == red[2] >= blue[0]  # type: ignore[index]
    else:
        assert min(red[0], blue[2]) > 200  # type: ignore[index]
        assert max(red[2], blue[0]) < 60  # type: ignore[index]


def test_sixteen_bits_become_eight_where_a_picture_is_made_smaller(review: Review) -> None:
    deep = Image.new("I;16", (300, 200), 0x8000)
    buffer = io.BytesIO()
    deep.save(buffer, "PNG")
    preview = review.preview()
    review.send(preview, "deep.png", buffer.getvalue())
    assert opened(review.artist.call("GET", THUMBNAIL.format(id=preview["id"])).content).getpixel((75, 50)) == (
        *[127] * 3,
        255,
    )
    assert opened(review.artist.call("GET", ORIGINAL.format(id=preview["id"])).content).mode == "I;16"


def test_colours_are_those_that_their_profile_means(review: Review) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    preview = review.preview()
    review.send(preview, "a.png", picture(icc_profile=profile))
    original = opened(review.artist.call("GET", ORIGINAL.format(id=preview["id"])).content)
    assert "icc_profile" not in original.info
    assert original.getpixel((10, 10)) == (255, 0, 0)


def test_of_a_png_its_pixels_are_kept_as_they_came_and_nothing_else(review: Review) -> None:
    notes = PngInfo()
    notes.add_text("Camera", "on the desk of Ann")
    notes.add(b"tIME", bytes(7))
    plain, noted = (picture((800, 600), compress_level=0, **more) for more in ({}, {"pnginfo": notes}))
    assert len(noted) > len(plain)
    preview = review.preview()
    row = review.send(preview, "a.png", noted)
    assert review.artist.call("GET", ORIGINAL.format(id=preview["id"])).content == plain
    assert row["file_size"] == len(plain)


@pytest.mark.parametrize("where", ["exif", "xmp"])
def test_a_png_that_is_to_be_turned_stands_upright(review: Review, where: str) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    notes = PngInfo()
    if where == "xmp":
        notes.add_itxt("XML:com.adobe.xmp", '<x tiff:Orientation="6"/>')
    preview = review.preview()
    more = {"exif": turned} if where == "exif" else {"pnginfo": notes}
    row = review.send(preview, "phone.png", picture((800, 600), **more))
    assert (row["width"], row["height"]) == (600, 800)
    assert opened(review.artist.call("GET", ORIGINAL.format(id=preview["id"])).content).size == (600, 800)


def test_a_revision_becomes_the_last_preview_of_its_task(studio: Studio, review: Review) -> None:
    second = review.preview(position=2)
    review.send(second, "b.png", picture())
    assert studio.row(Task, review.task["id"])["last_preview_file_id"] is None
    first = review.preview()
    review.send(first, "a.png", picture())
    assert studio.row(Task, review.task["id"])["last_preview_file_id"] == first["id"]
    assert studio.row(Entity, review.shot["id"])["preview_file_id"] is None


def test_a_project_may_have_entities_show_their_newest_revision(studio: Studio, review: Review) -> None:
    review.manager.put(f"/data/projects/{review.project['id']}", {"is_set_preview_automated": True})
    preview = review.preview()
    review.send(preview, "a.png", picture())
    assert studio.row(Project, review.project["id"])["is_set_preview_automated"]
    assert studio.row(Entity, review.shot["id"])["preview_file_id"] == preview["id"]
    assert {"preview-file:set-main", "shot:update"} <= set(review.events())


def test_comments_hear_of_the_files_under_them(review: Review) -> None:
    alone, preview = review.preview(revision=9), review.preview()
    comment = review.comment(preview)
    review.send(alone, "a.png", picture())
    assert review.events() == ["preview-file:update"]
    review.send(preview, "a.png", picture())
    told = review.admin.get("/data/events")
    assert sorted(event["name"] for event in told[1:]) == [
        "comment:update",
        "preview-file:add-file",
        "preview-file:update",
    ]
    [added] = [event for event in told if event["name"] == "preview-file:add-file"]
    assert added["data"] == {
        "comment_id": comment["id"],
        "task_id": review.task["id"],
        "preview_file_id": preview["id"],
        "revision": 1,
        "extension": "png",
        "status": "ready",
        "project_id": review.project["id"],
    }
    assert added["user_id"] == review.artist.id


def test_a_preview_takes_its_file_once(review: Review) -> None:
    preview = review.preview()
    review.send(preview, "a.png", picture())
    before = review.artist.call("GET", ORIGINAL.format(id=preview["id"])).content
    answer = review.send(preview, "b.png", picture((20, 20)), status=400)
    assert answer.keys() == {"error", "message"}
    assert review.artist.call("GET", ORIGINAL.format(id=preview["id"])).content == before


def test_files_are_sent_in_by_who_may_act_on_the_task(review: Review) -> None:
    preview = review.preview()
    for member in (review.vendor, review.outsider):
        review.send(preview, "a.png", picture(), by=member, status=403)
    assert (
        review.artist.call("POST", f"/pictures/preview-files/{preview['id']}").json["message"] == "File not provided."
    )
    assert review.artist.call("POST", "/pictures/preview-files/nobody").status == 404
    assert review.row(preview)["original_name"] is None
    review.send(preview, "a.png", picture(), by=review.client)


def test_pictures_are_seen_by_the_team_and_by_vendors_who_work_on_the_shot(review: Review) -> None:
    preview = review.preview()
    review.send(preview, "a.png", picture())
    for path in (THUMBNAIL, SQUARE, WIDE, ORIGINAL):
        shown = path.format(id=preview["id"])
        review.client.get(shown)
        review.vendor.get(shown, status=403)
        review.outsider.get(shown, status=403)
        review.studio.stranger.get(shown, status=401)


def test_small_pictures_of_shared_entities_are_for_everybody_but_vendors(studio: Studio, review: Review) -> None:
    asset = studio.entity("Props", "Tree", review.project, is_shared=True)
    task = studio.task(asset)
    preview = review.preview(task_id=task["id"])
    review.send(preview, "a.png", picture(), by=review.manager)
    review.outsider.get(THUMBNAIL.format(id=preview["id"]), status=403)
    review.manager.put(f"/data/entities/{asset['id']}", {"preview_file_id": preview["id"]})
    for path, status in ((THUMBNAIL, 200), (SQUARE, 200), (ORIGINAL, 200), (WIDE, 403)):
        review.outsider.get(path.format(id=preview["id"]), status=status)
        review.vendor.get(path.format(id=preview["id"]), status=403)


def test_a_vendor_of_the_production_is_none_of_everybody(studio: Studio, review: Review) -> None:
    asset = studio.entity("Props", "Tree", review.project, is_shared=True)
    preview = review.preview(task_id=studio.task(asset)["id"])
    review.send(preview, "a.png", picture(), by=review.manager)
    review.manager.put(f"/data/entities/{asset['id']}", {"preview_file_id": preview["id"]})
    demoted = studio.person(role="manager")
    demoted.get(THUMBNAIL.format(id=preview["id"]))
    studio.join(review.project, demoted, role="vendor")
    demoted.get(THUMBNAIL.format(id=preview["id"]), status=403)


def test_what_is_not_there_is_not_found(review: Review) -> None:
    preview = review.preview()
    for path in (THUMBNAIL, SQUARE, WIDE, ORIGINAL):
        review.artist.get(path.format(id=preview["id"]), status=404)
        review.artist.get(path.format(id="00000000-0000-0000-0000-000000000000"), status=404)
        review.artist.get(path.format(id="x"), status=404)


def test_a_picture_that_lost_a_piece_is_not_shown(review: Review) -> None:
    preview = review.preview()
    review.send(preview, "a.png", picture())
    files = review.studio.tracker.files
    files.put(f"originals-{preview['id']}", io.BytesIO(b"half"))
    files.put(f"thumbnails-{preview['id']}", io.BytesIO(b""))
    review.artist.get(ORIGINAL.format(id=preview["id"]), status=404)
    review.artist.get(THUMBNAIL.format(id=preview["id"]), status=404)


def test_browsers_keep_pictures_and_ask_for_parts(review: Review) -> None:
    preview = review.preview()
    review.send(preview, "a.png", picture())
    path = ORIGINAL.format(id=preview["id"])
    whole = review.artist.call("GET", path)
    assert whole.headers["cache-control"] == "max-age=604800, private"
    assert whole.headers["content-disposition"] == 'inline; filename=""'
    assert whole.headers["accept-ranges"] == "bytes"
    tag, changed = whole.headers["etag"], whole.headers["last-modified"]
    for known in ({"If-None-Match": tag}, {"If-Modified-Since": changed}):
        answer = review.artist.call("GET", path, headers=known)
        assert (answer.status, answer.content) == (304, b"")
    part = review.artist.call("GET", path, headers={"Range": "bytes=1-3", "If-Range": tag})
    assert (part.status, part.content) == (206, whole.content[1:4])
    assert part.headers["content-range"] == f"bytes 1-3/{len(whole.content)}"
    assert review.artist.call("GET", path, headers={"Range": "bytes=1-3", "If-Range": '"old"'}).status == 200
    assert review.artist.call("GET", path, headers={"Range": "bytes=0-0,2-3"}).status == 416
    head = review.artist.call("HEAD", path)
    assert (head.status, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))


def test_a_preview_is_saved_under_what_it_shows(studio: Studio, review: Review) -> None:
    preview = review.preview(revision=3, position=2)
    review.send(preview, "Été 1.png", picture())
    path = f"/pictures/originals/preview-files/{preview['id']}/download"
    said = review.artist.call("GET", path).headers["content-disposition"]
    assert said == "attachment; filename=fox_sq01_sh01_animation_v3-2.png"
    studio.add(Organisation, name="Fox Films", use_original_file_name=True)
    said = review.artist.call("GET", path).headers["content-disposition"]
    assert said == "attachment; filename=\"_t_ 1-2.png\"; filename*=UTF-8''%C3%89t%C3%A9%201-2.png"


def test_other_files_are_kept_as_they_are(studio: Studio, review: Review) -> None:
    for name, mimetype in (
        ("a.PDF", "application/pdf"),
        ("b.obj", "application/octet-stream"),
        ("c.gif", "application/octet-stream"),
    ):
        preview = review.preview(revision=len(name) + ord(name[0]))
        row = review.send(preview, name, b"content of " + name.encode())
        ending = name[2:].lower()
        assert (row["extension"], row["status"], row["original_name"]) == (ending, "ready", name[0])
        assert row["file_size"] == len("content of ") + 5
        answer = review.artist.call("GET", f"/pictures/originals/preview-files/{preview['id']}.{ending}")
        assert (answer.content, answer.headers["content-type"]) == (b"content of " + name.encode(), mimetype)
        saved = review.artist.call("GET", f"/pictures/originals/preview-files/{preview['id']}/download")
        assert saved.content == answer.content
        review.artist.get(THUMBNAIL.format(id=preview["id"]), status=404)
    assert studio.row(Task, review.task["id"])["last_preview_file_id"] is None


NAMES = {
    **dict.fromkeys("set.usd cache.abc comp.nk film.mxf plate.tif notes.txt sheet.xlsx x.procreate Virus.EXE".split()),  # noqa: SIM905
    "archive.tar.gz": ("archive.tar", "gz"),
    "noext": ("noext", "bin"),
    ".hidden": ("hidden", "hidden"),
    "trailing.": ("trailing.", "bin"),
    "odd.a b": ("odd.a b", "bin"),
    "étude.naïf": ("étude.naïf", "bin"),
    "long." + "x" * 300: ("long." + "x" * 245, "bin"),
}
"""Names of files, and what is kept of them where that is not plain."""


def test_any_file_is_taken_and_kept_as_it_came(studio: Studio, review: Review) -> None:
    for number, (name, parts) in enumerate(NAMES.items(), start=1):
        stem, ending = parts or (name.rpartition(".")[0], name.rpartition(".")[2].lower())
        preview = review.preview(revision=number)
        row = review.send(preview, name, b"content of " + name.encode())
        assert (row["extension"], row["status"], row["original_name"]) == (ending, "ready", stem)
        for path in (f"{preview['id']}.{ending}", f"{preview['id']}/download"):
            sent = review.artist.call("GET", f"/pictures/originals/preview-files/{path}")
            assert (sent.status, sent.content) == (200, b"content of " + name.encode())
            assert sent.headers["content-type"] == "application/octet-stream"


def test_a_file_is_sent_under_its_own_ending_only(review: Review) -> None:
    preview = review.preview()
    review.send(preview, "a.png", picture())
    path = f"/pictures/originals/preview-files/{preview['id']}."
    assert review.artist.get(path + "exe", status=400)["message"] == "Extension not allowed: exe"
    review.artist.get(path + "mp4", status=400)
    review.artist.get(path + "jpg", status=400)
    other = review.preview(revision=2)
    review.send(other, "a.usd", b"x")
    review.artist.get(f"/pictures/originals/preview-files/{other['id']}.obj", status=400)


def test_a_deleted_preview_is_no_longer_sent_and_its_files_stay(review: Review) -> None:
    preview = review.preview()
    review.send(preview, "a.png", picture())
    review.manager.delete(f"/data/preview-files/{preview['id']}")
    review.artist.get(THUMBNAIL.format(id=preview["id"]), status=404)
    assert len(review.stored()) == 4


def test_files_go_with_their_rows_where_the_studio_wants_that(studio: Studio, review: Review) -> None:
    tracker = studio.tracker
    tracker.settings = dataclasses.replace(tracker.settings, remove_files=True)
    preview = review.preview()
    review.send(preview, "a.png", picture())
    me = {"file": ("me.png", picture(), "image/png")}
    for member in (review.artist, review.outsider):
        member.send_form(f"/pictures/thumbnails/persons/{member.id}", {}, me)
    assert len(review.stored()) == 6
    review.manager.delete(f"/data/preview-files/{preview['id']}")
    review.admin.delete(f"/actions/persons/{review.artist.id}/clear-avatar")
    review.admin.delete(f"/data/persons/{review.outsider.id}?force=true")
    assert review.stored() == []


def test_a_copied_revision_has_its_own_files(studio: Studio, review: Review) -> None:
    preview = review.preview()
    review.send(preview, "a.png", picture())
    other = review.preview(revision=5)
    with studio.tracker.work() as work:
        copy_files(work, studio.stored(PreviewFile, preview["id"]), other["id"])
    files = studio.tracker.files
    files.delete(f"thumbnails-{preview['id']}")
    assert files.size(f"thumbnails-{other['id']}")


def test_an_object_store_may_send_pictures_itself_to_who_may_see_them(
    studio: Studio, review: Review, tmp_path: Path
) -> None:
    tracker = studio.tracker
    tracker.files = open_files(store_url("s3", tmp_path) + "&redirect=60", tmp_path)
    preview = review.preview()
    review.send(preview, "a.png", picture())
    path = THUMBNAIL.format(id=preview["id"])
    review.outsider.get(path, status=403)
    answer = review.artist.call("GET", path)
    assert (answer.status, answer.headers["cache-control"]) == (302, "no-store")
    with urllib.request.urlopen(answer.headers["location"]) as sent:
        assert opened(sent.read()).size == (150, 100)
        assert sent.headers["Cache-Control"] == "max-age=604800, private"
    saved = review.artist.call("GET", f"/pictures/originals/preview-files/{preview['id']}/download")
    with urllib.request.urlopen(saved.headers["location"]) as sent:
        assert sent.headers["Content-Disposition"] == "attachment; filename=fox_sq01_sh01_animation_v1.png"
