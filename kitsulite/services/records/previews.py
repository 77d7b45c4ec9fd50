"""Rows of what is shown and talked about: previews, playlists, chats."""

from kitsulite.services.records.collection import Collection

COLLECTIONS: list[Collection] = []
