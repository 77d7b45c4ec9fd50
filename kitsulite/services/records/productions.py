"""Rows of productions and of what they are set up with."""

from kitsulite.models.productions import ProjectStatus
from kitsulite.services.records.collection import Collection

COLLECTIONS = [
    Collection("project-status", ProjectStatus),
]
