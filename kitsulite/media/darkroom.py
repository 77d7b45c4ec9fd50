"""Pictures are made in a process of its own, one at a time, with bounds on its memory and its time (`media/child.py`).

A hard picture costs nobody but its sender: what it takes is given back when that process ends. It is started by the first
picture, stays at hand for the next ones, and leaves by itself: after a while without work, and with its parent.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from kitsulite.media import BadPicture
from kitsulite.media.programs import environment, program

Size = tuple[int, int]

PATIENCE = 2
"""Seconds that a process has to leave that was asked to."""
TOO_LONG = "The work on this picture took too long and was given up."
TOO_MUCH = "The picture needs more memory than one may take."


class Darkroom:
    """See the module.

    most_pixels   pixels that a picture may have
    time_limit    seconds that the work on one may take
    idle          seconds without work after which the process leaves
    while_waiting what a thread is to hold while others work, for it or before it
    """

    def __init__(self, most_pixels: int, time_limit: float, idle: float = 60) -> None:
        self.most_pixels = most_pixels
        self.time_limit = time_limit
        self.idle = idle
        self.while_waiting: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    # --- what can be had; BadPicture ---

    def sizes(self, source: Path, full: Path, smaller: dict[Path, Size | int]) -> Size:
        """The picture as it is, and smaller: fitted into a size, or so wide; the size of the full one."""
        wanted = [[os.path.abspath(path), size] for path, size in smaller.items()]  # noqa: PTH100 - links stay as they are
        width, height = self._do("sizes", source=source, full=full, smaller=wanted)
        return width, height

    def fit(self, source: Path, target: Path, size: Size) -> None:
        """The whole of a picture in the middle of a small one."""
        self._do("fit", source=source, target=target, size=size)

    def crop(self, source: Path, target: Path, size: Size) -> None:
        """The middle of a picture."""
        self._do("crop", source=source, target=target, size=size)

    def fit_radiance(self, source: Path, target: Path, size: Size) -> None:
        """`fit` for a Radiance picture."""
        self._do("fit_radiance", source=source, target=target, size=size)

    def draw(self, path: Path, objects: Sequence[Any]) -> None:
        """Draw what somebody drew onto a picture."""
        self._do("draw", path=path, objects=objects)

    def pdf(self, pages: Sequence[Path], target: Path, dots_per_inch: int) -> None:
        """Pictures as the pages of one document."""
        self._do("pdf", pages=[str(page.absolute()) for page in pages], target=target, dots_per_inch=dots_per_inch)

    def close(self) -> None:
        with self._turn:
            self._end()

    # --- the process ---

    def _do(self, act: str, **arguments: Any) -> Any:
        told = {name: str(value.absolute()) if isinstance(value, Path) else value for name, value in arguments.items()}
        job = json.dumps({"act": act, "pixels": self.most_pixels, "seconds": self.time_limit, **told}).encode() + b"\n"
        with self.while_waiting(), self._turn:
            answer = self._answer(job)
        if "bad" in answer:
            raise BadPicture(answer["bad"])
        if "failed" in answer:
            raise RuntimeError(f"The work on a picture failed: {answer['failed']}")
        return answer["done"]

    def _answer(self, job: bytes) -> dict[str, Any]:
        was_there = self._child is not None
        words = self._told(job)
        if not words and was_there and self._end() == 0:  # it had just left, for it had nothing to do
            words = self._told(job)
        if words is None:
            self._end(at_once=True)
            return {"bad": TOO_LONG}
        if not words:  # killed: by its own clock, or by a machine that has no more memory
            status = self._end()
            if status and -status in (signal.SIGTERM, signal.SIGHUP):  # with the server, which stops
                return {"failed": "its process was stopped"}
            return {"bad": TOO_LONG if status and status < 0 and -status == signal.SIGALRM else TOO_MUCH}
        return dict(json.loads(words))

    def _told(self, job: bytes) -> bytes | None:
        """What the process answers: a line; nothing when it is gone; None when it takes too long."""
        child = self._child = self._child or _start(self.idle)
        assert child.stdin
        assert child.stdout
        try:
            child.stdin.write(job)
            child.stdin.flush()
        except BrokenPipeError:
            return b""
        until, words = time.monotonic() + self.time_limit, b""
        while not words.endswith(b"\n"):
            poll = select.poll()
            poll.register(child.stdout, select.POLLIN)
            if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
                return None
            piece = os.read(child.stdout.fileno(), 65536)
            if not piece:
                return b""
            words += piece
        return words

    def _end(self, *, at_once: bool = False) -> int | None:
        """Have the process leave; its status."""
        child, self._child = self._child, None
        if child is None:
            return None
        assert child.stdin
        assert child.stdout
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()
        if at_once:
            child.kill()
        try:
            return child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()
        finally:
            child.stdout.close()


def _start(idle: float) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        program("kitsulite.media.child", str(idle)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    )
