"""Nodes on one PostgreSQL: what one does the others know at once, and when one is killed the others go on."""

import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gazu
import psycopg
import pytest
from engines import bare_database, directly, drop_studio, engines_wanted
from footage import picture
from gazu.exception import NotAuthenticatedException
from nodes import KEY, kill, nodes
from servers import SmtpServer
from serving import Served, command, environment, serve, signed_in

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif("postgres" not in engines_wanted(), reason="it is about PostgreSQL"),
]
PATIENCE = 20
DEPARTMENT = {"color": "#FFFFFF"}


@pytest.fixture
def database() -> Iterator[str]:
    url = bare_database("postgres")
    yield url
    drop_studio(url)


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    server = SmtpServer()
    yield server
    server.close()


def wait_until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def with_token_of(client: gazu.client.KitsuClient, node: Served) -> gazu.client.KitsuClient:
    """The same person, with the same token, at another node."""
    other = gazu.client.create_client(node.api)
    other.tokens = dict(client.tokens)
    return other


def names(client: gazu.client.KitsuClient) -> set[str]:
    return {row["name"] for row in gazu.client.get("data/departments", client=client)}


def add(client: gazu.client.KitsuClient, name: str) -> Any:
    return gazu.client.post("data/departments", {**DEPARTMENT, "name": name}, client=client)


def test_what_one_node_does_the_other_knows_at_once(tmp_path: Path, database: str) -> None:
    with nodes(tmp_path, database) as (here, there):
        ann = signed_in(here)
        beside = with_token_of(ann, there)
        for number in range(20):
            add((ann, beside)[number % 2], f"Department {number}")
            assert f"Department {number}" in names((beside, ann)[number % 2])
        (tmp_path / "ann.png").write_bytes(picture())
        me = gazu.client.get("auth/authenticated", client=ann)["user"]["id"]
        gazu.client.upload(f"pictures/thumbnails/persons/{me}", str(tmp_path / "ann.png"), client=ann)
        assert gazu.client.get_file_data_from_url(f"pictures/thumbnails/persons/{me}.png", client=beside)
        gazu.client.get("auth/logout", client=ann)
        with pytest.raises(NotAuthenticatedException):
            names(beside)


def test_when_a_node_is_killed_the_others_go_on(tmp_path: Path, database: str, smtp: SmtpServer) -> None:
    """Also with the jobs that it had taken, once it has given no sign of life for a minute."""
    smtp.slow = PATIENCE
    mail = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(smtp.port)}
    with nodes(tmp_path, database, **mail) as (here, there):
        ann = signed_in(here)
        kill(there)
        gazu.client.post("auth/reset-password", {"email": here.email}, client=ann)
        with psycopg.connect(directly(database), autocommit=True) as connection:
            wait_until(lambda: connection.execute("SELECT 1 FROM job WHERE taken_at IS NOT NULL").fetchone())
            with nodes(tmp_path / "more", database, count=1, **files_of(tmp_path), **mail) as (third,):
                beside = with_token_of(ann, third)
                add(ann, "Pixel polish")
                kill(here)
                smtp.slow = 0.0
                assert "Pixel polish" in names(beside)
                add(beside, "Night shift")
                gazu.client.post("auth/reset-password", {"email": here.email}, client=beside)
                wait_until(lambda: len(smtp.received) == 1)
                connection.execute("UPDATE job SET due_at = due_at - interval '1 minute'")  # as if it had gone by
                wait_until(lambda: len(smtp.received) == 2)
                wait_until(lambda: not connection.execute("SELECT 1 FROM job").fetchone())
                assert {"Pixel polish", "Night shift"} <= names(beside)


def test_nodes_that_start_at_once_make_one_studio(tmp_path: Path, database: str) -> None:
    def start(name: str) -> Served:
        with serve(tmp_path / name, database, SECRET_KEY=KEY, **files_of(tmp_path)) as node:
            return node

    with ThreadPoolExecutor(2) as pool:
        started = list(pool.map(start, ("here", "there")))
    assert sum(bool(node.email) for node in started) == 1


def test_a_node_with_another_key_is_refused(tmp_path: Path, database: str) -> None:
    with nodes(tmp_path, database, count=1):
        other = command("serve", "--data", str(tmp_path / "other"), "--port", "0", "--database", database)
        ended = subprocess.run(
            other, check=False, env=environment(SECRET_KEY="another"), capture_output=True, text=True, timeout=60
        )
    assert ended.returncode == 3
    assert "key" in ended.stderr


def files_of(folder: Path) -> dict[str, str]:
    return {"KITSULITE_FILES": (folder / "files").absolute().as_uri()}
