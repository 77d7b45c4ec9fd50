"""Calling a server that somebody else runs, such as a chat's: within a time, a size and the public network."""

import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit

SECONDS = 30
"""That a call may take in all, however slowly the other side speaks."""
MOST = 1_000_000
"""Bytes that an answer may have."""
AGENT = "Kitsulite"
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""Addresses that stand for those of the old network (RFC 6052)."""
ALLOW = "KITSULITE_PRIVATE_WEBHOOKS"


class Undelivered(Exception):
    """The other server is not to be had, or did not take what was sent."""


class Reply(NamedTuple):
    """What a server answered.

    wait  seconds for which it asks to be left alone, if it does
    """

    status: int
    reason: str
    content: bytes
    wait: float | None


def call(
    method: str,
    url: str,
    body: Any = None,
    *,
    authorization: str = "",
    anywhere: bool = False,
    seconds: float = SECONDS,
) -> Any:
    """What a server answers: JSON, or the text when it is none. Undelivered.

    anywhere  whether it may be one of a private network
    seconds   for the whole call
    """
    headers = {"Authorization": authorization} if authorization else {}
    content = None if body is None else json.dumps(body).encode()
    reply = send(method, url, content, headers, anywhere=anywhere, seconds=seconds)
    host = host_of(url)
    if not 200 <= reply.status < 300:
        raise Undelivered(f"{host} answered {reply.status} {reply.reason}")
    if len(reply.content) > MOST:
        raise Undelivered(f"{host} answered more than {MOST} bytes.")
    try:
        return json.loads(reply.content)
    except ValueError:
        return reply.content.decode(errors="replace")


def send(
    method: str,
    url: str,
    content: bytes | None,
    headers: Mapping[str, str],
    *,
    anywhere: bool = False,
    seconds: float = SECONDS,
    most: int = MOST,
) -> Reply:
    """The same for bytes, whatever the answer is. What leads elsewhere is not followed: it would be told the secrets of this place.

    most  bytes of the answer that are read; one more is, where there are more
    """
    scheme, host, port, place = _parts(url)
    fixed = {"Content-Type": "application/json; charset=utf-8", "User-Agent": AGENT, "Connection": "close"}
    kind = HTTPSConnection if scheme == "https" else HTTPConnection
    connection = kind(host, port, timeout=seconds)
    late = threading.Event()
    end = threading.Timer(seconds, _cut, [connection, late])
    end.daemon = True
    end.start()
    try:
        _connect(connection, anywhere)
        connection.request(method, place, content, {**fixed, **headers})
        answer = connection.getresponse()
        said = answer.read(most + 1)
        if late.is_set():  # cut in the middle of its words, which may look like their end
            raise OSError
    except (OSError, HTTPException, ValueError) as problem:
        if late.is_set():
            raise Undelivered(f"{host} did not answer within {seconds:g} seconds.") from problem
        raise Undelivered(f"{host} is not to be had: {problem}") from problem
    finally:
        end.cancel()
        connection.close()
    wait = answer.headers.get("Retry-After", "")
    return Reply(answer.status, answer.reason, said, float(wait) if wait.isascii() and wait.isdigit() else None)


def host_of(url: str) -> str:
    """The host of a web address; Undelivered for what is none."""
    return _parts(url)[1]


def _parts(url: str) -> tuple[str, str, int | None, str]:
    """The scheme, host, port and path of a web address; Undelivered for what is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        HTTPConnection(host or "", port)  # refuses hosts that could not be asked
    except (ValueError, HTTPException):
        host = None
    if host is None or parts.scheme not in ("http", "https"):
        raise Undelivered(f"not a web address: {url}")
    return parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _connect(connection: HTTPConnection, anywhere: bool) -> None:
    """Open it to the first address of the host that answers, looked up once, so that what is checked is what is called."""
    problem: Exception | None = None
    for family, kind, protocol, _, address in socket.getaddrinfo(
        connection.host, connection.port, type=socket.SOCK_STREAM
    ):
        if not anywhere and not _is_public(str(address[0])):
            problem = OSError(f"{address[0]} is not of the public network. If that is meant, set {ALLOW}=true.")
            continue
        raw = socket.socket(family, kind, protocol)
        raw.settimeout(connection.timeout)
        connection.sock = raw  # from here on it can be cut
        try:
            raw.connect(address)
            if isinstance(connection, HTTPSConnection):
                connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=connection.host)
            return
        except OSError as error:
            raw.close()
            problem = error
    raise problem or OSError("it has no address")


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    old = _ipv4_within(found) if isinstance(found, ipaddress.IPv6Address) else []
    called: Sequence[ipaddress.IPv4Address | ipaddress.IPv6Address] = old or [found]
    return all(one.is_global and not one.is_multicast for one in called)


def _ipv4_within(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The addresses of the old network that this one leads to: mapped, tunnelled, translated."""
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in TRANSLATED:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in found if one is not None]


def _cut(connection: HTTPConnection, late: threading.Event) -> None:
    late.set()
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)
