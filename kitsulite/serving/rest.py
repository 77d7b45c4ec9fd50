"""What of an answer its client has not taken yet: it lies in files, so that neither a thread nor memory waits for the client."""

import os
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from kitsulite.work.turns import Turn

PIECE = 256 * 1024


@dataclass
class Part:
    """A part of a file that is still to be sent.

    turn  among those who are sent files, if it has one
    """

    file: BinaryIO
    at: int
    end: int
    is_ours: bool
    turn: Turn | None = None

    def close(self) -> None:
        self.file.close()
        if self.turn:
            self.turn.give_back()


class Rest:
    """See the module. It is true as long as there is something to send.

    since  when the client was first asked to take what this is the rest of
    sent   bytes that it took since then
    """

    def __init__(self, scratch: Path) -> None:
        self.since = 0.0
        self.sent = 0
        self._scratch = scratch
        self._parts: deque[Part] = deque()

    def __bool__(self) -> bool:
        return bool(self._parts)

    def begin(self) -> None:
        if not self._parts:
            self.begin_anew()

    def begin_anew(self) -> None:
        """Reckon the client's pace from now on."""
        self.since, self.sent = time.monotonic(), 0

    def add(self, data: memoryview) -> None:
        """Keep bytes, on the disk."""
        if not self._parts or not self._parts[-1].is_ours:
            file = cast(BinaryIO, tempfile.TemporaryFile(dir=self._scratch))  # noqa: SIM115 - lives until it is sent
            self._parts.append(Part(file, 0, 0, is_ours=True))
        part = self._parts[-1]
        part.file.write(data)
        part.file.flush()
        part.end += len(data)

    def add_file(self, file: BinaryIO, offset: int, count: int) -> None:
        """Keep a part of a file, whoever closes it meanwhile."""
        if count:
            own = os.fdopen(os.dup(file.fileno()), "rb")
            turn: Turn | None = getattr(file, "turn", None)
            if turn:
                turn.hold()
            self._parts.append(Part(own, offset, offset + count, is_ours=False, turn=turn))

    def send(self, socket: int) -> None:
        """Send as much as the client takes at once; BlockingIOError when that is nothing."""
        part = self._parts[0]
        piece = os.sendfile(socket, part.file.fileno(), part.at, min(PIECE, part.end - part.at))
        if not piece:
            raise BrokenPipeError("the file has become shorter")
        part.at += piece
        self.sent += piece
        if part.at == part.end:
            self._parts.popleft().close()

    def close(self) -> None:
        while self._parts:
            self._parts.popleft().close()
