"""A disk that takes no more: how that is recognised, whatever says it."""

import errno

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""No space, no quota, or a file that may not grow any further."""


def is_full(error: BaseException) -> bool:
    """Whether this is an operating system's way to say so."""
    return isinstance(error, OSError) and error.errno in NO_ROOM
