"""Playlists: what is shown together in a review (docs/api/playlists.md)."""
