"""How the schema came to be what the models say: every change since the first release, in order. Only forward.

A change of the models gets the next number here, and says for the person who runs the studio what it does. Its steps are
written in SQL, or in what `Database` offers, and never use the models of today: tomorrow they will be others.

Each starts from what the one before left; all of them are done in one transaction, after a backup (`models/schema.py`).
"""

from collections.abc import Callable
from typing import NamedTuple

from kitsulite.storage import Database
from kitsulite.storage.seal import Seal


class Migration(NamedTuple):
    """One change of the schema.

    says   what it does, a sentence for the person who runs the studio
    steps  does it; it may need the key of the studio
    """

    says: str
    steps: Callable[[Database, Seal], None]


BASELINE = 1
"""The version of the first schema."""


def seal_second_factors(db: Database, seal: Seal) -> None:
    """SQLite keeps no text to its length, so that only PostgreSQL needs more room."""
    for column in ("totp_secret", "email_otp_secret"):
        if db.name == "postgres":
            db.engine.execute_sql(f"ALTER TABLE person ALTER COLUMN {column} TYPE varchar(255)")
        for id, secret in db.select(f"SELECT id, {column} FROM person WHERE {column} IS NOT NULL"):
            change = f"UPDATE person SET {column} = {db.placeholder} WHERE id = {db.placeholder}"
            db.engine.execute_sql(change, (seal.close(secret), id))


def take_any_file(db: Database, _: Seal) -> None:
    """What is searched is marked, so that the next search takes it in by the words of today."""
    if db.name == "postgres":
        db.engine.execute_sql("ALTER TABLE preview_file ALTER COLUMN extension TYPE varchar(40)")
    for table in ("entity", "person", "project"):
        db.engine.execute_sql(
            f"INSERT INTO search_pending (id) SELECT id FROM {table} WHERE true ON CONFLICT DO NOTHING"
        )


MIGRATIONS: dict[int, Migration] = {
    2: Migration("Seals the secrets of authenticator apps with the studio's key.", seal_second_factors),
    3: Migration(
        "Makes room for long endings of file names, and has all names taken into the search anew.", take_any_file
    ),
}


def latest_version() -> int:
    return max(MIGRATIONS, default=BASELINE)
