"""Files that people ask for: there once they are whole, and never half."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

FOR_ITS_OWNER = 0o600  # a dump holds password hashes, a spreadsheet holds salaries


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write. When an exception passes, what was there before stays as it was."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with open(unfinished, "wb", opener=lambda name, flags: os.open(name, flags, FOR_ITS_OWNER)) as file:
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
