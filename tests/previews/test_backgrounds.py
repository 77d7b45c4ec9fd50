"""Backgrounds of 3D previews over HTTP (docs/api/previews.md)."""

import pytest
from footage import opened, picture
from radiance import coded, flat
from studio import Member, Studio

from kitsulite.models.reviews import PreviewBackgroundFile

KIND = "application/octet-stream"


@pytest.fixture
def ada(studio: Studio) -> Member:
    return studio.person("Ada", role="admin")


def background(studio: Studio) -> str:
    return str(studio.add(PreviewBackgroundFile, name="Forest")["id"])


def send(member: Member, id: str, name: str, content: bytes, status: int = 201) -> dict[str, object]:
    path = f"/pictures/preview-background-files/{id}"
    answer: dict[str, object] = member.send_form(path, {}, {"file": (name, content, KIND)}, status=status)
    return answer


def test_a_background_has_a_file_and_a_small_picture(studio: Studio, ada: Member) -> None:
    id, content = background(studio), coded(300, 200)
    row = send(ada, id, "Pine Forest.HDR", content)
    assert (row["extension"], row["original_name"], row["file_size"]) == ("hdr", "Pine Forest", len(content))
    art = studio.person()
    fetched = art.call("GET", f"/pictures/preview-background-files/{id}.HDR")
    assert (fetched.content, fetched.headers["content-type"]) == (content, "image/vnd.radiance")
    assert fetched.headers["content-disposition"] == 'inline; filename="Pine Forest.hdr"'
    small = opened(art.call("GET", f"/pictures/thumbnails/preview-background-files/{id}.png").content)
    assert (small.size, small.getpixel((150, 20)), small.getpixel((150, 180))) == (
        (300, 200),
        (255, 0, 0, 255),
        (0, 255, 0, 255),
    )
    assert [(event["name"], event["data"]) for event in ada.get("/data/events")] == [
        ("preview-background-file:update", {"preview_background_file_id": id}),
        ("preview-background-file:add-file", {"preview_background_file_id": id, "extension": "hdr"}),
    ]
    art.get(f"/pictures/preview-background-files/{id}.png", status=404)
    send(ada, id, "other.hdr", flat())
    assert art.call("GET", f"/pictures/preview-background-files/{id}.hdr").content == flat()


def test_backgrounds_are_sent_in_by_admins(studio: Studio, ada: Member) -> None:
    id = background(studio)
    send(studio.person(role="manager"), id, "a.hdr", flat(), status=403)
    send(ada, "00000000-0000-0000-0000-000000000000", "a.hdr", flat(), status=404)
    assert ada.call("POST", f"/pictures/preview-background-files/{id}").json["message"] == "File not provided."
    ada.get(f"/pictures/thumbnails/preview-background-files/{id}.png", status=404)
    assert ada.call("POST", f"/pictures/thumbnails/preview-background-files/{id}.png").status == 405


@pytest.mark.parametrize(("name", "content"), [("a.png", picture()), ("a.hdr", b"no picture")])
def test_a_background_goes_with_a_file_that_is_none(studio: Studio, ada: Member, name: str, content: bytes) -> None:
    id = background(studio)
    send(ada, id, name, content, status=400)
    ada.get(f"/data/preview-background-files/{id}", status=404)
    assert list(studio.tracker.files.list()) == []
