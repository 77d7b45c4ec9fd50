"""What a database may refuse, and why it may not be had, whichever engine it is."""


class StorageError(Exception):
    """The database refused a statement."""


class UniqueViolation(StorageError):
    """Another row holds these values already."""


class ForeignKeyViolation(StorageError):
    """A row points to this one, or the row pointed to is not there."""


class NotNullViolation(StorageError):
    """A value that must be there is missing."""


class CheckViolation(StorageError):
    """A value breaks a rule of its table."""


class BadData(StorageError):
    """A value that its column cannot hold."""


class Busy(StorageError):
    """A lock, a connection or the server was not to be had in time; the same call may work later."""


class Unreachable(Busy):
    """The database does not answer, or is not where it was."""


class Unsure(Unreachable):
    """What was written is there, but the disk did not take it: whether it is kept, nobody knows."""


class Damaged(Unreachable):
    """What is there cannot be read as a database."""


class DiskFull(StorageError):
    """There is no room left for what was to be written."""


class CannotWrite(StorageError):
    """The studio can only be read, as its files or their disk are."""


OUT_OF_ORDER = (Busy, DiskFull, CannotWrite)
"""What comes and goes, whoever asks for what, and is told by the database itself; there is nothing to do but to look again."""


class OnlyReading(RuntimeError):
    """Work that only reads came upon something to write; the same work, allowed to write, can do it."""
