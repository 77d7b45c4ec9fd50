"""Where a request comes from (contract 01, B4.8)."""

import ipaddress

from kitsulite.web.call import Call


def client_address(call: Call) -> str | None:
    """The caller's IP address; None when it is not known.

    Headers are believed only when a proxy of ours wrote them: one on this machine, or as many as KITSULITE_TRUSTED_PROXIES
    says. X-Real-IP goes first; of X-Forwarded-For counts what the outermost of our proxies saw.
    """
    peer = _valid(call.request.remote_addr)
    proxies = call.settings.trusted_proxies
    if proxies or peer is None or ipaddress.ip_address(peer).is_loopback:
        if (real := call.request.get_header("X-Real-IP")) is not None:
            return next((address for part in real.split(",") if (address := _valid(part))), None)
        if forwarded := call.request.get_header("X-Forwarded-For"):
            hops = forwarded.split(",")
            return _valid(hops[-min(max(proxies, 1), len(hops))])
    return peer


def _valid(text: str | None) -> str | None:
    """An IP address in its usual spelling, or None."""
    try:
        return str(ipaddress.ip_address((text or "").strip()))
    except ValueError:
        return None
