"""Servers that speak the API, as they are and with faults, for who takes over through it."""

from typing import Any, NamedTuple

from zous import PASSWORD, here, quietly

from kitsulite import Tracker
from kitsulite.areas.takeover.apifiles import ApiFiles
from kitsulite.areas.takeover.apisource import ApiSource
from kitsulite.areas.takeover.memory import Memory
from kitsulite.areas.takeover.report import Report
from kitsulite.areas.takeover.site import Site
from kitsulite.areas.takeover.takingover import TakeOver

ADMIN = "admin@studio.test"


class Fault(NamedTuple):
    """What is answered instead. A body breaks off where its length says that more is to come."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = {}
    length: int | None = None


class Faulty:
    """An app with faults, by how the paths begin, below /api or not; `times`: how often each is met before all is well.

    asked  the paths at which faults were met
    """

    def __init__(self, app: Any, times: int | None = None) -> None:
        self.app, self.times = app, times
        self.faults: dict[str, Fault] = {}
        self.asked: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        whole = environ["PATH_INFO"]
        path = whole if "/api" in self.faults else whole.removeprefix("/api")
        fault = next((fault for start, fault in self.faults.items() if path.startswith(start)), None)
        if fault is None or (self.times is not None and self.asked.count(path) >= self.times):
            return self.app(environ, start_response)
        self.asked.append(path)
        length = len(fault.body) if fault.length is None else fault.length
        headers = {"Content-Type": "application/json", "Content-Length": str(length), **fault.headers}
        start_response(f"{fault.status} Fault", list(headers.items()))
        return [fault.body]


def source_of(url: str) -> ApiSource:
    site = Site(url)
    site.log_in(ADMIN, PASSWORD)
    return ApiSource(site)


def taken(url: str, new: Tracker) -> Report:
    source, memory = source_of(url), Memory(new.folder)
    try:
        with source.moment():
            return TakeOver(here(new), source, ApiFiles(source), memory, quietly).run()
    finally:
        memory.close()
