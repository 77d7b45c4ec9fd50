"""Assets as a table (docs/api/imports.md)."""

from kitsulite.areas.imports.cells import DataColumn
from kitsulite.areas.imports.entities import EntityImporter
from kitsulite.areas.imports.tables import Line, Table
from kitsulite.areas.productions import settings
from kitsulite.areas.tasks.creation import types_in
from kitsulite.models.entities import EntityType
from kitsulite.models.entity_shapes import TEMPORAL
from kitsulite.models.productions import ProjectAssetTypeLink
from kitsulite.models.tasks import TaskType
from kitsulite.storage import Row
from kitsulite.work.errors import Refused
from kitsulite.work.kinds import ASSET, SHOT
from kitsulite.work.texts import brief
from kitsulite.work.work import Work

NO_TYPE = "An asset type is required in the Type column"


class AssetImporter(EntityImporter):
    """An asset is known by its name and type, and where several are called so by its episode."""

    kind = ASSET
    columns = (DataColumn(("Resolution",), "resolution"),)

    def prepare(self, work: Work, table: Table[Line]) -> None:
        super().prepare(work, table)
        self.keeps_episode = self.is_export and "Episode" not in table.head.headings
        of_shots = types_in(work, self.project["id"], TaskType.for_entity == SHOT.name)
        self.shot_tasks = {name: id for id, name in of_shots.items()}

    def read(self, work: Work, line: Line) -> Row:
        type_name = (line["Type"] or "").strip()
        if not type_name:
            raise Refused(NO_TYPE)
        values = super().read(work, line)
        values["entity_type_id"] = self._asset_type(work, type_name)
        if not self.keeps_episode:
            values["source_id"] = self.episode_of(work, line)
        ready_for = line.get("Ready for")
        if ready_for is not None:
            values["ready_for"] = self._shot_task(ready_for.strip())
        return values

    def _shot_task(self, name: str) -> str | None:
        if name and name not in self.shot_tasks:
            raise Refused(f"Task type not found for {brief(name)}")
        return self.shot_tasks.get(name)

    def _asset_type(self, work: Work, name: str) -> str:
        """The asset type of this name. Where the production lists its types, only one that the studio knows, which is listed then."""
        return self.known_as(work, "asset type", name, lambda: self._find_type(work, name))

    def _find_type(self, work: Work, name: str) -> str:
        links = ProjectAssetTypeLink.select(ProjectAssetTypeLink.asset_type_id)
        listed = work.db.values(links.where(ProjectAssetTypeLink.project_id == self.project["id"]))
        found = work.db.rows(EntityType.select().where(work.db.alike(EntityType.name, name)))
        exact = [row for row in found if row["name"] == name] or found
        if name.lower() in {temporal.lower() for temporal in TEMPORAL}:
            raise Refused(f"{brief(name)} is no type of assets")
        if not exact:
            if listed:
                raise Refused(
                    f"Asset type not found for {brief(name)}: the production has a list of its types, and this is none of them."
                )
            id = work.insert(EntityType, name=EntityType.name.read(name))
            work.emit("asset-type:new", {"asset_type_id": id})
            return str(id)
        id = exact[0]["id"]
        if listed and id not in listed:
            settings.add(work, settings.ASSET_TYPES, self.project["id"], id)
        return str(id)

    def find(self, values: Row, named: list[Row]) -> Row | None:
        """What is canceled is meant where nothing else is."""
        same = [row for row in named if row["entity_type_id"] == values["entity_type_id"]]
        same.sort(key=lambda row: bool(row["canceled"]))
        here = [row for row in same if "source_id" in values and row["source_id"] == values["source_id"]]
        if len(same) > 1 and not here:
            if values.get("source_id"):
                return None
            raise Refused(f"{len(same)} assets are called {brief(values['name'])}: say which by a column Episode.")
        return next(iter(here or same), None)

    def facts(self, values: Row) -> Row:
        return {"episode_id": values.get("source_id")}

    def wanted_of(self, values: Row) -> list[str]:
        return self.tasks.wanted(values["entity_type_id"])

    def still_wanted(self, found: Row) -> list[str]:
        return self.tasks.wanted(found["entity_type_id"])
