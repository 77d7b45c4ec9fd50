"""Who may do what with previews, playlists and files."""

from collections.abc import Iterable

import peewee

from kitsulite.access.entities import has_task_on, project_of_entity, reaches_entity
from kitsulite.access.projects import (
    ARTIST,
    CLIENT,
    CREW,
    MANAGERS,
    SUPERVISOR,
    VENDOR,
    has_role,
    is_project_manager,
    projects_as,
    role_in,
)
from kitsulite.access.roles import Subject, is_vendor
from kitsulite.access.tasks import has_task_access, is_assigned, project_of_task, supervises
from kitsulite.models.reviews import PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.work.work import Work

REJECTED = "rejected"


def may_see_preview(work: Work, preview: Subject) -> bool:
    """In the project's team, clients those of concepts not; vendors those of their tasks."""
    task = work.find(Task, preview["task_id"])
    role = role_in(work, task["project_id"] if task else None)
    if task is not None and role in (CLIENT, VENDOR):
        return is_assigned(work, task["id"]) if role == VENDOR else has_task_access(work, task)
    return role is not None


def may_change_preview(work: Work, preview: Subject) -> bool:
    """Manager of the project; in the team who has the task to do."""
    role = role_in(work, project_of_task(work, preview["task_id"]))
    return role in MANAGERS or (role is not None and is_assigned(work, preview["task_id"]))


OWN_KEYS = {
    "name",
    "original_name",
    "description",
    "revision",
    "position",
    "source",
    "source_file_id",
    "data",
    "token_in",
    "token_out",
    "url",
}
"""What who has the task to do writes of a preview; what was found in its file, and whose it is, is not theirs to say."""
JUDGED_KEYS = {"annotations", "validation_status"}
"""What those say who review it."""


def may_write_of_preview(work: Work, preview: Subject, keys: Iterable[str]) -> bool:
    """Managers everything; who has the task to do what it is called and where it stands; supervisors what they think of it."""
    task = work.find(Task, preview["task_id"])
    if task is None or is_project_manager(work, task["project_id"]):
        return True
    judged = JUDGED_KEYS if supervises(work, task["project_id"], task["task_type_id"]) else set()
    return set(keys) <= OWN_KEYS | judged


def shown_previews(work: Work, project_id: str | None) -> list[peewee.Node]:
    """Of the previews of a project's tasks clients are listed none that were rejected (conditions)."""
    return [PreviewFile.validation_status != REJECTED] if has_role(work, project_id, CLIENT) else []


def may_see_playlist(work: Work, playlist: Subject) -> bool:
    """In the project's team, no vendor; clients what is made for them."""
    return shows_playlist(role_in(work, playlist["project_id"]), playlist)


def shows_playlist(role: str | None, playlist: Subject) -> bool:
    """Whether a playlist is for who has this role in its project."""
    return role not in (None, VENDOR) and (role != CLIENT or bool(playlist["for_client"]))


def may_list_playlists(work: Work, path: Subject) -> bool:
    """All but vendors; they too where a team makes them more."""
    return not is_vendor(work) or bool(projects_as(work, *CREW, CLIENT))


def may_export_playlist(work: Work, playlist: Subject) -> bool:
    """Supervisors and managers of the project; clients what is made for them."""
    return may_see_playlist(work, playlist) and not has_role(work, playlist["project_id"], ARTIST)


def may_read_builds(work: Work, playlist: Subject) -> bool:
    """Manager of the project; clients of what is made for them."""
    return may_see_playlist(work, playlist) and role_in(work, playlist["project_id"]) in (*MANAGERS, CLIENT)


def may_change_playlist(work: Work, playlist: Subject) -> bool:
    """Manager of the project; supervisors their own and those of nobody."""
    own = playlist["created_by"] in (None, work.caller.id)
    role = role_in(work, playlist["project_id"])
    return role in MANAGERS or (role == SUPERVISOR and own)


def has_output_access(work: Work, output: Subject) -> bool:
    """In the project's team; vendors only with a task on its entity."""
    return reaches_entity(work, project_of_entity(work, output["entity_id"]), output["entity_id"])


def may_change_output(work: Work, output: Subject) -> bool:
    """Managers; in the team, no client, who has a task on the entity, or on the shot that an instance's output is made for."""
    role = role_in(work, project_of_entity(work, output["entity_id"]))
    entity_id = output["temporal_entity_id"] or output["entity_id"]
    return role in MANAGERS or (role not in (None, CLIENT) and has_task_on(work, entity_id))
