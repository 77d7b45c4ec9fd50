"""Whose word counts for where a request comes from: the reverse proxies in front of a server."""

import functools
import ipaddress
import re
from collections.abc import Sequence

from kitsulite.settings import BadSetting

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MOUNT = "kitsulite.mount"
"""In the environment of WSGI: the prefix below which the studio is mounted, where it answers below another one too."""
API = "/api"
"""Where a server of ours answers too: Kitsu's clients look for the API there."""
COUNT = re.compile("[0-9]{1,3}")
"""How the number of proxies is written."""
LOOPBACK = ("127.0.0.0/8", "::1/128")


class Trust:
    """What `KITSULITE_TRUSTED_PROXIES` says.

    Nothing, or 0: a proxy on this machine. A number: that many proxies, wherever they are, so that nobody else may reach
    the server. Addresses and networks: the proxies at these, and no others.

    hops  how many proxies there are, whoever they are; 0 when their addresses are known
    """

    def __init__(self, said: Sequence[str]) -> None:
        numbers = [word for word in said if COUNT.fullmatch(word)]
        self.hops = max(map(int, numbers), default=0)
        named = [word for word in said if word not in numbers]
        self.networks = tuple(_network(word) for word in named or LOOPBACK)

    def has(self, address: str | None) -> bool:
        """Whether whoever connects from an address is a proxy of ours. One without an address came by a socket of this machine."""
        return bool(self.hops) or not (found := valid(address)) or _is_in(found, self.networks)

    def client(self, peer: str | None, real: str | None, forwarded: str | None) -> str | None:
        """The address of the client; None when it is not known.

        peer       who is connected
        real       what X-Real-IP says
        forwarded  what X-Forwarded-For says. Each proxy writes who it saw at the end, so it is read from there. It goes before
                   X-Real-IP, which a proxy that does not set it hands on as the client wrote it.
        """
        if not self.has(peer):
            return valid(peer)
        if forwarded:
            hops = forwarded.split(",")
            if self.hops:
                return valid(hops[-min(self.hops, len(hops))])
            return next((valid(hop) for hop in reversed(hops) if not self._is_named(hop)), valid(hops[0]))
        if real:
            return next((address for part in real.split(",") if (address := valid(part))), None)
        return valid(peer)

    def _is_named(self, hop: str) -> bool:
        found = valid(hop)
        return found is not None and self.has(found)


@functools.lru_cache(maxsize=1024)
def _is_in(address: str, networks: tuple[Network, ...]) -> bool:
    found = ipaddress.ip_address(address)
    return any(found in network for network in networks)


def _network(word: str) -> Network:
    try:
        return ipaddress.ip_network(word, strict=False)
    except ValueError:
        raise BadSetting(
            f"KITSULITE_TRUSTED_PROXIES names {word!r}: give addresses such as 10.0.0.7, networks such as 10.0.0.0/24, or a number."
        ) from None


@functools.lru_cache(maxsize=1024)
def valid(text: str | None) -> str | None:
    """An IP address in its usual spelling, or None."""
    try:
        address = ipaddress.ip_address((text or "").strip())
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
