"""Kitsulite: a production tracker for animation and VFX studios that speaks the Kitsu HTTP API.

from kitsulite import Settings, create_app
app = create_app(Settings(data="/srv/studio"))     # a WSGI app
"""

from kitsulite.version import API_VERSION, __version__

__all__ = ["API_VERSION", "Settings", "Tracker", "__version__", "create_app"]


def __getattr__(name: str) -> object:
    # Loaded when asked for, so that the command line starts at once.
    if name == "create_app":
        from kitsulite.app import create_app

        return create_app
    if name == "Tracker":
        from kitsulite.tracker import Tracker

        return Tracker
    if name == "Settings":
        from kitsulite.settings import Settings

        return Settings
    raise AttributeError(name)
