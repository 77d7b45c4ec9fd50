"""A domain controller for tests: in front of a directory, it signs people in by NTLM as an Active Directory does over LDAP ([MS-ADTS]
5.1.1.1.3, "Sicily"), and hands all else on to the directory. pyspnego has the server's side of NTLM.

with controller(there, {"zoe": "secret"}) as port: ...
"""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import spnego
from directory import Directory
from spnego.exceptions import SpnegoError

DOMAIN = "STUDIO"
BIND, ANSWER = 0x60, 0x61
DISCOVERY, NEGOTIATE, RESPONSE = 0x89, 0x8A, 0x8B
SUCCESS, INVALID_CREDENTIALS = 0, 49


@contextlib.contextmanager
def controller(
    there: Directory, passwords: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, *, offers: bytes = b"NTLM"
) -> Iterator[int]:
    """The port of one, who knows these passwords."""
    known = Path(there.folder) / "ntlm"
    known.write_text("".join(f"{DOMAIN}:{login}:{password}\n" for login, password in passwords.items()))
    monkeypatch.setenv("NTLM_USER_FILE", str(known))
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(listener, there.port, offers), daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def _accept(listener: socket.socket, port: int, offers: bytes) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_serve, args=(client, port, offers), daemon=True).start()


def _serve(client: socket.socket, port: int, offers: bytes) -> None:
    context: Any = None
    with client, socket.create_connection(("127.0.0.1", port)) as behind, contextlib.suppress(OSError, EOFError):
        threading.Thread(target=_hand_on, args=(behind, client), daemon=True).start()
        while True:
            whole, content = _message(client)
            _, number, rest = _read(content)
            kind, request, _ = _read(rest)
            method, token = _method(request) if kind == BIND else (0, b"")
            if method == DISCOVERY:
                client.sendall(_answer(number, SUCCESS, offers))
            elif method == NEGOTIATE:
                context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
                client.sendall(_answer(number, SUCCESS, context.step(token)))
            elif method == RESPONSE:
                client.sendall(_answer(number, _judge(context, token), b""))
            else:
                behind.sendall(whole)


def _judge(context: Any, token: bytes) -> int:
    try:
        context.step(token)
    except SpnegoError:
        return INVALID_CREDENTIALS
    return SUCCESS if context.complete else INVALID_CREDENTIALS


def _hand_on(behind: socket.socket, client: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := behind.recv(65536):
            client.sendall(data)


# --- BER ---


def _message(client: socket.socket) -> tuple[bytes, bytes]:
    """The next message: whole, and what is in it."""
    data = b""
    while True:
        with contextlib.suppress(IndexError):
            _, content, rest = _read(data)
            if len(content) == _length(data):
                assert not rest, "one message at a time"
                return data, content
        more = client.recv(65536)
        if not more:
            raise EOFError
        data += more


def _length(data: bytes) -> int:
    return data[1] if data[1] < 0x80 else int.from_bytes(data[2 : 2 + data[1] - 0x80], "big")


def _read(data: bytes) -> tuple[int, bytes, bytes]:
    """The tag and the content of what comes first, and the rest."""
    start = 2 + (data[1] - 0x80 if data[1] >= 0x80 else 0)
    end = start + _length(data)
    return data[0], data[start:end], data[end:]


def _method(request: bytes) -> tuple[int, bytes]:
    """How somebody signs in, and what they say."""
    _, _, rest = _read(request)
    _, _, rest = _read(rest)
    method, token, _ = _read(rest)
    return method, token


def _answer(number: bytes, result: int, token: bytes) -> bytes:
    content = _write(0x0A, bytes([result])) + _write(0x04, token) + _write(0x04, b"")
    return _write(0x30, _write(0x02, number) + _write(ANSWER, content))


def _write(tag: int, content: bytes) -> bytes:
    length = len(content)
    return bytes([tag]) + (bytes([length]) if length < 0x80 else b"\x82" + length.to_bytes(2, "big")) + content
