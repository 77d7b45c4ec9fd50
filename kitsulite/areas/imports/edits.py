"""Edits as a table (docs/api/imports.md)."""

from kitsulite.areas.imports.entities import EntityImporter
from kitsulite.areas.imports.tables import Line
from kitsulite.storage import Row
from kitsulite.work.kinds import EDIT
from kitsulite.work.work import Work


class EditImporter(EntityImporter):
    """An edit is of the episode that its line names, or of the whole."""

    kind = EDIT
    assigns = False

    def read(self, work: Work, line: Line) -> Row:
        return {**super().read(work, line), "parent_id": self.episode_of(work, line)}

    def facts(self, values: Row) -> Row:
        return {"episode_id": values["parent_id"]}
