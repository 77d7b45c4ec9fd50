"""When tokens were last used, and from where: noted once a minute at most, and never at the cost of a request."""

import datetime
from contextlib import suppress

from kitsulite.areas.people import apikeys, devices, sessions
from kitsulite.storage import Row, StorageError
from kitsulite.work.work import Begin

EVERY = datetime.timedelta(minutes=1)
PATIENCE = 0.05
"""Seconds that a request may wait for its turn to write this down. Who has to wait longer leaves it to a later one."""
MOST = 10_000


class LastUses:
    """What one process has written down of late."""

    def __init__(self) -> None:
        self._tried: dict[str, datetime.datetime] = {}

    def note(self, begin: Begin, token: Row, address: str | None, agent: str) -> None:
        """Write down that a token, or an API key, is used, when that is due."""
        now = datetime.datetime.now(datetime.UTC)
        noted = datetime.datetime.fromisoformat(f"{token['used_at']}Z") if token["used_at"] else None
        if any(_is_recent(now, then) for then in (noted, self._tried.get(token["id"]))):
            return
        if len(self._tried) >= MOST:
            self._tried.clear()
        self._tried[token["id"]] = now
        with suppress(StorageError), begin(patience=PATIENCE) as work:
            note = apikeys.note_use if token["identity_type"] == apikeys.KIND else sessions.note_use
            note(work, token["id"], address, devices.name_of(agent))


def _is_recent(now: datetime.datetime, then: datetime.datetime | None) -> bool:
    """Whether it was within the last minute. What lies ahead, by a clock that was set back, was not."""
    return then is not None and datetime.timedelta(0) <= now - then < EVERY
