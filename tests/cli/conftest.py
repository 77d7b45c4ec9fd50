"""What several tests of commands stand on."""

from shell import kitsulite  # noqa: F401
from syncing import find, sync, there  # noqa: F401
