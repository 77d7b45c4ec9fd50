"""Who sits at this machine: whom the event log names for what its operator does, and whose the studio's files are."""

import getpass
import os

from kitsulite.storage import Database
from kitsulite.work.work import Caller, operator


def operator_here() -> Caller:
    """The operator under the login of this process; its number where it has no name."""
    try:
        return operator(getpass.getuser())
    except (KeyError, OSError):
        return operator(str(os.getuid()))


def owns_files(db: Database) -> bool:
    """Whether this process belongs to whoever owns the studio's rows, as files of this machine."""
    files = db.files()
    return bool(files) and all(file.stat().st_uid == os.geteuid() for file in files)
