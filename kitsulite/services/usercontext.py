"""What the caller's client starts with: the studio, its people, their productions, in one document (contract 07, 2.2)."""

from typing import Any

from kitsulite.models import Record
from kitsulite.models.entities import EntityType
from kitsulite.models.entity_shapes import ASSET_TYPE, TEMPORAL
from kitsulite.models.people import Department, Person, Studio
from kitsulite.models.people_shapes import MINIMAL, SAFE
from kitsulite.models.productions import ProjectPersonLink, ProjectStatus
from kitsulite.models.reviews import PreviewBackgroundFile
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.tasks import StatusAutomation, TaskStatus, TaskType
from kitsulite.models.tools import CustomAction, Plugin
from kitsulite.services import access, bell, openprojects, searchfilters
from kitsulite.services.work import Work

ASSET_TYPE_WITH_TASK_TYPES = ASSET_TYPE.with_relations()
WHOLE = {
    "custom_actions": Shape(CustomAction),
    "status_automations": Shape(StatusAutomation),
    "departments": Shape(Department),
    "studios": Shape(Studio),
    "task_types": Shape(TaskType),
    "task_status": Shape(TaskStatus),
    "project_status": Shape(ProjectStatus),
    "preview_background_files": Shape(PreviewBackgroundFile),
    "plugins": Shape(
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
    ),
}
"""The tables of which everybody gets all rows."""


def context(work: Work) -> dict[str, Any]:
    """The document, as far as the caller may see; admins are also told how many people the studio may have."""
    document = {
        "asset_types": _listed(work, ASSET_TYPE_WITH_TASK_TYPES, EntityType.name.not_in(TEMPORAL)),
        **{key: _listed(work, shape) for key, shape in WHOLE.items()},
        "notification_count": bell.count_unread(work),
        "persons": _people(work),
        "project_roles": _project_roles(work),
        "projects": openprojects.own_open_projects(work),
        "search_filters": searchfilters.filters(work),
        "search_filter_groups": searchfilters.groups(work),
    }
    return document | {"user_limit": work.settings.user_limit} if access.is_admin(work) else document


def _people(work: Work) -> Raw:
    """Everybody but guests; for managers all of them but secrets."""
    shape = SAFE if access.is_manager(work) else MINIMAL
    return _listed(work, shape.with_relations(), ~Person.is_guest)


def _project_roles(work: Work) -> dict[str, str]:
    """The roles that the caller was given on productions."""
    query = ProjectPersonLink.select(ProjectPersonLink.project_id, ProjectPersonLink.role)
    own = query.where(ProjectPersonLink.person_id == work.caller.id, ProjectPersonLink.role.is_null(False))
    return dict(work.db.tuples(own))


def _listed(work: Work, shape: Shape, *conditions: Any) -> Raw:
    table = shape.table
    assert issubclass(table, Record)
    query = shape.select(work.db).order_by(work.db.creation_order(table))
    return many(work.db, query.where(*conditions) if conditions else query)
