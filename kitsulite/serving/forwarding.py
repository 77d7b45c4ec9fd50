"""A poll that came to the wrong node is handed on to the right one, whose name stands in the client's id."""

import asyncio
import re
from collections.abc import Mapping

SID = re.compile(rb"[?&]sid=([0-9a-f]+)\.")
PIECE = 64 * 1024
PATIENCE = 3.0
"""Seconds that the other node has to take the connection."""


def address_for(request: bytes, own: str, others: Mapping[str, str]) -> tuple[str, int] | None:
    """Where a request belongs, when that is another node that can be reached."""
    found = SID.search(request.partition(b"\r\n")[0])
    name = found[1].decode() if found else own
    host, _, port = others.get(name, "").rpartition(":")
    return (host.strip("[]"), int(port)) if name != own and port else None


async def hand_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, address: tuple[str, int]
) -> None:
    """Be the wire between a client and another node until one of them leaves."""
    try:
        async with asyncio.timeout(PATIENCE):
            far_reader, far_writer = await asyncio.open_connection(*address)
    except (OSError, TimeoutError):  # the client begins anew, at a node that is there
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        return
    far_writer.write(request)
    ways = [asyncio.ensure_future(_carry(reader, far_writer)), asyncio.ensure_future(_carry(far_reader, writer))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        for end in (writer, far_writer):
            end.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    except OSError:
        return
