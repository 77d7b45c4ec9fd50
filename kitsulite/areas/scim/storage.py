"""What scim2-server asks of whoever keeps people and departments: here the tracker does, in the transaction at hand."""

import datetime
from collections.abc import Iterable
from typing import Any

import peewee
from peewee import fn
from scim2_models import (
    Meta,
    NotFoundException,
    NotImplementedException,
    Path,
    Reference,
    Resource,
    ResourceType,
    ResponseParameters,
    SearchRequest,
)
from scim2_server.storage import ScimStorage, SearchPage

from kitsulite.areas.people.newcomers import ROLE
from kitsulite.areas.scim import groups, people
from kitsulite.areas.scim.filters import Columns, Held, condition
from kitsulite.areas.scim.identities import LISTED
from kitsulite.areas.scim.resources import WORK, Group, GroupMember, InGroup, User
from kitsulite.models import Record, is_uuid
from kitsulite.models.own import Provisioned
from kitsulite.models.people import Department, DepartmentLink, Person
from kitsulite.storage import Row
from kitsulite.work.work import Work

Parameters = ResponseParameters[Any] | None
USER, GROUP = "User", "Group"
ONE_KIND = "Search people at /Users and departments at /Groups, not both at once."
NOBODY = "There is no {} {}."
OfGroup = Provisioned.alias("of_group")
FULL_NAME = fn.TRIM(Person.first_name.concat(" ").concat(Person.last_name))
LINKS = DepartmentLink.select(DepartmentLink.person_id).join(
    Department, on=Department.id == DepartmentLink.department_id
)


def _only_where(column: Any, text: str) -> Any:
    """A text of ours, where a column holds something."""
    return peewee.Case(None, [(column != "", peewee.SQL(f"'{text}'"))], None)


def _in_groups(found: Any) -> Any:
    return Person.id.in_(LINKS.where(found))


def _has_members(found: Any) -> Any:
    members = groups.members_of(found)
    return Department.id.in_(members.select(DepartmentLink.department_id))


def _entry(name: str, column: Any) -> Columns:
    return {
        (name, "value"): Held(column),
        (name, "type"): Held(_only_where(column, WORK)),
        (name, "primary"): Held(peewee.Case(None, [(column != "", peewee.SQL("'true'"))], None)),
        (name, None): Held(column),
    }


def _common(table: type[Record], external_id: Any) -> Columns:
    columns = table.columns()
    return {
        ("id", None): Held(columns["id"], "id"),
        ("external_id", None): Held(external_id, "exact"),
        ("meta", "created"): Held(columns["created_at"], "moment"),
        ("meta", "last_modified"): Held(columns["updated_at"], "moment"),
    }


OF_USERS: Columns = {
    **_common(Person, Provisioned.external_id),
    ("user_name", None): Held(fn.COALESCE(Provisioned.user_name, Person.email)),
    ("name", "given_name"): Held(Person.first_name),
    ("name", "family_name"): Held(Person.last_name),
    ("display_name", None): Held(
        peewee.Case(None, [(Provisioned.user_name.is_null(), FULL_NAME)], Provisioned.display_name)
    ),
    ("active", None): Held(Person.active, "flag"),
    **_entry("emails", Person.email),
    **_entry("phone_numbers", Person.phone),
    ("roles", "value"): Held(fn.NULLIF(Person.role, ROLE)),
    ("roles", None): Held(fn.NULLIF(Person.role, ROLE)),
    ("groups", "value"): Held(Department.id, "id", _in_groups),
    ("groups", "display"): Held(Department.name, "text", _in_groups),
    ("groups", None): Held(Department.id, "id", _in_groups),
}
OF_GROUPS: Columns = {
    **_common(Department, OfGroup.external_id),
    ("display_name", None): Held(Department.name),
    ("members", "value"): Held(Person.id, "id", _has_members),
    ("members", None): Held(Person.id, "id", _has_members),
}


class Storage(ScimStorage):
    """See the module.

    locks  whether what is read is about to be written: nobody else changes it until then
    """

    def __init__(self, work: Work, *, locks: bool) -> None:
        self.work, self.locks = work, locks
        self.few: Parameters = ResponseParameters(excluded_attributes=[Path("members")])

    def get(self, resource_type: ResourceType, resource_id: str, *, response_parameters: Parameters = None) -> Any:
        table, query = (Person, _people()) if resource_type.name == USER else (Department, _departments())
        rows: list[Row] = []
        if is_uuid(resource_id):
            if self.locks and self.work.exists(table, table.columns()["id"] == resource_id.lower()):
                self.work.hold(table, resource_id)
            rows = self.work.db.rows(query.where(table.columns()["id"] == resource_id.lower()))
        if not rows:
            raise NotFoundException(detail=NOBODY.format(str(resource_type.name).lower(), resource_id[:80]))
        return self._shown(resource_type, rows, response_parameters)[0]

    def without_members(self, resource_type: ResourceType, resource_id: str) -> Any:
        """A department, but not who is in it."""
        return self.get(resource_type, resource_id, response_parameters=self.few)

    def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        if len(resource_types) > 1:
            raise NotImplementedException(detail=ONE_KIND)
        [resource_type] = resource_types
        query, columns = (_people(), OF_USERS) if resource_type.name == USER else (_departments(), OF_GROUPS)
        if search_request.filter is not None:
            query = query.where(condition(self.work.db, search_request.filter, columns))
        total = self.work.db.count(query)
        start, count = search_request.start_index or 1, search_request.count or 0
        rows: list[Row] = []
        if count and start <= total:
            table = Person if resource_type.name == USER else Department
            rows = self.work.db.rows(query.order_by(table.created_at, table.id).limit(count).offset(start - 1))
        return SearchPage(total, self._shown(resource_type, rows, search_request))

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Any:
        make: Any = people.make if resource_type.name == USER else groups.make
        return self.get(resource_type, make(self.work, resource))

    def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Any:
        change: Any = people.change if resource_type.name == USER else groups.change
        change(self.work, resource.id, resource)
        return self.get(resource_type, str(resource.id))

    def delete(self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None) -> None:
        (people if resource_type.name == USER else groups).remove(self.work, resource_id)

    # --- what is shown ---

    def _shown(self, resource_type: ResourceType, rows: list[Row], parameters: Parameters) -> list[Resource[Any]]:
        many = "groups" if resource_type.name == USER else "members"
        ids = [row["id"] for row in rows] if _is_kept(parameters, many) else []
        return self._users(rows, ids) if resource_type.name == USER else self._groups(rows, ids)

    def _users(self, rows: list[Row], ids: list[str]) -> list[Resource[Any]]:
        query = LINKS.select(DepartmentLink.person_id, Department.id, Department.name)
        found: dict[str, list[InGroup]] = {}
        for person_id, id, name in self._linked(query, DepartmentLink.person_id, ids, Department.name):
            found.setdefault(person_id, []).append(InGroup(value=id, ref=Reference(f"Groups/{id}"), display=name))
        return [_made(User, row, groups=found.get(row["id"]), **people.described(row)) for row in rows]

    def _groups(self, rows: list[Row], ids: list[str]) -> list[Resource[Any]]:
        query = groups.members_of(LISTED).select(DepartmentLink.department_id, Person.id)
        found: dict[str, list[GroupMember]] = {}
        for department_id, id in self._linked(query, DepartmentLink.department_id, ids, Person.created_at):
            found.setdefault(department_id, []).append(GroupMember(value=id, ref=Reference(f"Users/{id}"), type=USER))
        return [_made(Group, row, members=found.get(row["id"]), display_name=row["name"]) for row in rows]

    def _linked(self, query: Any, column: Any, ids: list[str], order: Any) -> Iterable[tuple[Any, ...]]:
        return self.work.db.tuples(query.where(column.in_(ids)).order_by(order)) if ids else ()


def _people() -> Any:
    columns = Person.columns()
    shown = ("id", "created_at", "updated_at", "first_name", "last_name", "email", "phone", "active", "role")
    said = (Provisioned.external_id, Provisioned.user_name, Provisioned.display_name)
    query = Person.select(*(columns[name] for name in shown), *said)
    return query.left_outer_join(Provisioned, on=Provisioned.person_id == Person.id).where(LISTED)


def _departments() -> Any:
    columns = (Department.id, Department.created_at, Department.updated_at, Department.name, OfGroup.external_id)
    return Department.select(*columns).left_outer_join(OfGroup, on=OfGroup.department_id == Department.id)


def _is_kept(parameters: Parameters, attribute: str) -> bool:
    """Whether an attribute that takes a query of its own is in the answer. Where that is not plain it is."""
    if parameters is None:
        return True
    asked = [str(path).rpartition(":")[2].partition(".")[0].lower() for path in parameters.attributes or ()]
    left_out = [str(path).rpartition(":")[2].lower() for path in parameters.excluded_attributes or ()]
    return (not asked or attribute in asked) and attribute not in left_out


def _made(kind: type[Resource[Any]], row: Row, **attributes: Any) -> Resource[Any]:
    created, changed = (
        datetime.datetime.fromisoformat(row[name]).replace(tzinfo=datetime.UTC) for name in ("created_at", "updated_at")
    )
    meta = Meta(resource_type=kind.__name__, created=created, last_modified=changed)
    held = {name: value for name, value in attributes.items() if value is not None}
    return kind(id=row["id"], external_id=row["external_id"] or None, meta=meta, **held)
