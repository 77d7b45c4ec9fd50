"""Rows of tasks, their types and statuses."""

from kitsulite.services.records.collection import Collection

COLLECTIONS: list[Collection] = []
