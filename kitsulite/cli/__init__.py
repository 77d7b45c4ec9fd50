"""The `kitsulite` command: a table of commands, each of which is a function that calls services."""

import argparse
import difflib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from kitsulite.cli import (
    apikeys,
    backups,
    completion,
    directory,
    doctor,
    exporting,
    exporting_zou,
    importing,
    importing_zou,
    info,
    jobs,
    move,
    moving,
    people,
    plugins,
    previews,
    projects,
    repairs,
    routes,
    serving,
    shotgrid,
    signins,
    terminal,
    upgrading,
    webhooks,
    workflow,
)
from kitsulite.cli.command import BROKEN, DONE, EXIT_CODES, REFUSED, Command, Stop, one_line

COMMANDS: tuple[Command, ...] = (
    *serving.COMMANDS,
    *terminal.COMMANDS,
    *people.COMMANDS,
    *signins.COMMANDS,
    *apikeys.COMMANDS,
    *doctor.COMMANDS,
    *directory.COMMANDS,
    *projects.COMMANDS,
    *workflow.COMMANDS,
    *webhooks.COMMANDS,
    *plugins.COMMANDS,
    *moving.COMMANDS,
    *move.COMMANDS,
    *importing.COMMANDS,
    *importing_zou.COMMANDS,
    *backups.COMMANDS,
    *shotgrid.COMMANDS,
    *exporting.COMMANDS,
    *exporting_zou.COMMANDS,
    *previews.COMMANDS,
    *repairs.COMMANDS,
    *jobs.COMMANDS,
    *upgrading.COMMANDS,
    *routes.COMMANDS,
    *info.COMMANDS,
    *completion.COMMANDS,
)
GROUPS = {
    "person": "the people of the studio",
    "key": "what scripts and bots show instead of signing in",
    "doctor": "a set-up walked step by step",
    "project": "productions and their teams",
    "task-type": "what there is to do in productions",
    "task-status": "how far what there is to do can be",
    "webhook": "addresses that are told of events",
    "consumer": "programs of the studio's own that hear of events",
    "export": "what goes out: spreadsheets, or the whole studio as a Zou has it",
    "plugin": "what is added to the web client",
    "import": "what comes in from elsewhere",
    "preview": "pictures and movies that are there, made or measured anew",
    "repair": "what stands in rows by itself, derived anew",
    "files": "the files of the studio, where they are stored",
    "jobs": "what is done in the background, such as mail",
}


class Help(argparse.RawDescriptionHelpFormatter):
    """Keeps names and what they mean on one line."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28)


class Parser(argparse.ArgumentParser):
    """Says what may have been meant by a word that it does not know."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        choices = [str(choice) for choice in action.choices]
        meant = difflib.get_close_matches(str(value), choices, 1)
        hint = f"did you mean {meant[0]}?" if meant else f"choose from {', '.join(choices)}."
        raise argparse.ArgumentError(action, f"there is no {value}: {hint}")

    def error(self, message: str) -> NoReturn:
        unknown = [word for word in message.removeprefix("unrecognized arguments: ").split() if word.startswith("--")]
        if message.startswith("unrecognized arguments") and unknown:
            meant = difflib.get_close_matches(unknown[0].partition("=")[0], self._flags(), 1)
            message += f" (did you mean {meant[0]}?)" if meant else ""
        super().error(message)

    def _flags(self) -> list[str]:
        """The flags of this command and of all below it."""
        flags: list[str] = []
        for action in self._actions:
            flags += action.option_strings
            if isinstance(action, argparse._SubParsersAction):
                flags += [flag for parser in action.choices.values() for flag in parser._flags()]
        return flags


STYLE: dict[str, Any] = {"epilog": EXIT_CODES, "formatter_class": Help}


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; its exit code. KeyboardInterrupt is for who calls this (`__main__.py`)."""
    given = make_parser().parse_args(arguments)
    try:
        given.command.run(given)
        sys.stdout.flush()
    except Stop as stop:
        print(f"kitsulite: {stop}", file=sys.stderr)
        return stop.code
    except BrokenPipeError:  # whoever reads our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as problem:
        from kitsulite.storage.full import is_full

        advice = " Make room there, then do the same again." if is_full(problem) else ""
        print(f"kitsulite: {problem.filename or 'the output'}: {problem.strerror}.{advice}", file=sys.stderr)
        return REFUSED
    except Exception as bug:
        if os.environ.get("DEBUG"):
            raise
        print(f"kitsulite: unexpected {type(bug).__name__}: {one_line(bug)} (DEBUG=1 shows where).", file=sys.stderr)
        return BROKEN
    return DONE


def make_parser() -> argparse.ArgumentParser:
    """The command line that the table describes."""
    about = "Kitsulite, a production tracker for animation and VFX studios."
    parser = Parser("kitsulite", description=about, **STYLE)
    parser.add_argument("--version", action="version", version=info.version_line(), help="print the version")
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
