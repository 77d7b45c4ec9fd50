"""Rows of the studio's tools."""

from kitsulite.services.records.collection import Collection

COLLECTIONS: list[Collection] = []
