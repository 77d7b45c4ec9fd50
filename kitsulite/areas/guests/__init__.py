"""Share links, and what people without an account do through them (docs/api/playlists.md)."""
