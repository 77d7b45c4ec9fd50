"""Which key a studio's secrets are sealed with: a fingerprint of it is kept beside them, and no process starts with another."""

from kitsulite.models.own import Secret
from kitsulite.models.people import Person
from kitsulite.storage import Database
from kitsulite.storage.seal import MARK, CannotOpen, Seal

PURPOSE, SUBJECT = "fingerprint", "studio's key"
FOR_EVER = "9999-12-31T23:59:59.000000"


class OtherKey(RuntimeError):
    """The studio knows another key than the one that it was opened with."""


def check(db: Database, seal: Seal) -> None:
    """OtherKey, when this is not the studio's; the first key that comes is."""
    with db.reading():
        known = _known(db)
    if known is None:
        if not db.can_write:
            return
        with db.writing():
            db.lock_schema()
            known = _known(db)
            if known is None and _opens_what_is_there(db, seal):
                remember(db, seal)
                return
    if known != seal.fingerprint:
        raise OtherKey(
            "This studio has another key than the one it is started with, and its secrets cannot be read with this one. "
            "Put back its secret.key, or give every node the same SECRET_KEY. When the key is lost: `kitsulite new-key`."
        )


def remember(db: Database, seal: Seal) -> None:
    """From now on this is the studio's key."""
    db.run(Secret.delete().where(Secret.purpose == PURPOSE))
    db.run(Secret.insert(purpose=PURPOSE, subject=SUBJECT, value=seal.fingerprint, expires_at=FOR_EVER))


def _opens_what_is_there(db: Database, seal: Seal) -> bool:
    """Whether the secrets of a studio that does not know its key, as it was put together by hand, are sealed with this one."""
    sealed = db.values(Person.select(Person.totp_secret).where(Person.totp_secret.startswith(MARK)).limit(1))
    try:
        return all(seal.open(secret) for secret in sealed)
    except CannotOpen:
        return False


def _known(db: Database) -> str | None:
    rows = db.rows(Secret.select().where(Secret.purpose == PURPOSE, Secret.subject == SUBJECT))
    return rows[0]["value"] if rows else None
