"""Rows of a production's calendar and money."""

from kitsulite.services.records.collection import Collection

COLLECTIONS: list[Collection] = []
