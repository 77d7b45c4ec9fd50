"""`kitsulite person sync-ldap`: accounts as the studio's directory lists them."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from kitsulite.cli.command import STUDIO, UNOPENED, Command, Stop, argument, one_line, print_table
from kitsulite.cli.moving import progress_bar
from kitsulite.cli.people import working
from kitsulite.settings import Settings

if TYPE_CHECKING:
    from kitsulite.areas.directories.ldapplan import Change, Plan
    from kitsulite.work.work import Begin

COLUMNS = ("act", "login", "email", "changes")
EMPTY = (
    "After this nobody of the directory would get in: it lists nobody who is active of those who have accounts. Nothing was changed. "
    "Look at LDAP_BASE_DN and LDAP_GROUP; if this is meant, say --allow-empty."
)
INCOMPLETE = "Not everybody of the directory could be taken as the directory has them."
NOT_IN_USE = "AUTH_STRATEGY is {}: people of the directory sign in by it only with AUTH_STRATEGY=auth_remote_ldap."


def sync(arguments: argparse.Namespace) -> None:
    """Read the directory, and make, change and close accounts after it. Broken off, it can be done again."""
    from kitsulite.areas.people import ldap

    with working(arguments) as begin:
        with begin(writes=False) as work:
            settings = work.settings
        if not ldap.is_possible(settings):
            raise Stop(f"{ldap.NOT_INSTALLED}.", UNOPENED)
        for warning in ldap.of_encryption(settings):
            _warn(warning)
        if not settings.by_directory:
            _warn(NOT_IN_USE.format(settings.auth_strategy))
        try:
            plan = _carry_out(begin, settings, arguments)
        except ldap.Trouble as problem:
            raise Stop(one_line(problem)) from None
    _tell(plan, arguments)
    if plan.left:
        raise Stop(INCOMPLETE)


def _carry_out(begin: "Begin", settings: Settings, arguments: argparse.Namespace) -> "Plan":
    """The plan, carried out unless it is only to be shown, with what could not be done."""
    from kitsulite.areas.directories.ldappeople import fetch_photo, list_people
    from kitsulite.areas.directories.ldapplan import plan
    from kitsulite.areas.directories.ldapsync import carry_out
    from kitsulite.areas.people import ldap

    with ldap.reading(settings) as connection, progress_bar() as progress:
        bar = progress.add_task("Reading the directory", total=None)
        found = []
        for one in list_people(connection, settings):
            found.append(one)
            progress.update(bar, description=f"Reading the directory: {len(found)}")
        with begin(writes=False) as work:
            made = plan(work, found)
        if made.empties and not arguments.allow_empty:
            raise Stop(EMPTY)
        if arguments.dry_run:
            return made
        progress.update(bar, description="Changing accounts", total=len(made.changes))
        done, left = [], made.left
        for change in made.changes:
            is_done, lacking = carry_out(begin, change, lambda dn: fetch_photo(connection, settings, dn))
            done += [change] if is_done else []
            left = left + lacking
            progress.update(bar, advance=1)
    return made._replace(changes=done, left=left)


def _tell(plan: "Plan", arguments: argparse.Namespace) -> None:
    if arguments.json:
        print(json.dumps(_report(plan, arguments.dry_run), ensure_ascii=False))
        return
    if plan.changes:
        print_table([{**change._asdict(), "changes": _changes(change)} for change in plan.changes], COLUMNS)
    counts = [f"{sum(change.act == act for change in plan.changes)} {word}" for act, word in WORDS.items()]
    would = "Nothing was changed, this would be: " if arguments.dry_run else ""
    print(f"{would}{', '.join(counts)}, {plan.unchanged} as they were.")
    for left in plan.left:
        _warn(f"{left.login}: {left.why}")


def _report(plan: "Plan", dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "changes": [
            {**{key: value for key, value in change._asdict().items() if key != "photo"}, "photo": bool(change.photo)}
            for change in plan.changes
        ],
        "left": [left._asdict() for left in plan.left],
        "unchanged": plan.unchanged,
    }


def _changes(change: "Change") -> str:
    """What becomes another, in a few words."""
    names = [name.replace("_", " ") for name in change.data] if change.person_id else []
    return ", ".join([*names, *(["picture"] if change.photo else [])])


def _warn(sentence: str) -> None:
    print(f"kitsulite: {one_line(sentence)}", file=sys.stderr)


WORDS = {"deactivate": "deactivated", "update": "updated", "create": "created"}
COMMANDS = (
    Command(
        "person sync-ldap",
        "make, change and close accounts as the directory of LDAP_HOST lists people",
        sync,
        (
            argument("--dry-run", action="store_true", help="only show what would change"),
            argument("--allow-empty", action="store_true", help="also when nobody of the directory gets in afterwards"),
            argument("--json", action="store_true", help="print what was done as JSON, for scripts"),
            *STUDIO,
        ),
    ),
)
