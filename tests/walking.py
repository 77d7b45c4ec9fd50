"""A walk over routes, each of which finds the studio as it was."""

import json
import re
from typing import Any

import falcon.testing
from full_studio import FullStudio

from kitsulite.models import new_id
from kitsulite.web.routing import Route

PARAMETER = re.compile(r"{(\w+)}")
PLACES = {
    "year": "2024",
    "month": "3",
    "week": "10",
    "day": "4",
    "date": "2024-03-04",
    "month_date": "2024-03",
    "extension": "png",
}


class Undone(Exception):
    """Thrown to take back what a request wrote."""


class Walker:
    """Calls routes one after another; each finds the studio as it was, for whatever it writes is undone."""

    def __init__(self, full: FullStudio) -> None:
        self.full = full
        self.db = full.studio.tracker.db
        self.problems: dict[tuple[str, str], str] = {}

    def call(self, route: Route, path: str, who: str, query: str = "", body: Any = ...) -> int:
        """The status of an answer; a 500 becomes a problem."""
        headers = {"Accept": "application/json"}
        if who in self.full.members:
            headers["Authorization"] = f"Bearer {self.full.members[who].token}"
        content = b"" if body is ... else json.dumps(body).encode()
        if body is not ...:
            headers["Content-Type"] = "application/json"
        environ = falcon.testing.create_environ(
            path, method=route.method, query_string=query, headers=headers, body=content
        )
        answered: list[str] = []
        answer = b""
        try:
            with self.db.writing():
                answer = b"".join(
                    self.full.studio.app(environ, lambda status, headers, problem=None: answered.append(status))
                )
                raise Undone
        except Undone:
            pass
        code = int(answered[0][:3])
        if code >= 500 and code != 501:  # what is not done here is said, and told in the document
            said = "" if body is ... else f" {json.dumps(body)[:200]}"
            cause = _cause(answer)
            asked = f"{route.method} {path[:200]}?{query[:200]}"
            self.problems.setdefault((route.path, cause), f"{who}: {asked}{said}: {code} {cause}")
        return code

    def path(self, route: Route, fill: dict[str, str] | str) -> str:
        """The path of a route, its parameters filled."""
        return PARAMETER.sub(lambda found: fill if isinstance(fill, str) else self._fill(found[1], fill), route.path)

    def _fill(self, name: str, ids: dict[str, str]) -> str:
        return PLACES.get(name) or ids.get(name.removesuffix("_id")) or new_id()

    def check(self) -> None:
        """Fail with what went wrong, once for each route and cause."""
        assert not self.problems, f"{len(self.problems)} problems:\n" + "\n".join(self.problems.values())


def _cause(answer: bytes) -> str:
    """The last line of Kitsulite in a stack trace, and the error."""
    try:
        trace = json.loads(answer)["stacktrace"]
    except (ValueError, KeyError):
        return answer.decode(errors="replace")[:200]
    lines = [line.strip() for line in trace.splitlines() if "/kitsulite/" in line]
    return f"{lines[-1] if lines else ''} — {trace.strip().splitlines()[-1]}"[:400]
