"""A studio that worked on Zou: taken over with its rows and files, followed, compared, and written out again (docs/takeover.md)."""
