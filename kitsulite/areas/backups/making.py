"""A backup from its beginning to its end: made, proven, old ones removed; and what became of it written down."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from kitsulite.areas.backups import keeping, proving
from kitsulite.areas.backups.snapshots import Proof, Snapshot
from kitsulite.areas.backups.taking import Taking, Tell, quietly, studio_of
from kitsulite.areas.backups.target import NoBackup, Target
from kitsulite.areas.studio import backupruns as runs
from kitsulite.live.holders import new_holder
from kitsulite.models import now
from kitsulite.storage import OUT_OF_ORDER, Database
from kitsulite.storage.files import Folder
from kitsulite.storage.private import writable
from kitsulite.work.work import Begin


@dataclass(frozen=True)
class Made:
    """What came of it.

    proof   None when it was not tried
    pruned  None when nothing was to be removed, or somebody else was at work there
    """

    snapshot: Snapshot
    added: int
    proof: Proof | None
    pruned: keeping.Pruned | None


def back_up(
    begin: Begin, target: Target, *, keep: str = "", prove: bool = True, run_id: str | None = None, tell: Tell = quietly
) -> Made:
    """Make a backup of the studio in a place. NoBackup; what is wrong with the backup itself stands in its proof.

    keep    the rule by which old ones are kept; "" for all
    run_id  the run that this is, where that was begun already
    """
    rule = keeping.read_rule(keep) if keep else None
    with begin(writes=False) as work:
        db, files, settings, keys = work.db, work.files, work.settings, work.keys
    scratch = writable(settings.scratch_folder)
    with _noted(db, target, run_id) as id:
        target.stand_apart(str(settings.plugins), *([files.folder] if isinstance(files, Folder) else []))
        target.open_or_begin(studio_of(begin), runs.made(db))
        with target.at_work():
            taking = Taking(db, files, target, scratch, settings.plugins, keys.secret, tell)
            snapshot, added = taking.take()
            facts = {"rows": snapshot.rows["rows"], "files": len(snapshot.files), "bytes": snapshot.size}
            _note(db, id, snapshot=snapshot.name, added=added, **facts)
            proof = proving.prove(target, snapshot.name, scratch, tell) if prove else None
            if proof and proof.problems:
                raise NoBackup(f"The backup {snapshot.name} is not whole. {' '.join(proof.problems)}")
            if proof:
                _note(db, id, proven_at=now())
        pruned = keeping.prune(target, rule) if rule else None
    return Made(snapshot, added, proof, pruned)


@contextmanager
def _noted(db: Database, target: Target, run_id: str | None) -> Iterator[str | None]:
    """Write down that a backup is made, that whoever makes it lives, and how it ended. Of a studio that can only be read: nothing."""
    if not db.can_write:
        yield None
        return
    id = run_id or runs.begin(db, target.place, new_holder())
    over = threading.Event()

    def live() -> None:
        while not over.wait(runs.SIGN_OF_LIFE):
            with suppress(*OUT_OF_ORDER):
                runs.show_life(db, id)

    living = threading.Thread(target=live, name="kitsulite-backup-life", daemon=True)
    living.start()
    error = runs.LOST
    try:
        yield id
        error = ""
    except Exception as problem:
        error = " ".join(str(problem).split()) or type(problem).__name__
        raise
    finally:
        over.set()
        living.join()
        with suppress(*OUT_OF_ORDER):
            runs.end(db, id, error)
            runs.forget_old(db)


def _note(db: Database, id: str | None, **values: object) -> None:
    if id:
        runs.note(db, id, **values)
