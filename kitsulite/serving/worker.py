"""The loop of a worker: it accepts connections, reads their requests, hands whole ones to threads and closes what is done.

However many clients are silent, slow, send half a request or do not take their answers, no thread waits for them: what is left of
an answer the loop sends, before it looks at the next request. Too many of one address make room for its newer ones.
"""

import errno
import logging
import resource
import selectors
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from gunicorn.http import RequestParser
from gunicorn.http.body import LengthReader
from gunicorn.workers.gthread import ThreadWorker

from kitsulite.proxies import API, Trust
from kitsulite.serving.arrival import State
from kitsulite.serving.crowd import Crowd
from kitsulite.serving.handover import NOT_INSTALLED, PATHS, Channel, is_for_sockets, spell
from kitsulite.serving.line import Limits, Line
from kitsulite.serving.memory import Thrift
from kitsulite.serving.slots import MOST_WAITING, Slots
from kitsulite.settings import Settings
from kitsulite.web.waiting import WAITS

log = logging.getLogger("kitsulite")

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

KEEP_ALIVE = 75
"""Seconds that an idle connection stays open: longer than the proxies and clients in front, so that they are who hangs up."""
MOST_LINES = 2000
"""Connections that a worker holds; at more, the one that was silent for longest makes room."""
FILES_EACH = 4
"""Files that a connection may need: itself, a request that is long, and an answer that is not taken."""
OTHER_FILES = 200
"""Files that a worker may need beside its connections."""
TICK = 1.0
PARTING = 2.0
"""Seconds that a client has to take its last answer, and that a stopping worker waits for requests that may be on their way."""
MOST_POURED_AWAY = 64 * 1024**2
"""Bytes of a refused request that are read and forgotten, so that its sender sees the answer."""
SMALL_REST = 32 * 1024
"""Bytes of a request that may be left over and are read before the next one."""
STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
"""The signals by which a worker is told to stop. Its master blocks them while it makes one."""
LONGEST_HANDED = 1024 * 1024
"""Bytes of a body that go to the event process."""
NO_EVENTS = ("501 Not Implemented", NOT_INSTALLED)
EVENTS_BUSY = ("503 Service Unavailable", "Too many ask for live events at this moment. Try again in a moment.")
TOO_LONG = ("413 Content Too Large", f"A message may have {LONGEST_HANDED} bytes.")
REFUSALS = {
    State.BAD: ("400 Bad Request", "The head of the request is broken: each of its lines must end with CR and LF."),
    State.LONG: ("431 Request Header Fields Too Large", "The head of the request is too long."),
}


def _left_of(req: Any, conn: Line) -> int | None:
    """How many bytes of a request nobody has read yet; None when its end has not come. The parser reads ahead."""
    reader = req.body.reader
    if not conn.arrival.is_whole or not isinstance(reader, LengthReader):
        return conn.arrival.untaken
    return int(reader.length + req.body.buf.tell())


class _HasToWait(Exception):
    """There is nothing to answer yet."""


@dataclass
class Parting:
    """A connection that got its last answer: until when it is kept, and how many bytes came since."""

    until: float
    poured: int = 0


class Worker(ThreadWorker):  # type: ignore[misc]
    """A worker of gunicorn's that answers in threads, and reads by itself."""

    wsgi: Wsgi

    def init_process(self) -> None:
        settings: Settings = self.app.settings
        self.limits = Limits(
            patience=settings.request_patience,
            pace=settings.request_pace,
            whole=settings.request_time_limit,
            idle=KEEP_ALIVE,
        )
        self.scratch = settings.scratch_folder
        self.slots = Slots(self.cfg.threads, lambda: self.method_queue.defer(self._hand_on))
        self.crowd = Crowd(settings.connections_per_address, Trust(settings.trusted_proxies))
        self.most_lines = min(MOST_LINES, (_files_allowed() - OTHER_FILES) // FILES_EACH)
        self.lines: set[Line] = set()
        self.ready: deque[Line] = deque()
        self.parting: dict[Line, Parting] = {}
        self.thrift = Thrift()
        super().init_process()

    def init_signals(self) -> None:
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.app.app.tracker.lend_while_waiting(self.slots.lent)
        if self.app.channel:
            self.wsgi = _unless_it_waits(self.wsgi)

    def get_thread_pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=self.cfg.threads + MOST_WAITING)

    def handle_quit(self, sig: int, frame: object) -> None:
        """Quit at any moment.

        Gunicorn's own asks its pool of threads to shut down, in a signal handler. When the signal comes while the same thread
        is handing a request to the pool, it waits for a lock that it holds itself, until it is killed.
        """
        super(ThreadWorker, self).handle_quit(sig, frame)  # the pool's threads finish as the process ends

    # --- the loop ---

    def run(self) -> None:
        self.poller.register(self.method_queue.fileno(), selectors.EVENT_READ, self.method_queue.run_callbacks)
        for listener in self.sockets:
            listener.setblocking(False)
            self.poller.register(listener, selectors.EVENT_READ, self._accept)
        swept = 0.0
        while self.alive:
            if time.monotonic() - swept >= TICK:
                if not self.is_parent_alive():
                    break
                self.notify()  # by a file of the master's: too dear to be done for each request
                self._sweep()
                self.thrift.look()
                swept = time.monotonic()
            self._turn()
        self._stop()

    def _turn(self, timeout: float = TICK) -> None:
        for key, _ in self.poller.select(timeout):
            try:
                key.data(key.fileobj)
            except Exception:  # whatever one connection brings about, the others are served
                log.exception("A connection failed")

    def _stop(self) -> None:
        """Answer what is at work or on its way, and no more."""
        for listener in self.sockets:
            self.poller.unregister(listener)
        for line in self.lines:
            line.part_soon(PARTING)
        until = time.monotonic() + self.cfg.graceful_timeout
        while self.lines and time.monotonic() < until and self.is_parent_alive():
            self.notify()
            ends = [line.deadline() for line in self.crowd] + [parting.until for parting in self.parting.values()]
            self._turn(min(TICK, max(0.0, min(ends, default=until) - time.monotonic())))
            self._sweep()
        for line in list(self.lines):
            self._drop(line)
        self.tpool.shutdown(wait=False)
        for listener in self.sockets:
            listener.close()

    def _sweep(self) -> None:
        """Close whoever took too long."""
        now = time.monotonic()
        for line in [line for line in self.crowd if line.deadline() <= now]:
            self._give_up(line)
        for line in [line for line, parting in self.parting.items() if parting.until <= now]:
            self._drop(line)

    # --- connections ---

    def _accept(self, listener: Any) -> None:
        try:
            sock, client = listener.accept()
        except BlockingIOError:
            return
        except OSError as problem:
            if problem.errno not in (errno.EMFILE, errno.ENFILE):
                return
            self._make_room()
            return
        line = Line(sock, client, listener.getsockname(), limits=self.limits, slots=self.slots, scratch=self.scratch)
        self.lines.add(line)
        if too_many := self.crowd.beyond(line, lambda other: other.has_no_head):
            self._drop(too_many)
        elif len(self.lines) > self.most_lines:
            self._make_room()
        self._watch(line)
        self._read(line)

    def _make_room(self) -> None:
        if line := self.crowd.to_go():
            self._drop(line)

    def _watch(self, line: Line) -> None:
        self.crowd.add(line)
        self.poller.register(line.socket, selectors.EVENT_READ, lambda _: self._read(line))

    def _watch_reader(self, line: Line, stays: bool) -> None:
        """Wait until its client takes more of the answer."""
        if too_many := self.crowd.beyond(line, lambda other: bool(other.rest)):
            self._drop(too_many)
        self.crowd.add(line)
        self.poller.register(line.socket, selectors.EVENT_WRITE, lambda _: self._send_on(line, stays))

    def _unwatch(self, line: Line) -> None:
        if line in self.crowd:
            self.crowd.remove(line)
            self.poller.unregister(line.socket)
        elif self.parting.pop(line, None):
            self.poller.unregister(line.socket)

    def _drop(self, line: Line) -> None:
        self._unwatch(line)
        self.lines.discard(line)
        line.close()

    def _give_up(self, line: Line) -> None:
        if line.arrival.came and not line.rest:
            self._refuse(line, "408 Request Timeout", "The request took too long to come in.")
        else:
            self._drop(line)

    def _refuse(self, line: Line, status: str, message: str) -> None:
        """Answer in the loop itself: a few bytes, which the socket takes at once or never."""
        self._unwatch(line)
        try:
            line.socket.send(_plain_answer(status, message))
        except OSError:
            self._drop(line)
        else:
            self._part(line)

    # --- requests ---

    def _read(self, line: Line) -> None:
        if line.closed:
            return
        try:
            is_open = line.receive()
        except OSError as problem:  # a disk that is full
            log.error("A request cannot be put aside: %s", problem)
            self._refuse(
                line, "507 Insufficient Storage", "The server has no room for this request now. Try again later."
            )
            return
        if not is_open:
            self._drop(line)
        else:
            self._look_at(line)

    def _look_at(self, line: Line) -> None:
        state = line.arrival.state
        if state is State.BEGIN:
            self._unwatch(line)
            self.ready.append(line)
            self._hand_on()
        elif state in REFUSALS:
            self._refuse(line, *REFUSALS[state])
        elif state is State.BODY:
            line.welcome()

    def _hand_on(self) -> None:
        """Have threads begin with what is ready, as many as may be at work."""
        while self.ready and self.slots.take():
            line = self.ready.popleft()
            line.arrival.begin()
            line.parser = RequestParser(self.cfg, line, line.client)
            self.tpool.submit(self._answer, line).add_done_callback(partial(self._answered, line))

    def _answer(self, line: Line) -> bool:
        with self.slots.at_work():
            return bool(self.handle(line))

    def handle_request(self, req: Any, conn: Line) -> bool:
        """In a thread. A client is told to close when more of its request is left than is read before the next one.

        What takes long because nothing happens is not for a thread: the event process takes the connection over.
        """
        channel, path = self.app.channel, req.path.removeprefix(API)
        if is_for_sockets(path) or (channel and path in PATHS):
            return self._hand_over(channel, req, conn, path)
        req._expected_100_continue = False  # the line sees to that, when the body is wanted
        asked: Callable[[], bool] = req.should_close

        def should_close() -> bool:
            left = _left_of(req, conn)
            return asked() or left is None or left > SMALL_REST

        req.should_close = should_close
        try:
            return bool(super().handle_request(req, conn))
        except _HasToWait:
            return self._hand_over(channel, req, conn, path)

    def _hand_over(self, channel: Channel | None, req: Any, conn: Line, path: str) -> bool:
        """Have the event process answer, on this connection and from now on."""
        body = req.body.read(LONGEST_HANDED + 1)
        if channel is None or len(body) > LONGEST_HANDED:
            conn.sendall(_plain_answer(*(TOO_LONG if channel else NO_EVENTS)))
            return False
        target = f"{path}?{req.query}" if req.query else path
        if channel.hand_over(conn.fileno(), spell(req, target, body)):
            conn.close()  # without a shutdown: the connection lives on
        else:
            conn.sendall(_plain_answer(*EVENTS_BUSY))
        return False

    def _answered(self, line: Line, done: "Future[bool]") -> None:
        """Told by a thread."""
        stays = not done.cancelled() and done.exception() is None and done.result()
        self.method_queue.defer(self._go_on, line, stays)

    def _go_on(self, line: Line, stays: bool) -> None:
        self._hand_on()
        if line.closed:
            self.lines.discard(line)
        elif line.rest:
            self._watch_reader(line, stays)
        elif stays:
            if not self.alive:
                line.part_soon(PARTING)
            line.next_request()
            self._watch(line)
            self._look_at(line)
        else:
            self._part(line)

    def _send_on(self, line: Line, stays: bool) -> None:
        """Send more of an answer that was not taken at once; after the last of it, go on."""
        if line.closed:
            return
        try:
            line.rest.send(line.fileno())
        except BlockingIOError:
            return
        except OSError:
            self._drop(line)
            return
        line.since = time.monotonic()
        if not line.rest:
            self._unwatch(line)
            self._go_on(line, stays)

    def _part(self, line: Line) -> None:
        """Close a connection so that its client gets the last answer, also while it still sends."""
        try:
            line.socket.shutdown(1)
        except OSError:
            self._drop(line)
            return
        self.parting[line] = Parting(time.monotonic() + PARTING)
        self.poller.register(line.socket, selectors.EVENT_READ, lambda _: self._pour_away(line))

    def _pour_away(self, line: Line) -> None:
        if line not in self.parting:
            return
        try:
            data = line.socket.recv(256 * 1024)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.parting[line].poured += len(data)
        if not data or self.parting[line].poured > MOST_POURED_AWAY:
            self._drop(line)


def _plain_answer(status: str, message: str) -> bytes:
    """An answer that needs no app."""
    body = msgspec.json.encode({"error": True, "message": message})
    head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


def _unless_it_waits(wsgi: Wsgi) -> Wsgi:
    """An app whose answer is not sent when it leaves the waiting to us."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[WAITS] = False
        answer = wsgi(environ, start_response)
        if environ[WAITS]:
            raise _HasToWait
        return answer

    return serve


def _files_allowed() -> int:
    """How many files this process may have open: as many as it can be allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_LINES * FILES_EACH + OTHER_FILES
    if soft < wanted:
        soft = min(wanted, hard) if hard != resource.RLIM_INFINITY else wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft
