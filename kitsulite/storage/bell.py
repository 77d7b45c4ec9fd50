"""A bell that is heard by every node on one PostgreSQL server: LISTEN and NOTIFY, over one connection of its own.

It only spares those who listen a look each moment. Where it cannot be had nobody hears, nobody is held up, and nothing is lost.
"""

import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

from kitsulite.storage.told import Told

CHANNEL = "kitsulite"
AGAIN = 5.0
"""Seconds until a connection that was lost is tried again."""
ALIVE: dict[str, Any] = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""A server that fell silent is given up after a minute."""


class Bell:
    """See the module.

    rung  is called, in a thread of the bell, when another rang, and when that may have been missed
    """

    def __init__(self, url: str, rung: Callable[[], object], patience: int) -> None:
        self.url = url
        self.rung = rung
        self.patience = patience
        self.reach = Told("Other nodes are not heard at once", "Other nodes are heard at once again")
        self._is_closed = threading.Event()
        self._rope, self._clapper = socket.socketpair()
        self._rope.setblocking(False)
        self._clapper.setblocking(False)
        self._thread = threading.Thread(target=self._hang, name="kitsulite-bell", daemon=True)
        self._thread.start()

    def ring(self) -> None:
        """Have all others hear. Never waits; what is rung meanwhile is heard once."""
        with suppress(OSError):
            self._rope.send(b"!")

    def close(self) -> None:
        self._is_closed.set()
        self.ring()
        self._thread.join()
        self._rope.close()
        self._clapper.close()

    def _hang(self) -> None:
        while not self._is_closed.is_set():
            try:
                with self._connect() as connection:
                    if not self._mind(connection):
                        return
            except (psycopg.Error, OSError) as problem:
                self.reach.trouble(problem)
            self._is_closed.wait(AGAIN)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=True, connect_timeout=self.patience, **ALIVE)

    def _mind(self, connection: psycopg.Connection) -> bool:
        """Ring and hear until it is closed; whether there is any use in it, which behind a pooler there is not."""
        found = connection.execute("SELECT pg_backend_pid()").fetchone()
        if found != (connection.info.backend_pid,):
            return False
        connection.execute(f"LISTEN {CHANNEL}")
        self.reach.well(self.reach.since)
        self.rung()
        while not self._is_closed.is_set():
            ready, _, _ = select.select([connection.fileno(), self._clapper.fileno()], [], [])
            if self._clapper.fileno() in ready:
                self._clapper.recv(65536)
                connection.execute(f"NOTIFY {CHANNEL}")
            if any(notify.pid != connection.info.backend_pid for notify in list(connection.notifies(timeout=0))):
                self.rung()
        return True
