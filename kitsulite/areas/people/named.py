"""Whom the application names in which a tracker is embedded: people who are signed in there (docs/embedding.md)."""

from collections.abc import Callable, Mapping
from typing import Any

from kitsulite.areas.people.newcomers import LONGEST_NAME, make_newcomer
from kitsulite.models import BadValue, is_uuid
from kitsulite.models.people import CALLER_COLUMNS, OF_STUDIO, Person
from kitsulite.storage import Database, Statement, UniqueViolation
from kitsulite.work.errors import Gone, Refused, TokenRefused, WrongParameter
from kitsulite.work.work import Begin, Caller, operator

Named = str | Mapping[str, Any] | None
"""An e-mail or a person's id; or `email`, `first_name` and `last_name`; None for a stranger."""
Identify = Callable[[dict[str, Any]], Named]
NAMES = ("first_name", "last_name")


def _who(column: Any) -> Statement:
    return Statement(
        lambda text: (
            Person.select(*CALLER_COLUMNS).where(column == text, ~Person.is_bot, OF_STUDIO).order_by(Person.created_at)
        )
    )


BY_ID, BY_EMAIL = _who(Person.id), _who(Person.email)


def find_named(db: Database, named: Named) -> Caller | None:
    """Who that is here; None when nobody is, TokenRefused for an account that was closed."""
    text = _text_of(named)
    if not text or "\x00" in text:  # no text in the database holds one, and PostgreSQL does not even compare with it
        return None
    found = db.ask(BY_ID, text.lower()) if is_uuid(text) else db.ask(BY_EMAIL, text.strip().lower())
    if not found:
        return None
    if not found[0]["active"]:
        raise Gone(found[0]["id"], None)
    return Caller(found[0])


def refuse_stranger(named: Named) -> TokenRefused:
    """What is said to whom nobody here is."""
    text = _text_of(named)
    who = f"{text} has no account in this studio. Ask an administrator." if text else "Sign in first."
    return TokenRefused("missing", who)


def make_named(begin: Begin, named: Named) -> None:
    """An account for somebody who comes for the first time, unless an id says who; Refused when they can have none.

    Of two who come at once with the same e-mail the second finds it made.
    """
    text = _text_of(named)
    if not text or is_uuid(text):
        return
    names = {key: str(named.get(key) or "")[:LONGEST_NAME] for key in NAMES} if isinstance(named, Mapping) else {}
    if not any(names.values()):
        names = {"first_name": text.partition("@")[0][:LONGEST_NAME], "last_name": ""}
    email = text.strip().lower()
    try:
        with begin(operator("identify")) as work:
            if not work.exists(Person, Person.email == email, ~Person.is_bot):
                make_newcomer(work, email, names)
    except UniqueViolation:
        return
    except (WrongParameter, BadValue) as problem:
        with begin(writes=False) as work:
            if work.exists(Person, Person.email == email, ~Person.is_bot):
                return
        raise Refused(f"No account could be made for {text}: {problem}") from None


def _text_of(named: Named) -> str:
    """What somebody is named by; TypeError for what no `identify` may answer."""
    text = named.get("email") if isinstance(named, Mapping) else named
    if text is None or isinstance(text, str):
        return text or ""
    raise TypeError(f"identify answers an e-mail, a person's id, a mapping with an email, or None; not {text!r}")
