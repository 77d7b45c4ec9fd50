"""`kitsulite settings` and `kitsulite version`."""

import argparse
import dataclasses
import json
import urllib.error
import urllib.request
from collections.abc import Sequence

from kitsulite.cli.command import MISUSED, STUDIO, Command, Stop, argument, one_line, settings_of
from kitsulite.settings import HIDDEN, Settings, in_force, written
from kitsulite.version import API_VERSION, __version__

Option = dataclasses.Field[object]
PATIENCE = 10


def settings(arguments: argparse.Namespace) -> None:
    """What every option is now, and who said so; or the table of defaults, as it also stands in the README."""
    if arguments.check:
        _check(settings_of(arguments), arguments.check)
        return
    if arguments.defaults:
        print("\n".join(settings_table()))
        return
    rows = [("Variable", "Value", "From")]
    for option in in_force(settings_of(arguments)):
        rows.append(
            (f"`{option.variable}`", option.value if option.value == HIDDEN else _quoted(option.value), option.origin)
        )
    print("\n".join(_table(rows)))


def _check(settings: Settings, url: str) -> None:
    """Compare with what a running server says of its settings; Stop where they differ."""
    if not settings.admin_token:
        raise Stop("ADMIN_TOKEN is not set here: only with it a server tells its settings.")
    given = {"Authorization": f"Bearer {settings.admin_token}"}
    address = f"{url.rstrip('/')}/admin/config/check"
    if not address.startswith(("http://", "https://")):
        raise Stop(f"{url} is no address of a server: say http://localhost:5000.", MISUSED)
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=given), timeout=PATIENCE) as answer:
            there = json.load(answer)
    except urllib.error.HTTPError as problem:
        why = "has another ADMIN_TOKEN" if problem.code in (401, 403) else f"answers {problem.code}"
        raise Stop(f"The server at {url} {why}.") from None
    except (OSError, ValueError) as problem:
        raise Stop(f"The server at {url} cannot be asked: {one_line(problem)}.") from None
    compared = {
        name: (value["env"], getattr(settings, name)) for name, value in there.items() if hasattr(settings, name)
    }
    wrong = [f"{name}: {theirs!r} there, {ours!r} here" for name, (theirs, ours) in compared.items() if theirs != ours]
    if wrong:
        raise Stop(f"The server at {url} has other settings. {'; '.join(wrong)}.")
    print(f"{', '.join(compared)} are the same there; {there['active_users']} people are active.")


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
    default = option.default if option.default_factory is dataclasses.MISSING else option.default_factory()
    return _quoted(written(default))


def _quoted(value: str) -> str:
    return f"`{value}`" if value else ""


def version(arguments: argparse.Namespace) -> None:
    print(version_line())


def version_line() -> str:
    return f"kitsulite {__version__} (Kitsu API {API_VERSION})"


COMMANDS = (
    Command(
        "settings",
        "show every option: what it is now, and where that comes from",
        settings,
        (
            argument("--defaults", action="store_true", help="show defaults, and what each is for"),
            argument("--check", metavar="URL", help="compare with a running server, by its ADMIN_TOKEN"),
            *STUDIO,
        ),
    ),
    Command("version", "print the version", version),
)
