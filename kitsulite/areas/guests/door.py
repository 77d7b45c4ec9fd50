"""Who comes in through a share link (docs/api/playlists.md).

A link may have a password. It is checked outside of any transaction, for it takes its time; who knew it gets a pass, which
browsers keep as a cookie, so that it need not stand in the address of every picture. A pass is good for one link while its
password stays the same. Whoever gives a password, pass or not, has to give the right one.

Wrong passwords are counted for each link, and too many of them close it for a minute to whoever comes with a password; a
right one does not take them back, or somebody at work would let others go on guessing.
"""

import datetime
import hashlib
import hmac
from collections.abc import Mapping

from kitsulite.access.guests import caller_of, is_open
from kitsulite.areas.people import passwords
from kitsulite.areas.people.lockout import ALLOWED, PAUSE
from kitsulite.models.reviews import PlaylistShareLink
from kitsulite.storage import Row
from kitsulite.work import shortlived
from kitsulite.work.errors import NotFound
from kitsulite.work.keys import Keys
from kitsulite.work.work import Begin, Caller, Work

WRONG = "wrong password of a share link"
PASS_LIFE = datetime.timedelta(hours=12)


def let_in(begin: Begin, token: str, password: str | None, shown_pass: str | None, proofs: Mapping[str, str]) -> Caller:
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
        if not password:
            if shown_pass and _is_valid(work.keys, link, shown_pass):
                return caller_of(link, guests)
            raise NotFound
        _refuse_closed(work, link)
    if not passwords.verify(link["password"], password):
        with begin() as work:
            shortlived.tally(work, WRONG, link["id"], PAUSE)
        raise NotFound
    with begin(writes=False) as work:
        _refuse_closed(work, link)  # others may have guessed meanwhile
    return caller_of(link, guests)


def make_pass(keys: Keys, link: Row) -> str:
    """A pass for a link whose password was right just now."""
    until = (datetime.datetime.now(datetime.UTC) + PASS_LIFE).timestamp()
    return keys.sign_pass({"link": link["id"], "password": _digest(link["password"]), "until": int(until)})


def find_link(work: Work, token: str) -> Row | None:
    """The link of a token, open or not."""
    if "\x00" in token:  # PostgreSQL does not even compare with it
        return None
    return work.db.row(PlaylistShareLink.select().where(PlaylistShareLink.token == token))


def _refuse_closed(work: Work, link: Row) -> None:
    if int(shortlived.peek(work, WRONG, link["id"]) or 0) >= ALLOWED:
        raise NotFound


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
