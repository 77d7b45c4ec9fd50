"""Lists of tasks: of a project, of a person, of an entity, and one task with all around it (docs/api/tasks.md)."""

from typing import Any

import peewee

from kitsulite.access.projects import (
    CLIENT,
    is_all_crew,
    open_projects,
    open_team_projects,
    own_open_projects,
    places_in_teams,
    projects_as,
)
from kitsulite.access.tasks import in_sight
from kitsulite.areas.entities.entities import assigned_entities
from kitsulite.models import is_uuid
from kitsulite.models.entities import Entity, EntityLink, EntityType
from kitsulite.models.entity_shapes import Parent
from kitsulite.models.productions import Project, ProjectPersonLink
from kitsulite.models.shapes import Raw, Shape, known, knows, many, read_list
from kitsulite.models.task_shapes import LISTED, TASK, last_comment_for_client, situated
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus, TaskType
from kitsulite.rows.pages import paged
from kitsulite.storage import Database, Row, Statement
from kitsulite.work.work import Work


def of_episode(id: str) -> peewee.Node:
    """The tasks of the shots of an episode (a condition)."""
    shots = Entity.select(Entity.id).join(Parent, on=Entity.parent_id == Parent.id).where(Parent.parent_id == id)
    return Task.entity_id.in_(shots)


def list_of_project(
    work: Work, project: Row, *, page: int | None, task_type_id: str | None, episode_id: str | None
) -> Any:
    """The tasks of a project, latest change first; vendors see their own."""
    query = TASK.with_relations().select(work.db).where(in_sight(work, Task.project_id == project["id"]))
    if task_type_id is not None:
        query = query.where(Task.task_type_id == task_type_id)
    if episode_id is not None:
        query = query.where(of_episode(episode_id))
    return paged(work, query, Task, page)


def list_of_person(work: Work, person_id: str, *, done: bool) -> Raw | list[Row]:
    """What a person has to do, or has done, in the open projects that the caller is in; nothing where they are a client."""
    return _list_assigned(work, person_id, None if is_all_crew(work) else _seen_of_people(work), done=done)


def _seen_of_people(work: Work) -> peewee.Node:
    """Where the caller may know who has what to do (a condition on tasks)."""
    return in_sight(work, Task.project_id.in_(own_open_projects(work))) & knows(Task, "assignees")


def list_own(work: Work, *, done: bool) -> Raw | list[Row]:
    """What the caller has to do, or has done, in the open projects whose team they are in."""
    seen = None if is_all_crew(work) else Task.project_id.in_(open_team_projects(work))
    return _list_assigned(work, work.caller.id, seen, done=done)


def _list_assigned(work: Work, person_id: str, seen: peewee.Node | None, *, done: bool) -> Raw | list[Row]:
    """What is assigned to somebody, of what is `seen`; of what the crew sees of its open productions when that is None."""
    if seen is None:
        found = many(work.db, ASSIGNED[done], person_id, work.caller.id)
    else:
        found = many(work.db, _assigned(work.db, _listed(work), person_id, seen, done=done))
    return _with_episodes_of_casting(work, found, person_id)


def _assigned(db: Database, shape: Shape, person_id: Any, seen: peewee.Node, *, done: bool) -> peewee.ModelSelect:
    order = (known(Task.end_date).desc(nulls="FIRST"), TaskType.name, Entity.name) if done else (Task.created_at,)
    # The person's tasks come first: of so many joins PostgreSQL leaves the last where they are.
    own = shape.select(db).join(TaskPersonLink, on=TaskPersonLink.task_id == Task.id)
    query = situated(own).where(
        TaskPersonLink.person_id == person_id,
        seen,
        peewee.fn.COALESCE(TaskStatus.is_done, False) == done,
    )
    return query.order_by(*order, Task.id)


def _assigned_in_teams(*, done: bool) -> Statement:
    def build(db: Database, person_id: peewee.Node, caller_id: peewee.Node) -> peewee.ModelSelect:
        teams = Project.id.in_(places_in_teams(caller_id, ProjectPersonLink.project_id))
        return _assigned(db, LISTED, person_id, Task.project_id.in_(open_projects().where(teams)), done=done)

    return Statement(build)


ASSIGNED = {done: _assigned_in_teams(done=done) for done in (True, False)}


def _listed(work: Work) -> Shape:
    """How tasks are listed to the caller: where they are a client, without what the studio says among itself."""
    client = projects_as(work, CLIENT)
    return LISTED.but(plus={"last_comment": last_comment_for_client(client)}) if client else LISTED


EPISODES_OF_CAST = Statement(
    lambda person_id: (
        Entity.select(EntityLink.entity_out_id, Entity.id, Entity.name, Entity.project_id)
        .join(EntityLink, on=EntityLink.entity_in_id == Entity.id)
        .join_from(Entity, EntityType, on=Entity.entity_type_id == EntityType.id)
        .where(EntityType.name == "Episode", EntityLink.entity_out_id.in_(assigned_entities(person_id)))
        .order_by(Entity.name)
    )
)
"""What of somebody's work is cast in which episodes."""


def _with_episodes_of_casting(work: Work, found: Raw, person_id: str) -> Raw | list[Row]:
    """Put with each task of a person the episodes in which its entity is cast, of open projects that the caller is in."""
    names = dict[str, list[tuple[str, str]]]()
    episodes_of_cast = work.db.ask_tuples(EPISODES_OF_CAST, person_id)
    near = (
        set(work.db.values(own_open_projects(work))) if episodes_of_cast else set()
    )  # in the query, SQLite would begin with them
    for entity_id, episode_id, name, project_id in episodes_of_cast:
        if project_id in near:
            names.setdefault(entity_id, []).append((episode_id, name))
    if not names:
        return found
    rows = read_list(found)
    for row in rows:
        if episodes := names.get(row["entity_id"]):
            row["episode_ids"] = [id for id, _ in episodes]
            row["episode_names"] = [name for _, name in episodes]
    return rows


def list_related(work: Work, person_id: str, task_type_id: str) -> Raw:
    """The tasks of a type on every entity on which a person works, in the open projects that the caller is in; none where they
    are a client."""
    work.get(TaskType, task_type_id)
    query = TASK.select(work.db).where(
        Task.task_type_id == task_type_id,
        _seen_of_people(work),
        Task.entity_id.in_(assigned_entities(person_id)),
    )
    return many(work.db, query.order_by(Task.name, Task.id))


def list_of_entity_and_type(work: Work, entity_id: str, task_type_id: str) -> Raw:
    """The tasks of one type on an entity, by name. Unknown types have none."""
    of_type = Task.task_type_id == task_type_id.lower() if is_uuid(task_type_id) else peewee.SQL("1 = 0")
    query = TASK.select(work.db).where(Task.entity_id == entity_id.lower(), of_type)
    return many(work.db, query.order_by(Task.name))
