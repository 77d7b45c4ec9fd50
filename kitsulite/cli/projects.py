"""`kitsulite project …`: productions and their teams, by the rules of the API. A production is named as people name it."""

import argparse
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from kitsulite.cli.columns import arguments_of, said
from kitsulite.cli.command import STUDIO, Command, Stop, argument, print_table
from kitsulite.cli.people import PERSON, find_person, working
from kitsulite.models.codes import ROLES
from kitsulite.models.details import OF_PROJECT
from kitsulite.models.productions import Project

if TYPE_CHECKING:
    from kitsulite.work.work import Begin, Work

PROJECT = argument("project", metavar="PRODUCTION", help="name or id")
JSON = argument("--json", action="store_true", help="print JSON, for scripts")
ROLE = argument("--role", choices=ROLES, help="the role in this production (as in the studio)")
COLUMNS = ("name", "status", "team_size", "tasks", "done", "id")
TEAM_COLUMNS = ("email", "full_name", "role", "project_role", "id")


def list_projects(arguments: argparse.Namespace) -> None:
    """Every production, with the size of its team and how many of its tasks are done."""
    from kitsulite.areas.productions import figures as projectfigures

    with working(arguments) as begin, begin(writes=False) as work:
        projects = projectfigures.list_projects(work)
    if arguments.json:
        print(json.dumps(projects, ensure_ascii=False))
        return
    for project in projects:
        counts = project["tasks"]
        project["tasks"] = sum(row["count"] for row in counts)
        project["done"] = sum(row["count"] for row in counts if row["is_done"])
    print_table(projects, COLUMNS)


def create(arguments: argparse.Namespace) -> None:
    """A new production, as a template says where one is named, with the task types that are named."""
    from kitsulite.areas.productions import settings
    from kitsulite.areas.productions.rows import Projects
    from kitsulite.models.shapes import read

    with working(arguments) as begin, begin() as work:
        data = said(arguments, Project, OF_PROJECT)
        if arguments.template:
            data["project_template_id"] = _template(work, arguments.template)
        types = [_task_type(work, name) for name in arguments.task_type or ()]
        made = Projects().create(work, data)
        for task_type_id in types:
            settings.add(work, settings.TASK_TYPES, read(made)["id"], task_type_id)
    print(f"{arguments.name} is here now.")


def edit(arguments: argparse.Namespace) -> None:
    """Change what is given of a production."""
    from kitsulite.areas.productions.rows import Projects

    if not (data := said(arguments, Project, OF_PROJECT)):
        raise Stop("Say what is to change; --help lists what can be.")
    with working(arguments) as begin, begin() as work:
        Projects().update(work, _find(work, arguments.project), data)
    print(f"{arguments.project} is changed.")


def change_state(result: str) -> Callable[[argparse.Namespace], None]:
    """A command that opens or closes a production."""

    def run(arguments: argparse.Namespace) -> None:
        from kitsulite.areas.productions import states as projectstates

        change = projectstates.open_project if result == "open" else projectstates.close_project
        with working(arguments) as begin, begin() as work:
            change(work, _find(work, arguments.project))
        print(f"{arguments.project} is {result} now.")

    return run


def list_team(arguments: argparse.Namespace) -> None:
    """The team of a production, each with the role they have there if it is another than in the studio."""
    from kitsulite.areas.productions import team
    from kitsulite.models.shapes import read_list

    with working(arguments) as begin, begin(writes=False) as work:
        members = team.members(work, _find(work, arguments.project))
    if arguments.json:
        print(bytes(members).decode())
    else:
        print_table(read_list(members), TEAM_COLUMNS)


def add_member(arguments: argparse.Namespace) -> None:
    """Take somebody into a team, or give somebody of the team a role."""
    from kitsulite.areas.productions import team

    with working(arguments) as begin:
        person = find_person(begin, arguments.person)
        with begin() as work:
            team.add_member(work, _find(work, arguments.project), person["id"], arguments.role)
    print(f"{arguments.person} is in the team of {arguments.project}.")


def remove_member(arguments: argparse.Namespace) -> None:
    """Take somebody out of a team; their tasks stay theirs."""
    from kitsulite.areas.productions import team

    with working(arguments) as begin:
        person = find_person(begin, arguments.person)
        with begin() as work:
            team.remove_member(work, _find(work, arguments.project), person["id"])
    print(f"{arguments.person} is not in the team of {arguments.project}.")


def find_project(begin: "Begin", name: str) -> str:
    """The id of a production, by its name or its id."""
    with begin(writes=False) as work:
        return _find(work, name)


def _find(work: "Work", name: str) -> str:
    """The id of a production."""
    row = work.find(Project, name) or work.db.row(Project.select().where(Project.name == name))
    if row is None:
        raise Stop(f"There is no production {name}.")
    return str(row["id"])


def _template(work: "Work", name: str) -> str:
    """The id of a template."""
    from kitsulite.models.productions import ProjectTemplate

    row = work.find(ProjectTemplate, name) or work.db.row(ProjectTemplate.select().where(ProjectTemplate.name == name))
    if row is None:
        raise Stop(f"There is no template {name}.")
    return str(row["id"])


def _task_type(work: "Work", name: str) -> str:
    """The id of a task type."""
    from kitsulite.models.tasks import TaskType

    found = work.db.values(TaskType.select(TaskType.id).where(TaskType.name == name))
    if not found:
        raise Stop(f"There is no task type {name}: `kitsulite task-type list` names them.")
    return str(found[0])


COMMANDS = (
    Command("project list", "list all productions", list_projects, (JSON, *STUDIO)),
    Command(
        "project create",
        "make a production",
        create,
        (
            argument("name", metavar="NAME", help="what it is called"),
            *arguments_of(Project, OF_PROJECT[1:], new=True),
            argument("--template", metavar="TEMPLATE", help="name or id of what it is made after"),
            argument("--task-type", metavar="NAME", action="append", help="what is worked on in it; once for each"),
            *STUDIO,
        ),
    ),
    Command(
        "project edit",
        "change what is given of a production",
        edit,
        (PROJECT, *arguments_of(Project, OF_PROJECT), *STUDIO),
    ),
    Command("project open", "let a production be worked on again", change_state("open"), (PROJECT, *STUDIO)),
    Command("project close", "put a production away", change_state("closed"), (PROJECT, *STUDIO)),
    Command("project team", "list who is in the team", list_team, (PROJECT, JSON, *STUDIO)),
    Command("project add", "take somebody into the team", add_member, (PROJECT, PERSON, ROLE, *STUDIO)),
    Command("project remove", "take somebody out of the team", remove_member, (PROJECT, PERSON, *STUDIO)),
)
