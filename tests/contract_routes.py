"""Whether `/openapi.json` tells of every method and path that a contract names: `python tests/contract_routes.py FOLDER`.

The folder holds `routes.json`, and pages (`*.md`) whose tables of routes begin with `METHOD, METHOD /path`. Parameters may
have other names there.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from kitsulite.app import tables
from kitsulite.web.openapi import describe

METHODS = "GET|POST|PUT|DELETE"
ROW = re.compile(rf"^\| (?:\(changed\) )?((?:{METHODS})(?:, (?:{METHODS}))*) (/\S+) \|", re.MULTILINE)
PARAMETER = re.compile(r"{[^}]*}|<[^>]*>")

Pair = tuple[str, str]
REFUSED = {("POST", "/pictures/thumbnails/preview-background-files/{}.png")}
"""What fails for everybody on the server that was recorded: 405 here."""


def pair(method: str, path: str) -> Pair:
    return method.upper(), PARAMETER.sub("{}", path.rstrip("/") or "/")


def named(folder: Path) -> Iterator[Pair]:
    """What a contract names."""
    for route in json.loads((folder / "routes.json").read_text()):
        for method in route["methods"]:
            yield pair(method, route["path"])
    for page in sorted(folder.glob("*.md")):
        for methods, path in ROW.findall(page.read_text()):
            for method in methods.split(", "):
                yield pair(method, path)


def ours() -> set[Pair]:
    return {pair(method, path) for path, methods in describe(tables())["paths"].items() for method in methods}


def main(folder: Path) -> int:
    there, known = set(named(folder)) - REFUSED, ours()
    lost = sorted(there - known)
    told = [f"lost: {method} {path}" for method, path in lost]
    told.append(f"{len(there)} pairs of the contract, {len(lost)} of them not in the document of {len(known)}")
    sys.stdout.write("\n".join(told) + "\n")
    return bool(lost)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
