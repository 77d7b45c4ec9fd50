"""What several tests of commands stand on."""

from syncing import find, sync, there  # noqa: F401
