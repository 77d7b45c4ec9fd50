"""What people and departments look like in SCIM, for the documentation of the API; the forms that count are in `resources.py`."""

from typing import Any

import msgspec


class ScimName(msgspec.Struct, rename="camel"):
    given_name: str = ""
    family_name: str = ""


class ScimValue(msgspec.Struct):
    """One of many, of which the tracker keeps one."""

    value: str = ""
    type: str = ""
    primary: bool = False


class ScimLink(msgspec.Struct):
    """Somebody in a department, or a department of somebody."""

    value: str = ""
    ref: str = msgspec.field(default="", name="$ref")
    display: str = ""
    type: str = ""


class ScimMeta(msgspec.Struct, rename="camel"):
    resource_type: str = ""
    created: str = ""
    last_modified: str = ""
    location: str = ""


class ScimUserSent(msgspec.Struct, rename="camel"):
    """A person, as a directory sends them; what is not told here is passed over."""

    user_name: str
    schemas: list[str]
    external_id: str | None = None
    name: ScimName | None = None
    display_name: str | None = None
    active: bool | None = None
    emails: list[ScimValue] | None = None
    phone_numbers: list[ScimValue] | None = None
    roles: list[ScimValue] | None = None


class ScimUser(msgspec.Struct, rename="camel"):
    """A person of the studio; `groups` are the departments."""

    id: str = ""
    schemas: list[str] = []
    meta: ScimMeta | None = None
    external_id: str = ""
    user_name: str = ""
    name: ScimName | None = None
    display_name: str = ""
    active: bool = True
    emails: list[ScimValue] = []
    phone_numbers: list[ScimValue] = []
    roles: list[ScimValue] = []
    groups: list[ScimLink] = []


class ScimGroupSent(msgspec.Struct, rename="camel"):
    """A department, as a directory sends it."""

    display_name: str
    schemas: list[str]
    external_id: str | None = None
    members: list[ScimLink] | None = None


class ScimGroup(msgspec.Struct, rename="camel"):
    """A department."""

    id: str = ""
    schemas: list[str] = []
    meta: ScimMeta | None = None
    external_id: str = ""
    display_name: str = ""
    members: list[ScimLink] = []


class ScimOperation(msgspec.Struct):
    """A change: `add`, `replace` or `remove`, in any case; without a path the value is an object."""

    op: str
    path: str | None = None
    value: Any = None


class ScimChange(msgspec.Struct):
    schemas: list[str]
    operations: list[ScimOperation] = msgspec.field(name="Operations")


class Shown(msgspec.Struct, rename="camel"):
    """Which attributes are answered."""

    attributes: str | None = None
    excluded_attributes: str | None = None


class Listed(Shown, rename="camel"):
    """Which of all, and how many of them."""

    filter: str | None = None
    start_index: int | None = None
    count: int | None = None


class ScimSearch(msgspec.Struct, rename="camel"):
    """What a list is asked for, in a body."""

    schemas: list[str]
    filter: str | None = None
    start_index: int | None = None
    count: int | None = None
    attributes: list[str] | None = None
    excluded_attributes: list[str] | None = None


def page_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """A page of a list."""
    numbers = dict.fromkeys(("totalResults", "itemsPerPage", "startIndex"), int)
    return {"schemas": [str], **numbers, "Resources": [kind]}
