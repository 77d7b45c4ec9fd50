"""Records of a Shotgun site that all productions share, and the productions (docs/api/imports.md)."""

from kitsulite.areas.imports.shotgun import (
    Intake,
    Passed,
    color_of,
    custom_fields,
    name_under,
    need,
)
from kitsulite.areas.people import personvalues
from kitsulite.areas.people.rows_of_persons import is_full
from kitsulite.areas.pipeline.filetrees import shipped_tree
from kitsulite.areas.productions import projects
from kitsulite.models.fields import as_object
from kitsulite.models.people import NO_PREVIEW_ACCOUNT, Department, DepartmentLink, Person
from kitsulite.models.productions import Project, ProjectPersonLink, ProjectStatus
from kitsulite.models.tasks import TaskStatus, TaskType
from kitsulite.storage import Row
from kitsulite.work.work import Work

ROLES = {"Manager": "manager", "Admin": "admin"}
"""By the permission group of a person there; everybody else is an artist."""
NOBODY = "changeme@email.com"
"""The e-mail of those whom a site never gave one."""
BLACK = "#000000"


def take_project(intake: Intake, record: Row) -> str:
    """A production; its status is made when the studio does not know it."""
    need(record, "name")
    if "sg_status" not in record:
        raise Passed("it has no sg_status")
    work, row = intake.work, intake.own(record)
    if row is None and intake.adopts:
        row = work.db.row(Project.select().where(Project.name == record["name"], Project.shotgun_id.is_null()))
    values = {
        "name": record["name"],
        "shotgun_id": record["id"],
        "project_status_id": _status_of_project(work, record["sg_status"]),
        "data": {**(as_object(row["data"]) if row else {}), **custom_fields(record, "sg_status")},
    }
    if row is None:
        values["file_tree"] = shipped_tree("default")
    return intake.save(Project, row, **values)


def _status_of_project(work: Work, name: object) -> str:
    if not isinstance(name, str) or not name:
        return projects.open_status(work)
    id = work.db.value(ProjectStatus.select(ProjectStatus.id).where(ProjectStatus.name == name))
    return id or str(work.insert(ProjectStatus, name=ProjectStatus.name.read(name), color=BLACK))


def take_person(intake: Intake, record: Row) -> str:
    """A person. One who is here, by id or by e-mail, stays as they are but for their department."""
    need(record, "email", "firstname", "lastname")
    if record["email"] == NOBODY:
        raise Passed("nobody has given it an e-mail")
    work, row = intake.work, intake.own(record)
    email = personvalues.read_email(record["email"])
    row = row or work.db.row(Person.select().where(work.db.alike(Person.email, email), NO_PREVIEW_ACCOUNT))
    department = name_under(record, "department")
    if row is None:
        id = _make_person(intake, record, email)
    else:
        id = row["id"]
        if intake.adopts and row["shotgun_id"] is None:
            intake.save(Person, row, shotgun_id=record["id"])
    if department:
        only = _department(work, department, BLACK)
        work.delete(DepartmentLink, DepartmentLink.person_id == id, DepartmentLink.department_id != only)
        if not work.exists(DepartmentLink, DepartmentLink.person_id == id, DepartmentLink.department_id == only):
            work.insert(DepartmentLink, person_id=id, department_id=only)
    return id


def _make_person(intake: Intake, record: Row, email: str) -> str:
    work = intake.work
    active = record.get("sg_status_list") in (None, "act")
    if active and is_full(work):
        raise Passed("the studio has as many active people as it may have")
    return intake.save(
        Person,
        None,
        first_name=record["firstname"],
        last_name=record["lastname"],
        email=email,
        desktop_login=record.get("login"),
        active=active,
        role=ROLES.get(name_under(record, "permission_rule_set") or "", "user"),
        shotgun_id=record["id"],
        timezone=work.settings.default_timezone,
        locale=work.settings.default_locale,
    )


def _department(work: Work, name: str, color: str) -> str:
    """The department of a name, made when it is not there."""
    name = str(Department.name.read(name))
    id = work.db.value(Department.select(Department.id).where(Department.name == name))
    return id or str(work.insert(Department, name=name, color=color))


def take_connection(intake: Intake, record: Row) -> str:
    """Somebody who works on a production; the id of the production."""
    project, person = intake.linked(record, "project"), intake.linked(record, "user")
    if project is None or person is None:
        raise Passed(f"its {'user' if project else 'project'} is not here")
    ends = {"project_id": project["id"], "person_id": person["id"]}
    link = ProjectPersonLink.project_id == project["id"], ProjectPersonLink.person_id == person["id"]
    if not intake.work.exists(ProjectPersonLink, *link):
        intake.work.insert(ProjectPersonLink, **ends, shotgun_id=record["id"])
    return str(project["id"])


def take_step(intake: Intake, record: Row) -> str:
    """A task type, of the department that its first word names."""
    need(record, "code")
    name, color = str(TaskType.name.read(record["code"])), color_of(record, "color")
    if not name.strip():
        raise Passed("it has no code")
    kind = record.get("entity_type") or "Asset"
    row = intake.own(record) or intake.work.db.row(
        TaskType.select()
        .where(TaskType.name == name, TaskType.for_entity == str(TaskType.for_entity.read(kind)))
        .order_by(TaskType.created_at)
    )
    return intake.save(
        TaskType,
        row,
        name=name,
        short_name=record.get("short_name") or "",
        color=color,
        for_entity=kind,
        department_id=_department(intake.work, name.split(maxsplit=1)[0], color),
        shotgun_id=record["id"],
    )


def take_status(intake: Intake, record: Row) -> str:
    """A status of tasks."""
    need(record, "name", "code")
    row = intake.own(record) or intake.work.db.row(TaskStatus.select().where(TaskStatus.short_name == record["code"]))
    color = color_of(record, "bg_color")
    return intake.save(
        TaskStatus, row, name=record["name"], short_name=record["code"], color=color, shotgun_id=record["id"]
    )
