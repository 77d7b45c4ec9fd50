"""Who hears of an event: whoever could read the row that it is about, when it happened (docs/api/rights.md).

That is found once, when an event goes out, and said in keys, of which a listener needs one: that of a role in a production's team,
of one of its people, of everybody, of a person. Who holds which keys is looked at when an event is told (`live/listeners.py`), so
that who left a team hears nothing more of it. Whether a role may is asked of the same predicates that guard the routes, of somebody
made up who has it; where it depends on the person (who has what to do, who wrote what), of the person.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

import peewee

from kitsulite.access.comments import may_read_news, roles_in_project
from kitsulite.access.entities import has_entity_access, has_task_on, reaches_entity
from kitsulite.access.hidden import fields_seen
from kitsulite.access.media import may_read_builds
from kitsulite.access.places import THROUGH, has_place, project_of
from kitsulite.access.projects import ADMIN, ARTIST, CLIENT, MANAGER, SUPERVISOR, VENDOR, role_by
from kitsulite.access.rules import CREW, MANAGING, MEMBER, Condition, Team, allows
from kitsulite.access.sight import SIGHT
from kitsulite.access.tasks import is_assigned, may_see_time
from kitsulite.models import TABLES, Record, Table, is_uuid
from kitsulite.models.entities import AssetInstance, Entity, EntityLink, EntityType
from kitsulite.models.files import OutputFile, WorkingFile
from kitsulite.models.own import ApiKey
from kitsulite.models.people import DayOff, DepartmentLink, HardwareItem, Person, SalaryScale, TimeSpent
from kitsulite.models.productions import MetadataDescriptor, ProjectPersonLink, ProjectTemplate
from kitsulite.models.reviews import (
    AttachmentFile,
    BuildJob,
    Chat,
    ChatMessage,
    Comment,
    News,
    Notification,
    Playlist,
    PreviewFile,
    Subscription,
)
from kitsulite.models.schedules import (
    Budget,
    BudgetEntry,
    Milestone,
    ProductionScheduleVersion,
    ProductionScheduleVersionTaskLink,
    ScheduleItem,
)
from kitsulite.models.tasks import StatusAutomation, Task, TaskPersonLink
from kitsulite.models.tools import ApiEvent, CustomAction, Plugin, SearchFilter, SearchFilterGroup
from kitsulite.models.webhooks import Webhook, WebhookDelivery
from kitsulite.storage import Row, Statement
from kitsulite.work.errors import NotFound
from kitsulite.work.kinds import KINDS, temporal_types
from kitsulite.work.work import Caller, Event, Hearers, Work

Subject = tuple[type[Record], str]
"""What an event is about: a row of a table."""

TEAM = Statement(
    lambda project_id: (
        ProjectPersonLink.select(ProjectPersonLink.person_id, ProjectPersonLink.role, Person.role.alias("in_studio"))
        .join(Person, on=Person.id == ProjectPersonLink.person_id)
        .where(ProjectPersonLink.project_id == project_id)
    )
)
OUTSIDERS = Statement(
    lambda project_id, first, second: TEAM.build(project_id).where(
        ProjectPersonLink.role.in_((CLIENT, VENDOR))
        | Person.role.in_((CLIENT, VENDOR))
        | ProjectPersonLink.person_id.in_((first, second))
    )
)
"""Of a team those who do not all see the same, and two more people: asked by nearly everything that is told."""
AT_WORK = Statement(
    lambda entity_id: (
        TaskPersonLink.select(TaskPersonLink.person_id, TaskPersonLink.task_id)
        .join(Task, on=Task.id == TaskPersonLink.task_id)
        .where(Task.entity_id == entity_id)
    )
)

EVERYBODY, ADMINS = "all", "admin"
CREW_ROLES = (MANAGER, SUPERVISOR, ARTIST)
MEMORY = "who hears"
Found = TypeVar("Found")
NOBODY = "00000000-0000-0000-0000-000000000000"
"""The id of who is made up."""


def key_of_role(role: str) -> str:
    """Who has a role in the studio."""
    return f"role:{role}"


def key_of_team(project_id: str, role: str) -> str:
    """Who has a role in the team of a production."""
    return f"{project_id}:{role}"


def key_of_teammate(project_id: str, person_id: str) -> str:
    """A person, as long as they are in the team of a production."""
    return f"{project_id}:{person_id}"


# --- what may be read, where a row's own sight does not say so ---


def _may_read_entry(work: Work, link: Row) -> bool:
    return (entity := work.find(Entity, link["entity_in_id"])) is not None and has_entity_access(work, entity)


def _may_read_chat(work: Work, chat: Row) -> bool:
    entity = work.find(Entity, chat["object_id"])
    return entity is not None and reaches_entity(work, entity["project_id"], entity["id"])


def _may_read_message(work: Work, message: Row) -> bool:
    return _may_read_chat(work, work.get(Chat, message["chat_id"]))


def _may_read_time(work: Work, time: Row) -> bool:
    return (task := work.find(Task, time["task_id"])) is not None and may_see_time(work, task)


def _may_read_build(work: Work, job: Row) -> bool:
    return (playlist := work.find(Playlist, job["playlist_id"])) is not None and may_read_builds(work, playlist)


def _may_read_field(work: Work, descriptor: Row) -> bool:
    seen = [peewee.SQL(condition) for condition in fields_seen(work)]
    known = allows(work, MEMBER, MetadataDescriptor, descriptor)
    return known and work.exists(MetadataDescriptor, MetadataDescriptor.id == descriptor["id"], *seen)


HEARING: dict[type[Record], Condition] = {
    **SIGHT,
    Budget: MANAGING,
    BudgetEntry: MANAGING,
    BuildJob: _may_read_build,
    Chat: _may_read_chat,
    ChatMessage: _may_read_message,
    EntityLink: _may_read_entry,
    MetadataDescriptor: _may_read_field,
    Milestone: CREW,
    News: may_read_news,
    ProductionScheduleVersion: CREW,
    ProductionScheduleVersionTaskLink: CREW,
    ScheduleItem: CREW,
    TimeSpent: _may_read_time,
}
"""Of other rows of a production, its team hears."""
BY_PERSON = {
    AssetInstance,
    AttachmentFile,
    Comment,
    Entity,
    EntityLink,
    MetadataDescriptor,
    News,
    OutputFile,
    PreviewFile,
    Task,
    TimeSpent,
    WorkingFile,
    Chat,
    ChatMessage,
}
"""Tables of whose rows some vendors, or clients, may know and others not."""
OWN = {ApiKey, DayOff, Notification, SearchFilter, SearchFilterGroup, Subscription}
"""Tables whose rows are of one person."""
IN_STUDIO: dict[type[Record], tuple[str, ...]] = {
    ApiEvent: (),
    CustomAction: (MANAGER, SUPERVISOR, ARTIST, CLIENT),
    HardwareItem: (),
    Plugin: (),
    ProjectTemplate: (MANAGER,),
    SalaryScale: (),
    StatusAutomation: (MANAGER, SUPERVISOR, ARTIST, CLIENT),
    Webhook: (),
    WebhookDelivery: (),
}
"""Who in the studio may know of rows beside admins, by role. Of others that are of no production, everybody."""
OPEN_ABOUT_PEOPLE = {"new", "update", "delete", "set-thumbnail"}
"""What everybody hears of people; the rest is how they sign in."""

ASSIGNING = {"task:assign", "task:unassign"}
"""What tells who has a task to do."""

# --- what an event is about ---

NAMED: dict[str, tuple[type[Record], str]] = {
    **{name: (table, f"{name}_id") for name, table in TABLES.items() if issubclass(table, Record)},
    **{kind.noun: (Entity, f"{kind.noun}_id") for kind in KINDS.values()},
    "asset_type": (EntityType, "asset_type_id"),
}
"""By what stands before the colon: the table, and the key of the row's id."""


def subject_of(name: str, data: Mapping[str, Any]) -> Subject | None:
    """The row that an event is about; None when it is about none."""
    table, key = NAMED.get(name.partition(":")[0].replace("-", "_"), (None, ""))
    if name.startswith("chat:") and "message" in name:
        table, key = ChatMessage, "chat_message_id"
    id = data.get(key)
    return (table, id.lower()) if table is not None and is_uuid(id) else None


# --- who hears ---


def who_hears(work: Work, event: Event, subject: Subject | None) -> Hearers:
    """The keys that open an event."""
    return _keys(work, event, subject) | {ADMINS}


def _keys(work: Work, event: Event, subject: Subject | None) -> Hearers:
    person_id = event.data.get("person_id")
    of_person = frozenset({person_id} if is_uuid(person_id) else ())
    if event.name.startswith("notification:") and of_person:
        return of_person
    if subject is None:
        return frozenset({EVERYBODY})
    table, id = subject
    if table is Person and event.name.rpartition(":")[2] not in OPEN_ABOUT_PEOPLE:
        return of_person
    if (found := work.foreseen.get((table.table_name(), id))) is None:
        row = _looking(work).find(table, id)
        if row is None:
            return _of_unknown(table, event.project_id)
        found = _once(work, ("hearers", table, id), lambda: hearers_of(work, table, row))
    if event.name in ASSIGNING and event.project_id:  # clients do not learn who has what to do
        found -= {key_of_team(event.project_id, CLIENT)}
    if table is Task and event.project_id and of_person:  # also who had it to do until now
        found |= {key_of_teammate(event.project_id, id) for id in of_person}
    return found


def hearers_of(work: Work, table: type[Record], row: Row) -> Hearers:
    """The keys of those who may know of a row, as it is now."""
    if table in OWN:
        keys = _of_one(table, row)
        return keys | _of_crew_of(work, row["person_id"]) if table is DayOff else keys
    if table in IN_STUDIO:
        return frozenset(map(key_of_role, IN_STUDIO[table]))
    if not has_place(table):
        return frozenset({EVERYBODY})
    project_id = project_of(_looking(work), table, row)
    return frozenset(_in_team(work, table, row, project_id)) if project_id else frozenset()


def _of_one(table: type[Record], row: Row) -> Hearers:
    keys = {row["person_id"]} if row["person_id"] else set()
    if row.get("is_shared"):
        project_id = row["project_id"]
        keys |= {key_of_team(project_id, role) for role in MEMBER.roles} if project_id else {EVERYBODY}
    return frozenset(keys)


def _of_crew_of(work: Work, person_id: str | None) -> Hearers:
    """Who manages productions that a person is in, and who supervises them there (`access.people.knows_days_off_of`)."""
    link, keys = ProjectPersonLink, set()
    for project_id in work.db.values(link.select(link.project_id).where(link.person_id == person_id)):
        keys.add(key_of_team(project_id, MANAGER))
        team = _team(work, project_id)
        supervisors = [id for id, role in team.items() if role == SUPERVISOR]
        keys |= {key_of_teammate(project_id, id) for id in supervisors if _shares_department(work, id, person_id)}
    return frozenset(keys)


def _shares_department(work: Work, supervisor_id: str, person_id: str | None) -> bool:
    """Whether somebody is in a department of a supervisor's; who has none supervises all."""
    members = DepartmentLink.select(DepartmentLink.department_id)
    own = members.where(DepartmentLink.person_id == supervisor_id)
    theirs = (DepartmentLink.person_id == person_id) & DepartmentLink.department_id.in_(own)
    return work.exists(DepartmentLink, theirs) or not work.db.values(own)


def _of_unknown(table: type[Record], project_id: str | None) -> Hearers:
    """Of a row that went before anybody looked: the crew that could read any such row."""
    condition = HEARING.get(table, MEMBER)
    if project_id is None or not has_place(table) or table in OWN or table in IN_STUDIO:
        return frozenset()
    roles = condition.roles if isinstance(condition, Team) else CREW.roles
    return frozenset(key_of_team(project_id, role) for role in roles)


def _in_team(work: Work, table: type[Record], row: Row, project_id: str) -> Iterator[str]:
    condition = HEARING.get(table, MEMBER)
    team = _outsiders(work, project_id, row.get("person_id"), row.get("author_id"))
    people = {role: [id for id, of_person in team.items() if of_person == role] for role in (CLIENT, VENDOR)}
    _foretell(work, table, row, project_id, team)
    for role in (*CREW_ROLES, *(role for role in people if people[role])):
        if _may(_made_up(work, project_id, role), condition, table, row):
            yield key_of_team(project_id, role)
        elif role in people and table in BY_PERSON:
            for id in _may_be(work, table, row, people[role]):
                if _may(_as_teammate(work, project_id, id, role), condition, table, row):
                    yield key_of_teammate(project_id, id)


def _may(work: Work, condition: Condition, table: type[Record], row: Row) -> bool:
    """Whether a condition holds; not for what hangs in the air, as when what it is about went in the same breath."""
    try:
        return allows(work, condition, table, row)
    except NotFound:
        return False


def _may_be(work: Work, table: type[Record], row: Row, people: list[str]) -> list[str]:
    """Those of the clients or vendors of a team for whom it is worth while to ask."""
    if table is MetadataDescriptor:
        return people
    at_work = _at_work_on(work, _entity_of(_looking(work), table, row))
    return [id for id in people if id in at_work or id == row.get("person_id")]


def _foretell(work: Work, table: type[Record], row: Row, project_id: str, team: dict[str, str]) -> None:
    """Answer at once what will be asked for each who looks: the role of who speaks, and what vendors have to do."""
    looking = _looking(work)
    for id in (row.get("person_id"), row.get("author_id")):
        if id in team:
            looking.found[roles_in_project, project_id, id] = {id: team[id]}
    vendors = [id for id, role in team.items() if role == VENDOR]
    if vendors and table in BY_PERSON:
        entity_id = _entity_of(looking, table, row)
        at_work = _at_work_on(work, entity_id)
        task_id = row["id"] if table is Task else row.get("task_id") or row.get("object_id")
        for id in (NOBODY, *vendors):
            looking.found[has_task_on, id, entity_id] = id in at_work
            looking.found[is_assigned, id, task_id] = task_id in at_work.get(id, ())


def _entity_of(work: Work, table: type[Table], row: Row) -> str | None:
    """The entity that a row is about in the end, if it is about one."""
    if table in (Entity, Task):
        id: str | None = row["id" if table is Entity else "entity_id"]
        return id
    for key in THROUGH.get(table, ()):
        target = TABLES[table.columns()[key].table]
        if (above := work.find(target, row.get(key))) is not None:
            return _entity_of(work, target, above)
    return None


def _team(work: Work, project_id: str) -> dict[str, str]:
    """The people of a team with their roles there."""
    return _once(work, ("team", project_id), lambda: _roles(work.db.ask(TEAM, project_id)))


def _outsiders(work: Work, project_id: str, *people: str | None) -> dict[str, str]:
    """The clients and vendors of a team, and these two if they are in it, with their roles there; maybe others."""
    return _once(work, ("outsiders", project_id, *people), lambda: _roles(work.db.ask(OUTSIDERS, project_id, *people)))


def _roles(team: list[Row]) -> dict[str, str]:
    return {
        row["person_id"]: ADMIN if row["in_studio"] == ADMIN else role_by(row["role"], row["in_studio"]) for row in team
    }


def _at_work_on(work: Work, entity_id: str | None) -> dict[str, set[str]]:
    """Who has anything to do on an entity, and which tasks these are."""

    def find() -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for row in work.db.ask(AT_WORK, entity_id):
            found.setdefault(row["person_id"], set()).add(row["task_id"])
        return found

    return _once(work, ("at work", entity_id), find)


def _made_up(work: Work, project_id: str, role: str) -> Work:
    """The same work as somebody would see it who has a role in a team, and nothing else."""
    return _once(
        work, ("made up", project_id, role), lambda: _as(work, project_id, role, NOBODY, {"departments": set()})
    )


def _as_teammate(work: Work, project_id: str, person_id: str, role: str) -> Work:
    """The same work as a person of a team sees it."""
    return _once(work, ("as", project_id, person_id), lambda: _as(work, project_id, role, person_id, {}))


def _as(work: Work, project_id: str, role: str, person_id: str, known: dict[Any, Any]) -> Work:
    roles = {project_id: role}
    person = {"id": person_id, "role": role, "studio_id": None}
    memory = {**known, "all_team_roles": roles}
    return replace(_looking(work), visitor=Caller(person), memory=memory)


@dataclass
class Looking(Work):
    """A work in which nothing is written, so that what was found once is there for all who look."""

    found: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def find(self, table: type[Table], id: Any) -> Row | None:
        row: Row | None = self.once((table, id), lambda: super(Looking, self).find(table, id))
        return row

    def once(self, name: tuple[Any, ...], find: Callable[[], Any]) -> Any:
        if name not in self.found:
            self.found[name] = find()
        return self.found[name]


def _looking(work: Work) -> Looking:
    if MEMORY not in work.memory:
        given = {part.name: getattr(work, part.name) for part in fields(Work)}
        known = {(temporal_types,): types} if (types := work.memory.get("temporal_types")) else {}
        work.memory[MEMORY] = Looking(**{**given, "memory": {}, "events": []}, found=known)
    found: Looking = work.memory[MEMORY]
    return found


def _once(work: Work, name: tuple[Any, ...], find: Callable[[], Found]) -> Found:
    """What is found once, as long as nothing is written."""
    found: Found = _looking(work).once(name, find)
    return found


def look_anew(work: Work) -> None:
    """Forget who has what to do, and who is in a team: it may have been written since."""
    work.memory.pop(MEMORY, None)
