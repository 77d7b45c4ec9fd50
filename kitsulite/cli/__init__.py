"""The `kitsulite` command: a table of commands, each of which is a function that calls services."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from kitsulite.cli import exporting, info, jobs, moving, people, projects, routes, serving, signins, terminal
from kitsulite.cli.command import BROKEN, DONE, EXIT_CODES, REFUSED, Command, Stop, one_line

COMMANDS: tuple[Command, ...] = (
    *serving.COMMANDS,
    *terminal.COMMANDS,
    *people.COMMANDS,
    *signins.COMMANDS,
    *projects.COMMANDS,
    *moving.COMMANDS,
    *exporting.COMMANDS,
    *jobs.COMMANDS,
    *routes.COMMANDS,
    *info.COMMANDS,
)
GROUPS = {
    "person": "the people of the studio",
    "project": "productions and their teams",
    "jobs": "what is done in the background, such as mail",
}


class Help(argparse.RawDescriptionHelpFormatter):
    """Keeps names and what they mean on one line."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28)


STYLE: dict[str, Any] = {"epilog": EXIT_CODES, "formatter_class": Help}


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; its exit code."""
    given = make_parser().parse_args(arguments)
    try:
        given.command.run(given)
    except Stop as stop:
        print(f"kitsulite: {stop}", file=sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        print("kitsulite: interrupted.", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:  # whoever reads our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as bug:
        if os.environ.get("DEBUG"):
            raise
        print(f"kitsulite: unexpected {type(bug).__name__}: {one_line(bug)} (DEBUG=1 shows where).", file=sys.stderr)
        return BROKEN
    return DONE


def make_parser() -> argparse.ArgumentParser:
    """The command line that the table describes."""
    about = "Kitsulite, a production tracker for animation and VFX studios."
    parser = argparse.ArgumentParser("kitsulite", description=about, **STYLE)
    places = {"": parser.add_subparsers(title="commands", metavar="COMMAND", required=True)}
    for group, help in GROUPS.items():
        own = places[""].add_parser(group, help=help, description=_sentence(help), **STYLE)
        places[group] = own.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        group, _, name = command.name.rpartition(" ")
        own = places[group].add_parser(name, help=command.help, description=_sentence(command.help), **STYLE)
        own.set_defaults(command=command)
        for argument in command.arguments:
            argument.add_to(own)
    return parser


def _sentence(help: str) -> str:
    return f"{help[0].upper()}{help[1:]}."
