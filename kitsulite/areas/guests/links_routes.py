"""Share links of playlists, for managers: making, listing, revoking, inviting."""

from typing import Any

import msgspec

from kitsulite.access.callers import manager
from kitsulite.access.rules import MANAGING, both, row
from kitsulite.areas.guests import links
from kitsulite.models.playlist_shapes import SHARE_LINK
from kitsulite.models.reviews import Playlist
from kitsulite.web.inputs import Id
from kitsulite.web.routing import delete, get, post
from kitsulite.work.work import Begin, Work


class NewLink(msgspec.Struct):
    """Until when (a day, which counts whole, or a moment), whether guests may comment, and perhaps a password."""

    expiration_date: str | None = None
    can_comment: bool = True
    password: str | None = None


class Invitations(msgspec.Struct):
    emails: list[str] | None = None
    person_ids: list[Id] | None = None
    message: str | None = None


def share(begin: Begin, playlist_id: str, body: NewLink) -> Any:
    """Make a link that opens a playlist to people without an account."""
    return links.share(
        begin,
        playlist_id,
        expiration_date=body.expiration_date or "",
        can_comment=body.can_comment,
        password=body.password or "",
    )


def invite(work: Work, playlist_id: str, token: str, body: Invitations) -> Any:
    """Send a link by mail."""
    sent = links.invite(
        work,
        playlist_id,
        token,
        emails=body.emails or [],
        person_ids=body.person_ids or [],
        message=body.message or "",
    )
    return {"sent": sent}


manages = both(manager, row(Playlist, MANAGING))
LINKS = "/data/playlists/{playlist_id}/share"
ROUTES = [
    post(LINKS, manages, share, takes=NewLink, gives=SHARE_LINK, status=201, alone=True),
    get(LINKS, manages, links.list_links, gives=[SHARE_LINK]),
    delete(f"{LINKS}/{{token}}", manages, links.revoke, title="End a link for good", gives=SHARE_LINK),
    post(f"{LINKS}/{{token}}/invite", manages, invite, takes=Invitations, gives={"sent": list[str]}, status=200),
]
