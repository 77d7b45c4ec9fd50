"""Columns as arguments: what of a row is said on the command line."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from kitsulite.cli.command import Argument, argument
from kitsulite.models import Record
from kitsulite.models.fields import Boolean, Date
from kitsulite.models.glossary import term
from kitsulite.models.textfields import Choice, String


def arguments_of(
    table: type[Record], names: Sequence[str], choices: Mapping[str, Sequence[str]] | None = None, *, new: bool = False
) -> tuple[Argument, ...]:
    """An argument for each of these columns; `--done` and `--no-done` for what is true or false.

    choices  of columns that take more of them than the column knows
    new      whether it is for a row that is made, which needs what no default is known for
    """
    return tuple(_argument(table, name, (choices or {}).get(name, ()), new) for name in names)


def _argument(table: type[Record], name: str, choices: Sequence[str], new: bool) -> Argument:
    column = table.columns()[name]
    help, is_needed = term(name), new and not column.null and column.default is None
    how: dict[str, Any] = {"dest": name, "help": f"{help[0].lower()}{help[1:].rstrip('.')}".replace("%", "%%")}
    flag = f"--{flag_of(name)}"
    if isinstance(column, Boolean):
        return argument(flag, action=argparse.BooleanOptionalAction, **how)
    if codes := column.codes if isinstance(column, Choice) else column.among if isinstance(column, String) else ():
        choices = codes
    metavar = "YYYY-MM-DD" if isinstance(column, Date) else name.removesuffix("_id").rpartition("_")[2].upper()
    return argument(flag, required=is_needed, **({"choices": choices} if choices else {"metavar": metavar}), **how)


def flag_of(name: str) -> str:
    """What a column is called on the command line."""
    return name.removeprefix("is_").removeprefix("production_").removesuffix("_id").replace("_", "-")


def said(arguments: argparse.Namespace, table: type[Record], names: Sequence[str]) -> dict[str, Any]:
    """What was said of these columns; an empty text empties one that may be empty."""
    columns = table.columns()
    given = {name: value for name in names if (value := getattr(arguments, name, None)) is not None}
    return {name: None if value == "" and columns[name].null else value for name, value in given.items()}
