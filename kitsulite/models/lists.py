"""Long lists, of which no more than a piece is in memory at once."""

from collections.abc import Iterator

import peewee

from kitsulite.models.shapes import Raw
from kitsulite.storage import Database

PIECE = 200


class Rows:
    """The rows that a shape's query finds, not read yet. Whoever wants them reads them, once, within the transaction.

    start, end  the JSON around them, which are parted by commas
    lines       whether they are lines of JSON instead, after the one that is `start`
    """

    def __init__(
        self, db: Database, query: peewee.Query, *, start: bytes = b"[", end: bytes = b"]", lines: bool = False
    ) -> None:
        self.db = db
        self.query = query
        self.start, self.end, self.lines = start, end, lines

    def pieces(self) -> Iterator[list[bytes]]:
        """The rows, some hundred at a time."""
        return self.db.pieces(self.query, PIECE)

    def whole(self) -> Raw:
        """All that they are, for who goes on with it."""
        assert not self.lines
        return Raw(self.start + b",".join(row for piece in self.pieces() for row in piece) + self.end)

    def __bytes__(self) -> bytes:
        return bytes(self.whole())
