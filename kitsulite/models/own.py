"""Kitsulite's own tables: what other servers of this kind keep in a key-value store."""

from kitsulite.models.base import Record
from kitsulite.models.fields import Boolean, Choice, DateTime, Integer, Json, Reference, String, Uuid


class Token(Record):
    """A token that was handed out; its id is the token's `jti`. It counts while it is here, unexpired and unrevoked."""

    person_id = Reference("person", null=False, cascade=True)
    kind = Choice("access", "refresh", null=False)
    identity_type = Choice("person", "bot", "person_api", null=False)
    session_id = Uuid(null=False, index=True)
    restricted = Boolean(null=False, default=False)
    expires_at = DateTime(index=True)
    revoked_at = DateTime()

    class Meta:
        table_name = "token"


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
