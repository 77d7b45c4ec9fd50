"""Kitsulite's own tables: what other servers of this kind keep in a key-value store or a message broker."""

from kitsulite.models.base import Record
from kitsulite.models.fields import BigInteger, Boolean, DateTime, Integer, Json, Reference, Texts, Uuid
from kitsulite.models.textfields import Choice, String, Text


class Token(Record):
    """A token that was handed out; its id is the token's `jti`. It counts while it is here, unexpired and unrevoked.

    used_at  when it was last used, to the minute, with the address and the device (a browser, a program) of then
    """

    person_id = Reference("person", null=False, cascade=True)
    kind = Choice("access", "refresh", null=False)
    identity_type = Choice("person", "bot", "person_api", null=False)
    session_id = Uuid(null=False, index=True)
    restricted = Boolean(null=False, default=False)
    expires_at = DateTime(index=True)
    revoked_at = DateTime()
    used_at = DateTime()
    address = String(50)
    device = String(80)

    class Meta:
        table_name = "token"


class ApiKey(Record):
    """What a script or a bot shows instead of signing in (`areas/people/apikeys.py`). Of the key itself only the SHA-256 is here.

    person_id      in whose name it acts
    hint           how it begins, by which people tell keys apart
    only_reads, areas, project_ids  what it may at the most; of areas and productions null means all
    previous_hash  the key of before it was changed, which counts until `previous_until`
    used_at        when it was last used, to the minute, with the address and the program of then
    """

    person_id = Reference("person", null=False, cascade=True, erased="along")
    name = String(80, null=False)
    hint = String(20, null=False)
    key_hash = String(64, null=False, unique=True, hidden=True)
    previous_hash = String(64, unique=True, hidden=True)
    previous_until = DateTime()
    only_reads = Boolean(null=False, default=False)
    areas = Texts()
    project_ids = Texts()
    expires_at = DateTime()
    used_at = DateTime()
    address = String(50)
    device = String(80)
    created_by = Reference("person", erased="cleared")

    class Meta:
        table_name = "api_key"


class Provisioned(Record):
    """What a directory that sends people by SCIM says of somebody, or of a department, for itself (`areas/scim`).

    user_name   the name that they have there, in lower case
    removed_at  since when they are deleted there, and their account closed with it
    """

    person_id = Reference("person", cascade=True, index=False, unique=True)
    department_id = Reference("department", cascade=True, index=False, unique=True)
    external_id = String(255, index=True)
    user_name = String(255, unique=True)
    display_name = String(255)
    removed_at = DateTime()

    class Meta:
        table_name = "provisioned"


class Secret(Record):
    """A short-lived secret: a pending password reset, an e-mailed code, a WebAuthn challenge."""

    purpose = String(40, null=False)
    subject = String(255, null=False)
    value = Json(null=False)
    expires_at = DateTime(null=False, index=True)

    class Meta:
        table_name = "secret"
        indexes = ((("purpose", "subject"), True),)


class SchemaVersion(Record):
    """The migrations that this database has seen; the highest number is its version."""

    version = Integer(null=False, unique=True)

    class Meta:
        table_name = "schema_version"


class Job(Record):
    """Something to do that no request waits for; gone once it is done (`work/jobs.py`).

    due_at    when it may be taken up (again): now, after a pause, or when whoever took it is given up for lost; null once
              it has failed for good
    taken_at  since when somebody is at it
    error     why it failed the last time
    """

    name = String(80, null=False)
    arguments = Json(null=False)
    attempts = Integer(null=False, default=0)
    due_at = DateTime(index=True)
    taken_at = DateTime()
    error = Text()

    class Meta:
        table_name = "job"


class JobConsumer(Record):
    """A process that does jobs; `updated_at` is its last sign of life."""

    class Meta:
        table_name = "job_consumer"


class EventPlace(Record):
    """How far somebody who is handed events has come in the outbox (`live/places.py`).

    name           a consumer's, or `webhook:` and its id
    seq            up to which it was handed all that it wants
    holder         who hands it events now, until `held_until` unless it says again that it lives
    failing_since  since when what comes next cannot be handed over; so often, with this error, and not again before `due_at`
    """

    name = String(120, null=False, unique=True)
    seq = BigInteger(null=False)
    holder = String(120)
    held_until = DateTime()
    attempts = Integer(null=False, default=0)
    due_at = DateTime()
    failing_since = DateTime()
    error = Text()

    class Meta:
        table_name = "event_place"


class BackupRun(Record):
    """A backup that was made, is being made, or was not made (`areas/studio/backupruns.py`).

    target      where to, without a password
    night       whose turn it was, for those that the server makes by itself: one a night, of whichever node
    holder      who is at it, until `held_until` unless it says again that it lives
    snapshot    the name of what was made
    proven_at   when it was restored as a trial, and nothing was wrong
    added       bytes that it added there
    """

    target = String(255, null=False)
    night = String(40, unique=True)
    holder = String(120)
    held_until = DateTime()
    attempts = Integer(null=False, default=1)
    ended_at = DateTime()
    snapshot = String(60)
    proven_at = DateTime(index=True)
    error = Text()
    rows = BigInteger()
    files = BigInteger()
    bytes = BigInteger()
    added = BigInteger()

    class Meta:
        table_name = "backup_run"
