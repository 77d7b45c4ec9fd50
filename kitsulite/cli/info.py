"""`kitsulite settings` and `kitsulite version`."""

import argparse
import dataclasses

from kitsulite.cli.command import Command
from kitsulite.settings import Settings
from kitsulite.version import API_VERSION, __version__


def settings(arguments: argparse.Namespace) -> None:
    """The table of options, as it also stands in the README."""
    print("\n".join(settings_table()))


def settings_table() -> list[str]:
    """Every option as a row of a Markdown table."""
    rows = [("Variable", "Default", "What it is for")]
    for option in dataclasses.fields(Settings):
        rows.append((f"`{option.metadata['variable']}`", _default(option), option.metadata["help"]))
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    lines = [f"| {row[0]:<{widths[0]}} | {row[1]:<{widths[1]}} | {row[2]} |" for row in rows]
    return [lines[0], f"|{'-' * (widths[0] + 2)}|{'-' * (widths[1] + 2)}|---|", *lines[1:]]


def _default(option: "dataclasses.Field[object]") -> str:
    value = option.default if option.default_factory is dataclasses.MISSING else option.default_factory()
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`" if value not in ("", []) else ""


def version(arguments: argparse.Namespace) -> None:
    print(f"kitsulite {__version__} (Kitsu API {API_VERSION})")


COMMANDS = (
    Command("settings", "list all options: environment variable, default, what it is for", settings),
    Command("version", "print the version", version),
)
