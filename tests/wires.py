"""A wire to the PostgreSQL server of the tests that can be cut, so that it is gone for one test only."""

import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

SOCKET = ".s.PGSQL.5432"


class Wire:
    """Between a folder, which a URL names as the server's, and the server itself; there while it is not cut."""

    def __init__(self, url: str, folder: Path) -> None:
        [host] = parse_qs(urlsplit(url).query)["host"]
        self.url = url.replace(host, str(folder))
        self._server = f"{host}/{SOCKET}"
        self._path = folder / SOCKET
        self._ends: list[socket.socket] = []
        self._passing = threading.Lock()
        self.mend()

    def mend(self) -> None:
        self._is_silent = False
        self._listen()

    def fall_silent(self) -> None:
        """From cut to worse: who connects hears nothing."""
        self._is_silent = True
        self._listen()

    def _listen(self) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._listener.listen(50)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """All at once: no piece passes on one connection while another is cut already."""
        with self._passing:
            self._path.unlink()
            for end in (self._listener, *self._ends):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
            self._ends.clear()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, _ = listener.accept()
                if self._is_silent:
                    self._ends.append(here)
                    continue
                there = socket.socket(socket.AF_UNIX)
                there.connect(self._server)
                with self._passing:
                    if listener.fileno() < 0:  # cut while this one came
                        here.close()
                        there.close()
                        return
                    self._ends += [here, there]
                for source, target in ((here, there), (there, here)):
                    threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                with self._passing:
                    target.sendall(piece)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


def short_folder(tmp_path: Path) -> Path:
    """A folder for a socket, whose path may not be long."""
    folder = Path(os.environ.get("TMPDIR", "/tmp")) / f"wire-{os.getpid()}-{abs(hash(tmp_path)) % 10**6}"
    folder.mkdir()
    return folder
