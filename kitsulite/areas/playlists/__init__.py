"""Playlists: what is shown together in a review (contract 06, 5)."""
