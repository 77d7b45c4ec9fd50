"""What a take-over needs of the studio."""

from typing import NamedTuple

from kitsulite.settings import Settings
from kitsulite.storage import Database
from kitsulite.storage.files import FileStore
from kitsulite.storage.seal import Seal


class Here(NamedTuple):
    """The opened studio that a Zou is taken over into."""

    db: Database
    files: FileStore
    seal: Seal
    settings: Settings
