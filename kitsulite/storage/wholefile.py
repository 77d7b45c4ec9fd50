"""Files that people ask for: there once they are whole, and never half."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kitsulite.storage.private import FOR_ITS_OWNER, open_for_its_owner


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write. When an exception passes, what was there before stays as it was.

    It is for its owner alone: a dump holds secrets in clear, a spreadsheet holds salaries.
    """
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with open(unfinished, "wb", opener=open_for_its_owner) as file:
            unfinished.chmod(FOR_ITS_OWNER)  # where one was left over
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
