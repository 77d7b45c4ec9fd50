"""Who comes to the event process: by header, by cookie, or by a token in what a client says when it connects."""

from dataclasses import replace
from typing import Any

import falcon

from kitsulite.access.scopes import refuse_hearing
from kitsulite.areas.people import apikeys, sessions
from kitsulite.models.people import Person
from kitsulite.proxies import Trust
from kitsulite.tracker import Tracker
from kitsulite.web.credentials import COOKIES, find_token
from kitsulite.web.origins import note_where_from, refuse_foreign_page
from kitsulite.work.errors import Forbidden, Gone, KeyRefused, SecondFactorNeeded, TokenRefused, TradeError
from kitsulite.work.work import Caller

WHY = {
    "missing": "The token is missing: send it as an Authorization header, as the cookie of a sign-in, or as token in what is said on connecting.",
    "expired": "The token has expired: sign in again.",
    "revoked": "The token was revoked: sign in again.",
    "refresh": "This is a refresh token: send the access token.",
    "closed": "The preview is closed: ask who gave you the password to open it.",
    "malformed": "The token is invalid: this studio has not made it.",
}
INACTIVE = "The account is inactive."
UNKNOWN = "The account is unknown: it was deleted."
SECOND_FACTOR = "A second factor has to be set up before anything else."


class Door:
    """See the module."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self.trust = Trust(tracker.settings.trusted_proxies)

    def request(self, environ: dict[str, Any]) -> falcon.Request:
        """What came in, as the rest of the house reads it."""
        scope = environ.get("asgi.scope", {})
        client = scope.get("client") or ("", 0)
        request = falcon.Request({**environ, "REMOTE_ADDR": client[0], "SERVER_NAME": "localhost"})
        note_where_from(request, self.trust)
        return request

    def let_in(self, request: falcon.Request, token: str | None = None) -> Caller:
        """Who it is; TradeError when nobody may come in like this. A cookie counts for pages of our own.

        token  what was said on connecting
        """
        tracker = self.tracker
        if not token:
            token = find_token(request)
            if token in (request.get_cookie_values(COOKIES["access"]) or ()):
                refuse_foreign_page(request, tracker.settings)
        with tracker.db.reading():
            if apikeys.is_key(token):
                caller = apikeys.identify(tracker.db, token)
                refuse_hearing(caller.scope)
            else:
                caller = sessions.identify(tracker.db, tracker.keys, token)
        assert caller.token
        if caller.token["restricted"]:
            raise SecondFactorNeeded
        tracker.last_uses.note(tracker.work, caller.token, request.context.address, request.user_agent or "")
        return caller

    def as_now(self, caller: Caller) -> Caller:
        """The same person as they are by now."""
        with self.tracker.db.reading():
            row = self.tracker.db.find(Person, caller.id)
        return replace(caller, person=row) if row else caller

    def why(self, problem: TradeError) -> str:
        """What to tell who was not let in."""
        match problem:
            case Gone():
                with self.tracker.db.reading():
                    is_there = self.tracker.db.find(Person, problem.person_id)
                return INACTIVE if is_there else UNKNOWN
            case KeyRefused():
                return str(problem)
            case TokenRefused():
                is_refresh = "non-refresh" in str(problem)
                return WHY["refresh" if is_refresh else problem.reason]
            case SecondFactorNeeded():
                return SECOND_FACTOR
            case Forbidden():
                return problem.message or INACTIVE
        return str(problem)
