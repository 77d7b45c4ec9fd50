"""What this is a version of."""

__version__ = "0.1.0"

API_VERSION = "1.0.67"
"""The version of the Kitsu API that is spoken; clients read it to know what they can ask for."""
