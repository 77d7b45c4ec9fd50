"""Whether somebody still may: their token, and the room that they are in, asked for many at once.

Messages come in bursts. What is asked while a look is under way is answered by the next one, together.
"""

import asyncio
from typing import NamedTuple

from kitsulite.access.hearers import ADMINS, key_of_team
from kitsulite.access.media import shows_playlist
from kitsulite.access.projects import ADMIN, ARTIST, CLIENT, MANAGER, SUPERVISOR, VENDOR
from kitsulite.areas.people import sessions
from kitsulite.live.listeners import keys_of
from kitsulite.models import is_uuid
from kitsulite.models.reviews import Playlist
from kitsulite.serving.desk import Desk
from kitsulite.storage import Database

ROLES = (MANAGER, SUPERVISOR, ARTIST, CLIENT, VENDOR)


class Question(NamedTuple):
    """Whether somebody may go on, and be in the room of a playlist."""

    token_id: str
    person_id: str
    playlist_id: str | None = None


class Answer(NamedTuple):
    """is_signed_in  whether the token counts; may_enter  whether the room is open to them, too"""

    is_signed_in: bool
    may_enter: bool


class Rights:
    """See the module."""

    def __init__(self, db: Database, desk: Desk) -> None:
        self.db = db
        self.desk = desk
        self._asked: dict[Question, asyncio.Future[Answer]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def of(self, question: Question) -> Answer:
        """The answer, as of after it was asked."""
        if question not in self._asked:
            self._asked[question] = asyncio.get_running_loop().create_future()
        found = self._asked[question]
        if self._asking is None:
            self._asking = asyncio.ensure_future(self._ask())
        return await asyncio.shield(found)

    async def _ask(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, {}
            try:
                found = await self.desk.ask(self._look, list(asked))
            except Exception as problem:
                for future in asked.values():
                    future.set_exception(problem)
            else:
                for question, future in asked.items():
                    future.set_result(found[question])
        self._asking = None

    def _look(self, questions: list[Question]) -> dict[Question, Answer]:
        """In a thread."""
        with self.db.reading():
            good = sessions.still_good(self.db, {question.token_id for question in questions})
            wanted = {question.playlist_id for question in questions if is_uuid(question.playlist_id)}
            rows = self.db.rows(Playlist.select().where(Playlist.id.in_(wanted))) if wanted else []
            playlists = {row["id"]: row for row in rows}
            people = {question.person_id for question in questions if question.playlist_id in playlists}
            keys = keys_of(self.db, people, {row["project_id"] for row in rows}) if people else {}
        found = {}
        for question in questions:
            playlist = playlists.get(question.playlist_id or "")
            is_good = question.token_id in good
            may = playlist is not None and shows_playlist(
                _role(keys.get(question.person_id, frozenset()), playlist["project_id"]), playlist
            )
            found[question] = Answer(is_good, is_good and may)
        return found


def _role(keys: frozenset[str], project_id: str) -> str | None:
    """The role in a production of who holds these keys."""
    if ADMINS in keys:
        return ADMIN
    return next((role for role in ROLES if key_of_team(project_id, role) in keys), None)
