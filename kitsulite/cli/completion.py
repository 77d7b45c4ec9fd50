"""`kitsulite completion`: the words of the command line, for shells that complete them."""

import argparse

from kitsulite.cli.command import Command, Stop, argument

SHELLS = ("bash", "zsh", "fish")


def complete(arguments: argparse.Namespace) -> None:
    """Print the script that the shell is to read."""
    from kitsulite.cli import make_parser

    try:
        import shtab
    except ImportError:
        raise Stop("Completion needs shtab: pip install 'kitsulite[completion]'.") from None
    print(shtab.complete(make_parser(), shell=arguments.shell))


COMMANDS = (
    Command(
        "completion",
        'print what makes a shell complete commands: for bash, eval "$(kitsulite completion bash)"',
        complete,
        (argument("shell", metavar="SHELL", choices=SHELLS, help="bash, zsh or fish"),),
    ),
)
