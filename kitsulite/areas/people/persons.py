"""What admins do with accounts: invitations, passwords, second factors, avatars, departments (docs/api/people.md)."""

from kitsulite.access.previewaccounts import get_person
from kitsulite.access.roles import is_operator, is_protected, is_self
from kitsulite.areas.people import lastseen, lockout, passwords, personvalues, rights, secondfactors, sessions, signin
from kitsulite.areas.telling import letters
from kitsulite.models.people import Department, DepartmentLink, Person
from kitsulite.models.shapes import Raw
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound, Refused, WrongParameter
from kitsulite.work.filekeys import AVATAR, remove_files
from kitsulite.work.work import Begin, Work


def invite(work: Work, person_id: str) -> None:
    """Mail a link by which somebody sets a first password."""
    person = _reachable(work, person_id)
    token = signin.make_reset_token(work, person["id"], signin.INVITATION_LIFE)
    link = signin.reset_link(work.settings, person, token, is_new=True)
    letters.send(work, person, "invitation", link=link, email=person["email"])


def reset_password_link(work: Work, person_id: str) -> str:
    """A link by which somebody sets a new password, to be handed over by the admin. A pending token is used again."""
    person = _reachable(work, person_id)
    _refuse_untouchable(work, person)
    token = signin.make_reset_token(work, person["id"], signin.RESET_LIFE, reuse=True)
    work.emit("person:make-reset-link", {"person_id": person["id"]})
    return signin.reset_link(work.settings, person, token)


def change_password(begin: Begin, person_id: str, password: str, address: str | None) -> None:
    """Set somebody's password, which ends the sessions of that person (but not the one that the admin works in)."""
    with begin(writes=False) as work:
        person = get_person(work, person_id)
        _refuse_untouchable(work, person)
        passwords.check_strength(work.settings, password, person)
    hashed = passwords.hash_password(password)
    with begin() as work:
        person = get_person(work, person_id)
        _refuse_untouchable(work, person)
        token = work.caller.token
        signin.set_password(work, person["id"], hashed, but=token["session_id"] if token else None)
        work.emit("person:set-password", {"person_id": person["id"]})
        letters.send(work, person, "password_changed_by_admin", address=address)


def _reachable(work: Work, person_id: str) -> Row:
    """A person who has an e-mail address, by which a new password is set."""
    person = get_person(work, person_id)
    if not person["email"]:
        raise Refused("This person has no e-mail address.")
    return person


def _refuse_untouchable(work: Work, person: Row) -> None:
    """Nobody else sets the password of a protected account, or of an admin who has one; but the operator may."""
    if is_self(work, person["id"]) or is_operator(work):
        return
    if is_protected(work, person):
        raise Refused("This user is in protected accounts.")
    if person["role"] == "admin" and person["password"] is not None:
        raise Refused("An admin can't change another admin's password.")


def disable_second_factors(work: Work, person_id: str, address: str | None) -> None:
    """Turn off every second factor of somebody who cannot get in any more."""
    person = get_person(work, person_id)
    if person["role"] == "admin" and not (is_self(work, person["id"]) or is_operator(work)):
        raise Refused("An admin can't disable 2FA for other admins.")
    if not secondfactors.enabled(person):
        raise Refused("Two factor authentication not enabled for this user.")
    secondfactors.disable_all(work, person["id"])
    letters.send(work, person, "second_factor_disabled", address=address)


def account(work: Work, person_id: str) -> Row:
    """How somebody gets in: `second_factors`, `is_locked`, `failed_logins`, `has_password`, `has_api_token`, `sessions`, and
    the moment of the last request, `last_seen`."""
    person = get_person(work, person_id)
    is_locked, failed = lockout.state(work, person)
    return {
        "second_factors": [secondfactors.LABELS[factor] for factor in secondfactors.enabled(person)],
        "is_locked": is_locked,
        "failed_logins": failed,
        "has_password": person["password"] is not None,
        "has_api_token": person["jti"] is not None,
        "last_seen": lastseen.last_seen(work, [person["id"]]).get(person["id"]),
        "sessions": sessions.list_sessions(work, person["id"]),
    }


def unlock(work: Work, person_id: str) -> None:
    """Let somebody try to sign in again, who failed too often."""
    person = get_person(work, person_id)
    lockout.unlock(work, person["id"])
    work.emit("person:unlock", {"person_id": person["id"]})


def end_sessions(work: Work, person_id: str, session_id: str | None = None) -> None:
    """Sign somebody out: of one session, else everywhere."""
    person = get_person(work, person_id)
    if session_id is None:
        sessions.end_sessions(work, person["id"])
    elif any(session["id"] == session_id for session in sessions.list_sessions(work, person["id"])):
        sessions.end_session(work, session_id)
    else:
        raise NotFound(f"This person has no session {session_id}.")
    work.emit("person:end-sessions", {"person_id": person["id"]})


def new_token(work: Work, person_id: str, last_day: str | None) -> str:
    """Give an account a new API token that counts until the end of a day, or for ever; the one of before stops working."""
    person = get_person(work, person_id)
    if last_day is not None:
        last_day = personvalues.read_expiration_date(last_day, person["expiration_date"])
    work.update(Person, person["id"], expiration_date=last_day)
    work.emit("person:update", {"person_id": person["id"]})
    return sessions.mint_api_token(work, work.get(Person, person["id"]))


def clear_avatar(work: Work, person_id: str) -> None:
    """Take somebody's picture away."""
    person = get_person(work, person_id)
    work.update(Person, person["id"], has_avatar=False)
    remove_files(work, person["id"], [AVATAR])
    work.emit("person:update", {"person_id": person["id"]})


def add_department(work: Work, person_id: str, department_id: str) -> Raw:
    """Put somebody into a department; the person, with departments."""
    department, person = _department(work, department_id), get_person(work, person_id)
    before = rights.rights(work, person["id"])
    link = {"person_id": person["id"], "department_id": department["id"]}
    work.db.run(DepartmentLink.insert(link).on_conflict_ignore())
    _touched(work, person, before)
    return signin.show_person(work, person["id"])


def remove_department(work: Work, person_id: str, department_id: str) -> None:
    """Take somebody out of a department, whether in it or not."""
    department, person = _department(work, department_id), get_person(work, person_id)
    before = rights.rights(work, person["id"])
    work.delete(
        DepartmentLink, DepartmentLink.person_id == person["id"], DepartmentLink.department_id == department["id"]
    )
    _touched(work, person, before)


def _department(work: Work, department_id: str) -> Row:
    department = work.find(Department, department_id)
    if department is None:
        raise WrongParameter("Department ID matches no department")
    return department


def _touched(work: Work, person: Row, before: Row) -> None:
    work.update(Person, person["id"])
    told = rights.difference(before, rights.rights(work, person["id"]))
    work.emit("person:update", {"person_id": person["id"], **told})
