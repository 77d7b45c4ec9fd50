"""From which site a request was made, and how it came here: what proxies of ours say is believed (`kitsulite/proxies.py`)."""

from urllib.parse import quote, urlsplit

import falcon

from kitsulite.proxies import MOUNT, Trust
from kitsulite.settings import Settings
from kitsulite.work.errors import Forbidden

SAFE = ("GET", "HEAD", "OPTIONS")
WRITES_ALL_THE_SAME = ("/auth/logout",)
"""Paths that change something whatever the method."""
FROM_ANYWHERE = ("/auth/saml/sso",)
"""Paths to which another site is meant to send its visitors."""
FOREIGN = "This was asked for by a page of another site, {site}. Ask for it from a page of this one."


def note_where_from(request: falcon.Request, trust: Trust) -> None:
    """Find the address of the client, once: for whoever asks later, and for the log of the server."""
    real, forwarded = request.get_header("X-Real-IP"), request.get_header("X-Forwarded-For")
    request.context.trust = trust
    request.context.address = trust.client(request.remote_addr, real, forwarded)
    request.env["kitsulite.address"] = request.context.address or "-"
    request.env["kitsulite.path"] = quote(request.root_path + request.path)


def came_by_https(request: falcon.Request) -> bool:
    """Whether the client speaks https, to us or to our proxy."""
    if request.scheme == "https":
        return True
    said = (request.get_header("X-Forwarded-Proto") or "").strip().lower()
    return said == "https" and request.context.trust.has(request.remote_addr)


def mounted_below(request: falcon.Request) -> str:
    """The prefix of the studio, without a slash at the end."""
    return str(request.env.get(MOUNT, request.root_path))


def refuse_foreign_pages(request: falcon.Request, settings: Settings) -> None:
    """For a request that a cookie authenticates: Forbidden when a page of another site had a browser make it, and it writes."""
    if (request.method in SAFE and request.path not in WRITES_ALL_THE_SAME) or request.path in FROM_ANYWHERE:
        return
    refuse_foreign_page(request, settings)


def refuse_foreign_page(request: falcon.Request, settings: Settings) -> None:
    """Forbidden when a page of another site had a browser make the request, whatever it does: browsers guard no websocket."""
    said = request.get_header("Origin") or request.get_header("Referer")
    if said is None:
        if request.get_header("Sec-Fetch-Site") == "cross-site":
            raise Forbidden(FOREIGN.format(site="which does not say its name"))
        return
    if said not in settings.cors_allowed_origins and _name(said) not in _own_names(request, settings):
        raise Forbidden(FOREIGN.format(site=said[:200]))


def _own_names(request: falcon.Request, settings: Settings) -> set[str]:
    hosts = [request.get_header("Host"), settings.domain_name]
    if request.context.trust.has(request.remote_addr):
        hosts.append(request.get_header("X-Forwarded-Host"))
    return {_name(f"//{host}") for host in hosts if host} - {""}


def _name(address: str) -> str:
    """The host of an address, without its port: proxies may not hand that on."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""
