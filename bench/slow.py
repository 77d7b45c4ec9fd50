"""Clients at work beside others that are slow on purpose: do those at work notice?"""

import concurrent.futures
import contextlib
import http.client
import socket
import time
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from bench import serving
from bench.visitors import InProcess
from kitsulite import Settings

CLIENTS, EACH, WORKERS, SLOW = 16, 40, 2, 500
HALF = (
    b"",
    b"GET /data",
    b"GET / HTTP/1.1\r\nHost: studio\r\n",
    b"POST /auth/login HTTP/1.1\r\nHost: studio\r\nContent-Length: 100\r\n\r\n{",
    b"POST /auth/login HTTP/1.1\r\nHost: studio\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
)
"""What slow ones have sent, each the next of these; then they drip on."""


class Noticed(NamedTuple):
    """Milliseconds in which 99 of a hundred requests of those at work were answered."""

    alone: float
    beside: float


def notice(settings: Settings, path: str) -> Noticed:
    """Sixteen clients that read one thing again and again, alone and beside 500 slow ones."""
    with InProcess(settings) as inside:
        headers = {"Authorization": f"Bearer {inside.token}"}
    with serving.serve(settings, workers=WORKERS) as served:
        place = urlsplit(served.url)

        def client(times: int) -> list[float]:
            connection = http.client.HTTPConnection(place.netloc, timeout=60)
            found = []
            for _ in range(times):
                started = time.perf_counter()
                connection.request("GET", path, headers=headers)
                answer = connection.getresponse()
                assert answer.read()
                assert answer.status == 200
                found.append(1000 * (time.perf_counter() - started))
            connection.close()
            return found

        def p99() -> float:
            with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
                times = sorted(time for found in pool.map(client, [EACH] * CLIENTS) for time in found)
            return times[int(len(times) * 0.99)]

        p99()
        alone = p99()
        with slow_ones((place.hostname or "", place.port or 0)):
            return Noticed(alone, p99())


@contextlib.contextmanager
def slow_ones(address: tuple[str, int]) -> Iterator[None]:
    """500 connections that have sent half a request, and some of which send a byte more now and then."""
    with contextlib.ExitStack() as stack, concurrent.futures.ThreadPoolExecutor(1) as pool:
        connections = [stack.enter_context(socket.create_connection(address)) for _ in range(SLOW)]
        for number, connection in enumerate(connections):
            connection.sendall(HALF[number % len(HALF)])
        going = True

        def drip() -> None:
            while going:
                for number, connection in enumerate(connections):
                    if number % len(HALF) == 3 and going:
                        with contextlib.suppress(OSError):
                            connection.send(b" ")
                        time.sleep(0.002)

        dripping = pool.submit(drip)
        try:
            yield
        finally:
            going = False
            dripping.result()
