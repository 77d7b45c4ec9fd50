from listening import live  # noqa: F401
