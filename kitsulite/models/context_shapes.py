"""How the studio looks in the document that clients start with (docs/api/me.md)."""

from kitsulite.models.base import Table
from kitsulite.models.entity_shapes import ASSET_TYPE, TEMPORAL
from kitsulite.models.people import Department, Studio
from kitsulite.models.people_shapes import MINIMAL, SAFE
from kitsulite.models.productions import ProjectStatus
from kitsulite.models.reviews import PreviewBackgroundFile
from kitsulite.models.shapes import Extra, Shape, listed
from kitsulite.models.tasks import StatusAutomation, TaskStatus, TaskType
from kitsulite.models.tools import CustomAction, Plugin

PLUGIN = Shape(
    Plugin,
    type=None,
    only=(
        "id",
        "plugin_id",
        "name",
        "description",
        "version",
        "maintainer_name",
        "maintainer_email",
        "frontend_project_enabled",
        "frontend_studio_enabled",
        "icon",
    ),
    title="PluginInContext",
)
"""An extension of the web client."""


def _all(table: type[Table]) -> Extra:
    return listed(Shape(table), f"FROM {table.table_name()}")


def _people(shape: Shape) -> Extra:
    return listed(shape.with_relations(), "FROM person WHERE NOT person.is_guest AND person.preview_project_id IS NULL")


_temporal = ", ".join(f"'{name}'" for name in TEMPORAL)

STUDIO = Shape(
    Studio,
    type=None,
    only=(),
    plus={
        "asset_types": listed(ASSET_TYPE.with_relations(), f"FROM entity_type WHERE name NOT IN ({_temporal})"),
        "custom_actions": _all(CustomAction),
        "status_automations": _all(StatusAutomation),
        "departments": _all(Department),
        "studios": _all(Studio),
        "task_types": _all(TaskType),
        "task_status": _all(TaskStatus),
        "project_status": _all(ProjectStatus),
        "preview_background_files": _all(PreviewBackgroundFile),
        "plugins": listed(PLUGIN, "FROM plugin"),
        "persons": _people(MINIMAL),
    },
    title="Context",
)
"""What there is in the studio, whoever asks. It is made of whole tables: its SQL is a statement without a FROM."""

STUDIO_OF_MANAGER = STUDIO.but(plus={"persons": _people(SAFE)}, title="ContextOfManager")
"""The same with all of people but their secrets."""
