"""Putting entities into playlists (contract 06, 5.2)."""

import threading
from typing import Any

import pytest
from review import Review
from studio import Member, Studio

from kitsulite.models.reviews import Playlist
from kitsulite.storage import Row

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def review(studio: Studio) -> Review:
    return Review(studio)


def add(who: Member, playlist: Row, *entries: Any, status: int = 200) -> Any:
    return who.post(f"/actions/playlists/{playlist['id']}/add-entities", {"entities": entries}, status=status)


def events(review: Review) -> list[Row]:
    return [event["data"] for event in review.ada.get("/data/events") if event["name"] == "playlist:add_entity"]


def test_a_shot_is_added_with_the_preview_that_is_named(review: Review) -> None:
    one, two = (review.preview(review.animating, revision) for revision in (1, 2))
    made = review.playlist("Dailies", [(review.other,)])
    body = {"entity_id": review.shot["id"].upper(), "preview_file_id": one["id"]}
    answer = review.moe.post(f"/actions/playlists/{made['id']}/add-entity", body, status=200)
    shots = [{"entity_id": review.other["id"]}, {"entity_id": review.shot["id"], "preview_file_id": one["id"]}]
    assert {**answer, "updated_at": ""} == {key: made[key] for key in made if key != "build_jobs"} | {
        "shots": shots,
        "updated_at": "",
    }
    assert review.studio.row(Playlist, made["id"])["shots"] == shots
    ids = {"playlist_id": made["id"], "entity_id": review.shot["id"], "preview_file_id": one["id"]}
    assert events(review) == [{**ids, "project_id": review.project["id"]}]
    assert two["id"] not in str(answer)


def test_without_a_preview_the_newest_revision_is_shown_and_not_the_newest_upload(review: Review) -> None:
    newest = review.preview(review.animating, 3)
    review.preview(review.animating, 2)
    review.preview(review.lighting_it, 1)
    for nothing in ({}, {"preview_file_id": None}, {"preview_file_id": ""}):
        made = review.playlist()
        [entry] = add(review.moe, made, {"entity_id": review.shot["id"], **nothing})["shots"]
        assert entry == {"entity_id": review.shot["id"], "preview_file_id": newest["id"]}


def test_of_one_revision_the_latest_made_is_shown(review: Review) -> None:
    review.preview(review.animating, 3, position=1)
    later = review.preview(review.animating, 3, position=2)
    [entry] = add(review.moe, review.playlist(), {"entity_id": review.shot["id"]})["shots"]
    assert entry["preview_file_id"] == later["id"]


def test_the_task_type_of_the_playlist_decides(review: Review) -> None:
    review.preview(review.animating, 3)
    lit = review.preview(review.lighting_it, 1)
    made = review.playlist(task_type_id=review.lighting["id"])
    assert add(review.moe, made, {"entity_id": review.shot["id"]}, {"entity_id": review.other["id"]})["shots"] == [
        {"entity_id": review.shot["id"], "preview_file_id": lit["id"]},
        {"entity_id": review.other["id"]},
    ]
    assert [data["preview_file_id"] for data in events(review)] == [lit["id"], None]


def test_what_is_there_already_is_not_added_again(review: Review) -> None:
    one, two = (review.preview(review.animating, revision) for revision in (1, 2))
    made = review.playlist("Dailies", [(review.shot, two), (review.other,)])
    before = review.studio.row(Playlist, made["id"])
    known = ({"entity_id": review.shot["id"]}, {"entity_id": review.other["id"]})
    assert add(review.moe, made, *known)["shots"] == before["shots"]
    assert review.studio.row(Playlist, made["id"]) == before
    assert events(review) == []
    again = {"entity_id": review.shot["id"], "preview_file_id": one["id"]}
    assert len(add(review.moe, made, again, again)["shots"]) == 3


def test_an_entry_of_an_older_client_is_known_as_well(review: Review) -> None:
    shown = review.preview(review.animating)
    made = review.playlist(shots=[{"id": review.shot["id"], "preview_file_id": shown["id"], "note": "kept"}])
    assert add(review.moe, made, {"entity_id": review.shot["id"]})["shots"] == made["shots"]
    assert add(review.moe, made, {"entity_id": review.other["id"]})["shots"][0] == made["shots"][0]


def test_ids_are_taken_as_they_are(review: Review) -> None:
    entry = {"entity_id": NOBODY, "preview_file_id": NOBODY}
    assert add(review.moe, review.playlist(shots=None), entry)["shots"] == [entry]


def test_managers_and_supervisors_of_their_own_playlists_add(review: Review) -> None:
    entry = {"entity_id": review.shot["id"]}
    for created_by, status in ((review.sue.id, 200), (None, 200), (review.moe.id, 403)):
        add(review.sue, review.playlist(created_by=created_by), entry, status=status)
    made = review.playlist()
    for who in (review.art, review.clo, review.vic, review.studio.person(role="manager")):
        add(who, made, entry, status=403)
    add(review.moe, {"id": NOBODY}, entry, status=404)


def test_who_may_not_is_told_so_before_what_is_wrong_with_the_body(review: Review) -> None:
    made = review.playlist()
    add(review.art, made, {"entity_id": "x"}, status=403)
    for wrong in ({"entity_id": "x"}, {}, {"entity_id": review.shot["id"], "preview_file_id": "x"}):
        add(review.moe, made, wrong, status=400)
        review.moe.post(f"/actions/playlists/{made['id']}/add-entity", wrong, status=400)
    answer = add(review.moe, made, status=400)
    assert answer["data"]["errors"][0]["field"] == "entities"


def test_what_two_add_at_once_is_all_there(review: Review) -> None:
    made = review.playlist()
    shots = [review.studio.entity("Shot", f"X{number}", review.project, review.sequence) for number in range(8)]

    def put(shot: Row) -> None:
        add(review.moe, made, {"entity_id": shot["id"]})

    threads = [threading.Thread(target=put, args=(shot,)) for shot in shots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = review.studio.row(Playlist, made["id"])["shots"]
    assert {entry["entity_id"] for entry in stored} == {shot["id"] for shot in shots}
