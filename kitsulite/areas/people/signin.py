"""Signing in with a password, changing it, and getting a new one (docs/api/signing-in.md).

Checking a password takes tens of milliseconds. So these functions take `begin` and open short transactions around it, and
what has to stay although the login fails, such as the count of failures, has a transaction of its own.
"""

import datetime
import hmac
import secrets
import string
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from kitsulite.access.previewaccounts import is_open, is_preview_account
from kitsulite.areas.people import fido, ldap, lockout, passwords, secondfactors, sessions
from kitsulite.areas.people.secondfactors import Proof, Verdict
from kitsulite.areas.telling import letters
from kitsulite.models import Column
from kitsulite.models.own import Secret
from kitsulite.models.people import NO_PREVIEW_ACCOUNT, OF_STUDIO, LoginLog, Person
from kitsulite.models.people_shapes import SAFE
from kitsulite.models.shapes import Raw, read
from kitsulite.settings import Settings
from kitsulite.storage import Row
from kitsulite.work import shortlived
from kitsulite.work.errors import LoginRefused, Refused
from kitsulite.work.organisation import organisation
from kitsulite.work.work import Begin, Caller, Work

RESET = "password reset"
RESET_MAILS = "reset mails"
WRONG = "Wrong email or password."
OF_DIRECTORY = "Your password is that of the studio's directory: change it there."
CLOSED = "This preview is closed. Ask who gave you the password to open it."
WRONG_TOKEN = "Wrong or expired token."
RESET_MAILS_ALLOWED = 5
RESET_LIFE = datetime.timedelta(hours=2)
INVITATION_LIFE = datetime.timedelta(days=7)
DECISIVE = (
    "password",
    "active",
    "is_generated_from_ldap",
    "desktop_login",
    *(f"{factor}_enabled" for factor in secondfactors.LABELS),
)
"""What decides whether somebody gets in."""
TOKEN_LENGTH = 64
TOKEN_LETTERS = string.ascii_uppercase + string.digits


class Device(NamedTuple):
    """What somebody signs in with.

    address  its IP address, if that can be known
    browser  whether it is a browser; else a script
    cookie   the `session` cookie, which knows the pending challenge of a security key
    name     what it is, in a word or two
    before   the token of the session that it was in until now, which a new one takes the place of
    """

    address: str | None
    browser: bool
    cookie: str | None = None
    name: str = ""
    before: str | None = None


# --- signing in ---


def log_in(begin: Begin, login: str, password: str, proof: Proof, device: Device) -> dict[str, Any]:
    """A session for who knows the password of an e-mail or desktop login, and has the second factor.

    Answers the person, the organisation and the tokens. LoginRefused says what was wrong.
    """
    try:
        try:
            return _let_in(begin, login, password, proof, device)
        except _Changed:
            return _let_in(begin, login, password, proof, device)
    except lockout.TooManyTries as closed:
        raise lockout.LockedOut(str(closed)) from None


class _Changed(LoginRefused):
    """The account became another while the password was looked at: it has to be looked at again."""


def _let_in(begin: Begin, login: str, password: str, proof: Proof, device: Device) -> dict[str, Any]:
    with begin(writes=False) as work:
        settings = work.settings
        found = find_by_login(work, login) or _find_preview_account(work, login)
        door = lockout.door_of_account(login, found, device.address)
        lockout.refuse_closed(work, door)
    right = is_right(settings, found, password)
    lockout.judge(begin, door, right, person=found)
    if found is None or not right:
        raise LoginRefused(login=False, message=WRONG)
    person = found
    _refuse_inactive(person)
    if secondfactors.enabled(person):
        _check_second_factor(begin, person, proof, device)
    by_password = settings.auth_strategy != "auth_local_no_password" and not is_of_directory(settings, person)
    new_hash = passwords.hash_password(password) if by_password and passwords.is_outdated(person["password"]) else None
    with begin() as work:
        current = work.hold(Person, person["id"])
        if any(current[name] != person[name] for name in DECISIVE):
            raise _Changed(login=False)
        _refuse_closed(current)
        lockout.refuse_waiting(current)
        lockout.forgive(work, current, door)
        if new_hash:
            work.update(Person, person["id"], password=new_hash)
        if not (by_password and password == passwords.MUST_BE_CHANGED):
            return open_for(work, person, device)
        token = make_reset_token(work, person["id"], RESET_LIFE)
    raise LoginRefused(login=False, default_password=True, token=token)


def find_by_login(work: Work, login: str) -> Row | None:
    """The person whose e-mail this is, in any case, else whose desktop login it is. Bots and guests do not log in, and preview
    accounts by their password alone."""
    return find_by_email(work, login) or _find(work, Person.desktop_login, login.strip())


def find_by_email(work: Work, email: str) -> Row | None:
    """The person, no bot and no guest, with an e-mail address, as people type it: in any case, with blanks around it."""
    return _find(work, Person.email, email.strip().lower())


def _find(work: Work, column: Column, text: str) -> Row | None:
    if "\x00" in text:  # no text in the database holds one, and PostgreSQL does not even compare with it
        return None
    people = Person.select().where(column == text, ~Person.is_bot, OF_STUDIO)
    return work.db.row(people.order_by(Person.created_at))


def _find_preview_account(work: Work, login: str) -> Row | None:
    """The preview account with an e-mail address, where passwords are the studio's own."""
    email = login.strip().lower()
    if "\x00" in email or not work.settings.has_own_passwords:
        return None
    return work.db.row(Person.select().where(Person.email == email, ~NO_PREVIEW_ACCOUNT))


def is_right(settings: Settings, person: Row | None, password: str) -> bool:
    """Whether a password is right, as the studio checks them. Nobody's takes as long as somebody's."""
    if person is None:
        passwords.verify(None, password)
        return False
    return STRATEGIES[settings.auth_strategy](settings, person, password)


def _refuse_inactive(person: Row) -> None:
    if not person["active"]:
        message = "User is unactive, he cannot log in."
        raise LoginRefused(inactive=True, error=True, login=False, unactive=True, message=message)


def _refuse_closed(person: Row) -> None:
    """Who has the password of a preview account comes in while it is open."""
    if is_preview_account(person) and not is_open(person):
        raise LoginRefused(login=False, message=CLOSED)


def _local(settings: Settings, person: Row, password: str) -> bool:
    return passwords.verify(person["password"], password)


def _no_password(settings: Settings, person: Row, password: str) -> bool:
    return True


def _ldap(settings: Settings, person: Row, password: str) -> bool:
    """People of the directory by the directory, others only where that is allowed."""
    if is_of_directory(settings, person):
        return ldap.is_right(settings, person["desktop_login"], password)
    if not settings.ldap_fallback:
        raise LoginRefused(login=False, message=WRONG)
    return _local(settings, person, password)


def is_of_directory(settings: Settings, person: Row) -> bool:
    """Whether the directory has somebody's password, and not the studio."""
    return settings.by_directory and bool(person["is_generated_from_ldap"])


STRATEGIES: dict[str, Callable[[Settings, Row, str], bool]] = {
    "auth_local_classic": _local,
    "auth_local_no_password": _no_password,
    "auth_remote_ldap": _ldap,
}


def _check_second_factor(begin: Begin, person: Row, proof: Proof, device: Device) -> None:
    verdict = secondfactors.verify(begin, person, proof, device.cookie)
    if verdict is Verdict.MISSING:
        raise LoginRefused(
            error=True,
            login=False,
            missing_OTP=True,
            preferred_two_factor_authentication=person["preferred_two_factor_authentication"],
            two_factor_authentication_enabled=["recovery_code", *secondfactors.enabled(person)],
        )
    if verdict is Verdict.WRONG:
        raise LoginRefused(error=True, login=False, wrong_OTP=True)


def open_for(work: Work, person: Row, device: Device, *, exempt: bool = False) -> dict[str, Any]:
    """The session of somebody who was let in, and what the client starts from; `exempt` from what second factors ask for."""
    restricted = not exempt and secondfactors.must_set_up(work.settings, person)
    if device.before:
        sessions.leave_session(work, device.before)
    answer: dict[str, Any] = {
        "user": show_person(work, person["id"]),
        "organisation": organisation(work, to_admin=person["role"] == "admin"),
        "login": True,
        **sessions.open_session(
            work,
            person["id"],
            restricted=restricted,
            exempt=exempt,
            seen={"address": device.address, "device": device.name},
        ),
    }
    if restricted:
        answer["two_factor_authentication_required"] = True
    origin = "web" if device.browser else "script"
    work.insert(LoginLog, person_id=person["id"], ip_address=device.address, origin=origin)
    sessions.forget_expired(work)
    shortlived.forget_expired(work)
    return answer


def show_person(work: Work, person_id: str) -> Raw:
    """A person as the client starts from it: with departments, without secrets."""
    return work.show(SAFE.with_relations(), person_id)


def authenticated(work: Work) -> dict[str, Any]:
    """Whom a token belongs to."""
    person = work.get(Person, work.caller.id)
    user = {**read(show_person(work, person["id"])), "fido_devices": fido.device_names(person)}
    shown = organisation(work, to_admin=person["role"] == "admin")
    return {"authenticated": True, "user": user, "organisation": shown}


def renew(work: Work) -> str:
    """A new access token for the session of the refresh token at hand."""
    person, token = work.get(Person, work.caller.id), work.caller.token
    exempt = token is not None and token["exempt"]
    return sessions.renew(work, restricted=not exempt and secondfactors.must_set_up(work.settings, person))


# --- passwords ---


def change_password(begin: Begin, caller: Caller, old: str, new: str, *, again: str, address: str | None) -> None:
    """Change one's own password, which ends one's other sessions."""
    with begin(writes=False) as work:
        person = work.get(Person, caller.id)
        settings = work.settings
    if is_of_directory(settings, person):
        raise Refused(OF_DIRECTORY)
    lockout.refuse_waiting(person)
    try:
        right = is_right(settings, person, old)
    except LoginRefused:
        raise Refused("Old password is wrong.") from None
    with begin() as work:
        lockout.settle(work, person["id"], right)
    if not right:
        raise Refused("Old password is wrong.")
    passwords.check_new(settings, new, again, person)
    hashed = passwords.hash_password(new)
    with begin() as work:
        set_password(work, person["id"], hashed, but=caller.token["session_id"] if caller.token else None)
        letters.send(work, person, "password_changed", address=address)


def set_password(work: Work, person_id: str, hashed: str, *, but: str | None = None) -> None:
    """Store a password (`passwords.hash_password`) and end the person's sessions, except perhaps one."""
    work.update(Person, person_id, password=hashed)
    sessions.end_sessions(work, person_id, but=but)


def request_reset(work: Work, email: str, address: str | None) -> None:
    """Mail a link to a new password, if that address has an active account; nobody is told whether it has."""
    person = find_by_email(work, email)
    if person is None or not person["active"] or is_of_directory(work.settings, person):
        return
    if shortlived.tally(work, RESET_MAILS, person["id"], RESET_LIFE) > RESET_MAILS_ALLOWED:
        return
    token = make_reset_token(work, person["id"], RESET_LIFE)
    letters.send(work, person, "password_recovery", address=address, link=reset_link(work.settings, person, token))


def reset_password(begin: Begin, login: str, token: str, new: str, again: str, *, address: str | None) -> None:
    """Set a new password by a token that was mailed, or that the password `default` led to. It ends all sessions."""
    with begin(writes=False) as work:
        settings = work.settings
        person = find_by_login(work, login)
        account = lockout.door_of_account(login, person, address)
        door = account._replace(thing=f"{RESET} {account.thing}")
        lockout.refuse_closed(work, door)
        right = _is_token(work, person, token)
    lockout.judge(begin, door, right)
    if person is None or not right:
        raise Refused(WRONG_TOKEN)
    passwords.check_new(settings, new, again, person)
    hashed = passwords.hash_password(new)
    with begin() as work:
        if not (_is_token(work, person, token) and shortlived.drop(work, RESET, person["id"])):
            raise Refused(WRONG_TOKEN)
        set_password(work, person["id"], hashed)


def make_reset_token(work: Work, person_id: str, life: datetime.timedelta, *, reuse: bool = False) -> str:
    """A token by which a person's password can be set, once. It replaces a pending one, unless that may be reused."""
    work.keep_to_scope(Secret)
    pending_token: str | None = shortlived.peek(work, RESET, person_id) if reuse else None
    if pending_token is not None:
        return pending_token
    token = "".join(secrets.choice(TOKEN_LETTERS) for _ in range(TOKEN_LENGTH))
    shortlived.keep(work, RESET, person_id, token, life)
    return token


def reset_link(settings: Settings, person: Row, token: str, *, is_new: bool = False) -> str:
    """Where the token is used; for who never had a password, the page welcomes."""
    query = {"email": person["email"] or "", "token": token, **({"type": "new"} if is_new else {})}
    return f"{settings.site}/reset-change-password?{urlencode(query)}"


def _is_token(work: Work, person: Row | None, token: str) -> bool:
    """Whether this is the token by which a person's password can be set."""
    expected: str | None = shortlived.peek(work, RESET, person["id"]) if person else None
    return expected is not None and hmac.compare_digest(expected.encode(), token.encode())
