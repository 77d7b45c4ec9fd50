"""Where an admin sits down: a tracker, and who is at work on it.

Whoever owns the files of a studio on this machine works as its operator. Everybody else signs in as over HTTP: the same
passwords, second factors and lockout, and a session that ends when an admin ends it. That it is an admin is asked again by
every piece of work.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from kitsulite.access.roles import is_admin, require
from kitsulite.areas.people import secondfactors, sessions, signin
from kitsulite.areas.people.secondfactors import Proof
from kitsulite.models.shapes import read
from kitsulite.tracker import Tracker
from kitsulite.work.errors import NotSignedIn, SecondFactorNeeded, TokenRefused
from kitsulite.work.operator import operator_here
from kitsulite.work.work import Caller, Work

TERMINAL = signin.Device(None, browser=False, name="a terminal of this machine")


class Seated(Protocol):
    """What screens ask of the terminal that shows them."""

    desk: "Desk"

    def complain(self, problem: BaseException) -> None:
        """Tell what went wrong; what was typed ahead of it is forgotten."""

    def forget_typed(self) -> None:
        """Forget what was typed ahead."""


class Desk:
    """One admin at one tracker.

    name  who sits here, for the screen; empty while nobody does
    """

    def __init__(self, tracker: Tracker, *, as_operator: bool = False) -> None:
        self.tracker = tracker
        self.name = ""
        self._token: str | None = None
        self._operator = operator_here() if as_operator else None
        if self._operator:
            self.name = f"{self._operator.person['operator']} (operator)"

    @property
    def is_taken(self) -> bool:
        return bool(self.name)

    @contextmanager
    def begin(self, *, writes: bool = True) -> Iterator[Work]:
        """A piece of work in the name of whoever sits here; Forbidden when that is no admin (any more)."""
        with self.tracker.work(writes=writes) as work:
            work.visitor = self._caller()
            require(is_admin(work))
            yield work

    def _caller(self) -> Caller:
        if self._operator is not None:
            return self._operator
        if self._token is None:
            raise NotSignedIn
        return sessions.identify(self.tracker.db, self.tracker.keys, self._token)

    def sign_in(self, login: str, password: str, proof: Proof) -> None:
        """Sit down; LoginRefused says what was wrong, Forbidden that it is no admin."""
        answer = signin.log_in(self.tracker.work, login, password, proof, TERMINAL)
        self._token = answer["access_token"]
        try:
            with self.begin(writes=False) as work:
                person = read(signin.show_person(work, work.caller.id))
                if secondfactors.must_set_up(work.settings, work.caller.person | person):
                    raise SecondFactorNeeded
        except BaseException:
            self.leave()
            raise
        self.name = person["full_name"]

    def leave(self) -> None:
        """Stand up: the session of this terminal ends."""
        token, self._token, self.name = self._token, None, ""
        if token is None:
            return
        with suppress(TokenRefused), self.tracker.work() as work:  # it may have been ended by somebody else
            registered = sessions.identify(work.db, work.keys, token).token
            if registered:
                sessions.close_session(work, registered)
