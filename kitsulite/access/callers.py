"""Rules that look at the caller alone, and those of a production that many routes share."""

from collections.abc import Callable

from kitsulite.access import roles
from kitsulite.access.roles import is_self
from kitsulite.access.rules import (
    MANAGING,
    MEMBER,
    SUPERVISING,
    Asked,
    Given,
    Is,
    Rule,
    both,
    name_of,
    project,
    whoever,
)
from kitsulite.storage import Row
from kitsulite.work.work import Work


def is_any_manager(work: Work, row: Row) -> bool:
    """Manager."""
    return roles.is_manager(work)


def is_anybody(work: Work, row: Row) -> bool:
    """Everybody signed in."""
    return bool(work.caller)


def is_any_admin(work: Work, row: Row) -> bool:
    """Admin."""
    return roles.is_admin(work)


def _anyone(work: Work, asked: Asked) -> Given:
    return {}


def _signed_in(work: Work, asked: Asked) -> Given:
    assert work.caller
    return {}


def _is_person(work: Work, path: Row) -> bool:
    """People, not bots."""
    return work.caller.identity_type != "bot"


def _is_no_vendor(work: Work, path: Row) -> bool:
    """All but vendors."""
    return not roles.is_vendor(work)


def _is_vendor_only_of_self(work: Work, path: Row) -> bool:
    """Vendors only of themselves."""
    return not roles.is_vendor(work) or is_self(work, path["person_id"])


def _is_self_or_admin(work: Work, path: Row) -> bool:
    """Oneself, or admin."""
    return roles.is_admin(work) or is_self(work, path["person_id"])


def _is_self_or_manager(work: Work, path: Row) -> bool:
    """Oneself, or manager."""
    return roles.is_manager(work) or is_self(work, path["person_id"])


def _is_self_or_overseer(work: Work, path: Row) -> bool:
    """Oneself, or supervisor and above."""
    return roles.is_overseer(work) or is_self(work, path["person_id"])


anyone = Rule("anyone", _anyone, public=True)
admin_token = Rule("who has the ADMIN_TOKEN", _anyone, public=True)
"""No person: the handler compares the token, which is none of a session."""
signed_in = Rule("everybody signed in", _signed_in)
person_only = whoever(_is_person)
admin = whoever(is_any_admin)
manager = whoever(is_any_manager)
not_vendor = whoever(_is_no_vendor)
vendors_only_oneself = whoever(_is_vendor_only_of_self)
oneself_or_admin = whoever(_is_self_or_admin)
oneself_or_manager = whoever(_is_self_or_manager)
oneself_or_overseer = whoever(_is_self_or_overseer)
project_exists = project(Is(is_anybody))
project_access = project(MEMBER)
project_manager = project(MANAGING)
project_supervisor = project(SUPERVISING)


def by_a_person(rule: Rule) -> Rule:
    """The same, but bots may not whatever else they may."""
    return both(person_only, rule, name=f"{rule.name}; people, not bots")


def each(condition: Callable[..., bool], *, hint: str = "of every one") -> Rule:
    """For bodies that name rows in a form of their own: what carries them out asks the condition of each."""
    return Rule(f"{name_of(condition)}; {hint}", _signed_in, later=condition)
