"""Whom a directory of the studio's own sends: found by who they are there, and by their e-mail while that is not known (docs/sso.md)."""

from collections.abc import Callable
from typing import Any, NamedTuple

from kitsulite.access.roles import is_protected
from kitsulite.areas.people import rights, sessions, signin
from kitsulite.areas.people.newcomers import make_newcomer
from kitsulite.areas.people.rows_of_persons import RIGHTS, Persons, is_full
from kitsulite.areas.people.signin import Device
from kitsulite.models.people import OF_STUDIO, Person
from kitsulite.storage import Row, UniqueViolation
from kitsulite.work.errors import ShortlyRefused, WrongParameter
from kitsulite.work.work import Begin, Work, operator

BOUND_ELSEWHERE = "This account cannot be signed in to with this identity. Ask an administrator."


class Start(NamedTuple):
    """Where a browser is sent, and the cookie by which it is known when it comes back."""

    address: str
    cookie: str


class Identity(NamedTuple):
    """Who somebody is to a directory: a subject of an issuer. `kind` is the protocol, as columns of people begin.

    subject  None where the directory knows people by their e-mail alone, and binds nobody
    """

    kind: str
    issuer: str
    subject: str | None

    @property
    def columns(self) -> Row:
        if self.subject is None:
            return {}
        return {f"{self.kind}_issuer": self.issuer, f"{self.kind}_subject": self.subject}


def admit(
    begin: Begin, identity: Identity, said: Row, proved_email: Callable[[], str], device: Device, *, exempt: bool
) -> dict[str, Any] | None:
    """The session of whom a directory sends; None for who is closed out here, or has no room.

    said          what the directory says of them now, as columns and `departments`; it is written where it differs
    proved_email  the e-mail by which they are found, or made, while they are not bound; it refuses what is not proved
    exempt        from what second factors ask for

    Of two first visits at once the second finds the account made.
    """
    try:
        return _let_in(begin, identity, said, proved_email, device, exempt=exempt)
    except (UniqueViolation, WrongParameter):
        return _let_in(begin, identity, said, proved_email, device, exempt=exempt)


def _let_in(
    begin: Begin, identity: Identity, said: Row, proved_email: Callable[[], str], device: Device, *, exempt: bool
) -> dict[str, Any] | None:
    with begin() as work:
        person = _known(work, identity) or _first_time(work, identity, said, proved_email())
        if person is None or not person["active"]:
            return None
        before = rights.rights(work, person["id"])
        known = {**person, "departments": before["departments"]}
        changes = {key: value for key, value in {**said, **identity.columns}.items() if known[key] != value}
        if changes:
            work.memory[RIGHTS] = before
            Persons().change(work, person, changes)
        return signin.open_for(work, work.get(Person, person["id"]), device, exempt=exempt)


def end_sessions(begin: Begin, identity: Identity) -> None:
    """Sign somebody out everywhere, because the directory says so."""
    with begin() as work:
        if person := _known(work, identity):
            sessions.end_sessions(work, person["id"])


def _known(work: Work, identity: Identity) -> Row | None:
    if not identity.columns:
        return None
    columns = Person.columns()
    is_them = [columns[name] == value for name, value in identity.columns.items()]
    return work.db.row(Person.select().where(*is_them, ~Person.is_bot, OF_STUDIO))


def _first_time(work: Work, identity: Identity, said: Row, email: str) -> Row | None:
    """The account that has the e-mail, else a new one; None where there is no room for one.

    An account that somebody else could so take over is refused: one that is protected, or bound to another identity.
    """
    person = signin.find_by_email(work, email)
    if person is not None:
        if identity.columns and (is_protected(work, person) or any(person[name] for name in identity.columns)):
            raise ShortlyRefused(BOUND_ELSEWHERE)
        return person
    if is_full(work):
        return None
    return make_newcomer(work.in_name_of(operator(identity.kind)), email, said)
