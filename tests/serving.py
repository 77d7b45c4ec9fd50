"""A studio served as its admins serve it: `kitsulite serve` as a process of its own.

def test_something(served):
    gazu.set_host(served.api); gazu.log_in(served.email, served.password)
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import gazu
import pytest
from engines import bare_database, drop_studio

import kitsulite

PATIENCE = 60
READY = re.compile(r"Kitsulite serves .+ at (http://\S+) ")
EMAIL = re.compile(r"Sign in as (\S+)")
PASSWORD = re.compile(r"with password (\S+)")


@dataclass
class Served:
    """A running server.

    url       where it answers, without a slash at the end
    email     of the first account it printed, and `password`; empty when it printed none
    printed   the lines that it printed until it was ready
    errors    the file that its standard error goes to
    """

    process: "subprocess.Popen[str]"
    url: str
    printed: str
    errors: Path

    @property
    def api(self) -> str:
        return f"{self.url}/api"

    @property
    def email(self) -> str:
        return _found(EMAIL, self.printed)

    @property
    def password(self) -> str:
        return _found(PASSWORD, self.printed)

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def command(*arguments: str) -> list[str]:
    """The `kitsulite` command of this checkout."""
    return [sys.executable, "-m", "kitsulite", *arguments]


def environment(**more: str) -> dict[str, str]:
    """An environment in which the command is found wherever it is run, and that says nothing else of studios."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KITSULITE_")}
    return {**kept, "PYTHONPATH": str(Path(kitsulite.__file__).parent.parent), **more}


@contextmanager
def serve(folder: Path, database: str = "", *options: str, **variables: str) -> Iterator[Served]:
    """Serve the studio in a folder (its own SQLite file, or the database named) while the block lasts.

    variables  further variables of its environment
    """
    arguments = command("serve", "--data", str(folder), "--port", "0", "--workers", "1", *options)
    if database:
        arguments += ["--database", database]
    folder.mkdir(parents=True, exist_ok=True)
    with (
        open(folder / "errors.log", "w") as errors,
        subprocess.Popen(
            arguments, env=environment(**variables), stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            yield _when_ready(process, folder / "errors.log")
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)  # at once, whoever still holds a connection
                process.wait(PATIENCE)


def _when_ready(process: "subprocess.Popen[str]", errors: Path) -> Served:
    assert process.stdout
    printed = ""
    for line in process.stdout:
        printed += line
        if ready := READY.search(line):
            return Served(process, ready[1], printed, errors)
    raise AssertionError(f"it did not start:\n{printed}{errors.read_text()}")


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


def signed_in(served: Served, host: str = "") -> gazu.client.KitsuClient:
    client = gazu.client.create_client(host or served.api)
    gazu.log_in(served.email, served.password, client=client)
    return client


def family(parent: int) -> list[tuple[int, int]]:
    """(ticks of processor time, pages of memory) of a process and of its children."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = [int(field) for field in status.read_text().rpartition(")")[2].split()[1:22]]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent in (fields[0], int(status.parent.name)):
            found.append((fields[10] + fields[11], fields[20]))
    return found


@pytest.fixture
def bare(engine: str) -> Iterator[str]:
    """What `--database` says for a studio that is not made yet; empty for SQLite in the studio's folder."""
    url = bare_database(engine)
    yield url
    drop_studio(url)


@pytest.fixture
def served(tmp_path: Path, bare: str) -> Iterator[Served]:
    """A fresh studio, served; once on each engine."""
    with serve(tmp_path / "studio", bare) as server:
        yield server
