"""The rows of every table over the wire: `collection` is the mechanism, `filters` and `pages` read what a list asks for."""
