"""Those who follow what happens and may be killed at any moment: each writes down what it was told, and goes on from there.

python -m bench.followers KIND FILE TOKEN URL…     one that asks, or listens, at whichever of the servers answers
python -m bench.followers consumer FILE DATA DATABASE     a consumer in a program that a tracker is embedded in
"""

import asyncio
import http.client
import itertools
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PAUSE = 0.1
PATIENCE = 10


class Notes:
    """What a follower was told: a line an event, written at once. One that was cut off by a kill counts as not told."""

    def __init__(self, path: Path) -> None:
        whole = path.read_bytes().rpartition(b"\n")[0] if path.exists() else b"0 -"
        path.write_bytes(whole + b"\n")
        self.place = int(whole.splitlines()[-1].split()[0])
        self._file = path.open("ab", buffering=0)

    def add(self, seq: int, what: str) -> None:
        self._file.write(f"{seq} {what}\n".encode())
        self.place = seq


def read(path: Path) -> list[tuple[int, str]]:
    """The notes of a follower: places, and ids or names."""
    lines = [line.split() for line in path.read_text().splitlines()[1:]] if path.exists() else []
    return [(int(seq), what) for seq, what in lines]


def give_up(why: str) -> None:
    """From whatever thread."""
    print(why, file=sys.stderr, flush=True)
    os._exit(1)


def ask(notes: Notes, token: str, servers: Iterator[str]) -> None:
    """GET /data/events?after=…&wait=…, again and again."""
    for server in servers:
        connection = http.client.HTTPConnection(server, timeout=PATIENCE)
        try:
            while True:
                path = f"/api/data/events?after={notes.place}&wait=2&limit=500"
                connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
                answer = connection.getresponse()
                content = answer.read()
                if answer.status != 200:
                    break
                said = json.loads(content)
                if said.get("gap"):
                    give_up(f"a gap after {notes.place}: {said}")
                for event in said["events"]:
                    notes.add(event["seq"], event["id"])
                notes.place = said["last"]
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(PAUSE)


def stream(notes: Notes, token: str, servers: Iterator[str]) -> None:
    """GET /data/events/stream, with Last-Event-ID."""
    for server in servers:
        connection = http.client.HTTPConnection(server, timeout=30)
        try:
            headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": str(notes.place)}
            connection.request("GET", "/api/data/events/stream", headers=headers)
            answer = connection.getresponse()
            while answer.status == 200 and (line := answer.readline()):
                if line.startswith(b"event: gap"):
                    give_up(f"a gap after {notes.place}")
                if line.startswith(b"data: ") and "seq" in (event := json.loads(line[6:])):
                    notes.add(event["seq"], event["id"] or "live")
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(PAUSE)


async def listen(notes: Notes, token: str, servers: Iterator[str], transports: list[str]) -> None:
    """Socket.IO, with `after`. Not python-socketio's client of threads: it gives each message to another one, in no order."""
    import aiohttp
    import socketio

    broken = (socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError)
    for server in servers:
        client = socketio.AsyncClient(reconnection=False, request_timeout=PATIENCE)

        def hear(name: str, data: Any) -> None:
            if name == "gap":
                give_up(f"a gap after {notes.place}: {data}")
            notes.add(data["seq"], name)

        client.on("*", hear, namespace="/events")
        with suppress(*broken):
            await client.connect(
                f"http://{server}",
                auth={"token": token, "after": notes.place},
                namespaces=["/events"],
                transports=transports,
                wait_timeout=PATIENCE,
            )
            await client.wait()
        with suppress(*broken):
            await client.shutdown()
        await asyncio.sleep(PAUSE)


def consume(notes: Notes, data: str, database: str, key: str) -> None:
    """A consumer that keeps its place in the database."""
    from kitsulite import Settings, Tracker
    from kitsulite.live.outbox import Told

    with Tracker(Settings(data=data, database=database, secret_key=key, connections=4)) as tracker:

        @tracker.consumer("bench", after=0)
        def hear(told: Told) -> None:
            notes.add(told.seq, str(told.id))

        tracker.start_consumers()
        while True:
            time.sleep(60)


def main() -> None:
    kind, file, *rest = sys.argv[1:]
    notes = Notes(Path(file))
    token, *urls = rest
    servers = itertools.cycle(urlsplit(url).netloc for url in urls)
    if kind == "consumer":
        consume(notes, *rest)
    elif kind == "asking":
        ask(notes, token, servers)
    elif kind == "stream":
        stream(notes, token, servers)
    else:
        asyncio.run(listen(notes, token, servers, ["polling"] if kind == "polling" else ["polling", "websocket"]))


if __name__ == "__main__":
    main()
