"""pgbouncer for tests: in front of the PostgreSQL of the tests, in transaction pooling, with few sessions for all.

KITSULITE_TEST_POOLER=1 has every test on PostgreSQL go through it.
"""

import atexit
import functools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import programs
import psycopg

SESSIONS = 4
"""Of a database, lent to however many connections there are: a transaction seldom meets the session of the last one."""
PATIENCE = 10
PORT = 6432
SETTINGS = """\
[databases]
* = host={server} user=postgres

[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
server_round_robin = 1
default_pool_size = {sessions}
max_client_conn = 400
logfile = {folder}/log
pidfile =
admin_users = pgbouncer
"""


@functools.cache
def in_front_of(url: str) -> str:
    """The URL that leads to a database (its name in the place of `{name}` of `url`) through a pgbouncer of this process."""
    program = programs.needed("pgbouncer")
    [server] = parse_qs(urlsplit(url).query)["host"]
    folder = Path(tempfile.mkdtemp(prefix="pooler-"))
    owner = os.stat(server).st_uid  # only its owner may go through the folder of the server, and nobody runs it as root
    os.chown(folder, owner, -1)
    settings = folder / "pgbouncer.ini"
    settings.write_text(SETTINGS.format(server=server, folder=folder, port=PORT, sessions=SESSIONS))
    process = subprocess.Popen(
        [program, "-q", str(settings)], user=owner if os.geteuid() == 0 else None, stderr=subprocess.DEVNULL
    )
    atexit.register(_end, process, folder, os.getpid())
    _wait_for(folder / f".s.PGSQL.{PORT}", process)
    return f"postgresql://postgres@/{{name}}?host={folder}&port={PORT}"


def sessions(url: str) -> int:
    """How many sessions it holds to the database of a URL that leads through it."""
    address = urlsplit(url)
    admin = address._replace(netloc="pgbouncer@", path="/pgbouncer").geturl()
    with psycopg.connect(admin, autocommit=True) as connection:
        return sum(row[2] == address.path.lstrip("/") for row in connection.execute("SHOW SERVERS"))


def _wait_for(place: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as knock:
            return knock.connect(str(place))
        time.sleep(0.01)
    raise RuntimeError(f"pgbouncer did not start: {(place.parent / 'log').read_text()}")


def _end(process: "subprocess.Popen[bytes]", folder: Path, parent: int) -> None:
    if os.getpid() == parent:  # a test's forks run what is registered too
        process.kill()
        process.wait()
        shutil.rmtree(folder)
