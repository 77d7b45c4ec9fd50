"""A production's team, and the role that each of its people has there (docs/api/productions.md)."""

from typing import Any

from kitsulite.access.previewaccounts import find_person
from kitsulite.access.projects import CLIENT, has_role, is_project_manager
from kitsulite.access.roles import is_manager
from kitsulite.areas.tasks.assignments import JOINED
from kitsulite.models.people import NO_PREVIEW_ACCOUNT, Person
from kitsulite.models.people_shapes import FOR_CLIENTS, MINIMAL, SAFE, UNPAID
from kitsulite.models.productions import Project, ProjectPersonLink
from kitsulite.models.project_shapes import PROJECT
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.storage import Wire
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

PROJECT_ROLE = Wire('"project_person_link"."role"', "text")
MEMBER = SAFE.with_relations().but(plus={"project_role": PROJECT_ROLE}, title="TeamMember")
LEFT = {"previous_in_team": True, "new_in_team": False}
"""What events say of who leaves a team."""
MEMBER_UNPAID = UNPAID.with_relations().but(plus={"project_role": PROJECT_ROLE}, title="TeamMemberWithoutSalary")
MEMBER_FOR_CLIENTS = FOR_CLIENTS.but(
    plus={"project_role": PROJECT_ROLE},
    kept=frozenset({*FOR_CLIENTS.keys(), "project_role"}),
    title="TeamMemberForClients",
)
MEMBER_IN_BRIEF = MINIMAL.but(plus={"project_role": PROJECT_ROLE}, title="TeamMemberInBrief")


def members(work: Work, project_id: str) -> Raw:
    """The people of a team, each with the `project_role` they were given; managers see all of them but secrets, salaries only
    those of the studio."""
    query = (
        _shape(work, project_id)
        .select(work.db)
        .join(ProjectPersonLink, on=ProjectPersonLink.person_id == Person.id)
        .where(ProjectPersonLink.project_id == project_id, NO_PREVIEW_ACCOUNT)
    )
    return many(work.db, query.order_by(Person.first_name, Person.last_name))


def _shape(work: Work, project_id: str) -> Shape:
    """How much of the people of a team the caller sees."""
    if not is_project_manager(work, project_id):
        return MEMBER_FOR_CLIENTS if has_role(work, project_id, CLIENT) else MEMBER_IN_BRIEF
    return MEMBER if is_manager(work) else MEMBER_UNPAID


def add_member(work: Work, project_id: str, person_id: str, role: str | None) -> Raw:
    """Take somebody into the team; who is in it already stays, with the role given if any. Answers the project."""
    person = find_person(work, person_id)
    if person is None:
        raise WrongParameter(f"Person with id {person_id} not found")
    work.hold(Project, project_id)  # two who add the same person come one after the other
    if not work.exists(ProjectPersonLink, *_link(project_id, person["id"])):
        work.insert(ProjectPersonLink, project_id=project_id, person_id=person["id"])
        work.emit("project:update", {"person_id": person["id"], **JOINED}, project_id)
    if role is not None:
        _set_role(work, project_id, person["id"], role)
    return project(work, project_id)


def change_role(work: Work, project_id: str, person_id: str, role: str | None) -> dict[str, Any]:
    """Give somebody of the team another role there; None for their global one."""
    person = find_person(work, person_id)
    if person is None or not work.exists(ProjectPersonLink, *_link(project_id, person["id"])):
        raise WrongParameter("Person is not a member of the project team")
    _set_role(work, project_id, person["id"], role)
    return {"project_id": project_id, "person_id": person["id"], "role": role}


def _set_role(work: Work, project_id: str, person_id: str, role: str | None) -> None:
    before = work.db.value(ProjectPersonLink.select(ProjectPersonLink.role).where(*_link(project_id, person_id)))
    work.db.run(ProjectPersonLink.update(role=role).where(*_link(project_id, person_id)))
    told = {"person_id": person_id, "previous_project_role": before, "new_project_role": role}
    work.emit("project:update", told, project_id)


def remove_member(work: Work, project_id: str, person_id: str) -> None:
    """Take somebody out of the team; their tasks stay theirs."""
    person = find_person(work, person_id)
    was_in = person is not None and work.delete(ProjectPersonLink, *_link(project_id, person["id"]))
    work.emit("project:update", {"person_id": person["id"], **LEFT} if person and was_in else {}, project_id)


def _link(project_id: str, person_id: str) -> tuple[Any, Any]:
    return ProjectPersonLink.project_id == project_id, ProjectPersonLink.person_id == person_id


def project(work: Work, project_id: str) -> Raw:
    """The project's own row, as changes of its settings are answered."""
    return work.show(PROJECT, project_id)
