"""Loading the event process without what it never needs: python-socketio brings its clients and its brokers along, and these load
whatever of theirs is installed."""

import importlib
import sys
from types import ModuleType

NEVER_NEEDED = ("aio_pika", "aiohttp", "kafka", "kombu", "redis", "requests", "tornado", "websocket", "zmq")


def event_process() -> ModuleType:
    """`serving.events`. For a process that is that and nothing else."""
    hidden = [name for name in NEVER_NEEDED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        return importlib.import_module("kitsulite.serving.events")
    finally:
        for name in hidden:
            del sys.modules[name]
