"""The studio's one organisation row (docs/api/signing-in.md)."""

from contextlib import suppress

from kitsulite.models.people import Organisation
from kitsulite.models.people_shapes import ORGANISATION, PUBLIC_ORGANISATION
from kitsulite.models.shapes import Raw
from kitsulite.storage import Row, Statement, UniqueViolation
from kitsulite.work.work import Work

FIRST = Statement(lambda: Organisation.select().order_by(Organisation.created_at).limit(1))
FIRST_NAME = "Kitsu"
"""What a studio is called until it says otherwise."""


def organisation(work: Work, *, to_admin: bool) -> Raw:
    """The organisation as admins see it, or as everybody does; made when there is none."""
    shape = ORGANISATION if to_admin else PUBLIC_ORGANISATION
    row = organisation_row(work)
    return work.show(shape, row["id"])


def organisation_row(work: Work) -> Row:
    """The organisation as it is stored; made when there is none."""
    row = _find(work)
    if row is None:
        with suppress(UniqueViolation), work.db.savepoint():  # another who looks for it may make it now
            work.insert(Organisation, name=FIRST_NAME)
        row = _find(work)
        assert row
    return row


def name(work: Work) -> str:
    """What the organisation is called."""
    row = _find(work)
    return row["name"] if row else FIRST_NAME


def keeps_file_names(work: Work) -> bool:
    """Whether files are saved under the names that they were sent in with."""
    row = _find(work)
    return bool(row and row["use_original_file_name"])


def chat_credentials(work: Work) -> Row:
    """What the organisation shows to the chats that it uses; empty for those that it does not use."""
    row = _find(work) or {}
    return {name: row.get(name) or "" for name in ("chat_token_slack", "chat_webhook_mattermost", "chat_token_discord")}


def _find(work: Work) -> Row | None:
    rows = work.db.ask(FIRST)
    return rows[0] if rows else None
