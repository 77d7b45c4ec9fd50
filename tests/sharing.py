"""A playlist that is shared by a link, and the strangers who come with it."""

import io
from typing import Any

from screening import Screening
from studio import Answered, Studio, Visitor

from kitsulite.models.reviews import PlaylistShareLink
from kitsulite.models.tasks import TaskStatus
from kitsulite.storage import Row
from kitsulite.work.filekeys import key_of


class Browser(Visitor):
    """A stranger whose browser keeps what proves which guests it was."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.proofs: dict[str, str] = {}

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Answered:
        headers = dict(options.pop("headers", {}))
        kept = [headers["Cookie"]] if "Cookie" in headers else []
        cookie = "; ".join([*kept, *(f"{name}={text}" for name, text in self.proofs.items())])
        answer = super().call(method, path, body, headers={**headers, "Cookie": cookie}, **options)
        for name, found in answer.result.cookies.items():
            if name.startswith("guest_"):
                self.proofs[name] = found.value
        return answer


class Sharing(Screening):
    """A screening whose playlist shows SH01's second revision of two, in two parts, and SH02 without a preview.

    The link takes comments and has no password.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, fps="24", resolution="1920x1080", ratio="16:9")
        self.older = self.preview(self.animating, 1)
        self.shown = self.preview(self.animating, 2)
        self.sibling = self.preview(self.animating, 2, position=2)
        self.lit = self.preview(self.lighting_it, 2)
        self.foreign = self.preview(self.others_task)
        self.shared_playlist = self.playlist("Dailies", [(self.shot, self.shown), (self.other,)])
        self.approved = studio.one_of(TaskStatus, "Approved", short_name="ok", color="#00ff00", is_client_allowed=True)
        self.internal = studio.one_of(TaskStatus, "Ready", short_name="rdy", color="#0000ff", is_client_allowed=False)
        self.stranger = Browser(studio.app)
        self.link = self.share()
        self.guest = self.enter()

    @property
    def links(self) -> str:
        return f"/data/playlists/{self.shared_playlist['id']}/share"

    def share(self, **given: Any) -> Row:
        """A link to the playlist, made as its manager makes it."""
        return self.moe.post(self.links, given)

    def change(self, link: Row, **values: Any) -> None:
        """Change a link behind everybody's back."""
        with self.studio.tracker.work() as work:
            work.update(PlaylistShareLink, link["id"], **values)

    def at(self, path: str = "", link: Row | None = None) -> str:
        """A path below a link."""
        return f"/shared/playlists/{(link or self.link)['token']}{path}"

    def enter(self, name: str = "Gil", link: Row | None = None) -> Row:
        """A guest who came through a link."""
        return self.stranger.post(self.at("/guest", link), {"first_name": name})

    def body(self, **changes: Any) -> dict[str, Any]:
        """What a guest says about SH01's animation."""
        fixed = {
            "guest_id": self.guest["id"],
            "task_id": self.animating["id"],
            "task_status_id": self.approved["id"],
            "text": "Lovely",
        }
        return {**fixed, **changes}

    def say(self, **changes: Any) -> Row:
        return self.stranger.post(self.at("/comments"), self.body(**changes))

    def heard(self) -> list[str]:
        """The texts that guests read."""
        return [comment["text"] for comment in self.stranger.get(self.at("/comments"))]

    def keep(self, preview: Row, kind: str, content: bytes) -> None:
        """Store a file of a preview."""
        self.studio.tracker.files.put(key_of(kind, preview["id"]), io.BytesIO(content))

    def send(self, path: str, *files: tuple[str, bytes, str], **fields: str) -> Answered:
        """POST a form as a stranger. Files: name, content, type."""
        parts = [(f'name="{name}"', "text/plain", text.encode()) for name, text in fields.items()]
        for number, (name, content, kind) in enumerate(files):
            parts.append((f'name="file-{number}"; filename="{name}"', kind, content))
        form = b"".join(
            f"--edge\r\nContent-Disposition: form-data; {head}\r\nContent-Type: {kind}\r\n\r\n".encode()
            + data
            + b"\r\n"
            for head, kind, data in parts
        )
        headers = {"Content-Type": "multipart/form-data; boundary=edge"}
        return self.stranger.call("POST", path, form + b"--edge--\r\n", headers=headers)

    def events(self, name: str) -> list[Row]:
        """The events of a name, as the log keeps them."""
        return [event for event in self.ada.get("/data/events/last?limit=200") if event["name"] == name]
