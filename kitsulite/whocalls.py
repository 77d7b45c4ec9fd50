"""Who calls: by the token of a request, by a share link, or by the word of the application around (docs/api/signing-in.md)."""

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
    if request.context.identify and route.token == "access" and not request.get_header("Authorization"):
        return by_application(tracker, request)
    return by_token(route, tracker, request)


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


def by_token(route: Route, tracker: Tracker, request: falcon.Request) -> Caller:
    """Who calls, by the token of the request; a session whose person is gone ends here."""
    token = find_token(request, route.token)
    if token in (request.get_cookie_values(COOKIES[route.token]) or ()):
        refuse_foreign_pages(request, tracker.settings)
    if apikeys.is_key(token):
        return by_key(route, tracker, request, token)
    try:
        with tracker.db.reading():
            caller = sessions.identify(tracker.db, tracker.keys, token, route.token)
    except Gone as gone:
        if gone.session_id is not None:
            with tracker.work() as work:
                sessions.end_session(work, gone.session_id)
        raise
    if caller.token and caller.token["restricted"] and request.path not in OPEN_TO_RESTRICTED:
        raise SecondFactorNeeded
    if caller.token:
        tracker.last_uses.note(tracker.work, caller.token, request.context.address, request.user_agent or "")
    return caller


def by_key(route: Route, tracker: Tracker, request: falcon.Request, key: str) -> Caller:
    """Who calls, by an API key, where that opens the route; Forbidden elsewhere."""
    if route.token != "access":
        raise TokenRefused("malformed", "Only refresh tokens are allowed")
    with tracker.db.reading():
        caller = apikeys.identify(tracker.db, key)
    if route.path != WHO_AM_I and (route.path.startswith("/auth/") or not caller.scope.opens(route.area)):
        raise Forbidden(scopes.refusal(caller.scope, route.area))
    assert caller.token
    tracker.last_uses.note(tracker.work, caller.token, request.context.address, request.user_agent or "")
    return caller
