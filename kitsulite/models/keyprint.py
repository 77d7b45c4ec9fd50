"""Which key a studio's secrets are sealed with: a fingerprint of it is kept beside them, and no process starts with another."""

from contextlib import suppress

from kitsulite.models.own import Secret, Token
from kitsulite.models.people import Person
from kitsulite.models.webhooks import Webhook
from kitsulite.storage import Database
from kitsulite.storage.seal import MARK, CannotOpen, Seal

PURPOSE, SUBJECT = "fingerprint", "studio's key"
OFF = {"totp_enabled": False, "totp_secret": None, "preferred_two_factor_authentication": None}
SECRET_LOST = "Its secret was lost with the studio's key. Give it a new one, then switch it on again."
FOR_EVER = "2999-12-31T23:59:59.000000"


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
            if known is None and opens_what_is_there(db, seal):
                remember(db, seal)
                return
    if known != seal.fingerprint:
        raise OtherKey(
            "This studio has another key than the one it is started with, and its secrets cannot be read with this one. "
            "Put back its secret.key, or give every node the same SECRET_KEY. When the key is lost: `kitsulite new-key`."
        )


def is_known(db: Database, seal: Seal) -> bool:
    """Whether the studio's key is this one."""
    with db.reading():
        return _known(db) == seal.fingerprint


def is_kept(db: Database) -> bool:
    """Whether the studio knows its key, whichever it is."""
    with db.reading():
        return _known(db) is not None


def remember(db: Database, seal: Seal) -> None:
    """From now on this is the studio's key."""
    db.run(Secret.delete().where(Secret.purpose == PURPOSE))
    db.run(Secret.insert(purpose=PURPOSE, subject=SUBJECT, value=seal.fingerprint, expires_at=FOR_EVER))


def seal_anew(db: Database, old: Seal | None, new: Seal) -> list[str]:
    """Have the studio's secrets sealed with a new key; the e-mails of those whose authenticator app is off now, as the old
    key, with which theirs could be read, is not there. Within a transaction."""
    lost = []
    for person in db.rows(Person.select().where(Person.totp_secret.startswith(MARK))):
        try:
            secret = _open(person["totp_secret"], old, new)
        except CannotOpen:
            db.run(Person.update(**OFF).where(Person.id == person["id"]))
            lost.append(person["email"])
            continue
        db.run(Person.update(totp_secret=new.close(secret)).where(Person.id == person["id"]))
    for webhook in db.rows(Webhook.select()):
        try:
            sealed, lost_with = new.close(_open(webhook["secret"], old, new)), {}
        except CannotOpen:
            sealed, lost_with = new.close(""), {"active": False, "off_reason": SECRET_LOST}
        db.run(Webhook.update(secret=sealed, **lost_with).where(Webhook.id == webhook["id"]))
    db.run(Person.update(email_otp_secret=None).where(Person.email_otp_secret.startswith(MARK)))
    db.run(Token.delete())
    remember(db, new)
    return lost


def _open(text: str, *seals: Seal | None) -> str:
    for seal in seals:
        with suppress(CannotOpen):
            if seal is not None:
                return seal.open(text)
    raise CannotOpen("No key opens this secret.")


def opens_what_is_there(db: Database, seal: Seal) -> bool:
    """Whether the secrets of a studio that does not know its key, as it was put together by hand, are sealed with this one."""
    sealed = db.values(Person.select(Person.totp_secret).where(Person.totp_secret.startswith(MARK)).limit(1))
    sealed += db.values(Webhook.select(Webhook.secret).where(Webhook.secret.startswith(MARK)).limit(1))
    try:
        return all(seal.open(secret) for secret in sealed)
    except CannotOpen:
        return False


def _known(db: Database) -> str | None:
    rows = db.rows(Secret.select().where(Secret.purpose == PURPOSE, Secret.subject == SUBJECT))
    return rows[0]["value"] if rows else None
