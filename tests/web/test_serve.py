"""`kitsulite serve`: from a folder with nothing in it to people at work, and back."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import gazu
import pytest
from gunicorn.config import Config
from serving import Served, _when_ready, command, environment, family, serve, signed_in

from kitsulite.server import Worker

START_LIMIT = 2.0
"""Seconds of a processor: 1.2 on an idle machine, a third more where another process shares its core (`bench` is stricter)."""
MEMORY_LIMIT = 90 * 1024 * 1024
AT_ONCE = 2.5
"""Seconds: half of one on an idle machine, and more where others want its processors."""
NOT_AT_START = {
    "babel",
    "cryptography",
    "email_validator",
    "ldap3",
    "lxml",
    "PIL",
    "pydantic",
    "rich",
    "scim2_models",
    "signxml",
    "textual",
    "zstandard",
}


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_the_first_start_says_how_to_sign_in_and_gazu_does(served: Served) -> None:
    client = signed_in(served)
    assert served.email == "admin@example.com"
    assert gazu.client.get_current_user(client=client)["role"] == "admin"


@pytest.mark.long
def test_what_was_written_is_there_after_a_restart(tmp_path: Path, bare: str) -> None:
    with serve(tmp_path / "studio", bare) as first:
        client = signed_in(first)
        gazu.client.post("data/departments", {"name": "Matte Painting", "color": "#112233"}, client=client)
        client.session.close()  # else the server waits a moment for a request that may be on its way
        assert first.stop() == 0
    with serve(tmp_path / "studio", bare) as second:
        client.host = second.api
        names = {
            row["name"] for row in gazu.client.get("data/departments", client=client)
        }  # the old token still counts
        assert "Matte Painting" in names
        assert "password" not in second.printed


def test_the_api_is_at_the_root_and_below_api(tmp_path: Path) -> None:
    with serve(tmp_path / "studio") as served:
        for host in (served.url, served.api):
            assert gazu.client.get("data/departments", client=signed_in(served, host))
        assert status_of(served.api) == status_of(f"{served.api}/") == status_of(f"{served.url}/") == 200
        assert status_of(f"{served.url}/apiary") == 404


def test_a_connection_is_kept_for_the_next_request(tmp_path: Path) -> None:
    with serve(tmp_path / "studio") as served:
        address = urlsplit(served.url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port)
        sockets = set()
        for _ in range(3):
            connection.request("GET", "/")
            connection.getresponse().read()
            sockets.add(connection.sock)
        assert len(sockets) == 1
        assert None not in sockets
        connection.close()


@pytest.mark.long
def test_the_demo_can_be_worked_in_at_once(tmp_path: Path, bare: str) -> None:
    with serve(tmp_path / "studio", bare, "--demo") as served:
        client = signed_in(served)
        roles = {person["role"] for person in gazu.client.get("data/persons", client=client)}
        assert roles == {"admin", "manager", "supervisor", "user", "client", "vendor"}
        assert len(gazu.client.get("data/projects", client=client)) == 1
        statuses = {task["task_status_id"] for task in gazu.client.get("data/tasks", client=client)}
        assert len(statuses) > 3
        assert gazu.client.get("data/comments", client=client)


@pytest.mark.long
def test_the_demo_leaves_a_studio_with_people_alone(tmp_path: Path) -> None:
    with serve(tmp_path / "studio") as served:
        served.stop()
    again = subprocess.run(
        command("serve", "--demo", "--data", str(tmp_path / "studio"), "--port", "0"),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 1
    assert again.stderr == "kitsulite: This studio has data of its own; the demo goes into a fresh one only.\n"


@pytest.mark.long
def test_a_studio_that_is_there_answers_soon_and_stays_small(tmp_path: Path) -> None:
    with serve(tmp_path / "studio") as served:
        served.stop()
    with serve(tmp_path / "studio") as served:
        assert status_of(f"{served.url}/data/departments") == 401
        processes = family(served.process.pid)
        assert len(processes) == 3  # the event process is one
        # Processor time: what a start takes, nearly whatever this machine does meanwhile.
        assert sum(ticks for ticks, _ in processes) / os.sysconf("SC_CLK_TCK") < START_LIMIT
        assert max(pages for _, pages in processes) * os.sysconf("SC_PAGE_SIZE") < MEMORY_LIMIT


def test_a_worker_ends_also_when_it_is_interrupted_while_it_hands_on_a_request() -> None:
    worker = Worker.__new__(Worker)
    worker.cfg = Config()
    worker.tpool = ThreadPoolExecutor(1)
    with worker.tpool._shutdown_lock, pytest.raises(SystemExit):  # the lock is held inside of `submit`
        ThreadPoolExecutor(1).submit(worker.handle_quit, signal.SIGINT, None).result(timeout=5)


def test_the_server_imports_nothing_that_it_may_never_need(tmp_path: Path) -> None:
    program = "import sys, kitsulite.server as s; s.create_app(s.Settings(data=sys.argv[1])); print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], env=environment(), capture_output=True, text=True, check=True
    )
    assert "gunicorn" in run.stdout.split()
    assert NOT_AT_START.isdisjoint(run.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--database", "oracle://host/name"], 3, "No database speaks 'oracle'"),
        (["--data", "/dev/null/studio"], 3, "The studio cannot be opened"),
        (["--port", "many"], 2, "is no port"),
    ],
)
def test_what_keeps_it_from_starting_is_said_in_a_sentence(
    tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    run = subprocess.run(
        command("serve", "--data", str(tmp_path / "studio"), *arguments),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == code
    assert words in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.long
@pytest.mark.parametrize(("name", "is_told"), [("localhost:8080", True), ("kitsu.example.com", False)])
def test_links_that_lead_nowhere_are_told_at_the_start(tmp_path: Path, name: str, is_told: bool) -> None:
    with serve(tmp_path / "studio", DOMAIN_NAME=name) as served:
        assert ("Links in e-mails will lead to https://localhost:8080" in served.errors.read_text()) == is_told


WITHOUT_FFMPEG = """
import sys
from kitsulite.cli import main

sys.modules["imageio_ffmpeg"] = None
main(sys.argv[1:])
"""


def test_that_there_is_no_ffmpeg_is_told_at_the_start(tmp_path: Path) -> None:
    arguments = ["serve", "--data", str(tmp_path / "studio"), "--port", "0", "--workers", "1"]
    with subprocess.Popen(
        [sys.executable, "-c", WITHOUT_FFMPEG, *arguments],
        env=environment(DOMAIN_NAME="studio.test", PATH=str(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        _when_ready(process, tmp_path / "none")
        process.send_signal(signal.SIGINT)
        assert said_by(process)[2] == "Movies need ffmpeg: install it, or pip install 'kitsulite[video]'.\n"


# --- two at once, and one that is killed ---


def said_by(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_a_port_that_is_taken_is_said_in_a_line_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = subprocess.run(
            command("serve", "--data", str(tmp_path / "studio"), "--port", str(port)),
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    assert (run.returncode, run.stdout) == (3, "")
    [line] = run.stderr.splitlines()
    assert line.startswith(f"kitsulite: Something answers at port {port} of 127.0.0.1 already")
    assert not (tmp_path / "studio").exists()


@pytest.mark.long
@pytest.mark.parametrize("what", ["has sent the beginning of a body", "takes no answers"])
def test_nobody_keeps_a_server_from_stopping(tmp_path: Path, what: str) -> None:
    ask = b"GET /openapi.json HTTP/1.1\r\nHost: studio\r\n\r\n"
    begin = b"POST /auth/login HTTP/1.1\r\nHost: studio\r\nContent-Length: 500\r\n\r\n{"
    with serve(tmp_path / "studio") as served, socket.socket() as client:
        status_of(f"{served.url}/status")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((urlsplit(served.url).hostname, urlsplit(served.url).port))
        client.sendall(begin if "body" in what else 20 * ask)
        time.sleep(1)
        began = time.monotonic()
        served.stop()
        assert time.monotonic() - began < 10


TOLD_TOO_EARLY = """
import os, signal, sys, time
from kitsulite.server import Server
from kitsulite.settings import Settings

def stop_while_it_is_made(arbiter, worker):
    os.kill(os.getppid(), signal.SIGINT)
    time.sleep(1)

server = Server(Settings(data=sys.argv[1]), workers=2, threads=1)
server.cfg.set("post_fork", stop_while_it_is_made)
server.run()
"""


@pytest.mark.long
def test_a_server_that_is_told_to_stop_while_its_workers_are_made_stops(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", TOLD_TOO_EARLY, str(tmp_path / "studio")],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.long
def test_two_servers_that_start_at_once_on_a_fresh_folder_make_one_studio(tmp_path: Path, bare: str) -> None:
    """They share the folder and answer at two ports; one of them made the admin, and says so."""
    arguments = command("serve", "--data", str(tmp_path / "studio"), "--port", "0", "--workers", "1")
    if bare:
        arguments += ["--database", bare]
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    arguments,
                    env=environment(DOMAIN_NAME="studio.test"),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(2)
        ]
        try:
            printed = [_when_ready(process, tmp_path / "none").printed for process in processes]
        finally:
            for process in processes:
                process.send_signal(signal.SIGINT)
        errors = [said_by(process)[2] for process in processes]
    assert sorted(text.count("Sign in as") for text in printed) == [0, 1]
    assert "".join(errors) == ""


@pytest.mark.long
def test_the_demo_is_served_a_second_time(tmp_path: Path) -> None:
    with serve(tmp_path / "studio", "", "--demo") as served:
        assert served.password
        served.stop()
    with serve(tmp_path / "studio", "", "--demo") as again:
        assert not again.password
        assert "kitsulite person set-password ada@example.com" in again.printed
        assert status_of(f"{again.url}/status") == 200


def test_workers_leave_at_once_when_the_master_is_killed(tmp_path: Path) -> None:
    with serve(tmp_path / "studio", "", "--workers", "2") as served:
        address = urlsplit(served.url)
        assert status_of(served.url) == 200
        with socket.create_connection((address.hostname, address.port)) as idle:  # holds nobody back
            idle.sendall(b"POST /auth/login HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
            workers = children(served.process.pid)
            assert len(workers) == 3  # with the event process
            served.process.kill()
            killed = time.monotonic()
            while any(map(is_alive, workers)) or not is_free(address.port or 0):
                assert time.monotonic() - killed < AT_ONCE
                time.sleep(0.01)
        assert "leaves too" in served.errors.read_text()


def children(parent: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
