"""How the schema came to be what the models say: every change since the first release, in order. Only forward.

A change of the models gets the next number here, and says for the person who runs the studio what it does. Its steps are
written in SQL, or in what `Database` offers, and never use the models of today: tomorrow they will be others.

Each starts from what the one before left; all of them are done in one transaction, after a backup (`models/schema.py`).
"""

import datetime
import uuid
from collections.abc import Callable
from itertools import chain
from typing import NamedTuple

from kitsulite.storage import Database, Marking, Trigger
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


def make_room_for_the_newest(db: Database, _: Seal) -> None:
    """Defaults of old rows are those of new ones; a checklist that nobody made is an empty one."""
    kinds = {**TYPES[db.name], "boolean": BOOLEAN[db.name]}
    yes = "1" if db.name == "sqlite" else "true"
    shown = tuple((f"is_client_{what}_visible", "{boolean}", yes) for what in ("stats", "task_list", "task_panel"))
    links = (
        ("hd_bitrate_compression", "INTEGER", ""),
        ("ld_bitrate_compression", "INTEGER", ""),
        ("is_client_visible", "{boolean}", yes),
    )
    project = "{uuid} REFERENCES project (id) DEFERRABLE INITIALLY IMMEDIATE"
    columns = {
        "project": shown,
        "project_template": shown,
        "project_task_type_link": links,
        "project_template_task_type_link": links,
        "project_task_status_link": (("is_client_allowed", "{boolean}", ""),),
        "project_template_task_status_link": (("is_client_allowed", "{boolean}", ""),),
        "person": (
            ("saml_issuer", "TEXT", ""),
            ("saml_subject", "VARCHAR(255)", ""),
            ("oidc_issuer", "TEXT", ""),
            ("oidc_subject", "VARCHAR(255)", ""),
            ("preview_project_id", project, ""),
            ("preview_opened_at", "TIMESTAMP", ""),
            ("preview_open_until", "TIMESTAMP", ""),
        ),
        "build_job": (("message", "TEXT", ""),),
        "output_file": (("quality", "VARCHAR(255)", ""),),
        "working_file": (("validation_status", "VARCHAR(255) NOT NULL DEFAULT 'neutral'", ""),),
    }
    for table, added in columns.items():
        for column, kind, value in added:
            db.engine.execute_sql(f"ALTER TABLE {table} ADD COLUMN {column} {kind.format(**kinds)}")
            if value:
                db.engine.execute_sql(f"UPDATE {table} SET {column} = {value}")
    if db.name == "postgres":
        db.engine.execute_sql("ALTER TABLE working_file ALTER COLUMN validation_status DROP DEFAULT")
    db.engine.execute_sql("UPDATE comment SET checklist = '[]' WHERE checklist IS NULL")
    db.engine.execute_sql("CREATE UNIQUE INDEX person_preview_project_id ON person (preview_project_id)")
    db.engine.execute_sql("CREATE UNIQUE INDEX person_saml_identity ON person (saml_issuer, saml_subject)")
    db.engine.execute_sql("CREATE UNIQUE INDEX person_oidc_identity ON person (oidc_issuer, oidc_subject)")


def keep_what_others_note(db: Database, _: Seal) -> None:
    record = "id {uuid} NOT NULL PRIMARY KEY, created_at TIMESTAMP, updated_at TIMESTAMP, "
    goes_along = "{uuid} NOT NULL REFERENCES %s (id) ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE"
    tables = {
        "project_task_type_software_link": ", ".join(
            f"{table}_id {goes_along % table}" for table in ("project", "task_type", "software")
        ),
        "stored_file": "bucket VARCHAR(20) NOT NULL, key VARCHAR(255) NOT NULL, prefix VARCHAR(40) NOT NULL,"
        " file_id VARCHAR(200) NOT NULL, size {bigint}, deleted_at TIMESTAMP, purge_forced {boolean} NOT NULL,"
        " purged_at TIMESTAMP, purge_attempts INTEGER NOT NULL, last_error TEXT, journal {json} NOT NULL",
        "preview_file_storage_state": f"preview_file_id {goes_along % 'preview_file'}, bucket VARCHAR(20) NOT NULL,"
        " prefix VARCHAR(40) NOT NULL, state VARCHAR(255) NOT NULL",
    }
    indexes = {
        "projecttasktypesoftwarelink_task_type_id": "project_task_type_software_link (task_type_id)",
        "projecttasktypesoftwarelink_software_id": "project_task_type_software_link (software_id)",
        "storedfile_file_id": "stored_file (file_id)",
    }
    unique = {
        "project_task_type_software": "project_task_type_software_link (project_id, task_type_id, software_id)",
        "stored_file_key": "stored_file (bucket, key)",
        "preview_file_storage_state_kind": "preview_file_storage_state (preview_file_id, bucket, prefix)",
    }
    kinds = {**TYPES[db.name], "boolean": BOOLEAN[db.name]}
    for table, columns in tables.items():
        db.engine.execute_sql(f"CREATE TABLE {table} ({(record + columns).format(**kinds)})")
    for name, where in indexes.items():
        db.engine.execute_sql(f"CREATE INDEX {name} ON {where}")
    for name, where in unique.items():
        db.engine.execute_sql(f"CREATE UNIQUE INDEX {name} ON {where}")


def keep_backup_runs(db: Database, _: Seal) -> None:
    columns = (
        "id {uuid} NOT NULL PRIMARY KEY, created_at TIMESTAMP, updated_at TIMESTAMP, target VARCHAR(255) NOT NULL,"
        " night VARCHAR(40), holder VARCHAR(120), held_until TIMESTAMP, attempts INTEGER NOT NULL, ended_at TIMESTAMP,"
        " snapshot VARCHAR(60), proven_at TIMESTAMP, error TEXT, rows {bigint}, files {bigint}, bytes {bigint}, added {bigint}"
    )
    db.engine.execute_sql(f"CREATE TABLE backup_run ({columns.format(**TYPES[db.name])})")
    db.engine.execute_sql("CREATE UNIQUE INDEX backuprun_night ON backup_run (night)")
    db.engine.execute_sql("CREATE INDEX backuprun_proven_at ON backup_run (proven_at)")


def know_all_kinds(db: Database, _: Seal) -> None:
    moment = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    no = {"sqlite": "0", "postgres": "false"}[db.name]
    for name in ("Concept", "Scene", "ConceptFolder"):
        db.engine.execute_sql(
            "INSERT INTO entity_type (id, created_at, updated_at, name, archived)"
            f" SELECT '{uuid.uuid4()}', '{moment}', '{moment}', '{name}', {no}"
            f" WHERE NOT EXISTS (SELECT 1 FROM entity_type WHERE name = '{name}')"
        )


def take_in_the_newest(db: Database, seal: Seal) -> None:
    make_room_for_the_newest(db, seal)
    keep_what_others_note(db, seal)
    keep_backup_runs(db, seal)
    know_all_kinds(db, seal)


def keep_api_keys(db: Database, _: Seal) -> None:
    columns = (
        "id {uuid} NOT NULL PRIMARY KEY, created_at TIMESTAMP, updated_at TIMESTAMP,"
        " person_id {uuid} NOT NULL REFERENCES person (id) ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE,"
        " name VARCHAR(80) NOT NULL, hint VARCHAR(20) NOT NULL, key_hash VARCHAR(64) NOT NULL, previous_hash VARCHAR(64),"
        " previous_until TIMESTAMP, only_reads {boolean} NOT NULL, areas {json}, project_ids {json}, expires_at TIMESTAMP,"
        " used_at TIMESTAMP, address VARCHAR(50), device VARCHAR(80),"
        " created_by {uuid} REFERENCES person (id) DEFERRABLE INITIALLY IMMEDIATE"
    )
    kinds = {**TYPES[db.name], "boolean": BOOLEAN[db.name]}
    db.engine.execute_sql(f"CREATE TABLE api_key ({columns.format(**kinds)})")
    db.engine.execute_sql("CREATE UNIQUE INDEX apikey_key_hash ON api_key (key_hash)")
    db.engine.execute_sql("CREATE UNIQUE INDEX apikey_previous_hash ON api_key (previous_hash)")
    db.engine.execute_sql("CREATE INDEX apikey_person_id ON api_key (person_id)")
    db.engine.execute_sql("CREATE INDEX apikey_created_by ON api_key (created_by)")


def know_who_is_provisioned(db: Database, _: Seal) -> None:
    points = "{uuid} REFERENCES %s (id) ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE"
    columns = (
        f"id {{uuid}} NOT NULL PRIMARY KEY, created_at TIMESTAMP, updated_at TIMESTAMP, person_id {points % 'person'},"
        f" department_id {points % 'department'}, external_id VARCHAR(255), user_name VARCHAR(255), display_name VARCHAR(255),"
        " removed_at TIMESTAMP"
    )
    db.engine.execute_sql(f"CREATE TABLE provisioned ({columns.format(**TYPES[db.name])})")
    db.engine.execute_sql("CREATE INDEX provisioned_external_id ON provisioned (external_id)")
    for column in ("person_id", "department_id", "user_name"):
        db.engine.execute_sql(f"CREATE UNIQUE INDEX provisioned_{column} ON provisioned ({column})")


def make_room_for_sign_ons(db: Database, seal: Seal) -> None:
    keep_api_keys(db, seal)
    know_who_is_provisioned(db, seal)


def keep_known_words(db: Database, _: Seal) -> None:
    """And SQLite's documents get their numbers kind by kind."""
    if db.name == "postgres":
        statements = [
            'CREATE TABLE search_known (word text COLLATE "C" PRIMARY KEY)',
            "INSERT INTO search_known SELECT left(word, 102) FROM ts_stat('SELECT found FROM search_document')"
            " ON CONFLICT DO NOTHING",
        ]
    else:
        statements = [
            "CREATE TABLE search_known (word TEXT PRIMARY KEY) WITHOUT ROWID",
            "INSERT INTO search_known SELECT substr(term, 1, 102) FROM search_vocabulary WHERE true ON CONFLICT DO NOTHING",
            "DROP TABLE search_vocabulary",
            "UPDATE search_document SET number = number +"
            " CASE kind WHEN 'assets' THEN 1 WHEN 'shots' THEN 2 WHEN 'projects' THEN 3 ELSE 0 END * 1099511627776",
            "INSERT INTO search_words (search_words) VALUES ('rebuild')",
        ]
    for statement in statements:
        db.engine.execute_sql(statement)


def count_tasks_by_an_index(db: Database, _: Seal) -> None:
    db.engine.execute_sql(
        "CREATE INDEX task_figures ON task (project_id, task_type_id, task_status_id, duration, estimation)"
        " WHERE task_status_id IS NOT NULL AND entity_id IS NOT NULL"
    )


def find_entities_by_an_index(db: Database, _: Seal) -> None:
    db.engine.execute_sql("CREATE INDEX task_places ON task (project_id, entity_id) WHERE entity_id IS NOT NULL")


def keep_places_of_previews(db: Database, _: Seal) -> None:
    columns = (
        "preview_file_id {uuid} NOT NULL PRIMARY KEY REFERENCES preview_file (id) ON DELETE CASCADE"
        " DEFERRABLE INITIALLY IMMEDIATE, project_id {uuid}, updated_at TIMESTAMP, created_at TIMESTAMP"
    )
    project = "(SELECT project_id FROM task WHERE task.id = new.task_id)"
    triggers = (
        Trigger(
            "place_preview_file_new",
            "preview_file",
            "INSERT",
            "INSERT INTO preview_place (preview_file_id, project_id, updated_at, created_at)"
            f" VALUES (new.id, {project}, new.updated_at, new.created_at)",
        ),
        Trigger(
            "place_preview_file_change",
            "preview_file",
            "UPDATE OF task_id, updated_at, created_at",
            f"UPDATE preview_place SET project_id = {project}, updated_at = new.updated_at, created_at = new.created_at"
            " WHERE preview_file_id = new.id",
        ),
        Trigger(
            "place_task_change",
            "task",
            "UPDATE OF project_id",
            "UPDATE preview_place SET project_id = new.project_id"
            " FROM preview_file WHERE preview_file.task_id = new.id AND preview_file.id = preview_place.preview_file_id",
        ),
    )
    index = "previewplace_project_id_updated_at_created_at_preview_file_id"
    statements = (
        f"CREATE TABLE preview_place ({columns.format(**TYPES[db.name])})",
        f"CREATE INDEX {index} ON preview_place (project_id, updated_at, created_at, preview_file_id)",
        "INSERT INTO preview_place (preview_file_id, project_id, updated_at, created_at)"
        " SELECT preview_file.id, task.project_id, preview_file.updated_at, preview_file.created_at"
        " FROM preview_file LEFT JOIN task ON task.id = preview_file.task_id",
        *chain.from_iterable(map(db.trigger, triggers)),
    )
    for statement in statements:
        db.engine.execute_sql(statement)


def mark_lists(db: Database, _: Seal) -> None:
    """What lists show is watched; the statements for that are the engine's own."""
    columns = (
        "project_id {uuid} NOT NULL, slot INTEGER NOT NULL, mark {bigint} NOT NULL, PRIMARY KEY (project_id, slot)"
    )
    db.engine.execute_sql(f"CREATE TABLE list_mark ({columns.format(**TYPES[db.name])})")
    of_task = "(SELECT task.project_id FROM task WHERE task.id = {row}.task_id)"
    of_entity = "(SELECT entity.project_id FROM entity WHERE entity.id = {row}.entity_in_id)"
    of_all = "'00000000-0000-0000-0000-000000000000'"
    for table, whose in {
        **dict.fromkeys(("entity", "task"), "{row}.project_id"),
        **dict.fromkeys(("task_person_link", "subscription"), of_task),
        "entity_link": of_entity,
        **dict.fromkeys(("project", "project_person_link", "metadata_descriptor"), of_all),
        **dict.fromkeys(("department_metadata_descriptor_link", "department_link", "entity_type"), of_all),
    }.items():
        for statement in db.marking(Marking(table, whose)):
            db.engine.execute_sql(statement)


def find_at_once(db: Database, seal: Seal) -> None:
    keep_known_words(db, seal)
    count_tasks_by_an_index(db, seal)
    find_entities_by_an_index(db, seal)
    keep_places_of_previews(db, seal)
    mark_lists(db, seal)


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
    6: Migration(
        "Makes room for what the newest servers of this kind keep: settings of productions for their clients, movies and"
        " software a task type, whether a working file was approved, identities of single sign-on;"
        " makes the types of concepts, of their folders and of scenes where there are none; and makes room for what became of backups.",
        take_in_the_newest,
    ),
    7: Migration(
        "Makes room for API keys, and for what a directory that sends people by SCIM calls them and their departments.",
        make_room_for_sign_ons,
    ),
    8: Migration(
        "Keeps the words of the search in a table of their own, so that misspelt ones are read at once; has tasks counted by"
        " an index; keeps the previews of a production side by side; and marks the lists of a production that changed, so that"
        " who has one need not be sent it again.",
        find_at_once,
    ),
}


def latest_version() -> int:
    return max(MIGRATIONS, default=BASELINE)
