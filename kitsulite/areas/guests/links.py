"""Share links as managers see them: making, listing, revoking them, and inviting people (docs/api/playlists.md)."""

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Any

import peewee

from kitsulite.areas.guests.admission import find_link
from kitsulite.areas.people import passwords
from kitsulite.areas.people.personvalues import read_email
from kitsulite.areas.telling import letters
from kitsulite.areas.telling.letters.media import Quoted, Strong
from kitsulite.models import new_id
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import full_name
from kitsulite.models.playlist_shapes import SHARE_LINK
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Playlist, PlaylistShareLink
from kitsulite.models.shapes import Raw, many
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound, ShortlyRefused, WrongParameter
from kitsulite.work.work import Begin, Work

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
END_OF_DAY = datetime.time(23, 59, 59, 999999)


def share(begin: Begin, playlist_id: str, *, expiration_date: str, can_comment: bool, password: str) -> Raw:
    """A new link to a playlist; WrongParameter for a date that is none.

    expiration_date  a day, which counts whole, or a moment; empty for a link that stays
    password         empty for a link that is enough by itself
    """
    expires = _read_expiration(expiration_date) if expiration_date else None
    hashed = passwords.hash_password(password) if password else None
    with begin() as work:
        id = work.insert(
            PlaylistShareLink,
            token=new_id(),
            playlist_id=work.get(Playlist, playlist_id)["id"],
            created_by=work.caller.id,
            expiration_date=expires,
            can_comment=can_comment,
            password=hashed,
        )
        return _shown(work, id)


def _read_expiration(text: str) -> str:
    """When a link ends, as moments are stored; a moment that names no zone is UTC."""
    try:
        if DAY.fullmatch(text):
            end = datetime.datetime.combine(datetime.date.fromisoformat(text), END_OF_DAY)
        else:
            end = datetime.datetime.fromisoformat(text)
        if end.tzinfo is not None:
            end = end.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise WrongParameter(f"{text} is not a valid ISO 8601 date") from None
    return end.replace(tzinfo=None).isoformat(timespec="microseconds")


def list_links(work: Work, playlist_id: str) -> Raw:
    """The links to a playlist that were not revoked, oldest first."""
    work.keep_to_scope(PlaylistShareLink)
    query = SHARE_LINK.select(work.db).where(
        PlaylistShareLink.playlist_id == playlist_id,
        PlaylistShareLink.is_active == True,  # noqa: E712
    )
    return many(work.db, query.order_by(PlaylistShareLink.created_at, PlaylistShareLink.id))


def revoke(work: Work, playlist_id: str, token: str) -> Raw:
    """End a link for good; the link."""
    link = _link_of(work, playlist_id, token)
    if link["is_active"]:
        work.update(PlaylistShareLink, link["id"], is_active=False)
    return _shown(work, link["id"])


def invite(
    work: Work, playlist_id: str, token: str, *, emails: Sequence[str], person_ids: Iterable[str], message: str
) -> list[str]:
    """Send a link to addresses and to people, in the language of each; the addresses. ShortlyRefused for what is no address."""
    link = _link_of(work, playlist_id, token)
    if not link["is_active"]:
        raise NotFound
    emails = [address.strip() for address in emails]
    _check_addresses(emails)
    readers: dict[str, Row] = {}
    for address in emails:
        readers.setdefault(address.lower(), _stranger(address))
    readers |= {person["email"].lower(): person for person in _people(work, person_ids) if person["email"]}
    facts = _facts(work, work.get(Playlist, link["playlist_id"]), link)
    letter = "review_invitation"
    if message := message.strip():
        letter, facts["message"] = "review_invitation_with_message", Quoted(message)
    for reader in readers.values():
        letters.send(work, reader, letter, **facts)
    return [reader["email"] for reader in readers.values()]


def _check_addresses(emails: Iterable[str]) -> None:
    """All are looked at before anything is sent."""
    try:
        for address in emails:
            read_email(address)
    except WrongParameter as problem:
        raise ShortlyRefused(problem.message) from None


def _stranger(address: str) -> Row:
    """Somebody of whom nothing is known but the address."""
    return {"email": address, "first_name": address, "last_name": "", "locale": None, "timezone": None}


def _people(work: Work, ids: Iterable[str]) -> list[Row]:
    """Those who are there, in the order in which they were named."""
    wanted = list(dict.fromkeys(ids))
    found = {person["id"]: person for person in work.db.rows(Person.select().where(Person.id.in_(wanted)))}
    return [found[id] for id in wanted if id in found]


def _facts(work: Work, playlist: Row, link: Row) -> dict[str, Any]:
    name = work.db.value(Person.select(peewee.SQL(full_name().sql)).where(Person.id == work.caller.id))
    return {
        "author": Strong(name),
        "playlist": Strong(playlist["name"]),
        "project": Strong(work.get(Project, playlist["project_id"])["name"]),
        "link": f"{work.settings.site}/playlists/shared/{link['token']}",
    }


def _link_of(work: Work, playlist_id: str, token: str) -> Row:
    """A link to this very playlist."""
    link = find_link(work, token)
    if link is None or link["playlist_id"] != playlist_id:
        raise NotFound
    return link


def _shown(work: Work, id: str | None) -> Raw:
    return work.show(SHARE_LINK, id)
