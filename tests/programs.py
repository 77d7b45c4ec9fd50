"""Programs that some tests need and that not every machine has: without one its tests are skipped, and say so.

With KITSULITE_TEST_ALL=1, as in `.ci/run`, they fail instead.
"""

import os
import shutil

import pytest

PACKAGES = {
    "pgbouncer": "pgbouncer",
    "nginx": "nginx-light",
    "node": "nodejs",
    "npm": "npm",
    "chromium": "chromium",
    "slapd": "slapd",
    "xmlsec1": "xmlsec1",
}
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"  # where servers lie, which is not in everybody's path


def found(name: str) -> str | None:
    """Where a program is."""
    return shutil.which(name, path=PATH)


def needed(name: str) -> str:
    """Where a program is that the running test cannot do without."""
    return found(name) or missing(f"{name} is not here: apt-get install {PACKAGES[name]}")


def missing(what: str) -> str:
    """Leave the running test out, in words."""
    if os.environ.get("KITSULITE_TEST_ALL"):
        pytest.fail(what)
    pytest.skip(what)
