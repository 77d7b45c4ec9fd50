"""A production for tests: an episode with a sequence and two shots, an asset, its people, and what is told of it."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models.productions import DepartmentMetadataDescriptorLink, MetadataDescriptor
from kitsulite.models.tools import ApiEvent
from kitsulite.storage import Row


class Film:
    """See the module.

    ann is its manager, stan an artist, vic a vendor, cleo a client; mallory is a manager elsewhere.
    """

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.admin = studio.person("Ada", role="admin")
        self.ann = studio.person("Ann", role="manager")
        self.stan = studio.person("Stan")
        self.vic = studio.person("Vic", role="vendor")
        self.cleo = studio.person("Cleo", role="client")
        self.mallory = studio.person("Mallory", role="manager")
        self.project = studio.project("Film", team=[self.ann, self.stan, self.vic, self.cleo])
        self.id: str = self.project["id"]
        self.path = f"/data/projects/{self.id}"
        self.episode = studio.entity("Episode", "E01", self.project)
        self.sequence = studio.entity("Sequence", "SQ01", self.project, self.episode)
        self.shot = studio.entity("Shot", "SH01", self.project, self.sequence, nb_frames=100)
        self.other_shot = studio.entity("Shot", "SH02", self.project, self.sequence, nb_frames=50)
        self.asset = studio.entity("Prop", "Tree", self.project)

    def keep(self, name: str, department: Row, kind: str = "Shot") -> Row:
        """A field of the film's entities that is kept to a department."""
        values = {"name": name, "field_name": name, "entity_type": kind, "project_id": self.id}
        field = self.studio.add(MetadataDescriptor, data_type="string", **values)
        link = {"metadata_descriptor_id": field["id"], "department_id": department["id"]}
        self.studio.link(DepartmentMetadataDescriptorLink, **link)
        return field

    def events(self) -> list[tuple[str, Row]]:
        """The name and the payload of everything that was told since the last time, the project's id left out."""
        db = self.studio.tracker.db
        with self.studio.tracker.work():
            rows = db.rows(ApiEvent.select(ApiEvent.name, ApiEvent.data).order_by(db.creation_order(ApiEvent)))
            db.run(ApiEvent.delete())
        return [(row["name"], {key: id for key, id in row["data"].items() if key != "project_id"}) for row in rows]

    def statements(self, member: Member, path: str) -> int:
        """How many statements it takes to answer."""
        before = self.studio.tracker.db.statements
        member.get(path)
        return self.studio.tracker.db.statements - before


@pytest.fixture
def film(studio: Studio) -> Film:
    return Film(studio)


def names(rows: list[Any]) -> list[str]:
    return [row["name"] for row in rows]
