"""`kitsulite tui`."""

import argparse
import sys

from kitsulite.cli.command import MISUSED, STUDIO, Command, Stop, opened, settings_of


def tui(arguments: argparse.Namespace) -> None:
    """The admin's terminal, on the studio itself: no server is needed, and one may be running."""
    if not sys.stdin.isatty():
        raise Stop("The terminal needs a terminal: standard input is none.", MISUSED)
    from kitsulite.tui.app import Terminal
    from kitsulite.tui.desk import Desk
    from kitsulite.work.operator import owns_files

    with opened(settings_of(arguments)) as tracker:
        desk = Desk(tracker, as_operator=owns_files(tracker.db))
        try:
            Terminal(desk).run()
        finally:
            desk.leave()


COMMANDS = (Command("tui", "look after the studio in this terminal; made for working over ssh", tui, STUDIO),)
