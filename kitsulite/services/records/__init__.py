"""The rows of every table over the wire: the mechanism in `collection` and `filters`, one module of collections an area.

`everything` lists them all; nothing else imports it than the API, so that services and collections may use each other.
"""
