"""What is drawn on previews, and their order (docs/api/previews.md)."""

import threading
from typing import Any

import pytest
from reviewing import Review
from studio import Member

from kitsulite.models.reviews import PreviewFile
from kitsulite.storage import Row


def entry(time: Any, *objects: Any, **more: Any) -> Row:
    return {"time": time, "drawing": {"objects": list(objects)}, **more}


def circle(id: str | None = None, **more: Any) -> Row:
    return {"type": "circle", **({"id": id} if id else {}), **more}


@pytest.fixture
def preview(review: Review) -> Row:
    return review.preview(status="ready", annotations=[entry(1, circle("a"), circle("b"), width=100)])


def change(member: Member, preview: Row, status: int = 200, **body: Any) -> Any:
    return member.put(f"/actions/preview-files/{preview['id']}/update-annotations", body, status=status)


def drawn(row: Row) -> dict[Any, list[str]]:
    """By moment, what is drawn there."""
    return {one["time"]: [shape["id"] for shape in one["drawing"]["objects"]] for one in row["annotations"]}


def test_what_is_added_stands_beside_what_is_there(review: Review, preview: Row) -> None:
    row = change(review.manager, preview, additions=[entry(1.0, circle("b", stroke="red"), circle("c"), color="blue")])
    assert drawn(row) == {1: ["a", "b", "c"]}
    assert row["annotations"][0].keys() == {"time", "drawing", "width"}
    assert "stroke" not in row["annotations"][0]["drawing"]["objects"][1]
    again = change(review.manager, preview, additions=[entry(1.0, circle("b"), circle("c"))])
    assert drawn(again) == drawn(row)


def test_a_new_moment_is_kept_whole_and_once(review: Review, preview: Row) -> None:
    additions = [entry(2, circle("d"), width=7), entry(2, circle("e"))]
    row = change(review.manager, preview, additions=additions)
    assert drawn(row) == {1: ["a", "b"], 2: ["d", "e"]}
    assert row["annotations"][1]["width"] == 7
    assert drawn(change(review.manager, preview, additions=[entry("2", circle("f"))]))["2"] == ["f"]


def test_what_has_no_id_gets_one(review: Review) -> None:
    preview = review.preview(annotations=[entry(1, circle(), circle(""))])
    row = change(review.manager, preview, additions=[entry(3, circle())])
    ids = [id for ids in drawn(row).values() for id in ids]
    assert len(set(ids)) == 3
    assert all(ids)


def test_what_is_changed_is_replaced_and_comes_last(review: Review, preview: Row) -> None:
    updates = [entry(1, circle("a", stroke="red"), circle("nobody")), entry(9, circle("a"))]
    row = change(review.manager, preview, updates=updates)
    assert drawn(row) == {1: ["b", "a"]}
    assert row["annotations"][0]["drawing"]["objects"][1] == circle("a", stroke="red")


def test_what_is_deleted_goes_and_empty_moments_with_it(review: Review, preview: Row) -> None:
    assert drawn(change(review.manager, preview, deletions=[{"time": 1, "objects": ["a", "nobody"]}])) == {1: ["b"]}
    assert change(review.manager, preview, deletions=[{"time": 1, "objects": ["b"]}])["annotations"] == []


def test_what_is_no_annotation_is_refused(review: Review, preview: Row) -> None:
    for additions in ([entry(None) | {"time": 1}, {}], ["x"], [{"drawing": {"objects": []}}]):
        assert "time" in change(review.manager, preview, status=400, additions=additions)["message"]
    change(review.manager, preview, status=400, additions="x")
    assert drawn(review.row(preview)) == {1: ["a", "b"]}


STRANGE: dict[str, Row] = {
    "a list for an id": {"additions": [entry(1, circle() | {"id": [1]})]},
    "an object for an id": {"additions": [entry(8, circle() | {"id": {"a": 1}})]},
    "an update without an id": {"updates": [entry(1, circle(), circle() | {"id": {"a": 1}})]},
    "deletions of what is no id": {"deletions": [{"time": 1, "objects": [{"a": 1}, [1], None]}]},
    "an id with a zero in it": {"additions": [entry(1, circle("a\0b"))]},
    "an object for a time": {"additions": [entry({"a": 1}, circle())]},
    "a time without end": {"additions": [entry(10**400, circle())]},
    "no drawing": {"additions": [{"time": 3, "drawing": None}]},
}


@pytest.mark.parametrize("what", STRANGE)
def test_strange_annotations_harm_nobody(review: Review, preview: Row, what: str) -> None:
    """They are kept or refused, and what was there, and what comes after them, is kept too."""
    path = f"/actions/preview-files/{preview['id']}/update-annotations"
    assert review.manager.call("PUT", path, STRANGE[what]).status in (200, 400)
    row = change(review.manager, preview, additions=[entry(1, circle("c"))])
    [first, *_] = row["annotations"]
    assert [shape["id"] for shape in first["drawing"]["objects"] if shape["id"] in ("a", "b", "c")] == ["a", "b", "c"]
    assert all(isinstance(shape["id"], str) for one in row["annotations"] for shape in one["drawing"]["objects"])


def test_reviewers_draw_and_artists_do_not(review: Review, preview: Row) -> None:
    supervisor = review.studio.person(role="supervisor")
    review.studio.join(review.project, supervisor)
    stranger = review.studio.person(role="supervisor")
    review.studio.join(review.project, stranger)
    review.studio.department("Lighting", stranger)
    for member, status in (
        (review.admin, 200),
        (review.client, 200),
        (supervisor, 200),
        (stranger, 403),
        (review.artist, 403),
        (review.vendor, 403),
        (review.outsider, 403),
    ):
        change(member, preview, status=status, additions=[entry(5, circle())])
    change(review.artist, preview, status=403, additions="x")
    [*_, event] = review.admin.get("/data/events?name=preview-file:annotation-update")
    assert event["data"].keys() == {"preview_file_id", "person_id", "updated_at", "project_id"}


def test_two_who_draw_at_once_lose_nothing(review: Review, preview: Row) -> None:
    def draw(number: int) -> None:
        change(review.manager, preview, additions=[entry(number % 2, circle(f"n{number}"))])

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = {id for ids in drawn(review.row(preview)).values() for id in ids}
    assert ids == {"a", "b", *(f"n{number}" for number in range(8))}


# --- order ---


def move(member: Member, preview: Row, status: int = 200, **body: Any) -> Any:
    return member.put(f"/actions/preview-files/{preview['id']}/update-position", body, status=status)


def test_a_preview_is_moved_among_those_of_its_revision(review: Review) -> None:
    one, two, three = (review.preview(position=place) for place in (1, 2, 3))
    other = review.preview(revision=2)
    moved = move(review.artist, three, position=1)
    assert [(row["id"], row["position"]) for row in moved] == [(three["id"], 1), (one["id"], 2), (two["id"], 3)]
    for place in (0, 4):
        assert [row["id"] for row in move(review.artist, three, position=place)] == [three["id"], one["id"], two["id"]]
    assert review.row(other)["position"] == 1
    move(review.artist, three, status=400, position=-1)
    move(review.vendor, three, status=403, position=1)
    assert review.studio.row(PreviewFile, one["id"])["position"] == 2
