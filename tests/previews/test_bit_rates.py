"""How movies of previews are encoded: who says the bit rates, and how the encoder is set up (docs/api/productions.md)."""

import re
from collections.abc import Iterator

import pytest
from footage import movie
from reviewing import Review
from signing import set_up
from studio import Studio

from kitsulite.models.productions import Project, ProjectTaskTypeLink
from kitsulite.settings import BadSetting, Settings

HIGH, LOW = "/movies/originals/preview-files/{id}.mp4", "/movies/low/preview-files/{id}.mp4"


@pytest.fixture(autouse=True)
def kept_settings(studio: Studio) -> Iterator[None]:
    before = studio.tracker.settings
    yield
    studio.tracker.settings = before


def options(review: Review) -> list[dict[str, str]]:
    """What the encoder wrote down of how it was set up, in the large movie and in the small one."""
    preview = review.preview()
    review.send(preview, "a.mp4", movie(), query="?no_job=true")
    found = []
    for path in (HIGH, LOW):
        content = review.artist.call("GET", path.format(id=preview["id"])).content
        said = re.search(rb"x264 - core .*? options: ([^\x00]*)", content)
        assert said
        found.append(dict(part.split("=", 1) for part in said[1].decode("ascii", "ignore").split() if "=" in part))
    return found


def rates(review: Review) -> list[str]:
    return [said["bitrate"] for said in options(review)]


def test_the_nearest_who_says_a_bit_rate_has_it_said(studio: Studio, review: Review) -> None:
    ids = {"project_id": review.project["id"], "task_type_id": review.task["task_type_id"]}
    path = f"/data/projects/{ids['project_id']}"
    assert review.admin.get(path)["hd_bitrate_compression"] == 28
    assert rates(review) == ["28000", "6000"]
    review.admin.put(path, {"hd_bitrate_compression": None, "ld_bitrate_compression": None})
    set_up(studio, movie_highdef_bitrate=20, movie_lowdef_bitrate=5)
    config = studio.stranger.get("/config")
    assert (config["movie_highdef_bitrate"], config["movie_lowdef_bitrate"]) == (20, 5)
    assert rates(review) == ["20000", "5000"]
    studio.store(Project, ids["project_id"], hd_bitrate_compression=12, ld_bitrate_compression=0)
    assert rates(review) == ["12000", "5000"]
    link = studio.add(ProjectTaskTypeLink, **ids, hd_bitrate_compression=9)
    assert rates(review) == ["9000", "5000"]
    studio.store(ProjectTaskTypeLink, link["id"], hd_bitrate_compression=None, ld_bitrate_compression=2)
    assert rates(review) == ["12000", "2000"]
    other = studio.project("Other")
    studio.store(ProjectTaskTypeLink, link["id"], project_id=other["id"])
    assert rates(review) == ["12000", "5000"]


def test_a_new_production_begins_with_the_rates_of_the_server(studio: Studio) -> None:
    set_up(studio, movie_highdef_bitrate=20, movie_lowdef_bitrate=5)
    admin = studio.person("Ada", "admin")
    for path, body in (("projects", {"name": "Film"}), ("project-templates", {"name": "Films"})):
        made = admin.post(f"/data/{path}", body)
        assert (made["hd_bitrate_compression"], made["ld_bitrate_compression"]) == (20, 5)


def test_the_encoder_is_set_up_as_the_studio_says(studio: Studio, review: Review) -> None:
    high, low = options(review)
    assert [said["vbv_maxrate"] for said in (high, low)] == ["28000", "6000"]
    assert [said["vbv_bufsize"] for said in (high, low)] == ["56000", "12000"]
    assert high["me"] == "hex"
    set_up(studio, movie_encoding_preset="ultrafast", movie_vbv_bufsize_factor=0.5)
    high, low = options(review)
    assert [said["vbv_bufsize"] for said in (high, low)] == ["14000", "3000"]
    assert high["me"] == "dia"


@pytest.mark.parametrize(
    ("name", "value"),
    [("MOVIE_ENCODING_PRESET", "best"), ("MOVIE_VBV_BUFSIZE_FACTOR", "0"), ("MOVIE_HIGHDEF_BITRATE", "0")],
)
def test_what_no_encoder_takes_is_refused_at_the_start(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.from_environment({name: value})
