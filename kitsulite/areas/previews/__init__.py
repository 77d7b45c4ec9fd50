"""Previews: what is made of the files that people send in for review, and who gets to see it (docs/api/previews.md)."""
