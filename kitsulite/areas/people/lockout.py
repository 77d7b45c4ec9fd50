"""Wrong tries are counted, and too many of them close a door for a while (docs/api/signing-in.md).

There are two doors. The outer one is what everybody may try: a password, the token of a reset, the password of a share link.
It closes for the address that the tries came from, so that nobody keeps out a colleague who is elsewhere; and an address
that tries its luck with many accounts finds them all closed. The inner one is what is asked of somebody who is past the
outer one: a code of a second factor, the old password. It closes for the account, wherever the tries come from, and longer
each time.

What is right takes its time to find out, outside of any transaction. But it is told only by who holds the count: of tries made
at once no more get an answer than of tries made one after the other.

Names that nobody has are counted as well, or being locked out would tell which names are real.
"""

import datetime
import hashlib
import ipaddress
from typing import NamedTuple

from kitsulite.models import now
from kitsulite.models.fields import MOMENT
from kitsulite.models.own import Secret
from kitsulite.models.people import Person
from kitsulite.storage import Row
from kitsulite.work import shortlived
from kitsulite.work.errors import LoginRefused, Refused
from kitsulite.work.work import Begin, Work

ALLOWED = 5
ALLOWED_OF_ADDRESS = 100
"""A studio may sit behind one address."""
PAUSE = datetime.timedelta(seconds=60)
LONGEST_PAUSE = datetime.timedelta(hours=1)
REMEMBERED = datetime.timedelta(days=1)
"""How long an admin is shown who failed; and the inner door knows of wrong tries."""
WRONG, OF_ADDRESS, FAILED = "wrong tries", "wrong tries of an address", "failed logins"
AT = "@"
NETWORK_OF_ONE = 64
"""Bits of an IPv6 address that tell whose it is; the rest its owner chooses."""


class LockedOut(LoginRefused):
    """Too many failed logins, right now."""

    def __init__(self, message: str) -> None:
        super().__init__(error=True, login=False, too_many_failed_login_attemps=True, message=message)


class TooManyTries(Refused):
    """The door is closed."""

    def __init__(self, pause: datetime.timedelta = PAUSE) -> None:
        minutes = round(pause / datetime.timedelta(minutes=1))
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(f"Too many failed login attempts. Wait {wait}.", too_many_failed_login_attemps=True)


# --- the outer door ---


class Door(NamedTuple):
    """The outer door of something, as it is for an address.

    thing  an account, or what else is guessed
    place  where the tries come from
    """

    thing: str
    place: str

    @property
    def name(self) -> str:
        return f"{self.thing}{AT}{self.place}"


def door_of(thing: str, address: str | None) -> Door:
    """The door of something. Who comes without an address comes from one and the same place."""
    return Door(thing, _place(address) if address else "")


def door_of_account(login: str, person: Row | None, address: str | None) -> Door:
    """The door of an account, or of a name that nobody has."""
    return door_of(person["id"] if person else _digest(login), address)


def refuse_closed(work: Work, door: Door) -> None:
    """TooManyTries when there were too many wrong tries."""
    tries, of_address = (shortlived.peek(work, *of) or 0 for of in ((WRONG, door.name), (OF_ADDRESS, door.place)))
    if tries >= ALLOWED or of_address >= ALLOWED_OF_ADDRESS:
        raise TooManyTries


def judge(begin: Begin, door: Door, right: bool, *, person: Row | None = None) -> None:
    """Hear whether a try was right, which counts when it was not; TooManyTries when others closed the door meanwhile.

    person  whose failure it is, for admins to see
    """
    with begin(writes=not right) as work:
        if right:
            return refuse_closed(work, door)
        tries = shortlived.tally(work, WRONG, door.name, PAUSE)
        of_address = shortlived.tally(work, OF_ADDRESS, door.place, PAUSE, from_first=True)
        if tries > ALLOWED or of_address > ALLOWED_OF_ADDRESS:
            raise TooManyTries  # and nothing is counted, so that trying does not lengthen the wait
        if person:
            shortlived.tally(work, FAILED, door.name, REMEMBERED)
    return None


# --- the inner door ---


def refuse_waiting(person: Row) -> None:
    """TooManyTries when a person has to wait, wherever they come from."""
    if wait := _wait_of(person):
        raise TooManyTries(wait)


def settle(work: Work, person_id: str, right: bool) -> None:
    """Hear whether what a person gave at the inner door was right; TooManyTries when others closed it meanwhile."""
    person = work.hold(Person, person_id)
    refuse_waiting(person)
    failed, last = person["login_failed_attemps"] or 0, person["last_login_failed"]
    if not right:
        count = failed + 1 if last and last > _ago(REMEMBERED) else 1
        work.update(Person, person_id, login_failed_attemps=count, last_login_failed=now())
    elif failed:
        work.update(Person, person_id, login_failed_attemps=0)


def _wait_of(person: Row) -> datetime.timedelta | None:
    """How long a person has to wait now, if at all: after five wrong tries a minute, after five more two, then four."""
    failed, last = person["login_failed_attemps"] or 0, person["last_login_failed"]
    if not failed or failed % ALLOWED or not last:
        return None
    pause = min(PAUSE * 2 ** min(failed // ALLOWED - 1, LONGEST_PAUSE // PAUSE), LONGEST_PAUSE)
    return pause if last > _ago(pause) else None


# --- both ---


def forgive(work: Work, person: Row, door: Door) -> None:
    """A login went well: start over."""
    if person["login_failed_attemps"]:
        work.update(Person, person["id"], login_failed_attemps=0)
    for purpose in (WRONG, FAILED):
        shortlived.drop(work, purpose, door.name)


def unlock(work: Work, person_id: str) -> None:
    """Let somebody try again at once, from everywhere."""
    work.update(Person, person_id, login_failed_attemps=0, last_login_failed=None)
    work.delete(Secret, Secret.purpose.in_((WRONG, FAILED)), Secret.subject.startswith(person_id + AT))


def list_failures(work: Work) -> list[Row]:
    """Whose last logins failed, the latest first: `person_id`, `count`, `last`, and the `address` where that is known."""
    inner = Person.select(Person.id, Person.login_failed_attemps, Person.last_login_failed)
    inner = inner.where(Person.login_failed_attemps > 0, Person.last_login_failed.is_null(False))
    outer = Secret.select(Secret.subject, Secret.value, Secret.updated_at)
    outer = outer.where(Secret.purpose == FAILED, Secret.expires_at > now())
    found = [(id, count, last, "") for id, count, last in work.db.tuples(inner)]
    for row in work.db.rows(outer):
        id, _, place = row["subject"].partition(AT)
        found.append((id, row["value"], row["updated_at"], place))
    rows = [dict(zip(("person_id", "count", "last", "address"), values, strict=True)) for values in found]
    return sorted(rows, key=lambda row: (row["last"], row["person_id"]), reverse=True)


def state(work: Work, person: Row) -> tuple[bool, int]:
    """Whether a person has to wait, at least at one address, and how many wrong tries there were of late."""
    outer = Secret.select(Secret.value).where(Secret.purpose == WRONG, Secret.subject.startswith(person["id"] + AT))
    tries = [row["value"] for row in work.db.rows(outer.where(Secret.expires_at > now()))]
    is_locked = bool(_wait_of(person)) or max(tries, default=0) >= ALLOWED
    return is_locked, (person["login_failed_attemps"] or 0) + sum(tries)


def _ago(pause: datetime.timedelta) -> str:
    return (datetime.datetime.now(datetime.UTC) - pause).strftime(MOMENT)


def _digest(login: str) -> str:
    """People type their password where the name goes, so what they typed is not kept."""
    return hashlib.sha256(login.strip().lower().encode()).hexdigest()


def _place(address: str) -> str:
    """Of IPv6, the network that a client can choose addresses in."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address.partition("%")[0], NETWORK_OF_ONE), strict=False))
