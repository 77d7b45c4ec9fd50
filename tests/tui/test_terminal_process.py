"""The installed program, in a terminal as its people have one; and what it must not know of."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

from serving import command, environment
from signing import PASSWORD, known, log_in
from studio import Studio

PATIENCE = 30
ESCAPES = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|[()][A-Z0-9]|[P_^][^\x1b]*\x1b\\|\].*?(\x07|\x1b\\)|[=>])")
NEW = "a new sentence"


class Session:
    """A program in a pseudo-terminal of 24 lines."""

    def __init__(self, arguments: list[str], settings: dict[str, str]) -> None:
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=settings, start_new_session=True
        )
        os.close(theirs)
        self.seen = b""

    def wait_for(self, *words: str) -> None:
        """Read until all of these have been drawn since the last key."""
        until = time.monotonic() + PATIENCE
        while not all(word.encode() in ESCAPES.sub(b"", self.seen) for word in words):
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.ours], [], [], left)[0]:
                raise AssertionError(f"{words} did not come: {ESCAPES.sub(b'', self.seen).decode(errors='replace')}")
            self.seen += os.read(self.ours, 65536)

    def send(self, keys: str) -> None:
        self.seen = b""
        os.write(self.ours, keys.encode())

    def end(self) -> int:
        """The exit code; what is still written is thrown away."""
        until = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < until:
            if select.select([self.ours], [], [], 0.1)[0]:
                try:
                    os.read(self.ours, 65536)
                except OSError:  # the other side is closed
                    break
        return self.process.wait(PATIENCE)


@contextmanager
def tui(studio: Studio) -> Iterator[Session]:
    settings = studio.tracker.settings
    arguments = command("tui", "--data", settings.data, "--database", settings.database)
    session = Session(arguments, environment(SECRET_KEY=settings.secret_key, TERM="xterm-256color", MAIL_ENABLED="no"))
    try:
        yield session
    finally:
        if session.process.poll() is None:
            session.process.kill()
            session.process.wait()
        os.close(session.ours)


def test_a_password_is_changed_over_a_terminal(studio: Studio) -> None:
    known(studio, "Ann", role="admin")
    bob = known(studio, "Bob")
    with tui(studio) as session:
        if studio.tracker.db.name == "postgres":  # whose files are no business of this process
            session.wait_for("sign in as an admin")
            session.send(f"ann@studio.test\r{PASSWORD}\r\r")
        session.wait_for("Bob Test", "Filter")
        session.send("/bob\r")
        session.wait_for("1 of 2")
        session.send("p")
        session.wait_for("Password of Bob Test")
        session.send(f"{NEW}\r{NEW}\r")
        session.wait_for("has a new password")
        session.send("q")
        assert session.end() == 0
    assert log_in(studio, "bob@studio.test", PASSWORD).status == 400
    assert log_in(studio, "bob@studio.test", NEW).status == 200
    bob.get("/data/projects/open", status=401)


def test_the_terminal_needs_a_terminal(studio: Studio) -> None:
    arguments = command("tui", "--data", studio.tracker.settings.data)
    settings = {"stdin": subprocess.DEVNULL, "env": environment(), "capture_output": True, "text": True}
    done = subprocess.run(arguments, check=False, **settings)
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


def test_the_terminal_knows_nothing_of_http() -> None:
    code = (
        "import sys, kitsulite.tui.app\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('falcon', 'gunicorn')"
        " or name.startswith(('kitsulite.web', 'kitsulite.app', 'kitsulite.server', 'kitsulite.cli'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
