"""The event process: made with the server, made again when it dies, gone with it; and what a server says that has none."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import gazu
import pytest
from disks import read_only
from listening import Live, children, handshake, listen, lively, soon
from serving import command, environment, signed_in

from kitsulite import Settings, Tracker

pytestmark = pytest.mark.long


def test_one_that_is_killed_is_made_again_and_nobody_misses_anything(live: Live) -> None:
    ada = live.studio.person("Ada", role="admin")
    start = live.call(ada, "GET", "/data/events?after=last")["last"]
    killed = live.event_process()
    with listen(live.url, ada) as listener:
        os.kill(killed, signal.SIGKILL)
        begun = time.monotonic()
        assert listener.is_gone()
        with live.studio.tracker.work() as work:
            work.emit("main:test", {})
        with listen(live.url, ada, auth={"after": start}) as again:
            assert again.next("main:test")
            assert time.monotonic() - begun < 5
    assert live.event_process() != killed
    assert "killed by signal 9" in live.served.errors.read_text()


def test_it_ends_with_the_server(live: Live) -> None:
    ada = live.studio.person("Ada", role="admin")
    process = live.event_process()
    with listen(live.url, ada) as listener:
        begun = time.monotonic()
        assert live.served.stop() == 0
        assert time.monotonic() - begun < 10
        assert listener.is_gone()
    assert not Path(f"/proc/{process}").exists()
    assert live.served.errors.read_text().count("\n") <= 1  # nothing but where links in mails lead


def test_it_leaves_when_the_server_is_killed(live: Live) -> None:
    processes = children(live.served.process.pid)
    assert len(processes) == 3
    os.kill(live.served.process.pid, signal.SIGKILL)
    live.served.process.wait()
    assert soon(lambda: not any(Path(f"/proc/{process}").exists() for process in processes))


def test_connections_that_listen_hold_no_worker_up(tmp_path: Path) -> None:
    with lively(tmp_path / "studio", "", "--threads", "2") as live:
        ada = live.studio.person("Ada", role="admin")
        polls = []
        for _ in range(8):
            path = handshake(live.url).removeprefix(live.url)
            polls.append(http.client.HTTPConnection(urlsplit(live.url).netloc))
            polls[-1].request("GET", path)
        begun = time.monotonic()
        assert live.call(ada, "GET", "/data/departments")
        assert time.monotonic() - begun < 1
        for poll in polls:
            poll.close()


def test_an_answer_to_a_poll_ends_its_connection(live: Live) -> None:
    connection = http.client.HTTPConnection(urlsplit(live.url).netloc)
    for path in ("/socket.io/?EIO=4&transport=polling", "/api/socket.io/?EIO=4&transport=polling"):
        connection.request("GET", path)
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("Connection")) == (200, "close")
        assert answer.getheader("X-Content-Type-Options") == "nosniff"
        answer.read()
        connection.request("GET", "/")
        assert connection.getresponse().read()


def test_gazu_listens_as_it_always_did(live: Live) -> None:
    client = signed_in(live.served)
    told: list[dict[str, str]] = []
    event_client = gazu.events.init(client=client)
    gazu.events.add_listener(event_client, "person:new", told.append)
    person = gazu.person.new_person("Ada", "Byron", "ada@example.com", client=client)
    assert soon(lambda: told == [{"person_id": person["id"]}])
    event_client.disconnect()


def test_rooms_have_a_name_for_who_is_signed_in(live: Live) -> None:
    ada = live.studio.person("Ada")
    for method in ("GET", "POST"):
        assert live.call(ada, method, "/rooms") == {"name": "Kitsulite review rooms"}
    with pytest.raises(urllib.error.HTTPError) as refused:
        live.call(None, "GET", "/rooms")
    assert refused.value.code == 401


def test_beside_another_server_it_has_a_port_of_its_own(live: Live) -> None:
    ada = live.studio.person("Ada", role="admin")
    folder, database = live.studio.tracker.folder, live.studio.tracker.settings.database
    arguments = command("events", "--data", str(folder), "--port", "0", *(["--database", database] if database else []))
    with subprocess.Popen(arguments, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            url = line.split()[-1].rstrip(".")
            assert line.startswith(f"Kitsulite tells of {folder.resolve()} at http://127.0.0.1:")
            with listen(url, ada) as listener:
                assert live_stats(url) == '{"nb_connections":1}'
                live.call(ada, "POST", "/data/departments", {"name": "Matte Painting", "color": "#112233"})
                assert listener.next("department:new")
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0
        finally:
            process.kill()


def test_beside_another_server_a_studio_that_can_only_be_read_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "studio"
    with Tracker(Settings(data=str(folder))):
        pass
    with read_only(folder):
        arguments = command("events", "--data", str(folder), "--port", "0")
        refused = subprocess.run(arguments, check=False, env=environment(), capture_output=True, text=True, timeout=20)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "can only be read, so it can be dumped and listed, but not served" in refused.stderr


def live_stats(url: str) -> str:
    return str(urllib.request.urlopen(f"{url}/stats").read().decode())


def test_where_the_extra_is_missing_a_sentence_says_so(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['socketio'] = None; import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'socketio' else find(name, *more)\n"
        "from kitsulite.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments = ["serve", "--data", str(tmp_path / "studio"), "--port", "0", "--workers", "1"]
    with (
        open(tmp_path / "errors", "w") as errors,
        subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout
            url = next(line for line in process.stdout if "serves" in line).split(" at ")[1].split()[0]
            for path in ("/socket.io/?EIO=4&transport=polling", "/api/socket.io/?EIO=4"):
                with pytest.raises(urllib.error.HTTPError) as refused:
                    urllib.request.urlopen(url + path)
                assert refused.value.code == 501
                assert b"pip install 'kitsulite[live]'" in refused.value.read()
            assert urllib.request.urlopen(url).status == 200
            assert len(children(process.pid)) == 1
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()
    assert (tmp_path / "errors").read_text().count("pip install 'kitsulite[live]'") == 1


def test_a_message_that_is_long_goes_over_whole_and_one_too_long_not_at_all(live: Live) -> None:
    url = handshake(live.url)
    token = live.studio.person("Ada").token
    said = f'40/events,{{"token":"{token}","more":"{"x" * 900_000}"}}'
    assert urllib.request.urlopen(url, said.encode()).read() == b"OK"
    assert urllib.request.urlopen(url).read().startswith(b"40/events,")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url, b"4" + b"x" * 1_100_000)
    assert refused.value.code == 413


def test_a_full_way_to_the_event_process_is_said_and_blocks_nobody(live: Live) -> None:
    process = live.event_process()
    os.kill(process, signal.SIGSTOP)
    address = urlsplit(live.url)
    waiting, statuses = [], []
    try:
        for _ in range(3000):
            connection = socket.create_connection((address.hostname, address.port))
            connection.sendall(b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n")
            waiting.append(connection)
            connection.settimeout(0.001)
            try:
                statuses.append(connection.recv(12))
                break
            except TimeoutError:
                continue
        assert statuses == [b"HTTP/1.1 503"]
        assert urllib.request.urlopen(live.url, timeout=5).status == 200
    finally:
        os.kill(process, signal.SIGCONT)
    waiting[0].settimeout(10)
    assert waiting[0].recv(12) == b"HTTP/1.1 200"
    for connection in waiting:
        connection.close()
