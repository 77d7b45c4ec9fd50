"""How people and their organisation look on the wire (docs/api/signing-in.md)."""

from kitsulite.models.people import Organisation, Person
from kitsulite.models.shapes import Shape
from kitsulite.storage import Wire

SECRETS_OF_OLD = (
    "password",
    "login_failed_attemps",
    "last_login_failed",
    "totp_secret",
    "email_otp_secret",
    "fido_credentials",
    "otp_recovery_codes",
    "jti",
)
CHAT_SECRETS = ("chat_token_slack", "chat_webhook_mattermost", "chat_token_discord")


def full_name(alias: str = "person") -> Wire:
    """A person's whole name, `alias` being the name of the person table in the query at hand."""
    first, last = f'"{alias}"."first_name"', f'"{alias}"."last_name"'
    return Wire(f"(CASE WHEN {first} <> '' AND {last} <> '' THEN {first} || ' ' || {last} ELSE {first} || {last} END)")


def role_in(person: str, project_id: str) -> str:
    """SQL for the role that a row of the person table (`person` its alias) has on a project (an expression)."""
    own = (
        f"SELECT link.role FROM project_person_link AS link WHERE link.project_id = {project_id} "
        f"AND link.person_id = {person}.id AND link.role <> 'admin'"
    )
    return f"CASE WHEN {person}.role = 'admin' THEN 'admin' ELSE coalesce(({own}), {person}.role) END"


SAFE = Shape(Person, plus={"full_name": full_name()}, title="Person")
"""Everything but secrets."""

UNPAID = SAFE.but(plus={"daily_salary": Wire("NULL", "integer")}, title="PersonWithoutSalary")
"""The same for who manages a production and not the studio: salaries are not theirs to know."""

GUEST = SAFE.but(
    plus={
        **{name: Wire("'null'", "json") for name in SECRETS_OF_OLD},
        "login_failed_attemps": Wire("0", "integer"),
    },
    title="Guest",
)
"""Somebody who came through a share link. Older clients expect the secrets to be there; a guest has none."""

MINIMAL = Shape(
    Person,
    only=("id", "first_name", "last_name", "has_avatar", "active", "studio_id", "role", "desktop_login", "is_bot"),
    plus={"full_name": full_name(), "departments": Wire("'[]'", "json")},
    title="PersonInBrief",
)
"""What everybody may know of everybody; `departments` is empty unless relations are asked for."""

_OF_CLIENTS = ("id", "first_name", "last_name", "has_avatar", "active", "role", "is_bot")
FOR_CLIENTS = Shape(
    Person,
    only=_OF_CLIENTS,
    plus={"full_name": full_name()},
    kept=frozenset({*_OF_CLIENTS, "type", "full_name"}),
    title="PersonForClients",
)
"""What clients may know of the people of their teams, whether relations are asked for or not."""

SHORT = Shape(
    Person,
    type=None,
    only=("id", "first_name", "last_name", "has_avatar", "role"),
    plus={"full_name": full_name()},
    title="Author",
)
"""The author of a comment or a news."""

ORGANISATION = Shape(Organisation)
"""The organisation as admins see it."""

PUBLIC_ORGANISATION = Shape(Organisation, without=CHAT_SECRETS, title="OrganisationInPublic")
"""The organisation as everybody sees it."""
