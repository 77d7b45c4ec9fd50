"""`kitsulite task-type …` and `kitsulite task-status …`: what there is to do, and how far it can be, by the rules of the API."""

import argparse
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kitsulite.cli.columns import arguments_of, said
from kitsulite.cli.command import STUDIO, Argument, Command, Stop, aligned, argument
from kitsulite.cli.people import cell, working
from kitsulite.models.details import KINDS, OF_TASK_STATUS, OF_TASK_TYPE
from kitsulite.models.tasks import TaskStatus, TaskType

if TYPE_CHECKING:
    from kitsulite.rows.collection import Collection
    from kitsulite.storage import Row
    from kitsulite.work.work import Work

JSON = argument("--json", action="store_true", help="print JSON, for scripts")
TYPE_COLUMNS = ("name", "for_entity", "short_name", "color", "priority", "department", "archived", "id")
STATUS_COLUMNS = ("name", "short_name", "color", "priority", "is_default", "is_done", "for_concept", "archived", "id")
Run = Callable[[argparse.Namespace], None]


def task_types(work: "Work") -> "list[Row]":
    """All of them, each with the name of its department."""
    from kitsulite.areas.people import departments
    from kitsulite.areas.tasks.workflow import list_task_types

    names = departments.names(work)
    return [{**row, "department": names.get(row["department_id"], "")} for row in list_task_types(work)]


def task_statuses(work: "Work") -> "list[Row]":
    """All of them."""
    from kitsulite.areas.tasks.workflow import list_task_statuses

    return list_task_statuses(work)


def listing(read: "Callable[[Work], list[Row]]", columns: tuple[str, ...]) -> Run:
    """A command that prints rows: a table, or all that is known of them."""

    def run(arguments: argparse.Namespace) -> None:
        with working(arguments) as begin, begin(writes=False) as work:
            rows = read(work)
        if arguments.json:
            print(json.dumps(rows, ensure_ascii=False))
            return
        heads = [column.replace("_", " ") for column in columns]
        for line in aligned([heads, *([cell(row[column]) for column in columns] for row in rows)]):
            print(line)

    return run


def collection_of(noun: str) -> "Collection":
    from kitsulite.areas.tasks.rows import TaskStatuses, TaskTypes

    return TaskTypes() if noun == "task type" else TaskStatuses()


def values_of(work: "Work", arguments: argparse.Namespace, noun: str) -> dict[str, Any]:
    """What the command line says of one; a department by its name."""
    from kitsulite.areas.people import departments

    columns = OF_TASK_TYPE if noun == "task type" else OF_TASK_STATUS
    values = said(arguments, collection_of(noun).table, columns)
    if values.get("department_id"):
        ids = {name: id for id, name in departments.names(work).items()}
        if values["department_id"] not in ids:
            raise Stop(f"There is no department {values['department_id']}, but {', '.join(ids)}.")
        values["department_id"] = ids[values["department_id"]]
    return values


def create(noun: str) -> Run:
    """A command that makes one."""

    def run(arguments: argparse.Namespace) -> None:
        with working(arguments) as begin, begin() as work:
            collection_of(noun).create(work, values_of(work, arguments, noun))
        print(f"The {noun} {arguments.name} is here now.")

    return run


def edit(noun: str) -> Run:
    """A command that changes what is said of one."""

    def run(arguments: argparse.Namespace) -> None:
        with working(arguments) as begin, begin() as work:
            row = find(work, noun, arguments.which, getattr(arguments, "of", None))
            if not (values := values_of(work, arguments, noun)):
                raise Stop("Say what is to change; --help lists what can be.")
            collection_of(noun).update(work, row["id"], values)
        print(f"The {noun} {arguments.which} is changed.")

    return run


def find(work: "Work", noun: str, which: str, of: str | None) -> "Row":
    """The one that is called so: its name, its short name or its id."""
    rows = task_types(work) if noun == "task type" else task_statuses(work)
    found = [row for row in rows if which in (row["id"], row["name"], row["short_name"])]
    found = [row for row in found if of is None or row["for_entity"] == of]
    if len(found) != 1:
        kinds = ", ".join(str(row.get("for_entity", row["short_name"])) for row in found)
        raise Stop(f"There are several {which}: of {kinds}." if found else f"There is no {noun} {which}.")
    return found[0]


def _commands(
    noun: str, read: "Callable[[Work], list[Row]]", columns: tuple[str, ...], *more: Argument
) -> list[Command]:
    """List, create and edit."""
    group = noun.replace(" ", "-")
    table, names = (TaskType, OF_TASK_TYPE) if noun == "task type" else (TaskStatus, OF_TASK_STATUS)
    name, *others = arguments_of(table, names, {"for_entity": KINDS})
    which = argument("which", metavar=noun.upper().replace(" ", "_"), help="name, short name or id")
    new_name = argument("name", metavar="NAME", help=name.options["help"])
    return [
        Command(
            f"{group} list",
            f"list the {noun}s" if noun[-1] != "s" else f"list the {noun}es",
            listing(read, columns),
            (JSON, *STUDIO),
        ),
        Command(f"{group} create", f"make a {noun}", create(noun), (new_name, *others, *STUDIO)),
        Command(
            f"{group} edit", f"change what is given of a {noun}", edit(noun), (which, *more, name, *others, *STUDIO)
        ),
    ]


COMMANDS = (
    *_commands(
        "task type",
        task_types,
        TYPE_COLUMNS,
        argument("--of", choices=KINDS, help="what it is for now, where several are called so"),
    ),
    *_commands("task status", task_statuses, STATUS_COLUMNS),
)
