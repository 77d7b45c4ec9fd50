"""HTTP as it goes over the wire, for tests that send what no client would."""

import socket
import time
from urllib.parse import urlsplit

from serving import Served

AT_ONCE = 2.0
"""Seconds within which an answer comes that nobody holds up, on a machine that is busy with other tests."""


def connect(served: Served, source: str = "") -> socket.socket:
    address = urlsplit(served.url)
    return socket.create_connection(
        (address.hostname or "", address.port or 0), timeout=20, source_address=(source, 0) if source else None
    )


def head(line: str, *fields: str) -> bytes:
    return "\r\n".join([f"{line} HTTP/1.1", "Host: studio", *fields, "", ""]).encode()


def answers(connection: socket.socket, count: int = 1) -> list[tuple[int, dict[str, str], bytes]]:
    """So many answers: status, headers and body of each."""
    found = []
    with connection.makefile("rb") as file:
        for _ in range(count):
            status = int(file.readline().split()[1])
            headers = dict(line.decode().strip().lower().split(": ", 1) for line in iter(file.readline, b"\r\n"))
            found.append((status, headers, file.read(int(headers["content-length"]))))
    return found


def answers_at_once(served: Served) -> None:
    """One of three times: a machine that is busy is late now and then, a server that is held up always."""
    assert any(_answers_at_once(served) for _ in range(3))


def _answers_at_once(served: Served) -> bool:
    before = time.monotonic()
    with connect(served) as connection:
        connection.sendall(head("GET /"))
        assert answers(connection)[0][0] == 200
    return time.monotonic() - before < AT_ONCE
