"""Timing a request beside its floor: in turn, so that what else the machine does falls on both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from bench.floors import Bare
from bench.requests import Ids, Request
from bench.visitors import InProcess, OverHttp


@dataclass(frozen=True)
class Found:
    """Milliseconds of one request: in-process, over HTTP (medians), and of its floor."""

    median: float
    p90: float
    over_http: float
    floor: float
    limit: float
    size: int

    @property
    def ratio(self) -> float:
        return self.median / self.floor

    @property
    def is_over(self) -> bool:
        return self.median > self.limit


class Sides(NamedTuple):
    """What a request is asked of."""

    inside: InProcess
    outside: OverHttp
    bare: Bare


def compare(request: Request, ids: Ids, sides: Sides, rounds: int) -> Found:
    """Measure one request. The first round warms up and does not count."""
    asked = request.filled(ids)
    times: tuple[list[float], ...] = ([], [], [])
    size = len(sides.inside.call(*asked))
    for turn in range(rounds + 1):
        acts: tuple[Callable[[], object], ...] = (
            lambda: sides.inside.call(*asked),
            lambda: sides.outside.call(*asked),
            lambda: request.floor(sides.bare, ids),
        )
        for taken, act in zip(times, acts, strict=True):
            started = time.perf_counter()
            act()
            if turn:
                taken.append((time.perf_counter() - started) * 1000)
    ours, http, floor = (statistics.median(taken) for taken in times)
    p90 = statistics.quantiles(times[0], n=10)[-1] if rounds > 1 else ours
    return Found(ours, p90, http, floor, floor * request.times + request.plus, size)
