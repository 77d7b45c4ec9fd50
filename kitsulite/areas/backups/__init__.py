"""Copies of a whole studio: kept, proven, restored, moved to another engine or store (docs/backups.md)."""
