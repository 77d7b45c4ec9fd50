"""Rows of what is said about tasks and of who hears of it."""

from kitsulite.services.records.collection import Collection

COLLECTIONS: list[Collection] = []
