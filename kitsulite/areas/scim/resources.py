"""What SCIM is told of people and of departments: the attributes that the tracker keeps, and no others (docs/sso.md).

The protocol is scim2-server's, the forms are scim2-models'; both are loaded when SCIM is first asked something.
"""

import functools
from http import HTTPStatus
from typing import Annotated, Any, ClassVar

from pydantic import Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Filter,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ResponseParameters,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService

MOST = 200
"""Rows of a page at most."""
ROLES = ("manager", "supervisor", "client", "vendor")
"""What SCIM makes of people, beside artists; admins make admins."""
WORK = "work"
"""Of which type the e-mail and the telephone number of a person are."""


class Name(ComplexAttribute):
    """The first and the last name."""

    given_name: str | None = None
    """The first name."""

    family_name: str | None = None
    """The last name."""


class Email(ComplexAttribute):
    """The e-mail of the account."""

    value: Annotated[str | None, Required.true] = None
    """The address."""

    type: str | None = Field(None, examples=[WORK])
    """Always `work`."""

    primary: bool | None = None
    """Whether this is the one that is kept, where several are sent. Of what is kept it always is."""


class PhoneNumber(ComplexAttribute):
    """The telephone number of the account."""

    value: Annotated[str | None, Required.true] = None
    """The number."""

    type: str | None = Field(None, examples=[WORK])
    """Always `work`."""

    primary: bool | None = None
    """Whether this is the one that is kept, where several are sent. Of what is kept it always is."""


class Role(ComplexAttribute):
    """What somebody is in the studio; who has none is an artist."""

    value: Annotated[str | None, Required.true] = Field(None, examples=list(ROLES))
    """The role."""

    primary: bool | None = None
    """Whether this is the one that is kept, where several are sent. Of what is kept it always is."""


class InGroup(ComplexAttribute):
    """A department that somebody is in."""

    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    """The id of the department."""

    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """Where it is to be had."""

    display: Annotated[str | None, Mutability.read_only] = None
    """Its name."""


class User(Resource[Any]):
    """A person of the studio."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """The name that they have in the directory, mostly their e-mail."""

    name: Name | None = None
    """Their name."""

    Name: ClassVar[type[ComplexAttribute]] = Name

    display_name: str | None = None
    """What the directory calls them."""

    active: Annotated[bool | None, Required.true] = None
    """Whether they may sign in."""

    emails: Annotated[list[Email] | None, Required.true] = None
    """The e-mail of the account; of several the primary one is kept, else the one for work, else the first."""

    Emails: ClassVar[type[ComplexAttribute]] = Email

    phone_numbers: list[PhoneNumber] | None = None
    """The telephone number, chosen in the same way."""

    PhoneNumbers: ClassVar[type[ComplexAttribute]] = PhoneNumber

    roles: list[Role] | None = None
    """What they are in the studio."""

    Roles: ClassVar[type[ComplexAttribute]] = Role

    groups: Annotated[list[InGroup] | None, Mutability.read_only] = None
    """The departments that they are in."""

    Groups: ClassVar[type[ComplexAttribute]] = InGroup


class GroupMember(ComplexAttribute):
    """Somebody in a department."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    """The id of the person."""

    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """Where they are to be had."""

    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])
    """Always `User`."""


class Group(Resource[Any]):
    """A department."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """Its name."""

    members: list[GroupMember] | None = None
    """Who is in it."""

    Members: ClassVar[type[ComplexAttribute]] = GroupMember


class Service(ScimService):
    """A change of a person is answered with the person, one of a department with nothing: it may have many members."""

    def patch_response(
        self, base_url: str, resource: Resource[Any], response_parameters: ResponseParameters[Any]
    ) -> ScimResponse:
        if isinstance(resource, User):
            return self.replacement_response(base_url, resource, response_parameters)
        return ScimResponse(HTTPStatus.NO_CONTENT)


@functools.cache
def service() -> ScimService:
    """The protocol, for what this studio keeps and can do. What others send beside that is passed over, and Entra's ways are known."""
    config = ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MOST),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=False),
        etag=ETag(supported=False),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="Token",
                description="The token of a bot or of a key of the studio.",
                primary=True,
            )
        ],
    )
    policy = ScimPolicy(
        unknown=ScimPolicy.Unknown.ignore,
        remove_value_as_filter=ScimPolicy.RemoveValue.apply,
        unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
    )
    return Service(ScimProvider([User, Group], config=config, policy=policy))
