"""Clients that are silent, slow, or many cost the others nothing (`kitsulite/serving`)."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import gazu
import pytest
import serving
from footage import picture
from serving import Served, serve, signed_in
from wire import answers, answers_at_once, connect, head

LARGE = head("GET /openapi.json")
"""Asks for more than lies on the way, which is 1.6 MB."""
EDGE = "multipart/form-data; boundary=edge"


def is_closed(connection: socket.socket) -> bool:
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            assert piece
    return True


def large(served: Served) -> bytes:
    """The answer to `LARGE`."""
    with connect(served) as connection:
        connection.sendall(LARGE)
        return answers(connection)[0][2]


def is_cut_off(connection: socket.socket, whole: bytes) -> bool:
    """Whether all that comes until the connection is closed is the beginning of this answer."""
    came = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(1_000_000):
            came += piece
    return whole.startswith(came.partition(b"\r\n\r\n")[2]) and len(came) < len(whole)


@pytest.fixture(scope="module")
def one_thread(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One process that answers one request at a time."""
    with serve(tmp_path_factory.mktemp("slow") / "studio", "", "--threads", "1") as served:
        with connect(served) as connection:  # the first answer takes a while
            connection.sendall(head("GET /"))
            answers(connection)
        yield served


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One that has little patience, and counts the connections of an address; only 127.0.0.9 is a proxy."""
    limits = {"KITSULITE_CONNECTIONS_PER_ADDRESS": "4", "KITSULITE_TRUSTED_PROXIES": "127.0.0.9"}
    pace = {"KITSULITE_REQUEST_PATIENCE": "1", "KITSULITE_REQUEST_PACE": "500000"}
    with serve(tmp_path_factory.mktemp("hurried") / "studio", **limits, **pace) as served:
        yield served


@pytest.fixture(scope="module")
def token(one_thread: Served) -> str:
    return authorization(one_thread)


def authorization(served: Served) -> str:
    return gazu.client.make_auth_header(client=signed_in(served))["Authorization"]


@contextlib.contextmanager
def held(served: Served, beginning: bytes, count: int) -> Iterator[list[socket.socket]]:
    """So many connections on which nothing but this has come."""
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(connect(served)) for _ in range(count)]
        for connection in connections:
            connection.sendall(beginning)
        yield connections


SLOW = {
    "says nothing": b"",
    "sends half a line": b"GET /da",
    "sends half a head": b"GET / HTTP/1.1\r\nHost: studio\r\n",
    "drips its body": head("POST /auth/login", "Content-Type: application/json", "Content-Length: 100") + b"{",
    "drips a body in chunks": head("POST /auth/login", "Transfer-Encoding: chunked") + b"5\r\n{",
    "waits for word and sends nothing": head("POST /auth/login", "Content-Length: 100", "Expect: 100-continue"),
    "announces a large body": head("POST /auth/login", "Content-Length: 100000000"),
}


@pytest.mark.parametrize("what", SLOW)
def test_others_are_answered_while_somebody(one_thread: Served, what: str) -> None:
    with held(one_thread, SLOW[what], 100):
        answers_at_once(one_thread)


def test_somebody_whose_upload_drips_holds_nobody_up(one_thread: Served, token: str) -> None:
    """Not even who has signed in."""
    fields = (f"Authorization: {token}", f"Content-Type: {EDGE}", "Content-Length: 7000000")
    with held(one_thread, head("POST /import/csv/persons", *fields) + b"--edge\r\n", 5):
        time.sleep(0.1)
        answers_at_once(one_thread)


def test_somebody_who_does_not_take_an_answer_holds_nobody_up(one_thread: Served, token: str, tmp_path: Path) -> None:
    client = signed_in(one_thread)
    person = gazu.client.get_current_user(client=client)["id"]
    path = tmp_path / "avatar.png"
    path.write_bytes(picture())
    gazu.client.upload(f"pictures/thumbnails/persons/{person}", str(path), client=client)
    files = one_thread.errors.parent / "files"
    [stored] = [file for file in files.rglob("*") if file.is_file()]
    with stored.open("ab") as file:
        file.truncate(50_000_000)
    asked = head(f"GET /pictures/thumbnails/persons/{person}.png", f"Authorization: {token}")
    with held(one_thread, asked, 5) as connections:
        time.sleep(0.1)
        answers_at_once(one_thread)
        assert answers(connections[0])[0][2] == stored.read_bytes()


def test_however_many_answers_are_not_taken_others_are_answered(one_thread: Served) -> None:
    """And who takes them after all gets each of them whole."""
    whole = large(one_thread)
    with held(one_thread, LARGE * 5, 80) as connections:
        answers_at_once(one_thread)
        assert [body for _, _, body in answers(connections[0], 5)] == [whole] * 5


@pytest.mark.long
def test_an_answer_that_is_not_taken_is_cut_off_and_one_that_is_taken_at_the_pace_is_not(hurried: Served) -> None:
    whole = large(hurried)
    with held(hurried, LARGE, 2) as [idle, slow]:
        taken = 0
        while taken < len(whole):
            piece = slow.recv(70_000)
            assert piece
            taken += len(piece)
            time.sleep(0.1)
        assert is_cut_off(idle, whole)


def test_at_the_bound_the_oldest_answer_of_an_address_that_is_not_taken_is_cut_off(hurried: Served) -> None:
    """Those of proxies are not counted."""
    whole = large(hurried)
    for source, count, cut in (("127.0.0.8", 5, 1), ("127.0.0.9", 5, 0)):
        with contextlib.ExitStack() as stack:
            connections = []
            for _ in range(count):  # each asks before the next one comes: silent ones are counted too
                connections.append(stack.enter_context(connect(hurried, source)))
                connections[-1].sendall(LARGE)
                connections[-1].recv(1, socket.MSG_PEEK)
            time.sleep(0.05)
            assert all(is_cut_off(connection, whole) for connection in connections[:cut])
            for connection in connections[cut:]:
                assert answers(connection)[0][2] == whole


@pytest.mark.parametrize("what", ["sends half a head", "drips its body", "drips a body in chunks"])
def test_who_takes_too_long_is_told_so(hurried: Served, what: str) -> None:
    with held(hurried, SLOW[what], 1) as [connection]:
        status, headers, body = answers(connection)[0]
        assert (status, headers["connection"]) == (408, "close")
        assert json.loads(body)["message"] == "The request took too long to come in."
        assert is_closed(connection)


def test_who_says_nothing_is_hung_up_on(hurried: Served) -> None:
    with connect(hurried) as connection:
        assert connection.recv(1) == b""


def test_a_large_body_that_stops_is_refused(hurried: Served) -> None:
    fields = (f"Authorization: {authorization(hurried)}", "Content-Type: application/json", "Content-Length: 7000000")
    with held(hurried, head("POST /data/departments", *fields) + b'{"name": "x", "color": "y"}', 1) as [connection]:
        status, headers, body = answers(connection)[0]
        assert (status, headers["connection"]) == (400, "close")
        assert "broke off" in json.loads(body)["message"]


def test_at_the_bound_the_oldest_silent_connection_of_an_address_makes_room(hurried: Served) -> None:
    """Connections that are kept after a request are not counted, nor those of proxies."""
    with contextlib.ExitStack() as stack:
        kept = stack.enter_context(connect(hurried))
        kept.sendall(head("GET /"))
        assert answers(kept)[0][0] == 200
        proxies = [stack.enter_context(connect(hurried, "127.0.0.9")) for _ in range(9)]
        silent = [stack.enter_context(connect(hurried)) for _ in range(5)]
        assert silent[0].recv(1) == b""
        for connection in (kept, *silent[1:], *proxies):
            connection.sendall(head("GET /"))
            assert answers(connection)[0][0] == 200


@pytest.mark.long
def test_a_worker_whose_connections_are_too_many_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds as many as it may have files open, but some."""
    few, plain = 'ulimit -n 240; exec "$@"', serving.command
    monkeypatch.setattr(serving, "command", lambda *arguments: ["sh", "-c", few, "sh", *plain(*arguments)])
    with serve(tmp_path / "studio") as served, contextlib.ExitStack() as stack:
        kept = stack.enter_context(connect(served))
        silent = [stack.enter_context(connect(served)) for _ in range(300)]
        answers_at_once(served)
        assert kept.recv(1) == silent[0].recv(1) == b""
        silent[-1].sendall(head("GET /"))
        assert answers(silent[-1])[0][0] == 200
        assert "Traceback" not in served.errors.read_text()


# --- requests as they come ---


def logins(*extra: str, body: bytes) -> bytes:
    return head("POST /auth/login", "Content-Type: application/json", *extra) + body


def strange_login(name: object) -> bytes:
    """The body of a login that fails."""
    return json.dumps({"email": f"nobody-{name}@example.com", "password": "wrong-password"}).encode()


def chunked(content: bytes, size: int = 7) -> bytes:
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(b"%x;note=1\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\nTrailer-Field: x\r\n\r\n"


@pytest.mark.parametrize("step", [1, 3, 10_000])
def test_requests_are_answered_in_order_however_they_are_cut(one_thread: Served, step: int) -> None:
    body = strange_login(step)
    sent = (
        b"\r\n"
        + head("GET /")
        + logins(f"Content-Length: {len(body)}", body=body)
        + logins("Transfer-Encoding: chunked", body=chunked(body))
        + head("GET /auth/authenticated")
        + head("GET /")
    )
    with connect(one_thread) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(sent), step):
            connection.sendall(sent[at : at + step])
        found = answers(connection, 5)
    assert [status for status, _, _ in found] == [200, 400, 400, 401, 200]
    assert found[1][2] == found[2][2]


def test_a_body_is_asked_for_when_its_sender_waits_for_word(one_thread: Served) -> None:
    body = strange_login("waiting")
    with connect(one_thread) as connection:
        connection.sendall(logins(f"Content-Length: {len(body)}", "Expect: 100-continue", body=b""))
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert answers(connection)[0][0] == 400
        connection.sendall(logins("Content-Length: 99999999", "Expect: 100-continue", body=b""))
        assert answers(connection)[0][:1] == (413,)  # at once: nobody has asked for such a body


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\nHost: studio\n\n", 400),
        (head("GET /", "Cookie: " + "x" * 100_000), 431),
        (b"\r\n\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (head("POST /auth/login", "Content-Length: 5", "Content-Length: 6"), 400),
        (head("POST /auth/login", "Content-Length: -5"), 400),
        (head("POST /auth/login", "Content-Length: 5", "Transfer-Encoding: chunked"), 400),
        (head("POST /auth/login", "Transfer-Encoding: chunked") + b"no number\r\n", 400),
    ],
)
def test_what_is_no_request_is_refused_at_once(one_thread: Served, sent: bytes, status: int) -> None:
    with connect(one_thread) as connection:
        connection.sendall(sent)
        assert connection.recv(65536).split()[1] == str(status).encode()
        assert is_closed(connection)
    answers_at_once(one_thread)
    assert "Traceback" not in one_thread.errors.read_text()


def test_a_query_may_name_many_ids(one_thread: Served) -> None:
    with connect(one_thread) as connection:
        connection.sendall(head(f"GET /?ids={'0' * 8000}"))
        assert answers(connection)[0][0] == 200


@pytest.mark.parametrize("framing", ["Content-Length: 8000000", "Transfer-Encoding: chunked"])
def test_who_is_refused_in_the_middle_of_a_large_body_gets_the_answer(one_thread: Served, framing: str) -> None:
    with connect(one_thread) as connection:
        connection.sendall(head("POST /data/departments", "Content-Type: application/json", framing))
        if "chunked" in framing:
            connection.sendall(b"7a1200\r\n")
        connection.sendall(bytes(8_000_000))
        if "chunked" in framing:
            connection.sendall(b"\r\n0\r\n\r\n")
        status, headers, _ = answers(connection)[0]
        assert (status, headers["connection"]) == (401, "close")
        assert is_closed(connection)


def test_who_is_refused_by_the_form_itself_hears_that_the_connection_ends(one_thread: Served, token: str) -> None:
    """The parser of requests has read to the end of the body by then, which the form has not."""
    person = gazu.client.get_current_user(client=signed_in(one_thread))["id"]
    form = b'--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + bytes(600_000) + b"\r\n--edge--\r\n"
    fields = (f"Authorization: {token}", f"Content-Type: {EDGE}", f"Content-Length: {len(form)}")
    with connect(one_thread) as connection:
        connection.sendall(head(f"POST /pictures/thumbnails/persons/{person}", *fields) + form)
        status, headers, _ = answers(connection)[0]
        assert (status, headers["connection"]) == (413, "close")
        assert is_closed(connection)


def test_a_small_body_that_nobody_reads_leaves_the_connection_open(one_thread: Served) -> None:
    with connect(one_thread) as connection:
        for _ in range(3):
            connection.sendall(head("POST /data/departments", "Content-Length: 9000") + bytes(9000))
            status, headers, _ = answers(connection)[0]
            assert (status, headers["connection"]) == (401, "keep-alive")


@pytest.mark.parametrize("size", [1000, 3_000_000])
def test_a_form_in_chunks_arrives_whole_or_not_at_all(one_thread: Served, token: str, size: int) -> None:
    person = gazu.client.get_current_user(client=signed_in(one_thread))["id"]
    disposition = b'Content-Disposition: form-data; name="file"; filename="a.png"'
    form = b"--edge\r\n" + disposition + b"\r\n\r\n" + picture((64, 64)) + bytes(size) + b"\r\n--edge--\r\n"
    fields = (f"Authorization: {token}", f"Content-Type: {EDGE}", "Transfer-Encoding: chunked")
    sent = head(f"POST /pictures/thumbnails/persons/{person}", *fields) + chunked(form, 50_000)
    with connect(one_thread) as connection:
        connection.sendall(sent)
        status, headers, _ = answers(connection)[0]
        assert (status, headers["connection"]) == (201, "keep-alive")
        connection.sendall(sent[:-60])
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(12) in (b"", b"HTTP/1.1 400")


def test_strangers_send_little_in_chunks_too(one_thread: Served) -> None:
    with connect(one_thread) as connection:
        connection.sendall(logins("Transfer-Encoding: chunked", body=chunked(bytes(1_100_000), 60_000)))
        assert answers(connection)[0][0] == 413


def test_who_hangs_up_after_the_last_answer_is_not_waited_for(one_thread: Served) -> None:
    """And who does not hang up neither."""
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            connection = stack.enter_context(connect(one_thread))
            connection.sendall(head("GET /", "Connection: close"))
            assert answers(connection)[0][0] == 200
        answers_at_once(one_thread)
