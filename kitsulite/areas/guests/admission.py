"""Who comes in through a share link (docs/api/playlists.md).

A link may have a password. It is checked outside of any transaction, for it takes its time; who knew it gets a pass, which
browsers keep as a cookie, so that it need not stand in the address of every picture. A pass is good for one link while its
password stays the same. Whoever gives a password, pass or not, has to give the right one.

Wrong passwords are counted for each link and for the address that they come from. Too many of them close the link, for a
minute, to whoever comes from there with a password and no pass; a right one does not take them back, or somebody at work
would let others go on guessing.
"""

import datetime
import hashlib
import hmac
from collections.abc import Mapping

from kitsulite.access.guests import caller_of, is_open
from kitsulite.areas.people import lockout, passwords
from kitsulite.models.reviews import PlaylistShareLink
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound
from kitsulite.work.keys import Keys
from kitsulite.work.work import Begin, Caller, Work

PASS_LIFE = datetime.timedelta(hours=12)


def let_in(
    begin: Begin,
    token: str,
    password: str | None,
    shown_pass: str | None,
    proofs: Mapping[str, str],
    *,
    address: str | None,
) -> Caller:
    """The caller who comes with a link; NotFound, without a word why, for whoever may not.

    proofs  of the guests that the caller says to be, by their ids
    """
    with begin(writes=False) as work:
        link = find_link(work, token)
        if link is None or not is_open(link):
            raise NotFound
        guests = frozenset(id for id, proof in proofs.items() if work.keys.is_guest(id, proof))
        if not link["password"]:
            return caller_of(link, guests)
        is_inside = bool(shown_pass) and _is_valid(work.keys, link, shown_pass or "")
    if not password:
        if is_inside:
            return caller_of(link, guests)
        raise NotFound
    try:
        right = _is_right(begin, link, password, address)
    except lockout.TooManyTries:
        right = is_inside
    if not right:
        raise NotFound
    return caller_of(link, guests)


def _is_right(begin: Begin, link: Row, password: str, address: str | None) -> bool:
    """Whether this is the password of a link; TooManyTries."""
    door = lockout.door_of(f"link {link['id']}", address)
    with begin(writes=False) as work:
        lockout.refuse_closed(work, door)
    right = passwords.verify(link["password"], password)
    lockout.judge(begin, door, right)
    return right


def make_pass(keys: Keys, link: Row) -> str:
    """A pass for a link whose password was right just now."""
    until = (datetime.datetime.now(datetime.UTC) + PASS_LIFE).timestamp()
    return keys.sign_pass({"link": link["id"], "password": _digest(link["password"]), "until": int(until)})


def find_link(work: Work, token: str) -> Row | None:
    """The link of a token, open or not."""
    if "\x00" in token:  # PostgreSQL does not even compare with it
        return None
    return work.db.row(PlaylistShareLink.select().where(PlaylistShareLink.token == token))


def _is_valid(keys: Keys, link: Row, shown_pass: str) -> bool:
    claims = keys.read_pass(shown_pass)
    return (
        claims is not None
        and claims["link"] == link["id"]
        and hmac.compare_digest(claims["password"], _digest(link["password"]))
        and claims["until"] > datetime.datetime.now(datetime.UTC).timestamp()
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
