"""The rows of a backup, and which files they refer to.

Beside what a dump has, the jobs that make movies are in it: without them a preview that was being made would wait for ever.
"""

from collections.abc import Container, Iterable, Iterator
from contextlib import closing
from typing import Any

import msgspec

from kitsulite.areas.playlists import builds
from kitsulite.areas.previews import movies
from kitsulite.areas.studio import transfer
from kitsulite.models import Record, Table
from kitsulite.models.own import Job
from kitsulite.models.people import Organisation, Person
from kitsulite.models.productions import Project
from kitsulite.models.reviews import AttachmentFile, BuildJob, PreviewBackgroundFile, PreviewFile
from kitsulite.storage import Database
from kitsulite.work.filekeys import ATTACHMENT, AVATAR, BACKGROUND, BUILT, EVERYTHING, KINDS_OF, UPLOAD, key_of

TABLES: tuple[type[Table], ...] = (*transfer.STUDIO, Job)
TAKEN_UP = frozenset(name for jobs in (movies.JOBS, builds.JOBS) for name in jobs)
"""The jobs that may be begun again at any time."""
UNDER_WAY = ("processing", "broken", "missing")
Wanted = tuple[str, tuple[str, ...]]
WITH_PICTURES: tuple[type[Record], ...] = (Person, Organisation, Project)


def dump(db: Database) -> Iterator[bytes]:
    """The lines of all rows of one moment, secrets as they are stored."""
    with db.reading():
        with closing(transfer.dump(db, as_stored=True)) as lines:
            yield from lines
        for job in db.rows(Job.select().where(Job.name.in_(list(TAKEN_UP))).order_by(Job.created_at, Job.id)):
            fresh = {**job, "attempts": 0, "taken_at": None, "error": None, "due_at": job["created_at"]}
            yield msgspec.json.encode({"table": Job.table_name(), "row": fresh})


def count(db: Database) -> int:
    """How many that are, nearly."""
    return transfer.count_rows(db)


def owners(db: Database) -> set[str]:
    """The ids of the rows that may have files."""
    found: set[str] = set()
    with db.reading():
        for table in KINDS_OF:
            found.update(db.values(table.select(table.id)))
        for other in WITH_PICTURES:
            found.update(db.values(other.select(other.id).where(other.has_avatar)))
    return found


def wanted(db: Database) -> Iterator[Wanted]:
    """For each row that cannot be without a file: whose, and the kinds of which one at least is there."""
    ready = PreviewFile.original_name.is_null(False) & PreviewFile.status.not_in(UNDER_WAY)
    with_file = PreviewBackgroundFile.original_name.is_null(False)
    built = (BuildJob.status == "succeeded") & (BuildJob.job_type == "movie")
    queries: list[tuple[Any, tuple[str, ...]]] = [
        (AttachmentFile.select(AttachmentFile.id), (ATTACHMENT,)),
        (PreviewBackgroundFile.select(PreviewBackgroundFile.id).where(with_file), (BACKGROUND,)),
        (PreviewFile.select(PreviewFile.id).where(ready), EVERYTHING),
        (BuildJob.select(BuildJob.id).where(built), (BUILT,)),
        *((table.select(table.id).where(table.has_avatar), (AVATAR,)) for table in WITH_PICTURES),
    ]
    with db.reading():
        for query, kinds in queries:
            yield from ((id, kinds) for id in db.values(query))
        for job in db.rows(Job.select(Job.arguments).where(Job.name.in_(list(TAKEN_UP)))):
            if upload := job["arguments"].get("upload"):
                yield upload.removeprefix(f"{UPLOAD}-"), (UPLOAD,)


def lacking(wanted: Iterable[Wanted], keys: Container[str]) -> list[Wanted]:
    """Those of which there is no file among these keys."""
    return [(id, kinds) for id, kinds in wanted if not any(key_of(kind, id) in keys for kind in kinds)]
