"""`kitsulite task-type …` and `kitsulite task-status …`: what there is to do, and how far it can be, by the rules of the API."""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kitsulite.cli.columns import arguments_of, said
from kitsulite.cli.command import STUDIO, Argument, Command, Stop, argument, print_table
from kitsulite.cli.people import working
from kitsulite.models import Record
from kitsulite.models.details import KINDS, OF_TASK_STATUS, OF_TASK_TYPE
from kitsulite.models.tasks import TaskStatus, TaskType

if TYPE_CHECKING:
    from kitsulite.rows.collection import Collection
    from kitsulite.storage import Row
    from kitsulite.work.work import Work

JSON = argument("--json", action="store_true", help="print JSON, for scripts")


@dataclass(frozen=True)
class Thing:
    """What a group of commands is about.

    details     what is said of one
    columns     what the table of all shows
    read        all of them
    collection  makes the rules for them
    """

    noun: str
    table: type[Record]
    details: tuple[str, ...]
    columns: tuple[str, ...]
    read: "Callable[[Work], list[Row]]"
    collection: "Callable[[], Collection]"

    def show_all(self, arguments: argparse.Namespace) -> None:
        """All of them: a table, or all that is known of each."""
        with working(arguments) as begin, begin(writes=False) as work:
            rows = self.read(work)
        if arguments.json:
            print(json.dumps(rows, ensure_ascii=False))
            return
        print_table(rows, self.columns)

    def create(self, arguments: argparse.Namespace) -> None:
        """A new one."""
        with working(arguments) as begin, begin() as work:
            self.collection().create(work, self._values(work, arguments))
        print(f"The {self.noun} {arguments.name} is here now.")

    def edit(self, arguments: argparse.Namespace) -> None:
        """Change what is given of one."""
        with working(arguments) as begin, begin() as work:
            row = self._find(work, arguments.which, getattr(arguments, "of", None))
            if not (values := self._values(work, arguments)):
                raise Stop("Say what is to change; --help lists what can be.")
            self.collection().update(work, row["id"], values)
        print(f"The {self.noun} {arguments.which} is changed.")

    def _values(self, work: "Work", arguments: argparse.Namespace) -> dict[str, Any]:
        """What the command line says of one; a department by its name."""
        from kitsulite.areas.people import departments

        values = said(arguments, self.table, self.details)
        if name := values.get("department_id"):
            ids = {name: id for id, name in departments.names(work).items()}
            if name not in ids:
                raise Stop(f"There is no department {name}, but {', '.join(ids)}.")
            values["department_id"] = ids[name]
        return values

    def _find(self, work: "Work", which: str, of: str | None) -> "Row":
        """The one that is called so: its name, its short name or its id."""
        found = [row for row in self.read(work) if which in (row["id"], row["name"], row["short_name"])]
        found = [row for row in found if of is None or row["for_entity"] == of]
        if len(found) != 1:
            of_them = ", ".join(str(row.get("for_entity", row["short_name"])) for row in found)
            raise Stop(f"There are several {which}: {of_them}." if found else f"There is no {self.noun} {which}.")
        return found[0]

    def commands(self, *to_find: Argument) -> list[Command]:
        """List, create and edit."""
        group, choices = self.noun.replace(" ", "-"), {"for_entity": KINDS}
        first = arguments_of(self.table, self.details[1:], choices, new=True)
        name = argument("name", metavar="NAME", help="what it is called")
        which = argument("which", metavar=group.upper(), help="name, short name or id")
        changes = arguments_of(self.table, self.details, choices)
        return [
            Command(f"{group} list", f"list every {self.noun}", self.show_all, (JSON, *STUDIO)),
            Command(f"{group} create", f"make a {self.noun}", self.create, (name, *first, *STUDIO)),
            Command(
                f"{group} edit",
                f"change what is given of a {self.noun}",
                self.edit,
                (which, *to_find, *changes, *STUDIO),
            ),
        ]


def _task_types(work: "Work") -> "list[Row]":
    from kitsulite.areas.people import departments
    from kitsulite.areas.tasks.workflow import list_task_types

    names = departments.names(work)
    return [{**row, "department": names.get(row["department_id"], "")} for row in list_task_types(work)]


def _task_statuses(work: "Work") -> "list[Row]":
    from kitsulite.areas.tasks.workflow import list_task_statuses

    return list_task_statuses(work)


def _rules_of_types() -> "Collection":
    from kitsulite.areas.tasks.rows import TaskTypes

    return TaskTypes()


def _rules_of_statuses() -> "Collection":
    from kitsulite.areas.tasks.rows import TaskStatuses

    return TaskStatuses()


TYPES = Thing(
    "task type",
    TaskType,
    OF_TASK_TYPE,
    ("name", "for_entity", "short_name", "color", "priority", "department", "archived", "id"),
    _task_types,
    _rules_of_types,
)
STATUSES = Thing(
    "task status",
    TaskStatus,
    OF_TASK_STATUS,
    ("name", "short_name", "color", "priority", "is_default", "is_done", "for_concept", "archived", "id"),
    _task_statuses,
    _rules_of_statuses,
)
COMMANDS = (
    *TYPES.commands(argument("--of", choices=KINDS, help="what it is for now, where several are called so")),
    *STATUSES.commands(),
)
