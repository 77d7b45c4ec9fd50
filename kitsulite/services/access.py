"""Who may do what. Every rule that depends on rows is here, under one name (DESIGN.md, 6).

A `Rule` stands in a route's or a collection's table. It is checked against a subject: the parameters of the path, the row
at hand, or the body of a new row, whichever has the ids that it asks for. Predicates (`is_…`, `has_…`) answer; `require_…`
refuse.

A person's role on a project is that of the team's link, else the global one; looking at a project makes that role the
effective one of the work (contract 01, A4). Admins are admins everywhere.
"""

import functools
import hmac
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity
from kitsulite.models.people import DepartmentLink, Person
from kitsulite.models.people_shapes import role_in
from kitsulite.models.productions import (
    DepartmentMetadataDescriptorLink,
    MetadataDescriptor,
    Project,
    ProjectPersonLink,
    ProjectStatus,
)
from kitsulite.models.reviews import (
    Chat,
    ChatMessage,
    Comment,
    CommentDepartmentMention,
    CommentMention,
    News,
    Playlist,
)
from kitsulite.models.tasks import Task, TaskPersonLink, TaskType
from kitsulite.services.errors import Forbidden, MissingKey, NotFound
from kitsulite.services.work import Work
from kitsulite.settings import Settings

Subject = Mapping[str, Any]
Check = Callable[[Work, Subject], None]


@dataclass(frozen=True)
class Rule:
    """Who may: a name for people, and the check that refuses everybody else.

    public   strangers may too
    """

    name: str
    check: Check
    public: bool = False


# --- roles ---


def is_admin(work: Work) -> bool:
    return work.caller.global_role == "admin"


def is_manager(work: Work) -> bool:
    """Admin, or manager by the effective role."""
    return is_admin(work) or work.caller.role == "manager"


def is_at_least_supervisor(work: Work) -> bool:
    return is_admin(work) or work.caller.role in ("manager", "supervisor")


def has_role(work: Work, role: str) -> bool:
    """Exactly this effective role."""
    return work.caller.role == role


def departments(work: Work) -> set[str]:
    """The caller's departments; for a supervisor, none means all."""
    if "departments" not in work.memory:
        query = DepartmentLink.select(DepartmentLink.department_id).where(DepartmentLink.person_id == work.caller.id)
        work.memory["departments"] = set(work.db.values(query))
    return work.memory["departments"]


# --- projects ---


def enter_project(work: Work, project_id: str | None) -> bool:
    """Take up the role that the caller has on a project; whether the caller is in its team.

    Admins keep theirs. For who is not in the team it is the global role again.
    """
    caller = work.caller
    role = team_role(work, project_id)
    caller.project_id = project_id
    if caller.global_role != "admin":
        caller.role = role or caller.global_role
    return role is not None


def team_role(work: Work, project_id: str | None) -> str | None:
    """The caller's role on a project, None outside of its team."""
    if not is_uuid(project_id):
        return None
    roles = work.memory.setdefault("team_roles", {})
    if project_id not in roles:
        roles[project_id] = team_roles(work, [project_id]).get(project_id.lower())
    return roles[project_id]


def team_roles(work: Work, project_ids: Sequence[str]) -> dict[str, str]:
    """The caller's roles on those of the projects in whose team they are."""
    links = ProjectPersonLink.select(ProjectPersonLink.project_id, ProjectPersonLink.role).where(
        ProjectPersonLink.project_id.in_(project_ids), ProjectPersonLink.person_id == work.caller.id
    )
    own = work.caller.global_role
    return {id: role if role and role != "admin" else own for id, role in work.db.tuples(links)}


def vendor_projects(work: Work) -> list[str]:
    """The projects on which the caller is a vendor, whatever they are elsewhere."""
    if "vendor_projects" not in work.memory:
        own = ("vendor", None, "admin") if work.caller.global_role == "vendor" else ("vendor",)
        roles = work.db.tuples(
            ProjectPersonLink.select(ProjectPersonLink.project_id, ProjectPersonLink.role).where(
                ProjectPersonLink.person_id == work.caller.id
            )
        )
        work.memory["vendor_projects"] = [] if is_admin(work) else [id for id, role in roles if role in own]
    found: list[str] = work.memory["vendor_projects"]
    return found


def has_project_access(work: Work, project_id: str | None) -> bool:
    """Admin, or in the team."""
    return enter_project(work, project_id) or is_admin(work)


def is_project_manager(work: Work, project_id: str | None) -> bool:
    """Admin, or in the team as manager."""
    return has_project_access(work, project_id) and is_manager(work)


def is_project_supervisor(work: Work, project_id: str | None) -> bool:
    """Admin, or in the team as manager or supervisor."""
    return has_project_access(work, project_id) and is_at_least_supervisor(work)


def require(allowed: bool) -> None:
    if not allowed:
        raise Forbidden


def _require_of_project(work: Work, project_id: str | None, allowed: Callable[[Work, str | None], bool]) -> None:
    if not is_admin(work) and project_id is not None and not work.find(Project, project_id):
        raise NotFound
    require(allowed(work, project_id))


def _of_known_project(work: Work, subject: Subject, allowed: Callable[[Work, str | None], bool]) -> None:
    """For paths and rows: whoever asks, a project that is not there is not found."""
    project_id = _key(subject, "project_id")
    if project_id is not None:
        work.get(Project, project_id)
    require(allowed(work, project_id))


def require_project_access(work: Work, project_id: str | None) -> None:
    _require_of_project(work, project_id, has_project_access)


def require_project_manager(work: Work, project_id: str | None) -> None:
    _require_of_project(work, project_id, is_project_manager)


def require_project_supervisor(work: Work, project_id: str | None) -> None:
    _require_of_project(work, project_id, is_project_supervisor)


def require_listing_access(work: Work, project_id: str | None) -> None:
    """In the team of the project that a listing is asked of; admin when it is of all projects."""
    if project_id:
        require_project_access(work, project_id)
    else:
        require(is_admin(work))


def require_crew(work: Work, project_id: str | None) -> None:
    """In the team, neither as client nor as vendor."""
    require_project_access(work, project_id)
    require(work.caller.role not in ("client", "vendor"))


# --- entities and tasks ---


def has_entity_access(work: Work, entity_id: str | None) -> bool:
    """Everybody but vendors without a task on the entity."""
    return not has_role(work, "vendor") or has_task_on(work, entity_id)


def has_task_on(work: Work, entity_id: str | None) -> bool:
    """Whether the caller has a task to do on an entity."""
    own = TaskPersonLink.select(TaskPersonLink.task_id).where(TaskPersonLink.person_id == work.caller.id)
    return work.exists(Task, Task.entity_id == entity_id, Task.id.in_(own))


def require_entity_access(work: Work, entity: Subject) -> None:
    """In the team of the entity's project; vendors only with a task on it."""
    require_project_access(work, entity["project_id"])
    require(has_entity_access(work, entity["id"]))


def may_remove_entity(work: Work, entity: Subject) -> bool:
    """Managers, and who made it while still in the team."""
    if not has_project_access(work, entity["project_id"]):
        return False
    return is_manager(work) or entity["created_by"] == work.caller.id


def may_change_entity(work: Work, entity: Subject, data: Mapping[str, Any]) -> bool:
    """Managers and who made it; supervisors the data that is kept to their departments, and nothing else."""
    if may_remove_entity(work, entity):
        return True
    if not has_role(work, "supervisor") or team_role(work, entity["project_id"]) is None or data.keys() - {"data"}:
        return False
    return not departments(work) or set(data.get("data") or {}) <= _fields_of_own_departments(work, entity)


def _fields_of_own_departments(work: Work, entity: Subject) -> set[str]:
    link = DepartmentMetadataDescriptorLink
    kept = link.select(link.metadata_descriptor_id).where(link.department_id.in_(list(departments(work))))
    query = MetadataDescriptor.select(MetadataDescriptor.field_name).where(
        MetadataDescriptor.project_id == entity["project_id"],
        MetadataDescriptor.entity_type.in_(("Asset", "Shot", "Edit")),
        MetadataDescriptor.id.in_(kept),
    )
    return set(work.db.values(query))


def is_assigned(work: Work, task_id: str, person_id: str | None = None) -> bool:
    """Whether a person, the caller when none is named, has the task to do."""
    return work.exists(
        TaskPersonLink, TaskPersonLink.task_id == task_id, TaskPersonLink.person_id == (person_id or work.caller.id)
    )


def covers_task_type(work: Work, task_type_id: str | None) -> bool:
    """Whether a task type is of one of the caller's departments; who has none covers them all."""
    return not departments(work) or _department_of(work, task_type_id) in departments(work)


def _department_of(work: Work, task_type_id: str | None) -> str | None:
    return work.db.value(TaskType.select(TaskType.department_id).where(TaskType.id == task_type_id))


def supervises(work: Work, project_id: str | None, task_type_id: str | None) -> bool:
    """In the team as supervisor, of the task type's department."""
    return enter_project(work, project_id) and has_role(work, "supervisor") and covers_task_type(work, task_type_id)


def has_task_access(work: Work, task: Subject) -> bool:
    """In the team; vendors only with a task on the entity."""
    return has_project_access(work, task["project_id"]) and has_entity_access(work, task["entity_id"])


def has_task_action_access(work: Work, task: Subject) -> bool:
    """Who may act on a task: managers, clients, assignees, the department's supervisors, who made its entity."""
    if is_admin(work):
        return True
    if not enter_project(work, task["project_id"]):
        return False
    return (
        work.caller.role in ("manager", "client")
        or is_assigned(work, task["id"])
        or supervises(work, task["project_id"], task["task_type_id"])
        or work.exists(Entity, Entity.id == task["entity_id"], Entity.created_by == work.caller.id)
    )


SUPERVISED_KEYS = {"priority", "start_date", "due_date", "estimation", "difficulty", "data"}


def may_change_task(work: Work, task: Subject, keys: Iterable[str]) -> bool:
    """Managers; supervisors of the department when they only plan."""
    return is_project_manager(work, task["project_id"]) or (
        supervises(work, task["project_id"], task["task_type_id"]) and set(keys) <= SUPERVISED_KEYS
    )


TALK_KEYS = {"pinned", "checklist"}


def may_edit_comment(work: Work, comment: Subject, task: Subject, changes: Subject) -> bool:
    """Managers everything; in the team authors their own, except what managers decide; others may pin and tick boxes."""
    if is_project_manager(work, task["project_id"]):
        return True
    if not enter_project(work, task["project_id"]):
        return False
    is_author = comment["person_id"] == work.caller.id
    supervising = supervises(work, task["project_id"], task["task_type_id"])
    changed = {key for key, value in changes.items() if key in comment and comment[key] != value}
    if changed & {"for_client", "person_id", "object_id"} or not (is_author or set(changes) <= TALK_KEYS):
        return False
    if "pinned" in changed and not supervising:
        return False
    if "checklist" in changed and not is_author:
        ticked = _only_ticked(comment["checklist"], changes["checklist"])
        return ticked and (supervising or is_assigned(work, task["id"]))
    return "task_status_id" not in changed or has_task_action_access(work, task)


def _only_ticked(before: Any, after: Any) -> bool:
    """Whether two checklists differ in what is checked, and in nothing else."""
    if not isinstance(before, list) or not isinstance(after, list):
        return False
    unticked = [
        [{**item, "checked": None} if isinstance(item, dict) else item for item in items] for items in (before, after)
    ]
    return unticked[0] == unticked[1]


def may_reply(work: Work, comment: Subject, task: Subject) -> bool:
    """The author, who may act on the task or is mentioned; clients not to those of another studio."""
    if not has_project_access(work, task["project_id"]):
        return False
    if comment["person_id"] == work.caller.id:
        return True
    if has_role(work, "client") and _is_client_of_another_studio(work, comment["person_id"], task["project_id"]):
        return False
    return has_task_action_access(work, task) or is_mentioned(work, task)


def _is_client_of_another_studio(work: Work, person_id: str, project_id: str) -> bool:
    role = roles_in_project(work, project_id, [person_id]).get(person_id)
    return role == "client" and work.get(Person, person_id)["studio_id"] != work.caller.person["studio_id"]


def may_attach(work: Work, comment: Subject, task: Subject) -> bool:
    """The author of a comment, and managers."""
    return comment["person_id"] == work.caller.id or is_project_manager(work, task["project_id"])


def may_comment_in_bulk(work: Work, task: Subject) -> bool:
    """Managers, the department's supervisors, assignees."""
    return (
        is_project_manager(work, task["project_id"])
        or supervises(work, task["project_id"], task["task_type_id"])
        or is_assigned(work, task["id"])
    )


def may_move_comment(work: Work, source: Subject, target: Subject) -> bool:
    """Managers who have access to both tasks."""
    return all(has_task_access(work, task) and is_manager(work) for task in (source, target))


def may_remove_comment(work: Work, comment: Subject, task: Subject) -> bool:
    """Managers on their projects; authors; admins."""
    in_team = enter_project(work, task["project_id"])
    if has_role(work, "manager"):
        return in_team
    return is_admin(work) or comment["person_id"] == work.caller.id


def may_set_main_preview(work: Work, task: Subject) -> bool:
    """Who has access to the task, but for clients."""
    return has_task_access(work, task) and not has_role(work, "client")


def may_assign(work: Work, task: Subject, person_id: str) -> bool:
    """Managers; supervisors of the department to their own people; anybody in the department to themselves."""
    if is_project_manager(work, task["project_id"]):
        return True
    if not enter_project(work, task["project_id"]):
        return False
    department = _department_of(work, task["task_type_id"])
    if person_id == work.caller.id and department is not None and department in departments(work):
        return True
    if not has_role(work, "supervisor"):
        return False
    theirs = (DepartmentLink.person_id == person_id) & DepartmentLink.department_id.in_(list(departments(work)))
    return not departments(work) or (department in departments(work) and work.exists(DepartmentLink, theirs))


def may_unassign(work: Work, task: Subject, person_id: str | None) -> bool:
    """Managers; supervisors of the department; assignees themselves."""
    return (
        is_project_manager(work, task["project_id"])
        or supervises(work, task["project_id"], task["task_type_id"])
        or (
            person_id == work.caller.id
            and enter_project(work, task["project_id"])
            and is_assigned(work, task["id"], person_id)
        )
    )


def may_log_time(work: Work, task: Subject, person_id: str) -> bool:
    """On a task that the person is assigned to: that person, or a manager."""
    return is_assigned(work, task["id"], person_id) and (
        person_id == work.caller.id or is_project_manager(work, task["project_id"])
    )


def accepts_bots(work: Work, person: Subject, project_id: str | None = None) -> bool:
    """Whether a person is no bot, or the project lets bots work."""
    return not person["is_bot"] or _project_says(work, project_id, Project.is_bot_collaboration_enabled)


def has_attachment_access(work: Work, attachment: Subject) -> bool:
    """Who may read the comment that it came with, or the chat of the entity that it was sent in."""
    if comment := work.find(Comment, attachment["comment_id"]):
        return has_comment_access(work, comment, work.get(Task, comment["object_id"]))
    if message := work.find(ChatMessage, attachment["chat_message_id"]):
        entity = work.get(Entity, work.get(Chat, message["chat_id"])["object_id"])
        return has_project_access(work, entity["project_id"]) and has_entity_access(work, entity["id"])
    return False


def _project_says(work: Work, project_id: str | None, setting: peewee.Field) -> bool:
    return bool(work.db.value(Project.select(setting).where(Project.id == project_id)))


def may_use_status(work: Work, status: Subject) -> bool:
    """Artists and clients only the statuses made for them, by their role on the project."""
    return not (
        (has_role(work, "user") and not status["is_artist_allowed"])
        or (has_role(work, "client") and not status["is_client_allowed"])
    )


def is_mentioned(work: Work, task: Subject) -> bool:
    """In the team, no vendor, and named in what is said about the task, in person or with one's department."""
    if not enter_project(work, task["project_id"]) or has_role(work, "vendor"):
        return False
    said = Comment.select(Comment.id).where(Comment.object_id == task["id"])
    return (
        work.exists(CommentMention, CommentMention.comment.in_(said), CommentMention.person == work.caller.id)
        or work.exists(
            CommentDepartmentMention,
            CommentDepartmentMention.comment.in_(said),
            CommentDepartmentMention.department.in_(list(departments(work))),
        )
        or _is_mentioned_in_replies(work, task["id"])
    )


def _is_mentioned_in_replies(work: Work, task_id: str) -> bool:
    comments = work.db.rows(Comment.select(Comment.replies).where(Comment.object_id == task_id))
    named = {work.caller.id} | departments(work)
    return any(
        named & {*(reply.get("mentions") or ()), *(reply.get("department_mentions") or ())}
        for comment in comments
        for reply in comment["replies"] or ()
    )


def roles_in_project(work: Work, project_id: str, person_ids: Iterable[str]) -> dict[str, str]:
    """The effective roles of people on a project."""
    role = peewee.SQL(role_in("person", work.db.placeholder), (project_id,))
    return dict(work.db.tuples(Person.select(Person.id, role).where(Person.id.in_(list(set(person_ids))))))


def has_comment_access(work: Work, comment: Subject, task: Subject) -> bool:
    """Who may read a comment: the studio what the studio says, clients what is said by clients or for them."""
    if is_admin(work):
        return True
    if not has_task_access(work, task):
        return False
    if is_at_least_supervisor(work):
        return True
    author = roles_in_project(work, task["project_id"], [comment["person_id"]]).get(comment["person_id"])
    if not has_role(work, "client"):
        return author != "client"
    own = comment["person_id"] == work.caller.id
    return bool(comment["for_client"]) or (
        author == "client" and (own or not _project_says(work, task["project_id"], Project.is_clients_isolated))
    )


def readable_news(work: Work, project_ids: Sequence[str]) -> list[peewee.Node]:
    """Which news of these projects the caller reads (conditions on news and their task); none for all of them.

    Vendors read those of their own tasks, clients those of comments that are listed for them.
    """
    roles = {} if is_admin(work) else team_roles(work, project_ids)
    by_vendor = [id for id in project_ids if roles.get(id) == "vendor"]
    by_client = [id for id in project_ids if roles.get(id) == "client"]
    if not by_vendor and not by_client:
        return []
    readable = []
    if whole := [id for id in project_ids if id not in (*by_vendor, *by_client)]:
        readable.append(Task.project_id.in_(whole))
    if by_vendor:
        own = TaskPersonLink.select(TaskPersonLink.task_id).where(TaskPersonLink.person_id == work.caller.id)
        readable.append(Task.project_id.in_(by_vendor) & Task.id.in_(own))
    if by_client:
        readable.append(Task.project_id.in_(by_client) & peewee.fn.EXISTS(_comment_for_client(work)))
    return [functools.reduce(operator.or_, readable)]


def _comment_for_client(work: Work) -> peewee.ModelSelect:
    """The comment of a news, when it is for clients, by one of them, or came with a new revision (a query)."""
    by_client = peewee.SQL(f"({role_in('person', 'task.project_id')} = 'client')")
    among_clients = (Comment.person_id == work.caller.id) | ~peewee.fn.COALESCE(Project.is_clients_isolated, False)
    listed = Comment.for_client | (by_client & among_clients) | (~by_client & News.preview_file_id.is_null(False))
    return (
        Comment.select(Comment.id)
        .join(Person, on=Person.id == Comment.person_id)
        .join_from(Comment, Project, on=Project.id == Task.project_id)
        .where(Comment.id == News.comment_id, listed)
    )


# --- previews, playlists, files, schedules ---


def may_see_preview(work: Work, preview: Subject) -> bool:
    """In the team; vendors those of their tasks."""
    in_team = has_project_access(work, _project_of_task(work, preview["task_id"]))
    return is_assigned(work, preview["task_id"]) if has_role(work, "vendor") else in_team


def may_change_preview(work: Work, preview: Subject) -> bool:
    """Managers, and in the team who has the task to do."""
    in_team = has_project_access(work, _project_of_task(work, preview["task_id"]))
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


def may_plan(work: Work, item: Subject) -> bool:
    """Managers; supervisors of the task type's department."""
    return is_project_manager(work, item["project_id"]) or supervises(work, item["project_id"], item["task_type_id"])


def _project_of_task(work: Work, task_id: str | None) -> str | None:
    return work.db.value(Task.select(Task.project_id).where(Task.id == task_id))


def project_of_entity(work: Work, entity_id: str | None) -> str | None:
    return work.db.value(Entity.select(Entity.project_id).where(Entity.id == entity_id))


# --- the event log ---


def require_event_reader(work: Work, project_id: str | None) -> None:
    """Managers of the studio; of one project, who manages that one too."""
    require(is_admin(work) or work.caller.global_role == "manager" or team_role(work, project_id) == "manager")


def require_events_of(work: Work, project_id: str | None) -> None:
    """Admins read everything, others what happens in their teams' projects."""
    require(is_admin(work) or project_id is None or team_role(work, project_id) is not None)


# --- people and their time ---


def is_self(work: Work, person_id: str) -> bool:
    """Whether the caller is this person, the id spelled as it is stored."""
    return work.caller.id == person_id


def is_operator(work: Work) -> bool:
    """Whether this is the operator of the machine, at a terminal."""
    return work.caller.identity_type == "operator"


def is_protected(work: Work, person: Subject) -> bool:
    """Whether nobody else may lock a person out: the accounts that the studio's settings name. Bots are none."""
    return not person["is_bot"] and person["email"] in work.settings.protected_accounts


def team_projects(work: Work) -> peewee.ModelSelect:
    """The ids of the projects, open or closed, in whose team the caller is (a query)."""
    return ProjectPersonLink.select(ProjectPersonLink.project_id).where(ProjectPersonLink.person_id == work.caller.id)


def open_projects() -> peewee.ModelSelect:
    """The ids of the open projects (a query); open is what the status named `Open` says."""
    is_open = Project.project_status_id.in_(ProjectStatus.select(ProjectStatus.id).where(ProjectStatus.name == "Open"))
    return Project.select(Project.id).where(is_open)


def open_team_projects(work: Work) -> peewee.ModelSelect:
    """The ids of the open projects in whose team the caller is (a query)."""
    return open_projects().where(Project.id.in_(team_projects(work)))


def own_open_projects(work: Work) -> peewee.ModelSelect:
    """The ids of the open projects that the caller works on, for admins of all (a query)."""
    return open_projects() if is_admin(work) else open_team_projects(work)


def is_overseer(work: Work) -> bool:
    """Who sees what others do and spend: managers and supervisors by their global role, admins."""
    return work.caller.global_role in ("admin", "manager", "supervisor")


def overseen_tasks(work: Work) -> peewee.Node:
    """The tasks that a manager or supervisor sees to: of their projects and, of a supervisor, departments (a condition)."""
    theirs = Task.project_id.in_(team_projects(work))
    if work.caller.global_role == "supervisor" and departments(work):
        types = TaskType.select(TaskType.id).where(TaskType.department_id.in_(list(departments(work))))
        theirs &= Task.task_type_id.in_(types)
    return theirs


def may_see_time_of_department(work: Work, department_id: str) -> bool:
    """Supervisors only of their own departments, whoever has none of none."""
    return work.caller.global_role != "supervisor" or department_id in departments(work)


def may_see_task_dates(work: Work, project_id: str | None) -> bool:
    """Admins; managers and supervisors by their global role, of a project only in its team."""
    return is_admin(work) or (
        work.caller.global_role in ("manager", "supervisor")
        and (project_id is None or team_role(work, project_id) is not None)
    )


def may_see_quotas(work: Work, project_id: str | None, person_id: str) -> bool:
    """Managers those of their project's people, everybody their own."""
    in_team = enter_project(work, project_id)
    return is_admin(work) or (in_team if has_role(work, "manager") else is_self(work, person_id))


def may_see_of_department(work: Work, department_id: str | None) -> bool:
    """What is kept to a department, if it is to any: who is in it; managers by their global role; admins."""
    everywhere = department_id is None or work.caller.global_role in ("admin", "manager")
    return everywhere or department_id in departments(work)


# --- operators ---


def require_admin_token(settings: Settings, given: str) -> None:
    """The studio's ADMIN_TOKEN; nobody has it where there is none."""
    require(bool(settings.admin_token) and hmac.compare_digest(given.encode(), settings.admin_token.encode()))


# --- rules for tables of routes and collections ---


def _anyone(work: Work, subject: Subject) -> None:
    pass


def _signed_in(work: Work, subject: Subject) -> None:
    assert work.caller


def _person_only(work: Work, subject: Subject) -> None:
    require(work.caller.identity_type != "bot")


def _key(subject: Subject, name: str) -> Any:
    try:
        return subject[name]
    except KeyError:
        raise MissingKey(name) from None


def by_a_person(rule: Rule) -> Rule:
    """The same, but bots may not whatever else they may."""

    def check(work: Work, subject: Subject) -> None:
        person_only.check(work, subject)
        rule.check(work, subject)

    return Rule(f"{rule.name}; people, not bots", check)


def of_a_human(rule: Rule) -> Rule:
    """The same for people only: nobody is 404 and a bot 403, whoever asks (contract 01, C)."""

    def check(work: Work, subject: Subject) -> None:
        require(not work.get(Person, subject["person_id"])["is_bot"])
        rule.check(work, subject)

    return Rule(f"{rule.name}; of people, not bots", check)


def but_not(rule: Rule, *roles: str) -> Rule:
    """The same, except for these roles on the project."""

    def check(work: Work, subject: Subject) -> None:
        rule.check(work, subject)
        require(work.caller.role not in roles)

    return Rule(f"{rule.name}, no {' or '.join(roles)}", check)


def of_its_task(rule: Rule) -> Rule:
    """The same for a row that is a task's: on the project of that task."""
    return Rule(rule.name, lambda work, row: rule.check(work, {"project_id": _project_of_task(work, row["task_id"])}))


def that(name: str, allowed: Callable[[Work, Subject], bool]) -> Rule:
    """A rule made of a predicate over the row at hand."""
    return Rule(name, lambda work, row: require(allowed(work, row)))


def in_service(name: str) -> Rule:
    """A rule that needs rows which only the service loads; it is checked there, by the predicate of that name."""
    return Rule(name, _signed_in)


anyone = Rule("anyone", _anyone, public=True)


def _of_task(allowed: Callable[[Work, Subject], bool]) -> Check:
    return lambda work, subject: require(allowed(work, work.get(Task, _key(subject, "task_id"))))


task_row_access = that("in the team; vendors with a task on its entity", has_task_access)
attachment_access = that("who may read what it came with", has_attachment_access)


def _lets_log_time(work: Work, subject: Subject) -> None:
    task, person = work.get(Task, _key(subject, "task_id")), work.get(Person, _key(subject, "person_id"))
    require(accepts_bots(work, person, task["project_id"]))


time_log = Rule("the assignee, or manager of the project; bots where they may work", _lets_log_time)
"""The body is read before `may_log_time` decides, in the service."""
task_access = Rule("in the team of the task's project, vendors with a task on its entity", _of_task(has_task_access))
main_preview = Rule("in the team, no client; vendors with a task on the entity", _of_task(may_set_main_preview))
task_action = Rule("who may act on the task", _of_task(has_task_action_access))
admin_token = Rule("who has the ADMIN_TOKEN", _anyone, public=True)
"""No person: the handler compares the token, which is none of a session."""
signed_in = Rule("everybody signed in", _signed_in)
person_only = Rule("people, not bots", _person_only)
admin = Rule("admin", lambda work, subject: require(is_admin(work)))
manager = Rule("manager", lambda work, subject: require(is_manager(work)))
not_vendor = Rule("all but vendors", lambda work, subject: require(work.caller.global_role != "vendor"))
project_access = Rule(
    "in the project's team", lambda work, subject: _of_known_project(work, subject, has_project_access)
)
project_manager = Rule(
    "manager of the project", lambda work, subject: _of_known_project(work, subject, is_project_manager)
)
project_supervisor = Rule(
    "supervisor of the project", lambda work, subject: _of_known_project(work, subject, is_project_supervisor)
)
new_in_managed_project = Rule(
    "manager of the project of the new row",
    lambda work, subject: require_project_manager(work, _key(subject, "project_id")),
)
new_in_supervised_project = Rule(
    "supervisor of the project of the new row",
    lambda work, subject: require_project_supervisor(work, _key(subject, "project_id")),
)
entity_access = Rule("in the project's team; vendors with a task on it", require_entity_access)
entity_in_path = Rule(
    entity_access.name,
    lambda work, subject: require_entity_access(work, work.get(Entity, _key(subject, "entity_id"))),
)
entity_crew = but_not(entity_in_path, "vendor", "client")
export_playlist = Rule(
    "supervisor of the project; clients what is made for them",
    lambda work, subject: require(may_export_playlist(work, work.get(Playlist, _key(subject, "playlist_id")))),
)
remove_entity = Rule(
    "manager of the project, or who made it", lambda work, subject: require(may_remove_entity(work, subject))
)
vendors_only_oneself = Rule(
    "vendors only of themselves",
    lambda work, subject: require(work.caller.global_role != "vendor" or is_self(work, _key(subject, "person_id"))),
)
oneself_or_admin = Rule(
    "oneself, or admin", lambda work, subject: require(is_admin(work) or is_self(work, _key(subject, "person_id")))
)
oneself_or_manager = Rule(
    "oneself, or manager", lambda work, subject: require(is_manager(work) or is_self(work, _key(subject, "person_id")))
)
oneself_or_overseer = Rule(
    "oneself, or supervisor and above",
    lambda work, subject: require(is_overseer(work) or is_self(work, _key(subject, "person_id"))),
)
