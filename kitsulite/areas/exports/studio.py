"""People, productions, task types, tasks and time of the whole studio, as sheets (docs/api/exports.md).

Managers get the tasks of the productions of whose crew they are and the time of those that they see to, admins those of all;
salaries are for admins.
"""

import peewee
from peewee import fn

from kitsulite.access.projects import CREW, SUPERVISORS, open_projects, projects_as, team_projects
from kitsulite.access.roles import is_admin
from kitsulite.areas.exports.sheets import Column, Sheet, day, names, sheet_of
from kitsulite.areas.productions.openprojects import OPEN_TO_ADMINS
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.entity_names import FULL_NAME
from kitsulite.models.entity_shapes import Grandparent, Parent
from kitsulite.models.people import OF_STUDIO, Department, Person, Studio, TimeSpent
from kitsulite.models.people_shapes import full_name
from kitsulite.models.productions import Project, ProjectStatus
from kitsulite.models.shapes import Extra
from kitsulite.models.task_shapes import situated
from kitsulite.models.tasks import Task, TaskType
from kitsulite.storage import Database, Wire
from kitsulite.work.work import Work

OUTER = peewee.JOIN.LEFT_OUTER
Assigner = Person.alias("assigner")


def _names(name: Wire, source: str) -> Extra:
    """A list of names, `source` being where they come from."""

    def wire(db: Database) -> Wire:
        return Wire(db.json_list(name, source), "built")

    return wire


DEPARTMENTS = _names(
    Wire("department.name"),
    "FROM department_link AS link JOIN department ON department.id = link.department_id WHERE link.person_id = person.id",
)
ASSIGNEES = _names(
    full_name("assignee"),
    "FROM task_person_link AS link JOIN person AS assignee ON assignee.id = link.person_id WHERE link.task_id = task.id",
)
ENTITY = Wire(f"CASE entity_type.name WHEN 'Shot' THEN {FULL_NAME.sql} ELSE entity.name END")
"""A shot is told with its sequence and episode, everything else by its name alone."""


def persons(work: Work) -> Sheet:
    """Everybody but bots and guests."""
    salary = Wire('"person"."daily_salary"' if is_admin(work) else "CAST(NULL AS integer)", "integer")
    columns = (
        Column("First Name", Wire('"person"."first_name"')),
        Column("Last Name", Wire('"person"."last_name"')),
        Column("Email", Wire('"person"."email"')),
        Column("Phone", Wire('"person"."phone"')),
        Column("Role", Wire('"person"."role"')),
        Column("Departments", DEPARTMENTS, names(joined=",")),
        Column("Studio", Wire('"studio"."name"')),
        Column("Country", Wire('"person"."country"')),
        Column("Contract Type", Wire('"person"."contract_type"')),
        Column("Position", Wire('"person"."position"')),
        Column("Seniority", Wire('"person"."seniority"')),
        Column("Daily Salary", salary),
        Column("Active", Wire('"person"."active"', "boolean"), lambda active: "yes" if active else "no"),
    )
    return sheet_of(
        work,
        Person,
        columns,
        lambda query: (
            query.join(Studio, OUTER, on=Studio.id == Person.studio_id)
            .where(~Person.is_bot, OF_STUDIO)
            .order_by(fn.LOWER(Person.first_name), fn.LOWER(Person.last_name), Person.id)
        ),
    )


def projects(work: Work) -> Sheet:
    """The productions in whose team the caller is, for admins all, and how they stand."""
    columns = (Column("Name", Wire('"project"."name"')), Column("Status", Wire('"project_status"."name"')))
    return sheet_of(
        work,
        Project,
        columns,
        lambda query: (
            query.join(ProjectStatus, OUTER, on=ProjectStatus.id == Project.project_status_id)
            .where(True if is_admin(work) else Project.id.in_(team_projects(work)))
            .order_by(Project.name, Project.id)
        ),
    )


def task_types(work: Work) -> Sheet:
    """The task types that are of a department."""
    columns = (Column("Department", Wire('"department"."name"')), Column("Name", Wire('"task_type"."name"')))
    return sheet_of(
        work,
        TaskType,
        columns,
        lambda query: query.join(Department, on=Department.id == TaskType.department_id).order_by(
            Department.name, TaskType.name, TaskType.id
        ),
    )


def tasks(work: Work) -> Sheet:
    """The tasks of the open productions."""
    columns = (
        Column("Project", Wire('"project"."name"')),
        Column("Task Type", Wire('"task_type"."name"')),
        Column("Episode", Wire('"grandparent"."name"')),
        Column("Sequence", Wire('"parent"."name"')),
        Column("Entity Type", Wire('"entity_type"."name"')),
        Column("Entity", Wire('"entity"."name"')),
        Column("Assigner", full_name("assigner")),
        Column("Assignees", ASSIGNEES, names(joined=", ")),
        Column("Duration", Wire('"task"."duration"', "float")),
        Column("Estimation", Wire('"task"."estimation"', "float")),
        Column("Start date", Wire('"task"."start_date"', "datetime"), day),
        Column("Due date", Wire('"task"."due_date"', "datetime"), day),
        Column("WIP date", Wire('"task"."real_start_date"', "datetime"), day),
        Column("Validation date", Wire('"task"."end_date"', "datetime"), day),
        Column("Task Status", Wire('"task_status"."name"')),
    )
    going_on = [Task.project_id.in_(open_projects())]
    if not is_admin(work):
        going_on.append(Task.project_id.in_(projects_as(work, *CREW)))
    order = (
        *(Project.name, TaskType.name, Task.name),
        *(fn.COALESCE(Grandparent.name, ""), fn.COALESCE(Parent.name, "")),
        *(EntityType.name, Entity.name, Task.id),
    )
    return sheet_of(
        work,
        Task,
        columns,
        lambda query: (
            situated(query)
            .join_from(Task, Assigner, OUTER, on=Assigner.id == Task.assigner_id)
            .where(*going_on)
            .order_by(*order)
        ),
    )


def time_spents(work: Work) -> Sheet:
    """What was spent on the tasks of the productions that are going on."""
    columns = (
        Column("Project", Wire('"project"."name"')),
        Column("Person", full_name()),
        Column("Entity Type Name", Wire('"entity_type"."name"')),
        Column("Entity", ENTITY),
        Column("Task Type", Wire('"task_type"."name"')),
        Column("Date", Wire('"time_spent"."date"', "date")),
        Column("Time spent", Wire('"time_spent"."duration"', "float")),
    )
    going_on = ProjectStatus.select(ProjectStatus.id).where(ProjectStatus.name.in_(OPEN_TO_ADMINS))
    conditions = [Project.project_status_id.in_(going_on)]
    if not is_admin(work):
        conditions.append(Project.id.in_(projects_as(work, *SUPERVISORS)))
    order = (TimeSpent.date, Person.last_name, Project.name, EntityType.name, Entity.name, TimeSpent.id)
    return sheet_of(
        work,
        TimeSpent,
        columns,
        lambda query: (
            situated(query.join(Task, on=Task.id == TimeSpent.task_id))
            .join_from(TimeSpent, Person, on=Person.id == TimeSpent.person_id)
            .where(*conditions)
            .order_by(*order)
        ),
    )
