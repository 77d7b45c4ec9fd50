"""Guests: people who gave a name at a share link, and nothing else (docs/api/playlists.md).

A guest has a row like everybody, so that what they say has an author. It has no password and is known at one link only: by a
proof that their browser keeps, for the id stands beside all that they say.
"""

import datetime
import secrets
from typing import NamedTuple

import peewee

from kitsulite.access.guests import is_guest_of, link_at_hand
from kitsulite.models import now
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import GUEST, SAFE
from kitsulite.models.reviews import PlaylistShareLink
from kitsulite.models.shapes import Raw, Shape
from kitsulite.storage import Row
from kitsulite.work import shortlived
from kitsulite.work.errors import ShortlyForbidden, TooMany
from kitsulite.work.work import Work

NAMELESS = "Guest"
ADDRESS = "guest-{}@guest.kitsu"
MOST_OF_A_LINK = 500
MOST_AN_HOUR = 30
"""How many guests a link may have, and how many may come in an hour from one address: that of a studio, perhaps."""
AN_HOUR = datetime.timedelta(hours=1)
CAME = "guests of a share link"
FULL = "This link has as many guests as it takes. Ask for another one."
CROWDED = "Too many guests came to this link from here within an hour. Try again later."


class Entered(NamedTuple):
    """A guest; whether they were known by their id."""

    id: str
    row: Raw
    is_back: bool


def enter(work: Work, first_name: str, last_name: str, guest_id: str | None, *, address: str | None) -> Entered:
    """The guest with this id, else the one with these names, else a new one; the first two only for whoever proves to be it.

    address  where they come from; TooMany when too many guests do
    """
    link = link_at_hand(work)
    known = work.find(Person, guest_id)
    if known and _is_here(work, known, link):
        return Entered(known["id"], _written(work, SAFE.with_relations(), known["id"]), is_back=True)
    names = {
        "first_name": Person.first_name.read(first_name.strip() or NAMELESS),
        "last_name": Person.last_name.read(last_name.strip()),
    }
    id = _namesake(work, link, names)
    if id is None:
        work.hold(PlaylistShareLink, link["id"])  # so that many at once are counted one by one
        _bound(work, link, address)
        id = _add(work, link, names)
    return Entered(id, _written(work, GUEST, id), is_back=False)


def _is_here(work: Work, person: Row, link: Row) -> bool:
    """Whether it is this guest who calls."""
    return is_guest_of(person, link) and person["id"] in work.caller.guests


def _namesake(work: Work, link: Row, names: Row) -> str | None:
    """Who of the guests that the caller was before has these names."""
    query = Person.select(Person.id).where(
        Person.id.in_(work.caller.guests),
        Person.first_name == names["first_name"],
        Person.last_name == names["last_name"],
        *_of_link(work, link),
    )
    return work.db.value(query.order_by(Person.created_at, Person.id).limit(1))


def _of_link(work: Work, link: Row) -> tuple[peewee.Node, ...]:
    of_link = work.db.json_text(work.db.json_member('"person".data', "share_link_id").sql)
    return Person.is_guest == True, peewee.SQL(of_link) == f'"{link["id"]}"'  # noqa: E712


def _bound(work: Work, link: Row, address: str | None) -> None:
    """TooMany when a link has its guests, or an address has sent enough of them for an hour."""
    if work.db.count(Person.select(Person.id).where(*_of_link(work, link))) >= MOST_OF_A_LINK:
        raise TooMany(FULL)
    hour = now()[:13]
    if shortlived.tally(work, CAME, f"{link['id']} {address} {hour}", AN_HOUR) > MOST_AN_HOUR:
        raise TooMany(CROWDED)


def _add(work: Work, link: Row, names: Row) -> str:
    email = ADDRESS.format(secrets.token_hex(4))
    while work.exists(Person, Person.email == email):
        email = ADDRESS.format(secrets.token_hex(4))
    id = work.insert(
        Person,
        **names,
        email=email,
        role="client",
        is_guest=True,
        data={"share_link_id": link["id"]},
        timezone=work.settings.default_timezone,
        locale=work.settings.default_locale,
    )
    assert id
    work.emit("person:new", {"person_id": id})
    return id


def _written(work: Work, shape: Shape, id: str | None) -> Raw:
    return work.show(shape, id)


def require_guest(work: Work, guest_id: str | None, refusal: str) -> Row:
    """The guest of the link at hand with this id; ShortlyForbidden for what is none, or for whoever is another."""
    guest = work.find(Person, guest_id)
    if guest is None or not _is_here(work, guest, link_at_hand(work)):
        raise ShortlyForbidden(refusal)
    return guest
