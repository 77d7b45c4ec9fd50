"""How previews look on the wire where an entity or a playlist shows them (docs/api/entities.md)."""

from kitsulite.models.entity_names import FULL_NAME
from kitsulite.models.entity_shapes import columns
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.shapes import Extra, Shape, listed
from kitsulite.storage import Wire

_TABLE = '"preview_file"'


def _of_original(key: str) -> Extra:
    """What is known of the file as it was sent in."""
    return lambda db: db.json_member(f"{_TABLE}.data", key)


_described: dict[str, Extra] = {
    **columns(
        PreviewFile,
        (
            "id",
            "revision",
            "original_name",
            "extension",
            "width",
            "height",
            "status",
            "annotations",
            "created_at",
            "task_id",
        ),
    ),
    "duration": Wire(f"coalesce({_TABLE}.duration, 0.0)", "float"),
    **{f"original_{key}": _of_original(f"original_{key}") for key in ("width", "height", "duration", "file_size")},
}

_SIBLING = Shape(
    PreviewFile,
    type=None,
    only=("position",),
    plus={**_described, "task_type_id": Wire('"task"."task_type_id"')},
    title="PreviewBeside",
)

REVISION = Shape(
    PreviewFile,
    type=None,
    only=(),
    plus={
        **_described,
        "previews": listed(
            _SIBLING,
            "FROM (SELECT * FROM preview_file AS other WHERE other.task_id = task.id AND other.id <> preview_file.id"
            " AND other.revision = preview_file.revision ORDER BY other.created_at, other.id) AS preview_file",
        ),
    },
    title="PreviewRevision",
)
"""A revision of a task: its first preview, and the others in `previews`. Queries bring `task`."""

IS_FIRST = (
    "NOT EXISTS (SELECT 1 FROM preview_file AS other WHERE other.task_id = preview_file.task_id"
    " AND other.revision = preview_file.revision"
    " AND (other.created_at, other.id) < (preview_file.created_at, preview_file.id))"
)
"""That a preview is the first of its revision (SQL)."""

UNDER_WAY = Shape(
    PreviewFile,
    plus={
        "project_id": Wire('"task"."project_id"'),
        "task_type_id": Wire('"task"."task_type_id"'),
        "full_entity_name": FULL_NAME,
    },
    title="PreviewUnderWay",
)
"""A preview that is not ready, with what it is of. Queries bring `task` and what the name speaks of."""

BRIEF = Shape(
    PreviewFile,
    type=None,
    only=(
        "id",
        "name",
        "original_name",
        "extension",
        "revision",
        "position",
        "file_size",
        "status",
        "validation_status",
        "task_id",
        "person_id",
        "created_at",
        "token_in",
        "token_out",
    ),
    title="PreviewOfEntity",
)
"""A preview in the list of an entity."""

# --- in playlists (docs/api/previews.md) ---

_light: dict[str, Extra] = {
    **columns(PreviewFile, ("id", "revision", "extension", "width", "height")),
    "duration": _described["duration"],
    "status": Wire(f"upper(substr({_TABLE}.status,1,1))||substr({_TABLE}.status,2)"),
    **columns(PreviewFile, ("created_at", "task_id")),
}
"""A preview in a playlist. Its status is a word for people there, with a capital."""

LIGHT = Shape(PreviewFile, type=None, only=(), plus=_light, title="PreviewInBrief")
LIGHT_WITH_ANNOTATIONS = LIGHT.but(plus=columns(PreviewFile, ("annotations",)), title="PreviewWithAnnotations")
