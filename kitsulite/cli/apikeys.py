"""`kitsulite key …`: API keys of people and bots (docs/api-keys.md)."""

import argparse
import datetime
import json
import sys
from typing import TYPE_CHECKING

from kitsulite.cli.command import MISUSED, STUDIO, Command, Stop, argument, cell, print_table
from kitsulite.cli.people import PERSON, find_person, working
from kitsulite.cli.projects import find_project

if TYPE_CHECKING:
    from kitsulite.storage import Row
    from kitsulite.work.work import Begin

COLUMNS = ("hint", "name", "whose", "scope", "used_at", "address", "expires_at", "id")
ONCE = "This is shown once:"
KEY = argument("key", metavar="KEY", help="its id, its name, or how it begins, as listed")


def list_keys(arguments: argparse.Namespace) -> None:
    """The API keys of somebody, else of everybody, the newest first; moments are UTC."""
    with working(arguments) as begin:
        person = find_person(begin, arguments.person) if arguments.person else None
        rows = _rows(begin, person)
    if arguments.json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    print_table(rows, COLUMNS)


def create_key(arguments: argparse.Namespace) -> None:
    """A new key; it alone is printed to the output, so that a script can keep it."""
    from kitsulite.areas.people import apikeys

    if arguments.expires and arguments.never:
        raise Stop("A key either ends on a day or never: say one.", MISUSED)
    expires = apikeys.last_moment(arguments.expires) if arguments.expires else None
    if arguments.expires and expires is None:
        raise Stop(f"{arguments.expires} is no day: say it as 2027-12-31.")
    with working(arguments) as begin:
        person = find_person(begin, arguments.person)
        projects = [find_project(begin, name) for name in arguments.project or ()]
        with begin() as work:
            _, key = apikeys.create_key(
                work,
                person,
                arguments.name,
                only_reads=arguments.read_only,
                areas=arguments.area,
                project_ids=projects or None,
                expires_at=expires,
                never=arguments.never,
            )
            outside = apikeys.not_in_team(work, person, projects)
    for name in outside:
        print(
            f"{arguments.person} is not in the team of {name}: the key opens nothing there until then.", file=sys.stderr
        )
    _print_key(key)


def rotate_key(arguments: argparse.Namespace) -> None:
    """A new key in the place of one, which goes on for some hours; it alone is printed to the output."""
    from kitsulite.areas.people import apikeys
    from kitsulite.models.own import ApiKey

    with working(arguments) as begin:
        found = _find(begin, arguments.key)
        with begin() as work:
            overlap = datetime.timedelta(hours=arguments.hours)
            key = apikeys.rotate_key(work, work.get(ApiKey, found["id"]), overlap)
    _print_key(key)


def remove_key(arguments: argparse.Namespace) -> None:
    """End a key at once."""
    from kitsulite.areas.people import apikeys
    from kitsulite.models.own import ApiKey

    with working(arguments) as begin:
        found = _find(begin, arguments.key)
        with begin() as work:
            apikeys.remove_key(work, work.get(ApiKey, found["id"]))
    print(f"The key {found['name']} of {found['whose']} opens nothing any more.")


def _print_key(key: str) -> None:
    print(ONCE, file=sys.stderr, flush=True)
    print(key)


def _rows(begin: "Begin", person: "Row | None" = None) -> "list[Row]":
    from kitsulite.areas.people import apikeys

    with begin(writes=False) as work:
        return apikeys.overview(work, person)


def _find(begin: "Begin", which: str) -> "Row":
    found = [
        row
        for row in _rows(begin)
        if which in (row["id"], row["name"]) or (len(which) >= 8 and row["hint"].startswith(which))
    ]
    if len(found) != 1:
        raise Stop(f"There are several keys {cell(which)}: say the id." if found else f"There is no key {cell(which)}.")
    return found[0]


COMMANDS = (
    Command(
        "key list",
        "list API keys",
        list_keys,
        (
            argument(
                "person", metavar="PERSON", nargs="?", help="e-mail, desktop login or id; everybody's when left out"
            ),
            argument("--json", action="store_true", help="print JSON, for scripts"),
            *STUDIO,
        ),
    ),
    Command(
        "key create",
        "make an API key of somebody, or of a bot, and print it, this once",
        create_key,
        (
            PERSON,
            argument("name", metavar="NAME", help="what uses it"),
            argument("--read-only", action="store_true", help="it changes nothing"),
            argument(
                "--area",
                action="append",
                metavar="AREA",
                help="a part of the API, all when none is given; may be repeated",
            ),
            argument(
                "--project",
                action="append",
                metavar="PROJECT",
                help="a production, all when none is given; may be repeated",
            ),
            argument("--expires", metavar="DAY", help="the day on which it ends, 2027-12-31; in a year when not given"),
            argument("--never", action="store_true", help="it does not end by itself"),
            *STUDIO,
        ),
    ),
    Command(
        "key rotate",
        "make a new key in the place of one, which goes on for a while",
        rotate_key,
        (
            KEY,
            argument(
                "--hours", type=int, default=24, metavar="HOURS", help="for how long the key of before goes on (24)"
            ),
            *STUDIO,
        ),
    ),
    Command("key remove", "end an API key at once", remove_key, (KEY, *STUDIO)),
)
