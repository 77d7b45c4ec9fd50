"""The front ends of plugins, as browsers get them."""

import mimetypes

from kitsulite.access.callers import anyone
from kitsulite.areas.studio import plugins
from kitsulite.web.call import Call
from kitsulite.web.downloads import send_page
from kitsulite.web.routing import ANY_FILE, HTML, Answer, get
from kitsulite.work.errors import NotFound

TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".svg": "image/svg+xml"}
"""What machines disagree about."""


def show_frontend(call: Call, plugin_id: str, path: str = "") -> Answer:
    """A file of the front end of a plugin; its first page when none is named."""
    with call.begin(writes=False) as work:
        file = plugins.frontend_file(work, call.settings.plugins, plugin_id, path)
    if file is None:
        raise NotFound
    kind = TYPES.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return send_page(call, file, f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)


ROOT = "/plugins/{plugin_id}/frontend"
ROUTES = [
    get(ROOT, anyone, show_frontend, gives=HTML, alone=True),
    get(f"{ROOT}/{{path}}", anyone, show_frontend, gives=ANY_FILE, alone=True, rest=True),
]
