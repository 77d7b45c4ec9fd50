"""A shot under review, with people of every role, for tests of previews."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models.reviews import Comment, CommentPreviewLink, PreviewFile
from kitsulite.storage import Row


class Review:
    """A production with a shot whose animation is to be reviewed."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.admin = studio.person(role="admin")
        self.manager = studio.person(role="manager")
        self.artist = studio.person("Art")
        self.vendor = studio.person(role="vendor")
        self.client = studio.person(role="client")
        self.outsider = studio.person("Out")
        self.project = studio.project(
            "Fox", team=[self.manager, self.artist, self.vendor, self.client], fps="25", resolution="320x180"
        )
        self.sequence = studio.entity("Sequence", "SQ01", self.project)
        self.shot = studio.entity("Shot", "SH01", self.project, self.sequence)
        self.task = studio.task(self.shot, assignees=[self.artist])

    def preview(self, **values: Any) -> Row:
        """A preview that waits for its file."""
        name = f"preview {next(self.studio.numbers)}"
        fixed = {"name": name, "revision": 1, "position": 1, "extension": "mp4", "task_id": self.task["id"]}
        return self.studio.add(PreviewFile, **{**fixed, "status": "processing", "source": "webgui", **values})

    def comment(self, *previews: Row) -> Row:
        """A comment under which previews stand."""
        fixed = {"object_id": self.task["id"], "object_type": "Task", "person_id": self.artist.id}
        row = self.studio.add(Comment, text="look", task_status_id=self.task["task_status_id"], **fixed)
        for preview in previews:
            self.studio.link(CommentPreviewLink, comment=row["id"], preview_file=preview["id"])
        return row

    def send(
        self, preview: Row, name: str, content: bytes, *, by: Member | None = None, query: str = "", status: int = 201
    ) -> Any:
        """Send in the file of a preview."""
        path = f"/pictures/preview-files/{preview['id']}{query}"
        files = {"file": (name, content, "application/octet-stream")}
        return (by or self.artist).send_form(path, {}, files, status=status)

    def stored(self) -> list[str]:
        """The keys of all files."""
        return list(self.studio.tracker.files.list())

    def row(self, preview: Row) -> Row:
        return self.studio.row(PreviewFile, preview["id"])

    def events(self) -> list[str]:
        return [event["name"] for event in self.admin.get("/data/events")]


@pytest.fixture
def review(studio: Studio) -> Review:
    return Review(studio)
