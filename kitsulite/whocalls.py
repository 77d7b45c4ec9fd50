"""Who calls: by the token of a request, by a share link, or by the word of the application around (docs/api/signing-in.md)."""

from collections.abc import Iterator
from contextlib import contextmanager

import falcon

from kitsulite.access import scopes
from kitsulite.areas.guests import admission
from kitsulite.areas.people import apikeys, named, sessions
from kitsulite.tracker import Tracker
from kitsulite.web.credentials import COOKIES, find_invitation, find_token
from kitsulite.web.origins import refuse_foreign_pages
from kitsulite.web.routing import Route
from kitsulite.work.errors import Forbidden, Gone, SecondFactorNeeded, TokenRefused
from kitsulite.work.work import BY_LINK, Caller

OPEN_TO_RESTRICTED = {
    "/auth/totp",
    "/auth/email-otp",
    "/auth/fido",
    "/auth/recovery-codes",
    "/auth/login",
    "/auth/logout",
    "/auth/authenticated",
    "/auth/refresh-token",
}
WHO_AM_I = "/auth/authenticated"
"""What every API key opens. It opens nothing else of how people sign in."""


def find_caller(route: Route, tracker: Tracker, request: falcon.Request, path: dict[str, str]) -> Caller | None:
    """Who calls; None for a stranger where strangers may."""
    if route.token == BY_LINK:
        if request.cookies:
            refuse_foreign_pages(request, tracker.settings)
        return admission.let_in(tracker.work, *find_invitation(request, path["token"]), address=request.context.address)
    if route.who.public:
        return None
    if comes_by_token(route, request):
        return by_token(route, tracker, request)
    return by_application(tracker, request)


def by_application(tracker: Tracker, request: falcon.Request) -> Caller:
    """Who calls, by the word of the application around: its cookie counts, ours do not."""
    refuse_foreign_pages(request, tracker.settings)
    said = request.context.identify(request.env)
    with tracker.db.reading():
        caller = named.find_named(tracker.db, said)
    if caller is None and tracker.settings.create_identified:
        named.make_named(tracker.work, said)
        with tracker.db.reading():
            caller = named.find_named(tracker.db, said)
    if caller is None:
        raise named.refuse_stranger(said)
    return caller


def comes_by_token(route: Route, request: falcon.Request) -> bool:
    """Whether it is a token, or a key, that says who calls; only the database has to be read for it then."""
    if route.token == BY_LINK or route.who.public:
        return False
    return not request.context.identify or route.token != "access" or bool(request.get_header("Authorization"))


def by_token(route: Route, tracker: Tracker, request: falcon.Request) -> Caller:
    """Who calls, by the token of the request, found in a transaction of its own."""
    token = shown_token(route, tracker, request)
    with ends_sessions_of_the_gone(tracker), tracker.db.reading():
        caller = recognise(route, tracker, request, token)
    note_use(tracker, request, caller)
    return caller


def shown_token(route: Route, tracker: Tracker, request: falcon.Request) -> str:
    """The token of a request, or the key; TokenRefused when there is none. A page of another site shows none of a cookie."""
    token = find_token(request, route.token)
    if token in (request.get_cookie_values(COOKIES[route.token]) or ()):
        refuse_foreign_pages(request, tracker.settings)
    return token


def recognise(route: Route, tracker: Tracker, request: falcon.Request, token: str) -> Caller:
    """Whose token it is, within a transaction; Gone, TokenRefused, or Forbidden where it does not open the route."""
    if apikeys.is_key(token):
        return _by_key(route, tracker, token)
    caller = sessions.identify(tracker.db, tracker.keys, token, route.token)
    if caller.token and caller.token["restricted"] and request.path not in OPEN_TO_RESTRICTED:
        raise SecondFactorNeeded
    return caller


@contextmanager
def ends_sessions_of_the_gone(tracker: Tracker) -> Iterator[None]:
    """Around the transaction in which somebody is recognised: a session whose person is gone ends with it."""
    try:
        yield
    except Gone as gone:
        if gone.session_id is not None:
            with tracker.work() as work:
                sessions.end_session(work, gone.session_id)
        raise


def note_use(tracker: Tracker, request: falcon.Request, caller: Caller) -> None:
    """Write down that a token was used, after the transaction in which it was."""
    if caller.token:
        tracker.last_uses.note(tracker.work, caller.token, request.context.address, request.user_agent or "")


def _by_key(route: Route, tracker: Tracker, key: str) -> Caller:
    """Who calls, by an API key, where that opens the route; Forbidden elsewhere."""
    if route.token != "access":
        raise TokenRefused("malformed", "Only refresh tokens are allowed")
    caller = apikeys.identify(tracker.db, key)
    if route.path != WHO_AM_I and (route.path.startswith("/auth/") or not caller.scope.opens(route.area)):
        raise Forbidden(scopes.refusal(caller.scope, route.area))
    return caller
