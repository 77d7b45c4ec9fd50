"""nginx in front: the block of docs/live.md for live events beside an application, and a balancer of nodes."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gazu
import programs
import pytest
from browsers import browser
from engines import bare_database, directly, drop_studio, engines_wanted
from nodes import KEY, nodes
from serving import Served, command, environment, signed_in

from bench.serving import free_port
from kitsulite import Settings, Tracker
from kitsulite.areas.people import sessions
from kitsulite.models.people import Person

pytestmark = pytest.mark.long
PAGE = Path(__file__).parents[2] / "docs" / "live.md"
PATIENCE = 20
CONFIGURATION = """\
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/proxied;
    fastcgi_temp_path {folder}/1; uwsgi_temp_path {folder}/2; scgi_temp_path {folder}/3;
    {servers}
    server {{
        listen 127.0.0.1:{port};
        {locations}
    }}
}}
"""
PASSED_ON = "location / { proxy_pass http://nodes; proxy_set_header Host $http_host; }"


@contextmanager
def nginx(folder: Path, locations: str, servers: str = "") -> Iterator[str]:
    """The URL of an nginx with these locations while the block lasts."""
    program, port = programs.needed("nginx"), free_port()
    folder.mkdir()
    written = folder / "nginx.conf"
    written.write_text(CONFIGURATION.format(folder=folder, port=port, locations=locations, servers=servers))
    arguments = [program, "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(written)]
    if os.geteuid() == 0:
        arguments += ["-g", "user root;"]
    with subprocess.Popen(arguments) as process:
        try:
            answers(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def answers(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.02)
    raise AssertionError("it does not answer")


def block() -> str:
    """The block for nginx, as the page has it."""
    [found] = re.findall(r"```nginx\n(.+?)```", PAGE.read_text(), re.DOTALL)
    assert isinstance(found, str)
    return found


TRANSPORTS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "polling": {"transports": ["polling"]},
    "websocket": {"transports": ["websocket"]},
}


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A tracker in an application of somebody else's, `kitsulite events` beside it, nginx before both: its URL, and a token."""
    programs.needed("nginx")
    folder = tmp_path_factory.mktemp("beside")
    with Tracker(Settings(data=str(folder / "studio"), secret_key=KEY)) as tracker, tracker.work() as work:
        ann = work.insert(Person, first_name="Ann", last_name="Ada", email="ann@studio.test", role="admin")
        token = str(sessions.open_session(work, str(ann))["access_token"])
    said = environment(KITSULITE_DATA=str(folder / "studio"), SECRET_KEY=KEY)
    port, events_port = free_port(), free_port()
    app = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "--threads", "4", "kitsulite:create_app()"]
    listening = command("events", "--port", str(events_port))
    locations = (
        block().replace("5001", str(events_port))
        + f"""
        location /api/ {{ proxy_pass http://127.0.0.1:{port}/; proxy_set_header Host $http_host; }}"""
    )
    with (
        subprocess.Popen(app, env=said) as serving,
        subprocess.Popen(listening, env=said, stdout=subprocess.DEVNULL) as telling,
    ):
        try:
            answers(port, serving)
            answers(events_port, telling)
            with nginx(folder / "nginx", locations) as url:
                yield url, token
        finally:
            serving.terminate()
            telling.terminate()


@pytest.mark.parametrize("way", list(TRANSPORTS))
@pytest.mark.parametrize("path", ["/socket.io/", "/api/socket.io/"])
def test_events_are_told_beside_an_application(beside: tuple[str, str], way: str, path: str) -> None:
    url, token = beside
    ann = gazu.client.create_client(f"{url}/api")
    ann.tokens = {"access_token": token}
    with browser(url, cookie=f"access_token_cookie={token}", path=path, **TRANSPORTS[way]) as page:
        page.wait_for("connected")
        for _ in range(3):
            id = add(ann)
            assert page.wait_for_event("department:new", 2) == {"department_id": id}
        transports = [line["transport"] for line in page.said if line["what"] == "upgraded"]
        assert transports == (["websocket"] if way == "as it comes" else [])
        assert not [line for line in page.said if line["what"] in ("gone", "refused")]


def test_a_stream_comes_through_at_once(beside: tuple[str, str]) -> None:
    url, token = beside
    ann = gazu.client.create_client(f"{url}/api")
    ann.tokens = {"access_token": token}
    request = urllib.request.Request(f"{url}/api/data/events/stream", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=5) as stream:
        id = add(ann)
        while not (line := stream.readline()).startswith(b"data: "):
            pass
        assert json.loads(line[6:])["data"] == {"department_id": id}


# --- a balancer ---


@pytest.fixture(scope="module")
def balanced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Served]]:
    """Two nodes behind an nginx that sends each request to the other one in turn: its URL, and one of them."""
    programs.needed("nginx")
    if "postgres" not in engines_wanted():
        pytest.skip("nodes share a PostgreSQL")
    url, folder = directly(bare_database("postgres")), tmp_path_factory.mktemp("balanced")
    with nodes(folder, url) as running:
        servers = "".join(f"server {urlsplit(node.url).netloc};" for node in running)
        locations = block().replace("127.0.0.1:5001", "nodes") + "\n" + PASSED_ON
        with nginx(folder / "nginx", locations, f"upstream nodes {{ {servers} }}") as balancer:
            yield balancer, running[0]
    drop_studio(url)


@pytest.mark.parametrize("way", list(TRANSPORTS))
def test_a_balancer_may_send_any_request_to_any_node(balanced: tuple[str, Served], way: str) -> None:
    url, node = balanced
    ann = signed_in(node)
    with browser(url, cookie=f"access_token_cookie={ann.tokens['access_token']}", **TRANSPORTS[way]) as page:
        page.wait_for("connected")
        for _ in range(10):
            id = add(ann)
            assert page.wait_for_event("department:new", 2) == {"department_id": id}
        assert not [line for line in page.said if line["what"] in ("gone", "refused")]


def add(client: gazu.client.KitsuClient) -> str:
    """The id of a department that is new."""
    made = gazu.client.post("data/departments", {"name": uuid.uuid4().hex, "color": "#FFFFFF"}, client=client)
    return str(made["id"])
