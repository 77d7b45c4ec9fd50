"""The studio as an installation: where its rows live, how much there is, and whether they are sound."""

import shutil
from collections.abc import Iterator
from typing import NamedTuple

from kitsulite.access.projects import open_projects
from kitsulite.areas.studio import backupruns
from kitsulite.models import TABLES, now, schema
from kitsulite.models.own import Token
from kitsulite.models.people import OF_STUDIO, Person
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment, PreviewFile
from kitsulite.models.tasks import Task
from kitsulite.storage import FileStore, Row
from kitsulite.version import API_VERSION, __version__
from kitsulite.work.work import Begin, Work

FILES_A_STEP = 1000
COUNTED = {"people": Person, "productions": Project, "tasks": Task, "comments": Comment, "previews": PreviewFile}


class Checked(NamedTuple):
    """One table that was looked at, the `done`th of `total`, and what is wrong with it."""

    table: str
    done: int
    total: int
    problems: list[str]


class Measured(NamedTuple):
    """Files of a store and their bytes, as far as they are counted."""

    files: int
    bytes: int
    is_all: bool


def describe(work: Work) -> Row:
    """What an admin asks first: versions, the engine and its size in bytes, room on the disk, and how much there is."""
    room = shutil.disk_usage(work.settings.data)
    sessions = Token.select(Token.session_id).where(
        Token.identity_type == "person", Token.revoked_at.is_null(), Token.expires_at > now()
    )
    return {
        "version": __version__,
        "api_version": API_VERSION,
        "schema_version": schema.version(work.db),
        "engine": work.db.name,
        "engine_version": work.db.version(),
        "database_place": work.db.place,
        "database_size": work.db.size(),
        "files_place": work.files.place,
        "disk_free": room.free,
        "disk_total": room.total,
        "open_productions": work.db.count(open_projects()),
        "active_people": work.db.count(Person.select(Person.id).where(Person.active, ~Person.is_bot, OF_STUDIO)),
        "user_limit": work.settings.user_limit,
        "sessions": work.db.count(sessions.distinct()),
        "backup": backupruns.in_words(backupruns.age(backupruns.last_proven(work.db))),
        "backup_error": last["error"] if (last := backupruns.last(work.db)) else None,
        **{name: work.db.count(table.select(table.id)) for name, table in COUNTED.items()},
    }


def measure_files(files: FileStore) -> Iterator[Measured]:
    """How much there is in a file store, every now and then until all is counted: whoever asks can stop in between."""
    count = bytes = 0
    for size in files.sizes():
        count, bytes = count + 1, bytes + size
        if count % FILES_A_STEP == 0:
            yield Measured(count, bytes, is_all=False)
    yield Measured(count, bytes, is_all=True)


def check_integrity(begin: Begin) -> Iterator[Checked]:
    """Look at every table, one after the other: can it be read, are its indexes right, do its references lead somewhere.

    Each table is a piece of work of its own, so the studio is never held up, and whoever asks can stop in between.
    """
    for done, name in enumerate(TABLES, start=1):
        with begin(writes=False) as work:
            problems = work.db.problems_of(name)
        yield Checked(name, done, len(TABLES), problems)
