"""Comments that are posted with their previews, many at once (docs/api/previews.md)."""

from footage import movie, picture
from reviewing import Review

from kitsulite.models.reviews import PreviewFile

KIND = "application/octet-stream"


def post(review: Review, count: int, files: dict[str, tuple[str, bytes, str]]) -> list[dict[str, object]]:
    status = review.task["task_status_id"]
    items = ",".join(f'{{"text": "{number}", "task_status_id": "{status}"}}' for number in range(count))
    path = f"/actions/tasks/{review.task['id']}/batch-comment"
    made: list[dict[str, object]] = review.artist.send_form(path, {"comments": f"[{items}]"}, files)
    return made


def test_the_previews_of_a_comment_are_one_revision(review: Review) -> None:
    files = {
        "preview_file-0-0": ("a.png", picture(), KIND),
        "preview_file-0-1": ("b.jpg", picture(form="JPEG"), KIND),
        "attachment_file-0-0": ("notes.txt", b"see", "text/plain"),
        "preview_file-1": ("c.pdf", b"%PDF", KIND),
        "preview_file-10-0": ("d.mp4", movie(), KIND),
    }
    made = post(review, 11, files)
    shown = {
        row["text"]: [
            (one["original_name"], one["revision"], one["position"], one["status"]) for one in row["preview_files"]
        ]  # type: ignore[attr-defined]
        for row in made
    }
    assert shown["0"] == [("a", 1, 1, "ready"), ("b", 1, 2, "ready")]
    assert shown["1"] == [("c", 2, 1, "ready")]
    assert shown["10"] == [("d", 3, 1, "processing")]
    assert shown["2"] == []
    assert [file["name"] for file in made[0]["attachment_files"]] == ["notes.txt"]  # type: ignore[attr-defined]


def test_what_cannot_be_taken_in_is_left_out(review: Review) -> None:
    files = {
        "preview_file-0-1": ("b.mp4", b"", KIND),
        "preview_file-0-2": ("c.png", b"text", KIND),
        "preview_file-0-3": ("d.png", picture(), KIND),
    }
    [comment] = post(review, 1, files)
    assert [one["original_name"] for one in comment["preview_files"]] == ["d"]  # type: ignore[attr-defined]
    with review.studio.tracker.db.reading():
        assert review.studio.tracker.db.count(PreviewFile.select()) == 1
    assert len(review.stored()) == 4
