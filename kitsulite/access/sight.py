"""What a caller may know of: the condition on which a row of each table is seen, wherever another row points to it."""

from kitsulite.access import previewaccounts
from kitsulite.access.comments import has_attachment_access, has_comment_access
from kitsulite.access.entities import has_entity_access, may_see_concept
from kitsulite.access.media import has_output_access, may_see_playlist, may_see_preview
from kitsulite.access.places import THROUGH, has_place, project_of
from kitsulite.access.projects import CLIENT, has_role
from kitsulite.access.roles import is_admin
from kitsulite.access.rules import MEMBER, Condition, allows
from kitsulite.access.tasks import has_task_access, has_task_action_access
from kitsulite.models import Record
from kitsulite.models.entities import AssetInstance, Entity
from kitsulite.models.files import OutputFile, WorkingFile
from kitsulite.models.people import Person
from kitsulite.models.reviews import AttachmentFile, Comment, Playlist, PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.storage import Row
from kitsulite.work.kinds import CONCEPT, kind_of
from kitsulite.work.work import Work


def may_see_entity(work: Work, entity: Row) -> bool:
    """In the project's team, clients no concepts; vendors only with a task on it."""
    return may_see_concept(work, entity) if kind_of(work, entity) is CONCEPT else has_entity_access(work, entity)


def may_see_instance(work: Work, instance: Row) -> bool:
    """In the team of the project that it stands in; vendors only with a task on what it is in."""
    place = next(filter(None, (instance[key] for key in THROUGH[AssetInstance])))
    return has_entity_access(work, work.get(Entity, place))


def may_change_instance(work: Work, instance: Row) -> bool:
    """In the team of the project that it stands in, no client; vendors only with a task on what it is in."""
    is_client = has_role(work, project_of(work, AssetInstance, instance), CLIENT)
    return may_see_instance(work, instance) and not is_client


def may_read_comment(work: Work, comment: Row) -> bool:
    """Who may read the comment."""
    task = work.find(Task, comment["object_id"])
    return task is not None and has_comment_access(work, comment, task)


def may_see_working_file(work: Work, file: Row) -> bool:
    """In the team of its task's project; vendors only with a task on the entity."""
    task = work.find(Task, file["task_id"])
    return is_admin(work) if task is None else has_task_access(work, task)


def may_change_working_file(work: Work, file: Row) -> bool:
    """Who may act on its task, no client."""
    task = work.find(Task, file["task_id"])
    if task is None:
        return is_admin(work)
    return has_task_action_access(work, task) and not has_role(work, task["project_id"], CLIENT)


SIGHT: dict[type[Record], Condition] = {
    AssetInstance: may_see_instance,
    AttachmentFile: has_attachment_access,
    Comment: may_read_comment,
    Entity: may_see_entity,
    OutputFile: has_output_access,
    Person: previewaccounts.may_know_of,
    Playlist: may_see_playlist,
    PreviewFile: may_see_preview,
    Task: has_task_access,
    WorkingFile: may_see_working_file,
}
"""Of other tables, rows of a production are seen by its team, and what the studio shares by everybody."""


def may_see(work: Work, table: type[Record], row: Row) -> bool:
    """Whether the caller may know of a row."""
    if table in SIGHT:
        return allows(work, SIGHT[table], table, row)
    return not has_place(table) or allows(work, MEMBER, table, row)
