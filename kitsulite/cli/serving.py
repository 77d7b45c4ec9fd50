"""`kitsulite serve`."""

import argparse
import os
import secrets
import sys
from typing import TYPE_CHECKING

from kitsulite.cli.command import STUDIO, Command, argument, opened, settings_of

if TYPE_CHECKING:
    from kitsulite.tracker import Tracker

MOST_WORKERS = 4
PASSWORD_BYTES = 12
LINKS = (
    "Links in e-mails will lead to {site}, which only this machine can open: "
    "set DOMAIN_NAME and DOMAIN_PROTOCOL to the public address of the site."
)


def serve(arguments: argparse.Namespace) -> None:
    """Serve the studio until SIGTERM or Ctrl+C. Whatever is not there yet is made first."""
    from kitsulite.server import Server

    settings = settings_of(arguments)
    with opened(settings, new=True) as tracker:
        welcome(tracker, demo=arguments.demo)
        place = tracker.folder.resolve()
    if settings.domain_name.partition(":")[0] in ("localhost", "127.0.0.1") and not arguments.demo:
        print(LINKS.format(site=settings.site), file=sys.stderr)
    server = Server(
        settings,
        host=arguments.host,
        port=arguments.port,
        workers=arguments.workers,
        threads=arguments.threads,
        access_log=arguments.access_log,
        ready=lambda address: print(f"Kitsulite serves {place} at {address} (API also below /api).", flush=True),
    )
    server.run()


def welcome(tracker: "Tracker", *, demo: bool) -> None:
    """Let somebody into a studio where there is nobody yet, and say how to sign in."""
    from kitsulite.areas.people import passwords
    from kitsulite.areas.studio import demo as demonstration
    from kitsulite.areas.studio import firstdata

    with tracker.work(writes=False) as work:
        if firstdata.has_people(work) and not demo:
            return
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    hashed = passwords.hash_password(password)
    with tracker.work() as work:
        people = demonstration.fill(work, hashed) if demo else firstdata.create_admin(work, hashed)
    for email, role in people:
        print(f"Sign in as {email:<24} {role}")
    print(f"with password {password} (shown this once).", flush=True)


COMMANDS = (
    Command(
        "serve",
        "run the server",
        serve,
        (
            argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1: this machine only)"),
            argument("--port", type=int, default=5000, help="port to listen at (5000); 0 takes a free one"),
            argument(
                "--workers",
                type=int,
                default=min(os.cpu_count() or 1, MOST_WORKERS),
                help="processes (as many as processors, 4 at most)",
            ),
            argument("--threads", type=int, default=8, help="requests that a process answers at once (8)"),
            argument("--access-log", action="store_true", help="write a line a request to standard output"),
            argument("--demo", action="store_true", help="fill a fresh studio with a small production"),
            *STUDIO,
        ),
    ),
)
