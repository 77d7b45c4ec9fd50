"""Guests: people who gave a name at a share link, and nothing else (docs/api/playlists.md).

A guest has a row like everybody, so that what they say has an author. It has no password and is known at one link only.
"""

import secrets
from typing import NamedTuple

import peewee

from kitsulite.access.guests import is_guest_of, link_at_hand
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import GUEST, SAFE
from kitsulite.models.reviews import PlaylistShareLink
from kitsulite.models.shapes import Raw, Shape
from kitsulite.storage import Row
from kitsulite.work.errors import ShortlyForbidden
from kitsulite.work.work import Work

NAMELESS = "Guest"
ADDRESS = "guest-{}@guest.kitsu"


class Entered(NamedTuple):
    """A guest; whether they were known by their id."""

    row: Raw
    is_back: bool


def enter(work: Work, first_name: str, last_name: str, guest_id: str | None) -> Entered:
    """The guest with this id, else the one of the link with these names, else a new one."""
    link = link_at_hand(work)
    known = work.find(Person, guest_id)
    if known and is_guest_of(known, link):
        return Entered(_written(work, SAFE.with_relations(), known["id"]), is_back=True)
    names = {
        "first_name": Person.first_name.read(first_name.strip() or NAMELESS),
        "last_name": Person.last_name.read(last_name.strip()),
    }
    work.hold(PlaylistShareLink, link["id"])  # or two who come at once with one name would be two guests
    id = _namesake(work, link, names) or _add(work, link, names)
    return Entered(_written(work, GUEST, id), is_back=False)


def _namesake(work: Work, link: Row, names: Row) -> str | None:
    of_link = work.db.json_text(work.db.json_member('"person".data', "share_link_id").sql)
    query = Person.select(Person.id).where(
        Person.is_guest == True,  # noqa: E712
        Person.first_name == names["first_name"],
        Person.last_name == names["last_name"],
        peewee.SQL(of_link) == f'"{link["id"]}"',
    )
    return work.db.value(query.order_by(Person.created_at, Person.id).limit(1))


def _add(work: Work, link: Row, names: Row) -> str | None:
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
    work.emit("person:new", {"person_id": id})
    return id


def _written(work: Work, shape: Shape, id: str | None) -> Raw:
    return work.show(shape, id)


def require_guest(work: Work, guest_id: str | None, refusal: str) -> Row:
    """The guest of the link at hand with this id; ShortlyForbidden for what is none."""
    guest = work.find(Person, guest_id)
    if guest is None or not is_guest_of(guest, link_at_hand(work)):
        raise ShortlyForbidden(refusal)
    return guest
