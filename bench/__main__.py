"""How fast is it? Every request in-process and over HTTP, beside its floor: `python -m bench`.

The floor of a request is the bare SQL through the same driver and the encoding of the same rows with msgspec, in this
process. What misses its limit is marked. Limits are meant for SQLite on the medium studio and an idle machine: the exit code
says whether one was missed there; beside PostgreSQL they stand for comparison.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from bench import live, serving, studios
from bench.burst import requests_a_second
from bench.floors import Bare
from bench.measure import Found, Sides, compare
from bench.requests import REQUESTS
from bench.reviews import add_playlists
from bench.slow import notice
from bench.visitors import InProcess, OverHttp, look_up

ENGINES = ("sqlite", "postgres")
START_LIMIT, MEMORY_LIMIT, LOAD_LIMIT = 1.5, 90.0, 60.0
HEAD = f"{'request':28}{'median':>11}{'p90':>11}{'over HTTP':>11}{'floor':>11}{'ratio':>7}{'limit':>11}{'size':>13}"


def main() -> int:
    parser = argparse.ArgumentParser("bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=(*ENGINES, "both"), default="sqlite")
    parser.add_argument("--scale", choices=("small", "medium", "large"), default="medium")
    parser.add_argument("--studio", type=Path, metavar="FILE", help="measure on this dump instead of a made-up studio")
    parser.add_argument("--only", nargs="+", metavar="WORD", default=[""], help="only rows whose names hold a word")
    parser.add_argument("--rounds", type=int, default=25, help="how often each request is measured")
    given = parser.parse_args()

    def wanted(name: str) -> bool:
        return any(word in name for word in given.only)

    missed: list[str] = []
    for engine in ENGINES if given.engine == "both" else (given.engine,):
        dump = given.studio or studios.dump(given.scale)
        print(f"\n{engine}, {dump.name}")
        missed += measure(engine, dump, given.rounds, wanted)
    print(f"\nover the limit: {', '.join(missed) or 'nothing'}")
    return bool(missed)


def measure(engine: str, dump: Path, rounds: int, wanted: Callable[[str], bool]) -> list[str]:
    """Print a line for each row; the names of those over their limits."""
    missed = []

    def line(name: str, figure: float, limit: float, unit: str) -> None:
        over = figure > limit
        missed.extend([f"{engine} {name}"] * over)
        print(f"{name:28}{figure:8.2f} {unit:31}{'':18}{limit:8.2f} {unit}{' OVER' * over}")

    with studios.copy(engine, dump) as settings:
        if any(wanted(request.name) for request in REQUESTS):
            print(HEAD)
            with InProcess(settings) as inside, serving.serve(settings) as served, OverHttp(served, inside) as outside:
                ids, sides = look_up(inside), Sides(inside, outside, Bare(inside.tracker.db))
                if wanted("playlist"):
                    ids["playlist"] = add_playlists(inside, ids["project"])
                for request in filter(lambda request: wanted(request.name), REQUESTS):
                    found = compare(request, ids, sides, rounds)
                    missed.extend([f"{engine} {request.name}"] * found.is_over)
                    print(written(request.name, found))
        if wanted("first answer") or wanted("worker at rest"):
            with serving.serve(settings) as served:
                line("first answer", served.first_answer, START_LIMIT, "s")
                line("worker at rest", served.memory() / 2**20, MEMORY_LIMIT, "MiB")
        if wanted("user context"):
            rate = requests_a_second(settings, "/data/user/context")
            print(f"{'user context, 16 clients':28}{rate:8.2f} requests/s, two workers")
        if wanted("slow clients"):
            noticed = notice(settings, "/data/user/context")
            print(f"{'p99, 16 clients alone':28}{noticed.alone:8.2f} ms")
            print(f"{'p99, beside 500 slow clients':28}{noticed.beside:8.2f} ms")
        if wanted("live"):
            live.measure(settings, line)
    if wanted("load"):
        line("load", studios.time_load(engine, dump), LOAD_LIMIT, "s")
    return missed if engine == "sqlite" else []


def written(name: str, found: Found) -> str:
    times = "".join(f"{value:8.2f} ms" for value in (found.median, found.p90, found.over_http, found.floor))
    over = " OVER" * found.is_over
    return f"{name:28}{times}{found.ratio:7.2f}{found.limit:8.2f} ms{found.size / 1024:9.1f} KiB{over}"


if __name__ == "__main__":
    sys.exit(main())
