"""The server: gunicorn with the settings that suit a tracker, so that `kitsulite serve` is all it takes.

The master opens nothing. Each worker opens a tracker of its own after the fork, and its threads share it.
"""

import logging
import os
import signal
import socket
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from kitsulite import orphans
from kitsulite.app import App, create_app
from kitsulite.proxies import Trust
from kitsulite.serving.addresses import authority
from kitsulite.serving.handover import Channel, is_possible
from kitsulite.serving.memory import settle
from kitsulite.serving.supervision import Supervisor
from kitsulite.serving.worker import KEEP_ALIVE, STOPS, Worker
from kitsulite.settings import Settings
from kitsulite.tracker import JOBS_LOCK

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

ACCESS_LOG = '%({kitsulite.address}e)s %({kitsulite.person}e)s %(t)s "%(m)s %({kitsulite.path}e)s" %(s)s %(B)s %(M)s ms'
"""The client, the person, when, what, and how it went. Query strings stay out: some hold passwords and keys."""
LONGEST_LINE = 8190
"""Characters of a request's first line, such as of one that asks for many ids; gunicorn knows no more."""
SILENCE = 60
"""Seconds after which a worker that gives no sign of life is replaced. Long requests do not count: a thread serves them."""
GRACE = 30
"""Seconds that running requests have to finish when the server is stopped."""


class Master(Arbiter):  # type: ignore[misc]
    """Gunicorn's master. A worker that it tells to stop while it is being made hears so as soon as it can: gunicorn's own would
    have put the signal into a queue that nobody reads, and been waited for until it is killed.

    Beside the workers it keeps the event process, when there is one.
    """

    events: Supervisor | None = None

    def manage_workers(self) -> None:
        super().manage_workers()
        if self.events:
            self.events.keep(self.LISTENERS)

    def reap_workers(self) -> None:
        if self.events:
            self.events.reap()
        super().reap_workers()

    def stop(self, graceful: bool = True) -> None:
        if self.events:
            self.events.tell_to_stop()
        super().stop(graceful)
        if self.events:
            self.events.stop()

    def spawn_worker(self) -> int | None:
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        try:
            return super().spawn_worker()  # type: ignore[no-any-return]
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


class Server(BaseApplication):  # type: ignore[misc]
    """Serves one studio until it is told to stop.

    listener  the socket that it answers at, in the place of a host and a port; it is the server's from now on
    ready  is called with the address once connections are accepted
    """

    def __init__(
        self,
        settings: Settings,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        listener: socket.socket | None = None,
        workers: int,
        threads: int,
        access_log: bool = False,
        ready: Callable[[str], None] = lambda address: None,
    ) -> None:
        self.settings = settings
        self.app: App | None = None
        self.channel = Channel() if is_possible() else None
        trust = Trust(settings.trusted_proxies)
        self.options = {
            "bind": _bind(host, port, listener),
            "workers": workers,
            "worker_class": Worker,
            "threads": threads,
            "keepalive": KEEP_ALIVE,
            "limit_request_line": LONGEST_LINE,
            "timeout": SILENCE,
            "graceful_timeout": GRACE,
            "accesslog": "-" if access_log else None,
            "access_log_format": ACCESS_LOG,
            "errorlog": "-",
            "loglevel": "warning",
            "forwarded_allow_ips": "*" if trust.hops else ",".join(map(str, trust.networks)),
            "control_socket_disable": True,
            "when_ready": lambda arbiter: ready(_address(arbiter)),
            "worker_exit": lambda arbiter, worker: self.close(),
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def run(self) -> None:
        settle()
        master = Master(self)
        if self.channel:
            master.events = Supervisor(self.settings, self.channel)
        master.run()

    def load(self) -> Wsgi:
        """Called in each worker."""
        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        orphans.leave_with(os.getppid())
        self.app = create_app(self.settings)
        tracker = self.app.tracker
        if self.channel:
            tracker.announced.append(self.channel.poke)
        tracker.jobs.start(alone=tracker.folder / JOBS_LOCK)
        return self.app

    def close(self) -> None:
        if self.app is not None:
            self.app.tracker.close()


def _bind(host: str, port: int, listener: socket.socket | None) -> str:
    if listener is not None:
        return f"fd://{listener.detach()}"
    return authority(host, port)


def _address(arbiter: Any) -> str:
    host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
    return f"http://{authority(host, port)}"
