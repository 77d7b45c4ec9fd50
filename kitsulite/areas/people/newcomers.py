"""Accounts of people whom another place sends for the first time: a directory (docs/sso.md), the application around (docs/embedding.md)."""

from collections.abc import Mapping
from typing import Any

from kitsulite.areas.people.rows_of_persons import Persons
from kitsulite.models.people import Person
from kitsulite.models.shapes import read
from kitsulite.storage import Row
from kitsulite.work.work import Work

ROLE = "user"
"""What they are; an admin makes more of them."""
LONGEST_NAME = Person.first_name.length
"""Letters of a name that are kept."""


def make_newcomer(work: Work, email: str, said: Mapping[str, Any]) -> Row:
    """The account of somebody with an e-mail and with what is known of them, such as names; WrongParameter and BadValue as for any person."""
    data = {"first_name": "", "last_name": "", **said, "email": email, "role": ROLE}
    return work.get(Person, read(Persons().create(work, data))["id"])
