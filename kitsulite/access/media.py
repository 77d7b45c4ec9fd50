"""Who may do what with previews, playlists and files."""

from kitsulite.access.entities import has_entity_access, has_task_on, project_of_entity
from kitsulite.access.projects import has_project_access, is_project_manager, is_project_supervisor
from kitsulite.access.roles import Subject, has_role, is_manager
from kitsulite.access.tasks import is_assigned, project_of_task
from kitsulite.work.work import Work


def may_see_preview(work: Work, preview: Subject) -> bool:
    """In the team; vendors those of their tasks."""
    in_team = has_project_access(work, project_of_task(work, preview["task_id"]))
    return is_assigned(work, preview["task_id"]) if has_role(work, "vendor") else in_team


def may_change_preview(work: Work, preview: Subject) -> bool:
    """Managers, and in the team who has the task to do."""
    in_team = has_project_access(work, project_of_task(work, preview["task_id"]))
    return in_team and (is_manager(work) or is_assigned(work, preview["task_id"]))


def may_see_playlist(work: Work, playlist: Subject) -> bool:
    """In the team, no vendor; clients what is made for them."""
    return (
        has_project_access(work, playlist["project_id"])
        and not has_role(work, "vendor")
        and (not has_role(work, "client") or bool(playlist["for_client"]))
    )


def may_export_playlist(work: Work, playlist: Subject) -> bool:
    """Supervisors and managers; clients what is made for them."""
    return may_see_playlist(work, playlist) and not has_role(work, "user")


def may_read_builds(work: Work, playlist: Subject) -> bool:
    """Managers; clients of what is made for them."""
    return may_see_playlist(work, playlist) and (is_manager(work) or has_role(work, "client"))


def may_change_playlist(work: Work, playlist: Subject) -> bool:
    """Managers; supervisors their own and those of nobody."""
    if is_project_manager(work, playlist["project_id"]):
        return True
    own = playlist["created_by"] in (None, work.caller.id)
    return is_project_supervisor(work, playlist["project_id"]) and own


def has_output_access(work: Work, output: Subject) -> bool:
    """In the team of the entity's project; vendors with a task on the entity."""
    in_team = has_project_access(work, project_of_entity(work, output["entity_id"]))
    return in_team and has_entity_access(work, output["entity_id"])


def may_change_output(work: Work, output: Subject) -> bool:
    """Managers; who has a task on the entity, or on the shot that an instance's output is made for."""
    entity_id = output["temporal_entity_id"] or output["entity_id"]
    return is_project_manager(work, project_of_entity(work, output["entity_id"])) or has_task_on(work, entity_id)
