"""Handing stored events over, in order and at least once, to who keeps a place in the outbox: consumers and webhooks.

One thread looks whether anything new is there for anybody; who has something to hear gets a thread while it lasts, so that
nobody waits for another.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from kitsulite.live import outbox, places
from kitsulite.live.holders import new_holder
from kitsulite.live.outbox import Told
from kitsulite.storage import OUT_OF_ORDER, Database, Row
from kitsulite.work.work import Begin, Work

log = logging.getLogger("kitsulite")

LOOK = 0.5
"""Seconds between two looks at what other processes committed; what this one commits is seen at once."""
BREATH = 0.02
"""Seconds between two looks at the least."""
BATCH = 500
"""Events that are read at once."""
SAVE = 0.5
"""Seconds after which it is stored how far somebody came, while there is more: what is handed over twice if all ends here."""
SAVE_SILENCE = 60.0
"""The same while nothing comes that is wanted."""
LAST_WAIT = 10.0
"""Seconds that what is being handed over has to finish at the end."""
FIRST_PAUSE, LONGER, LONGEST_PAUSE = 1.0, 4.0, 600.0
"""Seconds after the first failure, how many times longer each further pause is, and the longest."""
MANY = 1_000_000


def nothing_more(work: Work) -> None:
    """What is usually stored beside a place."""


class Step(NamedTuple):
    """What was handed over: all up to here; and what is to be stored with that."""

    seq: int
    also: Callable[[Work], None] | None = None


class NotNow(Exception):
    """What comes next was not taken.

    pause  seconds until it is tried again
    also   stores what there is to say of it
    """

    def __init__(self, why: str, pause: float, also: Callable[[Work], None] = nothing_more) -> None:
        super().__init__(why)
        self.pause = pause
        self.also = also


class Changed(Exception):
    """The line is not what it was when it was looked at; nothing was handed over."""


@dataclass(frozen=True)
class Line:
    """Somebody who is handed events.

    wants  whether an event is for them
    hand   hands over the first of these, at least one; an exception when it was not taken
    most   how many `hand` gets at once
    after  the place from which on a new one hears; None for now
    gap    is told (the place, the first that is there) when what came after the place is not kept any more
    """

    name: str
    wants: Callable[[Told], bool]
    hand: Callable[[list[Told]], Step]
    most: int = 1
    after: int | None = None
    gap: Callable[[int, int], object] | None = None


class Pump:
    """Serves the lines of one process; others, which have the same, take over when it is lost.

    lines      all there are now, by what the database says or not; called in a transaction that reads
    at_once    how many are served at once, and of those that did not take the last one
    """

    def __init__(
        self,
        db: Database,
        begin: Begin,
        lines: Callable[[], Iterable[Line]],
        *,
        name: str,
        at_once: int = MANY,
        failing_at_once: int = MANY,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self.db = db
        self.begin = begin
        self.lines = lines
        self.name = name
        self.at_once = at_once
        self.failing_at_once = failing_at_once
        self.meanwhile = meanwhile
        self.holder = new_holder()
        self._at: dict[str, threading.Thread] = {}
        self._failing: set[str] = set()
        self._looked: dict[str, tuple[int, int]] = {}
        self._saved: dict[str, float] = {}
        self._more = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    @property
    def is_running(self) -> bool:
        return self._thread is not None

    def poke(self) -> None:
        """There may be something new."""
        self._more.set()

    def start(self) -> None:
        """Serve in the background until `stop`."""
        with self._starting:
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Finish what is being handed over, or leave it to others when it takes too long."""
        with self._starting:
            self._stopping.set()
        self.poke()
        if self._thread is not None:
            self._thread.join()
        until = time.monotonic() + LAST_WAIT
        for thread in list(self._at.values()):
            thread.join(max(0.0, until - time.monotonic()))

    def serve_due(self) -> None:
        """Hand over what is there now, in this thread."""
        for line, place in self._look():
            self._serve(line, place)

    def find_places(self) -> None:
        """Begin here, for those that are new."""
        with self.db.reading():
            new = self._without_place(list(self.lines()))
        self._begin(new)

    # --- looking ---

    def _run(self) -> None:
        shown = time.monotonic()
        while not self._stopping.is_set():
            self._more.clear()
            try:
                if self._at and time.monotonic() - shown >= places.SIGN_OF_LIFE:
                    places.show_life(self.db, list(self._at), self.holder)
                    shown = time.monotonic()
                for line, place in self._look():
                    self._serve_aside(line, place)
                self.meanwhile()
            except OUT_OF_ORDER:
                pass  # it is told by itself
            except Exception:
                log.exception("Looking for events failed")
                self._stopping.wait(LOOK)
            self._stopping.wait(BREATH)
            self._more.wait(LOOK)

    def _look(self) -> list[tuple[Line, Row]]:
        """Those whose turn it is, and for whom something is there."""
        with self.db.reading():
            lines = [line for line in self.lines() if line.name not in self._at]
            if not lines:
                return []
            there = places.find(self.db, [line.name for line in lines])
            newest, first = outbox.last(self.db), outbox.first(self.db)
            found = []
            read: dict[int, list[Told]] = {}
            for line in lines:
                place = there.get(line.name)
                if place is None or not places.is_free(place, self.holder):
                    continue
                has_gap = outbox.is_gap(place["seq"], first, newest)
                if has_gap or self._has_news(line, place, newest, read):
                    found.append((line, place))
        self._begin([line for line in lines if line.name not in there])
        return sorted(found, key=lambda one: one[1]["attempts"] > 0)

    def _has_news(self, line: Line, place: Row, newest: int, read: dict[int, list[Told]]) -> bool:
        """Whether there is anything that a line wants. What it does not want is passed over without a word to the database."""
        at, looked = self._looked.get(line.name, (-1, 0))
        seq = looked if at == place["seq"] else place["seq"]
        while seq < newest:
            if seq not in read:
                read[seq] = outbox.read_after(self.db, seq, BATCH, live=False)
            if any(map(line.wants, read[seq])):
                return True
            seq = read[seq][-1].seq if len(read[seq]) == BATCH else newest
        self._looked[line.name] = (place["seq"], seq)
        is_late = time.monotonic() - self._saved.setdefault(line.name, time.monotonic()) >= SAVE_SILENCE
        return is_late and seq > place["seq"]

    def _without_place(self, lines: list[Line]) -> list[Line]:
        there = places.find(self.db, [line.name for line in lines])
        return [line for line in lines if line.name not in there]

    def _begin(self, lines: list[Line]) -> None:
        if lines and self.db.can_write:
            with self.db.writing():
                for line in lines:
                    is_from_now = line.after is None
                    kept = max(outbox.first(self.db) - 1, 0)
                    seq = outbox.last(self.db) if is_from_now else max(line.after or 0, kept)
                    places.begin(self.db, line.name, seq)

    # --- handing over ---

    def _serve_aside(self, line: Line, place: Row) -> None:
        is_failing = place["attempts"] > 0
        if len(self._at) >= self.at_once or (is_failing and len(self._failing) >= self.failing_at_once):
            return
        if is_failing:
            self._failing.add(line.name)
        thread = threading.Thread(target=self._serve, args=(line, place), name=f"{self.name} {line.name}", daemon=True)
        self._at[line.name] = thread
        thread.start()

    def _serve(self, line: Line, place: Row) -> None:
        """Hand over all there is, in order, until something is not taken."""
        try:
            taken = places.take(self.db, line.name, self.holder, before=place["holder"])
            if taken is not None:
                self._hand_all(line, taken)
            self.poke()  # more may have come meanwhile
        except OUT_OF_ORDER:
            pass  # whoever looks next takes it up
        except Exception:
            log.exception("Handing events to %s failed", line.name)
        finally:
            self._failing.discard(line.name)
            self._at.pop(line.name, None)

    def _hand_all(self, line: Line, place: Row) -> None:
        now_at: Row | None = place
        seq = place["seq"]
        try:
            seq = self._mind_gap(line, place)
            saved, is_last = time.monotonic(), False
            while now_at is not None and not is_last:
                with self.db.reading():
                    newest = outbox.last(self.db)  # first: what comes between the two is found by the next look
                    events = outbox.read_after(self.db, seq, BATCH, live=False)
                end = events[-1].seq if len(events) == BATCH else max(newest, *[event.seq for event in events], seq)
                wanted = [event for event in events if line.wants(event)]
                while wanted and not self._stopping.is_set():
                    step = line.hand(wanted[: line.most])
                    seq = step.seq
                    wanted = [event for event in wanted if event.seq > seq]
                    if step.also or time.monotonic() - saved >= SAVE:
                        now_at = self._keep(now_at, seq, also=step.also)
                        saved = time.monotonic()
                        if now_at is None:
                            return  # somebody moved or took the place
                if not wanted:
                    seq = end
                is_last = len(events) < BATCH or self._stopping.is_set()
                now_at = self._keep(now_at, seq, leaves=is_last)
                self._saved[line.name] = time.monotonic()
        except Changed:
            if now_at is not None:
                self._keep(now_at, seq, leaves=True)
        except Exception as problem:
            self._failed(line, now_at, seq, problem)

    def _mind_gap(self, line: Line, place: Row) -> int:
        """The place from which to go on: what is not kept any more is told of, and passed over."""
        seq: int = place["seq"]
        with self.db.reading():
            if not outbox.has_gap(self.db, seq):
                return seq
            last, first = outbox.last(self.db), outbox.first(self.db)
        log.warning("%s missed events: it had come to %d, and the first that is kept is %d.", line.name, seq, first)
        if line.gap:
            line.gap(seq, first)
        return last if seq > last else first - 1

    def _keep(
        self, place: Row, seq: int, *, also: Callable[[Work], None] | None = None, leaves: bool = False
    ) -> Row | None:
        with self.begin() as work:
            kept = places.keep(work.db, place, seq, leaves=leaves)
            if also and kept:
                also(work)
            return kept

    def _failed(self, line: Line, place: Row | None, seq: int, problem: Exception) -> None:
        if place is None:
            return
        with self.begin() as work:
            here = place if seq == place["seq"] else places.keep(work.db, place, seq)
            if here is None:
                return
            if isinstance(problem, NotNow):
                pause, error, also = problem.pause, str(problem), problem.also
            else:
                pause, error = pause_after(here["attempts"] + 1), f"{type(problem).__name__}: {problem}"
                also = nothing_more
                told = "%s failed on what came after %d, which is tried again in %g seconds."
                log.error(told, line.name, seq, pause, exc_info=problem)
            if places.note_failure(work.db, here, error, pause):
                also(work)


def pause_after(attempts: int) -> float:
    """Seconds until what was not taken so often is handed over again."""
    return min(FIRST_PAUSE * math.pow(LONGER, min(attempts - 1, 20)), LONGEST_PAUSE)
