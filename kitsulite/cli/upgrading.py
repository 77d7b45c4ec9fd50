"""`kitsulite upgrade` and `kitsulite new-key`: what changes how a studio is stored, not what is in it."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kitsulite.cli.command import STUDIO, UNOPENED, Command, Stop, argument, one_line, opened, settings_of

if TYPE_CHECKING:
    from kitsulite.settings import Settings
    from kitsulite.storage import Database


def upgrade(arguments: argparse.Namespace) -> None:
    """Bring the tables up to date, as every start does; or only say what that would do."""
    from kitsulite.models import migrations, schema

    settings = settings_of(arguments)
    with _database(settings) as db, db.reading():
        found = schema.version(db)
        if found is None:
            raise Stop("There is no studio in this database: `kitsulite serve` makes one.", UNOPENED)
        if found > migrations.latest_version():
            raise Stop(f"This studio has schema {found}, of a newer Kitsulite than this one.", UNOPENED)
        ahead = schema.ahead(found)
        wrong = [] if ahead else schema.differences(db)
    if not arguments.plan:
        with opened(settings):
            print(f"This studio has schema {migrations.latest_version()}, as this Kitsulite has.")
        return
    print(f"This studio has schema {found}, this Kitsulite {migrations.latest_version()}.")
    if ahead:
        print(f"A backup goes to {Path(settings.data) / 'backups'} first. Then:")
    for number, says in ahead:
        print(f"{number}: {says}")
    for difference in wrong:
        print(f"Not as it should be: {difference}.")
    if not ahead and not wrong:
        print("There is nothing to do.")


def change_key(arguments: argparse.Namespace) -> None:
    """Have the studio take the key that it is given now, or a new one."""
    from kitsulite.models import keyprint, schema
    from kitsulite.work.keys import BadKey, Keys, key_of_studio

    settings = settings_of(arguments)
    try:
        with _database(settings) as db:
            if not schema.is_there(db):
                raise Stop("There is no studio in this database: `kitsulite serve` makes one.", UNOPENED)
            schema.prepare(db)
            old = Keys(_read_key(arguments.old_key)).seal if arguments.old_key else None
            new = Keys(settings.secret_key or key_of_studio(Path(settings.data))).seal
            if keyprint.is_known(db, new):
                raise Stop(
                    "This is the studio's key already. To have a new one, put secret.key aside, or change SECRET_KEY."
                )
            with db.writing():
                lost = keyprint.seal_anew(db, old, new)
    except (BadKey, schema.MustUpgrade, schema.Differs, schema.TooNew) as problem:
        raise Stop(str(problem), UNOPENED) from None
    print("The studio has its new key. Everybody signs in again.")
    for email in lost:
        print(f"The authenticator app of {email} is off: its secret cannot be read without the old key.")


def _read_key(name: str) -> str:
    try:
        return Path(name).read_text("utf-8", "replace").strip()
    except OSError as problem:
        raise Stop(f"{name} cannot be read: {problem.strerror}.") from None


@contextmanager
def _database(settings: "Settings") -> "Iterator[Database]":
    """The database of a studio that need not open as a whole."""
    from kitsulite.storage import StorageError, open_database, url_of

    if not Path(settings.data).is_dir():
        raise Stop(f"There is no studio in {settings.data}: `kitsulite serve` makes one.", UNOPENED)
    try:
        db = open_database(settings.database or url_of(Path(settings.data) / "studio.db"))
    except (ValueError, RuntimeError) as problem:
        raise Stop(f"The studio cannot be opened: {one_line(problem)}", UNOPENED) from problem
    try:
        yield db
    except StorageError as problem:
        raise Stop(f"The studio cannot be opened: {one_line(problem)}", UNOPENED) from problem
    finally:
        db.close()


COMMANDS = (
    Command(
        "upgrade",
        "bring the tables of a studio up to date, as every start does; a backup is made first",
        upgrade,
        (argument("--plan", action="store_true", help="only say what would be done"), *STUDIO),
    ),
    Command(
        "new-key",
        "have a studio take another key: everybody signs in again",
        change_key,
        (
            argument(
                "--old-key", metavar="FILE", help="the key it had, so that authenticator apps stay on; else they go off"
            ),
            *STUDIO,
        ),
    ),
)
