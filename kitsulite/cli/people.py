"""`kitsulite person …`: the people of the studio, by the rules of the API.

The operator of the machine may do what admins may not do to one another: set an admin's password, turn off an admin's second
factors. Whom a command is about is said by e-mail, desktop login or id.
"""

import argparse
import dataclasses
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kitsulite.cli.command import (
    MISUSED,
    STUDIO,
    Command,
    Stop,
    aligned,
    argument,
    cell,
    opened,
    print_table,
    settings_of,
)
from kitsulite.models.codes import ROLES
from kitsulite.work.texts import Unfit, fit

if TYPE_CHECKING:
    from kitsulite.work.work import Begin, Work

PASSWORD_VARIABLE = "KITSULITE_PASSWORD"
PERSON = argument("person", metavar="PERSON", help="e-mail, desktop login or id")
PASSWORD_STDIN = argument("--password-stdin", action="store_true", help="read the password from standard input")
COLUMNS = ("email", "full_name", "role", "active", "last_seen", "id")
SHOWN = (
    "full_name",
    "email",
    "desktop_login",
    "role",
    "departments",
    "phone",
    "active",
    "is_bot",
    "expiration_date",
    "id",
)


def create(arguments: argparse.Namespace) -> None:
    """A new person with a password."""
    from kitsulite.areas.people.rows_of_persons import Persons

    persons = Persons()
    data = {
        "email": arguments.email,
        "first_name": arguments.first_name or arguments.email.partition("@")[0],
        "last_name": arguments.last_name,
        "role": arguments.role,
    }
    with working(arguments, new=True) as begin:
        with begin(writes=False) as work:  # what can be wrong is said before anybody types a password
            data = persons.checked(work, data)
        data["password"] = _given_password(arguments)
        data = persons.prepare(begin, data, None)
        with begin() as work:
            persons.create(work, data)
    print(f"{arguments.email} is here now, as {arguments.role}.")


def create_bot(arguments: argparse.Namespace) -> None:
    """A new bot; its token is all that is printed, so that a script can keep it."""
    from kitsulite.areas.people.rows_of_persons import Persons

    data = {"first_name": arguments.name, "last_name": "", "role": arguments.role, "is_bot": True}
    if arguments.email:
        data["email"] = arguments.email
    if arguments.expires:
        data["expiration_date"] = arguments.expires
    with working(arguments) as begin, begin() as work:
        bot = Persons().create(work, data)
    print(bot["access_token"])


def list_people(arguments: argparse.Namespace) -> None:
    """Everybody, bots included: a table, or the rows of the API, each with the moment (UTC) of the last request."""
    from kitsulite.areas.people.lastseen import last_seen
    from kitsulite.areas.people.rows_of_persons import Persons
    from kitsulite.models.shapes import read_list
    from kitsulite.rows.filters import Listing

    with working(arguments) as begin, begin(writes=False) as work:
        people, seen = read_list(Persons().list(work, Listing({}, relations=True))), last_seen(work)
    for row in people:
        row["last_seen"] = seen.get(row["id"])
    if arguments.json:
        print(json.dumps(people, ensure_ascii=False))
        return
    print_table(people, COLUMNS)


def show_person(arguments: argparse.Namespace) -> None:
    """All that is known of somebody: the row of the API, and how they get in."""
    from kitsulite.areas.people import departments, persons, signin
    from kitsulite.models.shapes import read

    with working(arguments) as begin:
        id = find_person(begin, arguments.person)["id"]
        with begin(writes=False) as work:
            person, names = read(signin.show_person(work, id)), departments.names(work)
            account = persons.account(work, id)
    if arguments.json:
        print(json.dumps({**person, **account}, ensure_ascii=False))
        return
    person["departments"] = ", ".join(names.get(id, "") for id in person["departments"])
    account["second_factors"] = ", ".join(account["second_factors"])
    account["sessions"] = len(account["sessions"])
    facts = {**{key: person[key] for key in SHOWN}, **account}
    for line in aligned([[key.replace("_", " "), cell(value)] for key, value in facts.items()]):
        print(line)


def set_password(arguments: argparse.Namespace) -> None:
    """A new password, which ends the person's sessions."""
    from kitsulite.areas.people import persons

    with working(arguments) as begin:
        person = find_person(begin, arguments.person)
        persons.change_password(begin, person["id"], _given_password(arguments), None)
    print(f"{arguments.person} has a new password.")


def disable_2fa(arguments: argparse.Namespace) -> None:
    """Turn off all second factors of somebody who has lost them."""
    from kitsulite.areas.people import persons

    with working(arguments) as begin:
        person = find_person(begin, arguments.person)
        with begin() as work:
            persons.disable_second_factors(work, person["id"], None)
    print(f"{arguments.person} signs in with the password alone.")


def change(result: str, **fixed: Any) -> Callable[[argparse.Namespace], None]:
    """A command that changes columns of a person: to what is `fixed`, else to the arguments of the same names."""

    def run(arguments: argparse.Namespace) -> None:
        from kitsulite.areas.people.rows_of_persons import Persons

        data = {name: getattr(arguments, name) if value is None else value for name, value in fixed.items()}
        with working(arguments) as begin:
            person = find_person(begin, arguments.person)
            with begin() as work:
                Persons().update(work, person["id"], data)
        print(f"{arguments.person} is {result.format_map(data)} now.")

    return run


@contextmanager
def working(arguments: argparse.Namespace, *, new: bool = False) -> "Iterator[Begin]":
    """How the operator begins pieces of work on the studio."""
    from kitsulite.work.operator import operator_here

    caller = operator_here()
    with opened(settings_of(arguments), new=new) as tracker:
        yield lambda **how: tracker.work(dataclasses.replace(caller), **how)


def find_person(begin: "Begin", who: str) -> Any:
    """The row of the person that a command is about."""
    from kitsulite.access.previewaccounts import find_person as find_person_by_id
    from kitsulite.areas.people.signin import find_by_login

    with begin(writes=False) as work:
        person = find_person_by_id(work, who.strip()) or find_by_login(work, who) or _find_bot(work, who.strip())
    if person is None:
        raise Stop(f"There is nobody with the e-mail, login or id {who}.")
    return person


def _find_bot(work: "Work", name: str) -> Any:
    """The bot of this name, if there is one alone: bots have no e-mail to be found by."""
    from kitsulite.models.people import Person

    found = work.db.rows(Person.select().where(Person.is_bot, Person.first_name == name))
    return found[0] if len(found) == 1 else None


def _given_password(arguments: argparse.Namespace) -> str:
    """A new password, from where it does not show."""
    try:
        return fit(_read_password(arguments))
    except (Unfit, UnicodeDecodeError):
        raise Stop("A password is text in UTF-8, without NUL characters.") from None


def _read_password(arguments: argparse.Namespace) -> str:
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if password := os.environ.get(PASSWORD_VARIABLE):
        return password
    if not sys.stdin.isatty():
        raise Stop(f"No terminal to ask for a password: use --password-stdin or {PASSWORD_VARIABLE}.", MISUSED)
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise Stop("The two passwords differ.")
    return password


COMMANDS = (
    Command(
        "person create",
        "make an account; the password is asked for",
        create,
        (
            argument("email", metavar="EMAIL", help="the address to sign in with"),
            argument("--first-name", metavar="NAME", help="what comes before the @, when it is not given"),
            argument("--last-name", metavar="NAME", default="", help="may be empty"),
            argument("--role", choices=ROLES, default="user", help="what the person may do (user)"),
            PASSWORD_STDIN,
            *STUDIO,
        ),
    ),
    Command(
        "person list",
        "list everybody, bots included",
        list_people,
        (argument("--json", action="store_true", help="print the rows of the API, with last_seen"), *STUDIO),
    ),
    Command(
        "person show",
        "show all that is known of somebody, and how they get in",
        show_person,
        (PERSON, argument("--json", action="store_true", help="print JSON, for scripts"), *STUDIO),
    ),
    Command(
        "person set-password",
        "set a password, which is asked for; ends the person's sessions",
        set_password,
        (PERSON, PASSWORD_STDIN, *STUDIO),
    ),
    Command("person activate", "let somebody in again", change("active", active=True), (PERSON, *STUDIO)),
    Command("person deactivate", "keep somebody out", change("inactive", active=False), (PERSON, *STUDIO)),
    Command(
        "person set-role",
        "change what somebody may do",
        change("{role}", role=None),
        (PERSON, argument("role", choices=ROLES, help="the new role"), *STUDIO),
    ),
    Command("person disable-2fa", "turn off all second factors of somebody", disable_2fa, (PERSON, *STUDIO)),
    Command(
        "person create-bot",
        "make a bot and print its token, this once",
        create_bot,
        (
            argument("name", metavar="NAME", help="what the bot is called"),
            argument("--role", choices=ROLES, default="user", help="what the bot may do (user)"),
            argument("--email", metavar="EMAIL", help="an address, which may be somebody's"),
            argument("--expires", metavar="YYYY-MM-DD", help="last day of the token (it does not expire)"),
            *STUDIO,
        ),
    ),
)
