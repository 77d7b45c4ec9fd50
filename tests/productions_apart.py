"""Two productions that must not know of each other: `ours`, which somebody of each role works on, and `theirs`."""

from typing import Any

from studio import Member, Studio

from kitsulite.models.reviews import AttachmentFile, Comment, CommentPreviewLink, Playlist, PreviewFile
from kitsulite.storage import Row


class Production:
    """A sequence with a shot, an asset, work on both, a comment with a preview and an attachment, a playlist.

    Every name in it begins with the production's.
    """

    def __init__(self, studio: Studio, name: str, team: list[Member], author: Member) -> None:
        self.project = studio.project(name, team=team)
        self.episode = studio.entity("Episode", f"{name} E01", self.project)
        self.sequence = studio.entity("Sequence", f"{name} SE01", self.project, self.episode)
        self.scene = studio.entity("Scene", f"{name} SC01", self.project, self.sequence)
        self.shot = studio.entity("Shot", f"{name} SH01", self.project, self.sequence)
        self.asset = studio.entity("Prop", f"{name} Lamp", self.project)
        self.concept = studio.entity("Concept", f"{name} Mood", self.project)
        self.task = studio.task(self.shot, assignees=[author])
        self.asset_task = studio.task(self.asset, studio.task_type("Modeling", for_entity="Asset"), assignees=[author])
        self.preview = studio.add(
            PreviewFile, name=f"{name} preview", revision=1, task_id=self.task["id"], extension="png", status="ready"
        )
        said: dict[str, Any] = {"object_type": "Task", "task_status_id": self.task["task_status_id"]}
        self.comment = studio.add(Comment, text=f"{name} says", object_id=self.task["id"], person_id=author.id, **said)
        studio.link(CommentPreviewLink, comment=self.comment["id"], preview_file=self.preview["id"])
        self.attachment = studio.add(
            AttachmentFile,
            name=f"{name}.txt",
            size=1,
            extension="txt",
            mimetype="text/plain",
            comment_id=self.comment["id"],
        )
        self.playlist = studio.add(
            Playlist, name=f"{name} dailies", project_id=self.project["id"], shots=[], for_entity="shot"
        )

    def rows(self) -> dict[str, Row]:
        return {key: row for key, row in vars(self).items() if isinstance(row, dict)}


class Apart:
    """See the module. Ada is admin; Bob, an artist, and Meg, who manages, are on theirs alone."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.ada = studio.person("Ada", role="admin")
        self.moe = studio.person("Moe", role="manager")
        self.sue = studio.person("Sue", role="supervisor")
        self.art = studio.person("Art")
        self.pal = studio.person("Pal")
        self.vic = studio.person("Vic", role="vendor")
        self.clo = studio.person("Clo", role="client")
        self.bob = studio.person("Bob")
        self.meg = studio.person("Meg", role="manager")
        self.ours = Production(studio, "Ours", [self.moe, self.sue, self.art, self.pal, self.vic, self.clo], self.art)
        self.theirs = Production(studio, "Theirs", [self.bob, self.meg], self.bob)

    def hides_from(self, who: Member, *paths: str) -> None:
        """Art reads these paths, and somebody of the team does not."""
        for path in paths:
            self.art.get(path)
            who.get(path, status=403)
