"""`kitsulite person …`, what is about getting in: sessions, lockout, and links to a new password."""

import argparse
import json

from kitsulite.cli.command import STUDIO, Command, argument, print_table
from kitsulite.cli.people import PERSON, find_person, working

COLUMNS = ("id", "created_at", "used_at", "address", "device", "expires_at")


def list_sessions(arguments: argparse.Namespace) -> None:
    """Where somebody is signed in, the latest first; moments are UTC."""
    from kitsulite.areas.people import sessions

    with working(arguments) as begin:
        person = find_person(begin, arguments.person)
        with begin(writes=False) as work:
            found = sessions.list_sessions(work, person["id"])
    if arguments.json:
        print(json.dumps(found))
        return
    print_table(found, COLUMNS)


def sign_out(arguments: argparse.Namespace) -> None:
    """End one session of somebody, else all of them."""
    from kitsulite.areas.people import persons

    with working(arguments) as begin:
        person = find_person(begin, arguments.person)
        with begin() as work:
            persons.end_sessions(work, person["id"], arguments.session)
    print(f"{arguments.person} is signed out{' of one session' if arguments.session else ''}.")


def sign_out_all(arguments: argparse.Namespace) -> None:
    """End every session of everybody."""
    from kitsulite.areas.people import sessions

    with working(arguments) as begin, begin() as work:
        count = sessions.end_all(work, with_bots=arguments.with_bots)
    print(f"{count} people{' and bots' if arguments.with_bots else ''} were signed in, and are not any more.")


def unlock(arguments: argparse.Namespace) -> None:
    """Let somebody who failed too often try again at once."""
    from kitsulite.areas.people import persons

    with working(arguments) as begin:
        person = find_person(begin, arguments.person)
        with begin() as work:
            persons.unlock(work, person["id"])
    print(f"{arguments.person} can try to sign in again.")


def reset_link(arguments: argparse.Namespace) -> None:
    """A link by which somebody sets a new password; it is all that is printed."""
    from kitsulite.areas.people import persons

    with working(arguments) as begin:
        person = find_person(begin, arguments.person)
        with begin() as work:
            link = persons.reset_password_link(work, person["id"])
    print(link)


COMMANDS = (
    Command(
        "person sessions",
        "list where somebody is signed in",
        list_sessions,
        (PERSON, argument("--json", action="store_true", help="print JSON, for scripts"), *STUDIO),
    ),
    Command(
        "person sign-out",
        "end the sessions of somebody",
        sign_out,
        (PERSON, argument("--session", metavar="ID", help="only this one, as listed"), *STUDIO),
    ),
    Command(
        "person sign-out-all",
        "end the sessions of everybody",
        sign_out_all,
        (argument("--with-bots", action="store_true", help="and the tokens of bots"), *STUDIO),
    ),
    Command("person unlock", "let somebody try again who failed too often", unlock, (PERSON, *STUDIO)),
    Command("person reset-link", "print a link by which somebody sets a new password", reset_link, (PERSON, *STUDIO)),
)
