"""Playlists as archives (docs/api/playlists.md)."""

import io
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import falcon.testing
import pytest
from footage import picture
from screening import Screening
from studio import NOBODY, Member, Studio

from kitsulite.areas.playlists import zips
from kitsulite.models.people import Organisation
from kitsulite.storage import Row
from kitsulite.work.filekeys import FILE, LOW, MOVIE, ORIGINAL, key_of


@pytest.fixture
def screening(studio: Studio) -> Screening:
    return Screening(studio)


def keep(screening: Screening, preview: Row, kind: str, content: bytes) -> Row:
    """Store a file of a preview."""
    screening.studio.tracker.files.put(key_of(kind, preview["id"]), io.BytesIO(content))
    return preview


def path(playlist: Row) -> str:
    return f"/data/playlists/{playlist['id']}/download/zip"


def unpack(who: Member, playlist: Row) -> dict[str, bytes]:
    """The files of the archive by their names, in order."""
    answer = who.call("GET", path(playlist))
    assert answer.status == 200, answer
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == len(set(names))
        return {name: archive.read(name) for name in names}


def test_every_file_of_a_revision_is_there_under_the_name_that_tells_what_it_shows(screening: Screening) -> None:
    second = keep(screening, screening.preview(screening.animating, 2, position=2, extension="png"), ORIGINAL, b"png")
    first = keep(screening, screening.preview(screening.animating, 2), MOVIE, b"movie")
    keep(screening, screening.preview(screening.animating, 1), MOVIE, b"older")
    scene = keep(screening, screening.preview(screening.others_task, extension="blend"), FILE, b"scene")
    made = screening.playlist("Dailies!", [(screening.other, scene), (screening.shot, first)])
    found = unpack(screening.moe, made)
    assert list(found.items()) == [
        ("big_fox_e01_se01_sh02_animation_v1.blend", b"scene"),
        ("big_fox_e01_se01_sh01_animation_v2.mp4", b"movie"),
        ("big_fox_e01_se01_sh01_animation_v2-2.png", b"png"),
    ]
    twice = screening.playlist("Twice", [(screening.shot, first), (screening.shot, second)])
    assert len(unpack(screening.moe, twice)) == 2


def test_an_archive_is_sent_to_be_saved(screening: Screening) -> None:
    answer = screening.moe.call("GET", path(screening.playlist("Été / 2024")))
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == "attachment; filename=big_fox_ete_2024.zip"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.content == b"PK\x05\x06" + bytes(18)
    head = screening.moe.call("HEAD", path(screening.playlist()))
    assert (head.status, head.content) == (200, b"")


def test_an_archive_of_a_series_is_called_after_its_episode(studio: Studio) -> None:
    screening = Screening(studio, production_type="tvshow")
    titles: list[tuple[Row, str]] = [
        ({}, "big_fox_main_pack_dailies"),
        ({"is_for_all": True}, "big_fox_all_assets_dailies"),
        ({"episode_id": screening.episode["id"]}, "big_fox_e01_dailies"),
    ]
    for number, (values, title) in enumerate(titles):
        answer = screening.moe.call("GET", path(screening.playlist(f"Dailies {number}", **values)))
        assert answer.headers["content-disposition"] == f"attachment; filename={title}_{number}.zip"


def test_what_is_not_stored_is_left_out(screening: Screening) -> None:
    there = keep(screening, screening.preview(screening.animating), LOW, b"low")
    gone = screening.preview(screening.others_task)
    empty = keep(screening, screening.preview(screening.lighting_it, extension="png"), ORIGINAL, b"")
    entries = [(screening.other, gone), (screening.shot, empty), (screening.shot, there), (screening.other,)]
    assert list(unpack(screening.moe, screening.playlist(entries=entries)).values()) == [b"low"]
    for shots in (None, "x", [{"preview_file_id": NOBODY}, {"preview_file_id": 3}]):
        assert unpack(screening.moe, screening.playlist(shots=shots)) == {}


def test_files_keep_the_names_that_they_came_with_where_the_studio_wants_that(screening: Screening) -> None:
    screening.studio.add(Organisation, name="Fox", use_original_file_name=True)
    tasks = (screening.animating, screening.lighting_it, screening.others_task)
    named = ["../Take 1", "é", "é"]
    previews = [
        keep(screening, screening.preview(task, original_name=name), MOVIE, name.encode())
        for task, name in zip(tasks, named, strict=True)
    ]
    made = screening.playlist(entries=[(screening.shot, preview) for preview in previews])
    assert list(unpack(screening.moe, made)) == [".._Take 1.mp4", "é.mp4", "é (2).mp4"]


def test_nothing_of_another_production_is_to_be_had(screening: Screening) -> None:
    elsewhere = screening.studio.project("Secret")
    asset = screening.studio.entity("Prop", "Gun", elsewhere)
    foreign = keep(screening, screening.preview(screening.studio.task(asset)), MOVIE, b"secret")
    made = screening.playlist(entries=[(asset, foreign)])
    assert unpack(screening.moe, made) == {}
    [entry] = screening.moe.get(screening.path(made))["shots"]
    assert entry == {"id": asset["id"], "entity_id": asset["id"], "preview_files": []}
    shared = screening.studio.entity("Prop", "Tree", elsewhere, is_shared=True)
    lent = keep(screening, screening.preview(screening.studio.task(shared)), MOVIE, b"tree")
    made = screening.playlist(entries=[(shared, lent)])
    assert list(unpack(screening.moe, made).values()) == [b"tree"]
    assert screening.moe.get(screening.path(made))["shots"][0]["preview_file_id"] == lent["id"]


def test_supervisors_take_playlists_away_and_clients_what_is_for_them(screening: Screening) -> None:
    made = screening.playlist()
    for who in (screening.ada, screening.moe, screening.sue):
        who.get(path(made))
    for who in (screening.art, screening.vic, screening.clo, screening.studio.person(role="manager")):
        who.get(path(made), status=403)
    screening.clo.get(path(screening.playlist(for_client=True)))
    screening.moe.get(path({"id": NOBODY}), status=404)


def test_an_archive_is_made_while_it_is_sent(screening: Screening, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first piece leaves before anything else is looked at, and no transaction is held."""
    tracker = screening.studio.tracker
    shots = [
        screening.studio.entity("Shot", f"X{number}", screening.project, screening.sequence) for number in range(5)
    ]
    tasks = [screening.studio.task(shot, screening.animation) for shot in shots]
    previews = [keep(screening, screening.preview(task), MOVIE, bytes(3_000_000)) for task in tasks]
    made = screening.playlist(entries=list(zip(shots, previews, strict=True)))
    looked: list[str] = []
    stat = tracker.files.stat
    monkeypatch.setattr(tracker.files, "stat", lambda key: looked.append(key) or stat(key))
    with tracker.work(writes=False) as work:
        archive = zips.archive(work, made["id"])
    pieces = archive.pieces()
    started = time.perf_counter()
    first = next(pieces)
    assert time.perf_counter() - started < 0.1
    assert len(looked) == 1
    assert not tracker.db.in_transaction
    assert 1_000_000 < len(first) < 1_100_000
    rest = list(pieces)
    assert max(len(piece) for piece in rest) < 1_100_000
    with zipfile.ZipFile(io.BytesIO(first + b"".join(rest))) as whole:
        assert len(whole.namelist()) == 5


def test_who_goes_away_meanwhile_leaves_no_file_open(screening: Screening, monkeypatch: pytest.MonkeyPatch) -> None:
    tracker = screening.studio.tracker
    preview = keep(screening, screening.preview(screening.animating), MOVIE, bytes(3_000_000))
    opened: list[Any] = []
    open_file = tracker.files.open

    def watched(*arguments: Any) -> Any:
        opened.append(open_file(*arguments))
        return opened[-1]

    monkeypatch.setattr(tracker.files, "open", watched)
    environ = falcon.testing.create_environ(
        path(screening.playlist(entries=[(screening.shot, preview)])),
        headers={"Authorization": f"Bearer {screening.moe.token}"},
    )
    answer: Any = screening.studio.app(environ, lambda status, headers, problem=None: None)
    pieces: Iterator[bytes] = iter(answer)
    assert next(pieces)
    [file] = opened
    assert not file.closed
    answer.close()
    assert file.closed


def test_files_may_be_in_an_object_store(screening: Screening, files_url: str, tmp_path: Any) -> None:
    from kitsulite.storage import open_files

    tracker = screening.studio.tracker
    tracker.files = open_files(files_url, tmp_path)
    preview = keep(screening, screening.preview(screening.animating, extension="png"), ORIGINAL, picture())
    made = screening.playlist(entries=[(screening.shot, preview)])
    assert list(unpack(screening.moe, made).values()) == [picture()]
