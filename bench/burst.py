"""Many clients at once: how many requests a second two workers answer."""

import concurrent.futures
import http.client
import time
from urllib.parse import urlsplit

from bench import serving
from bench.visitors import InProcess
from kitsulite import Settings

CLIENTS, EACH, WORKERS = 16, 20, 2


def requests_a_second(settings: Settings, path: str) -> float:
    """Sixteen clients that read one thing again and again, as a studio does when it comes in."""
    with InProcess(settings) as inside:
        headers = {"Authorization": f"Bearer {inside.token}"}

    def client(times: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=60)
        for _ in range(times):
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            answer.read()
        connection.close()

    with serving.serve(settings, workers=WORKERS) as served, concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, [2] * CLIENTS))
        started = time.perf_counter()
        list(pool.map(client, [EACH] * CLIENTS))
        return CLIENTS * EACH / (time.perf_counter() - started)
