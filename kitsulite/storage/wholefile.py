"""Files that people ask for: there once they are whole, and never half."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

LONGEST_NAME = 200
"""Letters of its name that an unfinished file bears."""


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write. When an exception passes, what was there before stays as it was.

    It is for its owner alone: a dump holds secrets in clear, a spreadsheet holds salaries. A link leads to the file that is
    written; what is there and is no file, such as a pipe, takes it as it comes.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as there:
            yield there
        return
    path = path.resolve()
    number, name = tempfile.mkstemp(prefix=f"{path.name[:LONGEST_NAME]}.", suffix=".part", dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
