"""A disk that takes no more: how that is recognised, whatever says it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""No space, no quota, or a file that may not grow any further."""


def is_full(error: BaseException) -> bool:
    """Whether this is an operating system's way to say so."""
    return isinstance(error, OSError) and error.errno in NO_ROOM


@contextmanager
def said_where(place: str) -> Iterator[None]:
    """Around what is written to a place: who hears that there is no room is told where, which a write itself doesn't say."""
    try:
        yield
    except OSError as error:
        if is_full(error) and error.filename is None:
            error.filename = place
        raise
