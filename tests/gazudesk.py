"""gazu, as a person at a desk uses it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import gazu
from serving import Served


class Desk:
    """gazu, signed in: `desk.asset.new_asset(...)` is `gazu.asset.new_asset(..., client=...)`, and is remembered."""

    def __init__(self, server: Served) -> None:
        self.client = gazu.client.create_client(server.api)
        self.called: set[str] = set()
        gazu.log_in(server.email, server.password, client=self.client)

    def __getattr__(self, module: str) -> "Drawer":
        return Drawer(self, module)


class Drawer:
    """One of gazu's modules, with the client at hand."""

    def __init__(self, desk: Desk, module: str) -> None:
        self.desk, self.module = desk, module

    def __getattr__(self, function: str) -> Callable[..., Any]:
        self.desk.called.add(f"{self.module}.{function}")
        return partial(getattr(getattr(gazu, self.module), function), client=self.desk.client)
