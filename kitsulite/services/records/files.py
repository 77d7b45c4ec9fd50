"""Rows of the pipeline's files."""

from kitsulite.models.files import FileStatus
from kitsulite.services.records.collection import Collection

COLLECTIONS = [
    Collection("file-status", FileStatus),
]
