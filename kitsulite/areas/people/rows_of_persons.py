"""Rows of persons: who sees how much of them, and what may be written (docs/api/rows.md)."""

from typing import Any

import peewee
from peewee import SQL

from kitsulite.access.people import known_people, shown_to
from kitsulite.access.previewaccounts import is_preview_account
from kitsulite.access.roles import is_admin, is_client, is_manager, is_protected, is_self
from kitsulite.access.rules import Asked, Is, new
from kitsulite.areas.people import admins, apikeys, passwords, personvalues, removal, rights, sessions, signin
from kitsulite.models import BadValue
from kitsulite.models.people import NO_PREVIEW_ACCOUNT, OF_STUDIO, Person
from kitsulite.models.people_shapes import FOR_CLIENTS, MINIMAL, SAFE, full_name
from kitsulite.models.shapes import Shape, read
from kitsulite.rows.collection import Collection
from kitsulite.rows.filters import Listing, read_row
from kitsulite.rows.writing import columns_of, read_object
from kitsulite.storage import ForeignKeyViolation, Row, Wire
from kitsulite.work.errors import Forbidden, NotFound, Refused, WrongParameter
from kitsulite.work.filekeys import AVATAR, remove_files
from kitsulite.work.work import Begin, Work

FILTERS_OF_ALL = {"email", *MINIMAL.keys()}
"""What people who are no admins may filter by."""
WITH_PASSWORD = SAFE.but(plus={"password": Wire('"person"."password"')}, title="PersonWithPassword")
FOR_ADMINS = {
    "role",
    "departments",
    "active",
    "is_bot",
    "archived",
    "login_failed_attemps",
    "last_login_failed",
    "is_generated_from_ldap",
    "ldap_uid",
    "last_presence",
    "studio_id",
}
"""What people cannot change about themselves, and what they say of it is not looked at."""
TERMS = {"daily_salary", "position", "seniority", "contract_type", "is_guest"}
"""What people cannot change about themselves either; clients send it along, so it has to make sense."""
SECOND_FACTORS = {
    "totp_enabled",
    "totp_secret",
    "email_otp_enabled",
    "email_otp_secret",
    "fido_enabled",
    "fido_credentials",
    "otp_recovery_codes",
}
"""What only the routes of the second factors change."""
IDENTITIES = {"saml_issuer", "saml_subject", "oidc_issuer", "oidc_subject"}
"""Who somebody is to a single sign-on; only signing in by it says so."""
PREVIEWING = {"preview_project_id", "preview_opened_at", "preview_open_until"}
"""What makes an account one that is lent to look at a production."""
SERVER_ONLY = {"jti", *SECOND_FACTORS, *IDENTITIES, *PREVIEWING}
STUDIO_DEFAULTS = {"timezone", "locale"}
API_TOKEN, RIGHTS = "API token", "rights of before"
"""Where a piece of work keeps the token that it minted, until it is shown; and what a person was, until it is told."""


def is_full(work: Work) -> bool:
    """Whether the studio has as many active people as it may, bots and guests left out."""
    users = Person.select(Person.id).where(Person.active, ~Person.is_bot, OF_STUDIO)
    return work.db.count(users) >= work.settings.user_limit


def _may_make_person(work: Work, data: Row) -> bool:
    """Admin, while the studio has room."""
    if data.get("active") not in (False, 0) and not data.get("is_bot") and is_full(work):
        raise WrongParameter("User limit reached.", {"limit": work.settings.user_limit})
    return is_admin(work)


def _is_self_or_admin(work: Work, person: Row) -> bool:
    """Oneself, or admin."""
    return is_admin(work) or is_self(work, person["id"])


class Persons(Collection):
    """Everybody knows a little of everybody, clients are listed people of their teams; managers see single people whole, admins see all of them whole."""

    narrowed_by = ("full_name", "with_pass_hash")
    more_in_list = {"password": Wire("NULL", "text")}
    told_at_birth = ("password",)
    more_when_written = {"access_token": Wire("NULL", "text")}

    path, table = "persons", Person
    prepares = True
    create_by = new(_may_make_person)
    update_by = Is(_is_self_or_admin)
    writable = columns_of(Person, without={"password", *SERVER_ONLY}) | personvalues.CHECKS.keys()
    at_birth = frozenset({"password"})
    own_words = frozenset(personvalues.CHECKS)
    forms = {"data": lambda work, person, value: read_object("data", value)}

    # --- reading ---

    def load(self, work: Work, id: str) -> Row:
        row = super().load(work, id)
        if is_preview_account(row) and not is_self(work, row["id"]):
            raise NotFound(f"No person {id}.")
        return row

    def make_shape(self) -> Shape:
        return SAFE

    def shape_for(self, work: Work) -> Shape:
        return SAFE if is_manager(work) else MINIMAL

    def shape_in_list(self, work: Work, listing: Listing) -> Shape:
        if not is_admin(work):
            return shown_to(work, MINIMAL)
        wanted = listing.filters.get("with_pass_hash", "").lower() == "true"
        return WITH_PASSWORD if wanted and not work.caller.scope.is_narrow else SAFE

    def filterable(self, work: Work, key: str) -> bool:
        if is_admin(work) or key not in self.table.columns():
            return super().filterable(work, key)
        return key in (FOR_CLIENTS.keys() if is_client(work) else FILTERS_OF_ALL)

    def visible(self, work: Work) -> peewee.Node | None:
        return next(iter(known_people(work)), None)

    def query(self, work: Work, listing: Listing) -> peewee.ModelSelect:
        query = super().query(work, listing).where(NO_PREVIEW_ACCOUNT)
        name = listing.filters.get("full_name")
        return query if name is None else query.where(SQL(f"trim({full_name().sql})") == name)

    # --- writing ---

    def prepare(self, begin: Begin, data: Row, id: str | None) -> Row:
        with begin(writes=False) as work:
            settings = work.settings
            if id is None:
                self.create_by.check(work, Asked({}, {}, lambda: data))
        if settings.mail_check_deliverability and "email" in data:
            personvalues.read_email(data["email"], look_up=True)
        password = data.get("password") if id is None else None
        if password is not None:
            if not isinstance(password, str):
                raise BadValue("a password is a text")
            passwords.check_strength(settings, password, data)
            data = {**data, "password": passwords.hash_password(password)}
        return data

    def checked(self, work: Work, data: Row) -> Row:
        """The values of a new person, if there can be one with these."""
        values = dict(data)
        self.create_by.check(work, Asked({}, {}, lambda: values))
        personvalues.check(values)
        _require_free_email(work, values)
        return data

    def check_create(self, work: Work, data: Row) -> None:
        personvalues.check(data)
        _require_free_email(work, data)
        _drop(data, SERVER_ONLY | {key for key in STUDIO_DEFAULTS if data.get(key) is None})

    def defaults(self, work: Work) -> Row:
        return {"timezone": work.settings.default_timezone, "locale": work.settings.default_locale}

    def created(self, work: Work, row: Row, data: Row) -> None:
        if row["is_bot"]:
            work.memory[API_TOKEN] = sessions.mint_api_token(work, row)

    def answer_create(self, work: Work, row: Row) -> Any:
        return self._with_token(work, row)

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        by_admin = is_admin(work)
        _drop(data, set() if by_admin else FOR_ADMINS)
        self._check_expiration(work, row, data)
        if data.get("active") and not row["active"] and not row["is_bot"] and is_full(work):
            raise WrongParameter("User limit reached.")
        if is_protected(work, row) and not is_self(work, row["id"]):
            if "active" in data and not data["active"]:
                raise Forbidden("Can't set this person as inactive it's a protected account.")
            if "role" in data:
                raise Forbidden("Can't change the role of this person it's a protected account.")
        personvalues.check(data, row)
        _drop(data, set() if by_admin else TERMS)
        if {"email", "is_bot"} & data.keys():
            _require_free_email(work, {**row, **data})
        admins.keep_one(work, row, read_row(Person, data))
        work.memory[RIGHTS] = rights.rights(work, row["id"])

    def _check_expiration(self, work: Work, row: Row, data: Row) -> None:
        """Until when the token of an account counts is an admin's to say, and of another account: it mints a new one."""
        if "expiration_date" not in data:
            return
        given, known = data["expiration_date"], row["expiration_date"]
        if given is not None:
            given = personvalues.read_expiration_date(given, known)
        if given == known:
            del data["expiration_date"]
        elif not is_admin(work) or is_self(work, row["id"]):
            raise Forbidden

    def updated(self, work: Work, before: Row, row: Row, data: Row) -> None:
        if before["active"] and not row["active"]:
            apikeys.remove_keys(work, row["id"])
        elif row["active"] and not before["active"]:  # what was not used meanwhile, and so ended then, ends now
            sessions.end_sessions(work, row["id"], scripts_too=False)
        expires = row["expiration_date"]
        if "expiration_date" in data and (expires is None or not personvalues.is_past(expires)):
            work.memory[API_TOKEN] = sessions.mint_api_token(work, row)

    def emit(self, work: Work, action: str, row: Row) -> None:
        before = work.memory.pop(RIGHTS, None)
        told = rights.difference(before, rights.rights(work, row["id"])) if before else {}
        work.emit(f"person:{action}", {"person_id": row["id"], **told})

    def answer_update(self, work: Work, row: Row) -> Any:
        return self._with_token(work, row)

    def _with_token(self, work: Work, row: Row) -> Any:
        """The person whole, with departments and the token that was minted."""
        person = signin.show_person(work, row["id"])
        return {**read(person), "access_token": work.memory[API_TOKEN]} if API_TOKEN in work.memory else person

    # --- removing ---

    def before_delete(self, work: Work, row: Row, force: bool) -> None:
        if is_self(work, row["id"]):
            raise Forbidden
        if is_protected(work, row):
            raise Forbidden("Can't delete this person it's a protected account.")
        admins.keep_one(work, row, None)
        if force:
            removal.take_along(work, row["id"])

    def erase(self, work: Work, id: str) -> None:
        try:
            with work.db.savepoint():
                super().erase(work, id)
        except ForeignKeyViolation:
            raise Refused("Some data are still linked to given person.") from None

    def deleted(self, work: Work, row: Row) -> None:
        remove_files(work, row["id"], [AVATAR])
        self.emit(work, "delete", row)  # clients have always heard of it twice


def _drop(data: Row, keys: set[str]) -> None:
    for key in keys & data.keys():
        del data[key]


def _require_free_email(work: Work, person: Row) -> None:
    """Refuse the e-mail of somebody else; bots may have anybody's."""
    if person.get("is_bot") or not person.get("email"):
        return
    others = (Person.email == person["email"]) & ~Person.is_bot
    if "id" in person:
        others &= Person.id != person["id"]
    if work.exists(Person, others):
        raise WrongParameter("Email already in use.")


COLLECTIONS: list[Collection] = [Persons()]
