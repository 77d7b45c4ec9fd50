"""Putting entities into playlists (docs/api/playlists.md)."""

import threading
from typing import Any

import pytest
from screening import Screening
from studio import NOBODY, Member, Studio

from kitsulite.models.reviews import Playlist
from kitsulite.storage import Row


@pytest.fixture
def screening(studio: Studio) -> Screening:
    return Screening(studio)


def add(who: Member, playlist: Row, *entries: Any, status: int = 200) -> Any:
    return who.post(f"/actions/playlists/{playlist['id']}/add-entities", {"entities": entries}, status=status)


def events(screening: Screening) -> list[Row]:
    return [event["data"] for event in screening.ada.get("/data/events") if event["name"] == "playlist:add_entity"]


def test_a_shot_is_added_with_the_preview_that_is_named(screening: Screening) -> None:
    one, two = (screening.preview(screening.animating, revision) for revision in (1, 2))
    made = screening.playlist("Dailies", [(screening.other,)])
    body = {"entity_id": screening.shot["id"].upper(), "preview_file_id": one["id"]}
    answer = screening.moe.post(f"/actions/playlists/{made['id']}/add-entity", body, status=200)
    shots = [{"entity_id": screening.other["id"]}, {"entity_id": screening.shot["id"], "preview_file_id": one["id"]}]
    assert {**answer, "updated_at": ""} == {key: made[key] for key in made if key != "build_jobs"} | {
        "shots": shots,
        "updated_at": "",
    }
    assert screening.studio.row(Playlist, made["id"])["shots"] == shots
    ids = {"playlist_id": made["id"], "entity_id": screening.shot["id"], "preview_file_id": one["id"]}
    assert events(screening) == [{**ids, "project_id": screening.project["id"]}]
    assert two["id"] not in str(answer)


def test_without_a_preview_the_newest_revision_is_shown_and_not_the_newest_upload(screening: Screening) -> None:
    newest = screening.preview(screening.animating, 3)
    screening.preview(screening.animating, 2)
    screening.preview(screening.lighting_it, 1)
    for nothing in ({}, {"preview_file_id": None}, {"preview_file_id": ""}):
        made = screening.playlist()
        [entry] = add(screening.moe, made, {"entity_id": screening.shot["id"], **nothing})["shots"]
        assert entry == {"entity_id": screening.shot["id"], "preview_file_id": newest["id"]}


def test_of_one_revision_the_latest_made_is_shown(screening: Screening) -> None:
    screening.preview(screening.animating, 3, position=1)
    later = screening.preview(screening.animating, 3, position=2)
    [entry] = add(screening.moe, screening.playlist(), {"entity_id": screening.shot["id"]})["shots"]
    assert entry["preview_file_id"] == later["id"]


def test_the_task_type_of_the_playlist_decides(screening: Screening) -> None:
    screening.preview(screening.animating, 3)
    lit = screening.preview(screening.lighting_it, 1)
    made = screening.playlist(task_type_id=screening.lighting["id"])
    assert add(screening.moe, made, {"entity_id": screening.shot["id"]}, {"entity_id": screening.other["id"]})[
        "shots"
    ] == [
        {"entity_id": screening.shot["id"], "preview_file_id": lit["id"]},
        {"entity_id": screening.other["id"]},
    ]
    assert [data["preview_file_id"] for data in events(screening)] == [lit["id"], None]


def test_what_is_there_already_is_not_added_again(screening: Screening) -> None:
    one, two = (screening.preview(screening.animating, revision) for revision in (1, 2))
    made = screening.playlist("Dailies", [(screening.shot, two), (screening.other,)])
    before = screening.studio.row(Playlist, made["id"])
    known = ({"entity_id": screening.shot["id"]}, {"entity_id": screening.other["id"]})
    assert add(screening.moe, made, *known)["shots"] == before["shots"]
    assert screening.studio.row(Playlist, made["id"]) == before
    assert events(screening) == []
    again = {"entity_id": screening.shot["id"], "preview_file_id": one["id"]}
    assert len(add(screening.moe, made, again, again)["shots"]) == 3


def test_an_entry_of_an_older_client_is_known_as_well(screening: Screening) -> None:
    shown = screening.preview(screening.animating)
    made = screening.playlist(shots=[{"id": screening.shot["id"], "preview_file_id": shown["id"], "note": "kept"}])
    assert add(screening.moe, made, {"entity_id": screening.shot["id"]})["shots"] == made["shots"]
    assert add(screening.moe, made, {"entity_id": screening.other["id"]})["shots"][0] == made["shots"][0]


def test_what_is_not_there_is_not_shown(screening: Screening) -> None:
    entry = {"entity_id": NOBODY, "preview_file_id": NOBODY}
    add(screening.moe, screening.playlist(shots=None), entry, status=400)


def test_managers_and_supervisors_of_their_own_playlists_add(screening: Screening) -> None:
    entry = {"entity_id": screening.shot["id"]}
    for created_by, status in ((screening.sue.id, 200), (None, 200), (screening.moe.id, 403)):
        add(screening.sue, screening.playlist(created_by=created_by), entry, status=status)
    made = screening.playlist()
    for who in (screening.art, screening.clo, screening.vic, screening.studio.person(role="manager")):
        add(who, made, entry, status=403)
    add(screening.moe, {"id": NOBODY}, entry, status=404)


def test_who_may_not_is_told_so_before_what_is_wrong_with_the_body(screening: Screening) -> None:
    made = screening.playlist()
    add(screening.art, made, {"entity_id": "x"}, status=403)
    for wrong in ({"entity_id": "x"}, {}, {"entity_id": screening.shot["id"], "preview_file_id": "x"}):
        add(screening.moe, made, wrong, status=400)
        screening.moe.post(f"/actions/playlists/{made['id']}/add-entity", wrong, status=400)
    answer = add(screening.moe, made, status=400)
    assert answer["data"]["errors"][0]["field"] == "entities"


def test_what_two_add_at_once_is_all_there(screening: Screening) -> None:
    made = screening.playlist()
    shots = [
        screening.studio.entity("Shot", f"X{number}", screening.project, screening.sequence) for number in range(8)
    ]

    def put(shot: Row) -> None:
        add(screening.moe, made, {"entity_id": shot["id"]})

    threads = [threading.Thread(target=put, args=(shot,)) for shot in shots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = screening.studio.row(Playlist, made["id"])["shots"]
    assert {entry["entity_id"] for entry in stored} == {shot["id"] for shot in shots}
