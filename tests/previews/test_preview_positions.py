"""The order of the previews of a revision, changed by several people (docs/api/previews.md)."""

import threading
from typing import Any

import pytest
from reviewing import Review
from studio import Member

from kitsulite.storage import Row


def move(member: Member, preview: Row, body: Any = None, status: int = 200) -> Any:
    return member.put(f"/actions/preview-files/{preview['id']}/update-position", body, status=status)


@pytest.fixture
def previews(review: Review) -> list[Row]:
    return [review.preview(position=place) for place in (1, 2, 3, 4, 5)]


def places(review: Review, previews: list[Row]) -> list[int]:
    return [review.row(preview)["position"] for preview in previews]


@pytest.mark.parametrize(
    ("moved", "to", "order"),
    [(0, 5, [5, 1, 2, 3, 4]), (4, 1, [2, 3, 4, 5, 1]), (1, 4, [1, 4, 2, 3, 5]), (2, 3, [1, 2, 3, 4, 5])],
)
def test_the_others_make_room(review: Review, previews: list[Row], moved: int, to: int, order: list[int]) -> None:
    answer = move(review.artist, previews[moved], {"position": to})
    assert places(review, previews) == order
    assert [row["position"] for row in answer] == [1, 2, 3, 4, 5]


def test_gaps_and_ties_are_closed(review: Review) -> None:
    previews = [review.preview(position=place) for place in (0, 7, 7, 20)]
    move(review.artist, previews[3], {"position": 2})
    assert sorted(places(review, previews)) == [1, 2, 3, 4]
    assert places(review, [previews[0], previews[3]]) == [1, 2]


def test_a_place_that_is_not_there_changes_nothing(review: Review, previews: list[Row]) -> None:
    for body in ({}, {"position": 0}, {"position": 6}, {"position": 2**62}):
        move(review.artist, previews[0], body)
    for body in ({"position": -1}, {"position": "x"}, {"position": 1.5}, {"position": None}):
        move(review.artist, previews[0], body, status=400)
    assert places(review, previews) == [1, 2, 3, 4, 5]


def test_who_acts_on_the_task_may(review: Review, previews: list[Row]) -> None:
    idle = review.studio.person("Idle")
    review.studio.join(review.project, idle)
    body = {"position": 1}
    for member, status in (
        (review.admin, 200),
        (review.manager, 200),
        (review.artist, 200),
        (idle, 403),
        (review.vendor, 403),
        (review.client, 200),
        (review.outsider, 403),
    ):
        move(member, previews[0], body, status=status)
    unknown = {"id": "00000000-0000-0000-0000-000000000000"}
    move(review.admin, unknown, body, status=404)
    move(review.admin, unknown, {"position": "x"}, status=400)


def test_whatever_is_moved_at_once_every_place_is_taken_once(review: Review, previews: list[Row]) -> None:
    threads = [
        threading.Thread(target=move, args=(review.manager, preview, {"position": 1})) for preview in previews[1:]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(places(review, previews)) == [1, 2, 3, 4, 5]
    assert review.row(previews[0])["position"] == 5
