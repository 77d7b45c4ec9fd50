"""What the caller's client starts with: the studio, its people, their productions, in one document (docs/api/me.md)."""

from typing import Any

from kitsulite.access.projects import is_within_key, places_in_teams
from kitsulite.access.roles import is_admin, is_manager
from kitsulite.areas.me import notifications, searchfilters
from kitsulite.areas.productions import openprojects
from kitsulite.models.context_shapes import STUDIO, STUDIO_OF_MANAGER
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.shapes import Raw, extended
from kitsulite.storage import Statement
from kitsulite.work.work import Work

GIVEN_ROLES = Statement(
    lambda person_id: places_in_teams(person_id, ProjectPersonLink.project_id, ProjectPersonLink.role).where(
        ProjectPersonLink.role.is_null(False)
    )
)


def context(work: Work) -> Raw:
    """The document, as far as the caller may see; admins are also told how many people the studio may have."""
    own: dict[str, Any] = {
        "notification_count": notifications.count_unread(work),
        "project_roles": _project_roles(work),
        "projects": openprojects.own_open_projects(work),
        "search_filters": searchfilters.filters(work),
        "search_filter_groups": searchfilters.groups(work),
    }
    if is_admin(work):
        own["user_limit"] = work.settings.user_limit
    shape = STUDIO_OF_MANAGER if is_manager(work) else STUDIO
    [[studio]] = work.db.select(f"SELECT {work.db.json_bytes(shape.sql(work.db))}")
    return extended(studio, own)


def _project_roles(work: Work) -> dict[str, str]:
    """The roles that the caller was given on productions."""
    given = work.db.ask_tuples(GIVEN_ROLES, work.caller.id)
    return {project_id: role for project_id, role in given if is_within_key(work, project_id)}
