"""Whom a directory closes out hears nothing more, at once, however they listen."""

import http.client
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from listening import SOON, Live, listen, lively
from provisioning import PATCH

pytestmark = pytest.mark.long


@pytest.fixture
def live(tmp_path: Path, bare: str) -> Iterator[Live]:
    with lively(tmp_path / "studio", bare, KITSULITE_SCIM="true") as found:
        yield found


def test_sockets_and_streams_of_who_is_closed_out_end_at_once(live: Live) -> None:
    ada = live.studio.person("Ada", "admin")
    live.call(ada, "GET", "/api/scim/v2/Users")  # the first one loads what SCIM is made with
    close = {"schemas": [PATCH], "Operations": [{"op": "Replace", "path": "active", "value": "False"}]}
    for method, body in (("PATCH", close), ("DELETE", None)):
        bob = live.studio.person(f"Bob{method}")
        connection = http.client.HTTPConnection(urlsplit(live.url).netloc, timeout=SOON)
        connection.request("GET", "/data/events/stream", headers={"Authorization": f"Bearer {bob.token}"})
        stream = connection.getresponse()
        assert stream.status == 200
        with listen(live.url, bob) as listener:
            begun = time.monotonic()
            live.call(ada, method, f"/api/scim/v2/Users/{bob.id}", body)
            assert listener.is_gone()
            stream.read()
            assert time.monotonic() - begun < SOON
        connection.close()
