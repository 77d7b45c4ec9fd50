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


BOOLEAN = {"sqlite": "INTEGER", "postgres": "boolean"}
"""How engines spell the type."""
TYPES = {
    "sqlite": {"bigint": "INTEGER", "uuid": "TEXT", "json": "TEXT"},
    "postgres": {"bigint": "BIGINT", "uuid": "UUID", "json": "JSON"},
}
"""And others."""

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


def tell_casts_apart(db: Database, _: Seal) -> None:
    """What an episode casts once, as a shot of it does, is taken to have come of the shot.

    What is searched is marked, so that the next search takes it in by the words of today.
    """
    db.engine.execute_sql(f"ALTER TABLE entity_link ADD COLUMN by_shots {BOOLEAN[db.name]}")
    db.engine.execute_sql(
        "UPDATE entity_link SET by_shots = nb_occurences = 1 AND EXISTS (SELECT 1 FROM entity AS sequence"
        " JOIN entity AS shot ON shot.parent_id = sequence.id JOIN entity_link AS cast_in ON cast_in.entity_in_id = shot.id"
        " WHERE sequence.parent_id = entity_link.entity_in_id AND cast_in.entity_out_id = entity_link.entity_out_id)"
    )
    if db.name == "postgres":
        db.engine.execute_sql("ALTER TABLE preview_file ALTER COLUMN extension TYPE varchar(40)")
    for table in ("entity", "person", "project"):
        db.engine.execute_sql(
            f"INSERT INTO search_pending (id) SELECT id FROM {table} WHERE true ON CONFLICT DO NOTHING"
        )


def tell_sessions_apart(db: Database, _: Seal) -> None:
    for column, kind in (("used_at", "TIMESTAMP"), ("address", "VARCHAR(50)"), ("device", "VARCHAR(80)")):
        db.engine.execute_sql(f"ALTER TABLE token ADD COLUMN {column} {kind}")


def keep_an_outbox(db: Database, _: Seal) -> None:
    columns = (
        "number {bigint} NOT NULL PRIMARY KEY, event_id {uuid}, name VARCHAR(80) NOT NULL, data {json} NOT NULL, fields {json},"
        " hearers {json} NOT NULL, user_id {uuid}, project_id {uuid}, created_at TIMESTAMP NOT NULL"
    )
    db.engine.execute_sql(f"CREATE TABLE outbox ({columns.format(**TYPES[db.name])})")
    db.engine.execute_sql("CREATE INDEX outgoing_created_at ON outbox (created_at)")


def keep_rooms(db: Database, _: Seal) -> None:
    record = "id {uuid} NOT NULL PRIMARY KEY, created_at TIMESTAMP, updated_at TIMESTAMP, "
    tables = {
        "review_room": "playlist_id {uuid} NOT NULL PRIMARY KEY, state {json} NOT NULL, updated_at TIMESTAMP NOT NULL",
        "review_seat": record + "playlist_id {uuid} NOT NULL, person_id {uuid} NOT NULL, node VARCHAR(80) NOT NULL,"
        " joined {boolean} NOT NULL",
        "event_node": record + "name VARCHAR(80) NOT NULL, address VARCHAR(255) NOT NULL",
        "room_message": "number {bigint} NOT NULL PRIMARY KEY, node VARCHAR(80) NOT NULL, playlist_id {uuid} NOT NULL,"
        " name VARCHAR(80) NOT NULL, data {json} NOT NULL, created_at TIMESTAMP NOT NULL",
    }
    for table, columns in tables.items():
        db.engine.execute_sql(f"CREATE TABLE {table} ({columns.format(**TYPES[db.name], boolean=BOOLEAN[db.name])})")
    db.engine.execute_sql("CREATE INDEX reviewseat_playlist_id ON review_seat (playlist_id)")
    db.engine.execute_sql("CREATE INDEX reviewseat_node ON review_seat (node)")
    db.engine.execute_sql("CREATE UNIQUE INDEX eventnode_name ON event_node (name)")


def keep_places_and_webhooks(db: Database, _: Seal) -> None:
    record = "id {uuid} NOT NULL PRIMARY KEY, created_at TIMESTAMP, updated_at TIMESTAMP, "
    tables = {
        "event_place": "name VARCHAR(120) NOT NULL, seq {bigint} NOT NULL, holder VARCHAR(120), held_until TIMESTAMP,"
        " attempts INTEGER NOT NULL, due_at TIMESTAMP, failing_since TIMESTAMP, error TEXT",
        "webhook": "name VARCHAR(80) NOT NULL, url VARCHAR(2000) NOT NULL, events {json} NOT NULL, project_ids {json} NOT NULL,"
        " template VARCHAR(255) NOT NULL, secret VARCHAR(255) NOT NULL, active {boolean} NOT NULL, off_reason TEXT,"
        " created_by {uuid} REFERENCES person (id) DEFERRABLE INITIALLY IMMEDIATE",
        "webhook_delivery": "webhook_id {uuid} NOT NULL REFERENCES webhook (id) ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE,"
        " first_seq {bigint}, last_seq {bigint}, events INTEGER NOT NULL, attempts INTEGER NOT NULL, status INTEGER,"
        " duration INTEGER, error TEXT, due_at TIMESTAMP, delivered_at TIMESTAMP",
    }
    for table, columns in tables.items():
        kinds = {**TYPES[db.name], "boolean": BOOLEAN[db.name]}
        db.engine.execute_sql(f"CREATE TABLE {table} ({(record + columns).format(**kinds)})")
    db.engine.execute_sql("CREATE UNIQUE INDEX eventplace_name ON event_place (name)")
    db.engine.execute_sql("CREATE INDEX webhook_created_by ON webhook (created_by)")
    db.engine.execute_sql("CREATE INDEX webhookdelivery_webhook_id ON webhook_delivery (webhook_id)")


def tell_what_happens(db: Database, seal: Seal) -> None:
    keep_an_outbox(db, seal)
    keep_rooms(db, seal)
    keep_places_and_webhooks(db, seal)


MIGRATIONS: dict[int, Migration] = {
    2: Migration("Seals the secrets of authenticator apps with the studio's key.", seal_second_factors),
    3: Migration(
        "Tells what is cast in an episode on purpose from what its shots cast, makes room for long endings of file names,"
        " and has all names taken into the search anew.",
        tell_casts_apart,
    ),
    4: Migration("Makes room for when, where and by what a session was last used.", tell_sessions_apart),
    5: Migration(
        "Makes an outbox, from which whoever listens hears of events in their order, and room for webhooks.",
        tell_what_happens,
    ),
}


def latest_version() -> int:
    return max(MIGRATIONS, default=BASELINE)
