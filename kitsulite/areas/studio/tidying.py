"""What a studio need not keep for ever: the log of events, who signed in, notifications, tokens that count no more."""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

from kitsulite.models import Record, now
from kitsulite.models.fields import MOMENT
from kitsulite.models.own import Token
from kitsulite.models.people import DesktopLoginLog, LoginLog
from kitsulite.models.reviews import Notification
from kitsulite.models.tools import ApiEvent
from kitsulite.work import shortlived
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Begin, Work

KEPT = 90
BATCH = 5000
"""Rows that go in one transaction, so that nobody waits long for their turn."""
TABLES: dict[str, type[Record]] = {
    "events": ApiEvent,
    "sign-ins": LoginLog,
    "sign-ins at desktops": DesktopLoginLog,
    "notifications": Notification,
}


class Gone(NamedTuple):
    """What was removed."""

    what: str
    rows: int


def remove_old(begin: Begin, days: int = KEPT) -> Iterator[Gone]:
    """Remove what is older than so many days, table by table, and each time tell it; WrongParameter for none."""
    if days < 1:
        raise WrongParameter("Say for how many days things are kept: 1 or more.")
    before = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)).strftime(MOMENT)
    for name, table in TABLES.items():
        while True:
            with begin() as work:
                old = work.db.values(table.select(table.id).where(table.created_at < before).limit(BATCH))
                work.delete(table, table.id.in_(old))
            if old:
                yield Gone(name, len(old))
            if len(old) < BATCH:
                break
    with begin() as work:
        yield Gone("tokens", forget_tokens(work))
        yield Gone("codes", shortlived.forget_expired(work))


def forget_tokens(work: Work) -> int:
    """Remove the tokens that were revoked, or can be used no more."""
    return work.delete(Token, (Token.expires_at < now()) | Token.revoked_at.is_null(False))
