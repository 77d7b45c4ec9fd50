"""Opens Kitsulite for the recorded cases of `replay.py`. KITSULITE_TEST_ENGINE chooses the engine: sqlite or postgres.

A process keeps one tracker on PostgreSQL and empties it between cases; on SQLite each case gets a file of its own.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from engines import empty, hurry, new_studio

from kitsulite import Settings, Tracker, create_app
from kitsulite.areas.people import sessions
from kitsulite.areas.studio import transfer
from kitsulite.models.people import Person

State = dict[str, list[dict[str, Any]]]
ENGINE = os.environ.get("KITSULITE_TEST_ENGINE", "sqlite")
kept: list[str] = []


def open_case(state: State) -> tuple[Any, Callable[..., str], Callable[[], None]]:
    folder = Path(tempfile.mkdtemp(prefix="kitsulite-case-"))
    if ENGINE == "sqlite":
        url = new_studio(ENGINE, folder)
    else:
        if not kept:
            kept.append(new_studio(ENGINE, folder))
        url = kept[0]
        empty(url)
    same = {"mail_enabled": True, "user_limit": 100, "job_queue": False}  # as the recorded server was set up
    settings = Settings(data=str(folder), database=url, secret_key="conformance", **same)
    tracker = Tracker(settings, first_data=False)
    hurry(tracker.db)
    rows = ((0, table, row) for table, found in state.items() for row in found)
    transfer.load(tracker.db, rows)

    def token_for(person_id: str, kind: str, claims: dict[str, Any]) -> str:
        identity = claims.get("identity_type") or "person"
        with tracker.work() as work:
            person = work.find(Person, person_id)
            if person is None:
                return tracker.keys.sign_token({"jti": "gone", "type": kind})
            if identity != "person":
                return sessions.mint_api_token(work, person)
            restricted = bool(claims.get("requires_2fa_setup"))
            return sessions.open_session(work, person_id, restricted=restricted)[f"{kind}_token"]

    def close() -> None:
        tracker.close()
        shutil.rmtree(folder, ignore_errors=True)

    return create_app(tracker), token_for, close
