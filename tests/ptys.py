"""A program in a terminal as its people have one: keys go in as bytes, at once if need be."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

from serving import command, environment
from studio import Studio

PATIENCE = 30
ESCAPES = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|[()][A-Z0-9]|[P_^][^\x1b]*\x1b\\|\].*?(\x07|\x1b\\)|[=>])")


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
