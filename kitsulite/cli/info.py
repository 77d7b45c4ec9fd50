"""`kitsulite settings` and `kitsulite version`."""

import argparse
import dataclasses
import os
import re
from collections.abc import Sequence

from kitsulite.cli.command import STUDIO, Command, argument, settings_of
from kitsulite.settings import Settings
from kitsulite.version import API_VERSION, __version__

Option = dataclasses.Field[object]
PASSWORD = re.compile(r"(?<=:)[^:@/]+(?=@)")
"""The password in the URL of a database."""


def settings(arguments: argparse.Namespace) -> None:
    """What every option is now, and who said so; or the table of defaults, as it also stands in the README."""
    if arguments.defaults:
        print("\n".join(settings_table()))
        return
    in_force = settings_of(arguments)
    rows = [("Variable", "Value", "From")]
    for option in dataclasses.fields(Settings):
        shown = _hidden(option, getattr(in_force, option.name))
        rows.append((f"`{option.metadata['variable']}`", shown, _origin(option, arguments)))
    print("\n".join(_table(rows)))


def _origin(option: Option, arguments: argparse.Namespace) -> str:
    if getattr(arguments, option.name, None) is not None:
        return "command line"
    return "environment" if option.metadata["variable"] in os.environ else "default"


def _hidden(option: Option, value: object) -> str:
    """A value, where it may be seen."""
    if option.metadata["secret"] and value:
        return "(set, not shown)"
    return _written(PASSWORD.sub("…", value) if isinstance(value, str) else value)


def settings_table() -> list[str]:
    """Every option as a row of a Markdown table."""
    rows = [("Variable", "Default", "What it is for")]
    for option in dataclasses.fields(Settings):
        rows.append((f"`{option.metadata['variable']}`", _default(option), option.metadata["help"]))
    return _table(rows)


def _table(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    lines = [f"| {row[0]:<{widths[0]}} | {row[1]:<{widths[1]}} | {row[2]} |" for row in rows]
    return [lines[0], f"|{'-' * (widths[0] + 2)}|{'-' * (widths[1] + 2)}|---|", *lines[1:]]


def _default(option: Option) -> str:
    return _written(option.default if option.default_factory is dataclasses.MISSING else option.default_factory())


def _written(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`" if value != "" else ""


def version(arguments: argparse.Namespace) -> None:
    print(version_line())


def version_line() -> str:
    return f"kitsulite {__version__} (Kitsu API {API_VERSION})"


COMMANDS = (
    Command(
        "settings",
        "show every option: what it is now, and where that comes from",
        settings,
        (argument("--defaults", action="store_true", help="show defaults, and what each is for"), *STUDIO),
    ),
    Command("version", "print the version", version),
)
