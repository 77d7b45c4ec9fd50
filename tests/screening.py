"""A production in review: shots with revisions, and playlists of them."""

from typing import Any

from studio import Member, Studio

from kitsulite.models.productions import ProjectTaskTypeLink
from kitsulite.models.reviews import Playlist, PreviewFile
from kitsulite.storage import Row


class Screening:
    """Moe manages, Sue supervises, Art animates, Vic is a vendor, Clo a client. SH01 and SH02 are to be animated and lit."""

    def __init__(self, studio: Studio, **settings: Any) -> None:
        self.studio = studio
        self.ada = studio.person("Ada", role="admin")
        self.moe = studio.person("Moe", role="manager")
        self.sue = studio.person("Sue", role="supervisor")
        self.art = studio.person("Art")
        self.vic = studio.person("Vic", role="vendor")
        self.clo = studio.person("Clo", role="client")
        self.team = [self.moe, self.sue, self.art, self.vic, self.clo]
        self.project = studio.project("Big Fox", team=self.team, **settings)
        self.animation, self.lighting = (
            studio.task_type("Animation", priority=2),
            studio.task_type("Lighting", priority=1),
        )
        for priority, task_type in ((2, self.animation), (1, self.lighting)):
            ids = {"project_id": self.project["id"], "task_type_id": task_type["id"]}
            studio.add(ProjectTaskTypeLink, **ids, priority=priority)
        self.episode = studio.entity("Episode", "E01", self.project)
        self.sequence = studio.entity("Sequence", "SE01", self.project, self.episode)
        self.shot, self.other = (studio.entity("Shot", name, self.project, self.sequence) for name in ("SH01", "SH02"))
        self.animating = studio.task(self.shot, self.animation)
        self.lighting_it = studio.task(self.shot, self.lighting)
        self.others_task = studio.task(self.other, self.animation)

    def preview(self, task: Row, revision: int = 1, position: int = 1, **values: Any) -> Row:
        count = next(self.studio.numbers)
        fixed = {
            "name": f"p{count}",
            "extension": "mp4",
            "status": "ready",
            "width": 1920,
            "height": 1080,
            "created_at": f"2024-05-01T10:{count // 60:02d}:{count % 60:02d}.000000",
        }
        row = {**fixed, "task_id": task["id"], "revision": revision, "position": position, **values}
        return self.studio.add(PreviewFile, **row)

    def playlist(self, name: str = "", entries: Any = (), **values: Any) -> Row:
        """A playlist; an entry is an entity and perhaps one of its previews."""
        shots = [
            {"entity_id": entity["id"], **({"preview_file_id": shown[0]["id"]} if shown else {})}
            for entity, *shown in entries
        ]
        row = {"name": name or f"List {next(self.studio.numbers)}", "project_id": self.project["id"], "shots": shots}
        return self.studio.add(Playlist, **{**row, **values})

    def path(self, playlist: Row | None = None) -> str:
        path = f"/data/projects/{self.project['id']}/playlists"
        return f"{path}/{playlist['id']}" if playlist else path

    def names(self, who: Member, query: str = "") -> list[str]:
        return [row["name"] for row in who.get(f"{self.path()}{query}")]
