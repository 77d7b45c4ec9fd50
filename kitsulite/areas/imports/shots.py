"""Shots as a table (docs/api/imports.md)."""

from functools import partial
from typing import Any

from kitsulite.areas.imports.cells import DataColumn, read_rate, read_whole
from kitsulite.areas.imports.entities import EntityImporter
from kitsulite.areas.imports.tables import Line
from kitsulite.storage import Row
from kitsulite.work.kinds import EPISODE, SEQUENCE, SHOT
from kitsulite.work.work import Work

COUNT = ("Nb Frames", "Frames")
FIRST, LAST = ("Frame In", "In"), ("Frame Out", "Out")


class ShotImporter(EntityImporter):
    """A shot stands under the sequence that its line names, in a TV show under an episode's."""

    kind = SHOT
    columns = (
        DataColumn(FIRST, "frame_in", partial(read_whole, "frame_in"), empty_stays=True),
        DataColumn(LAST, "frame_out", partial(read_whole, "frame_out"), empty_stays=True),
        DataColumn(("FPS",), "fps", read_rate),
        DataColumn(("Resolution",), "resolution"),
    )

    def read(self, work: Work, line: Line) -> Row:
        values = super().read(work, line)
        sequence = line.filled("Sequence")
        episode_id = self.place(work, EPISODE, line.filled("Episode")) if self.is_show else None
        values["parent_id"] = self.place(work, SEQUENCE, sequence, episode_id)
        if (count := read_whole("nb_frames", line.get(*COUNT))) is not None:
            values["nb_frames"] = count
        return values

    def derived(self, line: Line, kept: Row | None, data: Row) -> Row:
        """The count of frames, of which the line says nothing, follows of where it says that they begin and end."""
        cell = line.get(*COUNT)
        if cell and cell.strip():
            return {}
        before = (kept or {}).get("data") or {}
        moved = any(data.get(key) != before.get(key) for key in ("frame_in", "frame_out"))
        first, last = (_whole(data.get(key)) for key in ("frame_in", "frame_out"))
        if first is None or last is None or last <= first or (cell is not None and not moved):
            return {}
        return {"nb_frames": last - first + 1}


def _whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
