"""The app under Granian, as docs/embedding.md has it: another server than the one that comes along."""

import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import gazu
import pytest
from footage import picture
from serving import PATIENCE, environment

from bench.serving import free_port
from kitsulite import Settings, Tracker
from kitsulite.areas.people import sessions
from kitsulite.models.people import Person

pytestmark = pytest.mark.long
KEY = "for-tests"
COMMAND = re.search(r"^(granian .*)$", Path("docs/embedding.md").read_text(), re.MULTILINE)


@pytest.fixture
def ann(tmp_path: Path) -> Iterator[gazu.client.KitsuClient]:
    with Tracker(Settings(data=str(tmp_path / "studio"), secret_key=KEY)) as tracker, tracker.work() as work:
        id = work.insert(Person, first_name="Ann", last_name="Ada", email="ann@studio.test", role="admin")
        token = str(sessions.open_session(work, str(id))["access_token"])
    assert COMMAND
    port, program = free_port(), [str(Path(sys.executable).parent / word) for word in COMMAND[1].split()[:1]]
    options = COMMAND[1].replace("8000", str(port)).split()[1:]
    said = environment(KITSULITE_DATA=str(tmp_path / "studio"), SECRET_KEY=KEY)
    with subprocess.Popen(program + options, env=said) as serving:
        try:
            until = time.monotonic() + PATIENCE
            while not _answers(port):
                assert serving.poll() is None
                assert time.monotonic() < until
                time.sleep(0.1)
            client = gazu.client.create_client(f"http://127.0.0.1:{port}/api")
            client.tokens = {"access_token": token}
            yield client
        finally:
            serving.terminate()


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/status").close()
    except (urllib.error.URLError, ConnectionError):
        return False
    return True


def test_a_studio_is_served_by_granian(ann: gazu.client.KitsuClient, tmp_path: Path) -> None:
    made = gazu.client.post("data/departments", {"name": "Roto", "color": "#000000"}, client=ann)
    assert [row["id"] for row in gazu.client.fetch_all("departments", client=ann) if row["name"] == "Roto"] == [
        made["id"]
    ]
    person = gazu.client.get_current_user(client=ann)["id"]
    drawn = tmp_path / "ann.png"
    drawn.write_bytes(picture())
    gazu.client.upload(f"pictures/thumbnails/persons/{person}", str(drawn), client=ann)
    shown = tmp_path / "shown.png"
    gazu.client.download(f"pictures/thumbnails/persons/{person}.png", str(shown), client=ann)
    assert shown.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(gazu.exception.ParameterException):
        gazu.client.get("data/departments/nowhere", client=ann)
