"""Where the loop of the event process has the database asked: in threads of its own, so that it never waits itself.

What is read for a delivery has a thread to itself. Whatever may wait for its turn to write, or is asked for by one client alone, has
others, so that neither holds up what everybody waits for.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Answer = TypeVar("Answer")

CLERKS = 3
CONNECTIONS = 1 + CLERKS
"""Connections to the database that the event process may hold."""


class Desk:
    """See the module."""

    def __init__(self) -> None:
        self._reader = ThreadPoolExecutor(1, "kitsulite-reader")
        self._clerks = ThreadPoolExecutor(CLERKS, "kitsulite-clerk")

    async def look(self, function: Callable[..., Answer], *arguments: Any) -> Answer:
        """What is read for everybody."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, function, *arguments)

    async def ask(self, function: Callable[..., Answer], *arguments: Any) -> Answer:
        """What is asked for one, or written."""
        return await asyncio.get_running_loop().run_in_executor(self._clerks, function, *arguments)

    def close(self) -> None:
        self._reader.shutdown()
        self._clerks.shutdown()
