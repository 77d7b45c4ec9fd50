"""Rows of assets, shots and everything else that a production is made of."""

from kitsulite.services.records.collection import Collection

COLLECTIONS: list[Collection] = []
