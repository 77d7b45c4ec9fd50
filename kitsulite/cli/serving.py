"""`kitsulite serve`, and `kitsulite events` beside another server."""

import argparse
import dataclasses
import errno
import os
import secrets
import shlex
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kitsulite.cli.command import STUDIO, UNOPENED, Command, Stop, argument, opened, settings_of

if TYPE_CHECKING:
    from kitsulite.settings import Settings
    from kitsulite.tracker import Tracker

MOST_WORKERS, LAST_PORT = 4, 65535
BACKLOG = 2048
"""Connections that may wait for the server to take them."""
PASSWORD_BYTES = 12
LINKS = (
    "Links in e-mails will lead to {site}, which only this machine can open: "
    "set DOMAIN_NAME and DOMAIN_PROTOCOL to the public address of the site."
)


def serve(arguments: argparse.Namespace) -> None:
    """Serve the studio until SIGTERM or Ctrl+C. Whatever is not there yet is made first."""
    from kitsulite.areas.directories import oidc, saml
    from kitsulite.areas.people import ldap
    from kitsulite.live import handlers
    from kitsulite.media import ffmpeg
    from kitsulite.server import Server
    from kitsulite.serving import handover
    from kitsulite.storage import StoreBroken

    settings = settings_of(arguments)
    if arguments.ui:
        settings = dataclasses.replace(settings, ui=arguments.ui, ui_sha256=arguments.ui_sha256 or "")
    listener = _listen(arguments.host, arguments.port)
    if arguments.demo and settings.domain_name == type(settings).domain_name:
        settings = dataclasses.replace(settings, domain_name=_address_of(listener), domain_protocol="http")
    with opened(settings, new=True, lasting=True) as tracker:
        _must_be_written(tracker)
        if settings.ui:
            _prepare(settings, tracker.folder)
        welcome(tracker, demo=arguments.demo)
        place = tracker.folder.resolve()
        with suppress(StoreBroken):  # which it tells by itself; everything else can be served
            tracker.files.check()
    if settings.domain_name.partition(":")[0] in ("localhost", "127.0.0.1") and not arguments.demo:
        print(LINKS.format(site=settings.site), file=sys.stderr)
    try:
        ffmpeg.find()
    except ffmpeg.NoFfmpeg as problem:
        print(problem, file=sys.stderr)
    try:
        if settings.event_handlers_folder:
            handlers.path_of(Path(settings.event_handlers_folder))
    except handlers.NoHandlers as problem:
        print(f"EVENT_HANDLERS_FOLDER: {problem} Nobody handles events.", file=sys.stderr)
    if not handover.is_possible():
        print(handover.NOT_INSTALLED, file=sys.stderr)
    if settings.oidc_enabled and not oidc.is_possible():
        print(f"OIDC_ENABLED: {oidc.NOT_INSTALLED}. Nobody comes in by it.", file=sys.stderr)
    if settings.auth_strategy == "auth_local_no_password":
        print("AUTH_STRATEGY is auth_local_no_password: whoever knows an e-mail signs in, admins too.", file=sys.stderr)
    if settings.by_directory:
        if not ldap.is_possible(settings):
            print(f"AUTH_STRATEGY: {ldap.NOT_INSTALLED}. Nobody of the directory comes in.", file=sys.stderr)
        for warning in ldap.warnings(settings):
            print(warning, file=sys.stderr)
    if settings.saml_enabled and not saml.is_possible():
        print(f"SAML_ENABLED: {saml.NOT_INSTALLED}. Nobody comes in by it.", file=sys.stderr)
    server = Server(
        settings,
        listener=listener,
        workers=arguments.workers,
        threads=arguments.threads,
        access_log=arguments.access_log,
        ready=lambda address: print(f"Kitsulite serves {place} at {address} (API also below /api).", flush=True),
    )
    server.run()


def _prepare(settings: "Settings", folder: Path) -> None:
    """Have the web client ready before anybody asks for it."""
    from kitsulite.areas.studio import webclient
    from kitsulite.areas.studio.packages import BadPackage
    from kitsulite.cli.moving import progress_bar

    with progress_bar() as progress:
        task = progress.add_task("Web client", total=None)

        def told(size: int, total: int | None) -> None:
            progress.update(task, advance=size, total=total)

        try:
            webclient.prepare(settings.ui, folder, settings.ui_sha256, told)
        except BadPackage as problem:
            raise Stop(str(problem), UNOPENED) from None


def events(arguments: argparse.Namespace) -> None:
    """Have live events listened to at a port of its own, until SIGTERM or Ctrl+C."""
    from kitsulite.serving import handover, lean
    from kitsulite.serving.addresses import authority

    if not handover.is_possible():
        raise Stop(handover.NOT_INSTALLED, UNOPENED)
    settings = settings_of(arguments)
    listener = _listen(arguments.host, arguments.port)
    host, port = listener.getsockname()[:2]
    with opened(settings) as tracker:
        _must_be_written(tracker)
        place = tracker.folder.resolve()
    address = f"http://{authority(host, port)}"
    lean.event_process().listen(
        settings, listener, lambda: print(f"Kitsulite tells of {place} at {address}.", flush=True)
    )


def _address_of(listener: socket.socket) -> str:
    """Where a browser of this machine finds it, for links in mails of a studio to look around in."""
    from kitsulite.serving.addresses import authority

    host, port = listener.getsockname()[:2]
    return authority("localhost" if host in ("0.0.0.0", "::") else host, port)


def _must_be_written(tracker: "Tracker") -> None:
    if not tracker.db.can_write:
        raise Stop("This studio can only be read, so it can be dumped and listed, but not served.", UNOPENED)


def _listen(host: str, port: int) -> socket.socket:
    """The place where the server will answer, taken before anything is made."""
    try:
        place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as problem:
        raise Stop(f"There is no address {host} to listen at: {problem.strerror}.", UNOPENED) from None
    listener = socket.socket(place[0], socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(place[4])
        listener.listen(BACKLOG)
    except OSError as problem:
        listener.close()
        if problem.errno == errno.EADDRINUSE:
            raise Stop(
                f"Something answers at port {port} of {host} already, perhaps this studio: stop it, or choose another --port.",
                UNOPENED,
            ) from None
        raise Stop(f"The server cannot listen at port {port} of {host}: {problem.strerror}.", UNOPENED) from None
    return listener


def welcome(tracker: "Tracker", *, demo: bool) -> None:
    """Let somebody into a studio where there is nobody yet, and say how to sign in."""
    from kitsulite.areas.demo import production as demonstration
    from kitsulite.areas.people import passwords
    from kitsulite.areas.studio import firstdata

    with tracker.work(writes=False) as work:
        is_there = demo and demonstration.is_there(work)
        if not demo and firstdata.has_people(work):
            return
    if is_there:
        data = tracker.settings.data
        where = "" if data in ("studio", os.environ.get("KITSULITE_DATA")) else f" --data {shlex.quote(data)}"
        command = f"kitsulite person set-password {demonstration.ADMIN}{where}"
        print(f"The demo is there already. `{command}` gives its admin a new password.")
        _show_demo(tracker)  # somebody may have stopped it in the middle
        return
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    hashed = passwords.hash_password(password)
    with tracker.work() as work:
        work.db.lock_schema()  # of two servers that start at once one is first
        if demo and demonstration.is_there(work):
            return
        people = demonstration.fill(work, hashed) if demo else firstdata.create_admin(work, hashed)
    if not people:
        return
    for email, role in people:
        print(f"Sign in as {email:<24} {role}")
    print(f"with password {password} (shown this once).", flush=True)
    if demo:
        _show_demo(tracker)


def _show_demo(tracker: "Tracker") -> None:
    """Bring what is to be seen of the demo, which takes a moment."""
    from kitsulite.areas.demo import review
    from kitsulite.cli.moving import progress_bar

    if review.is_done(tracker.work):
        return
    with progress_bar() as progress:
        task = progress.add_task("Drawing the demo")
        without_movies = review.show(
            tracker.work, lambda done, total: progress.update(task, completed=done, total=total)
        )
    if without_movies:
        print(f"The demo shows pictures in place of its movies. {without_movies}")


def port(text: str) -> int:
    """What `--port` says."""
    if text.isdecimal() and int(text) <= LAST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is no port: say a number from 0 to {LAST_PORT}")


def some(text: str) -> int:
    """What `--workers` and `--threads` say."""
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not how many there can be: say 1 or more")


COMMANDS = (
    Command(
        "serve",
        "run the server",
        serve,
        (
            argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1: this machine only)"),
            argument("--port", type=port, default=5000, help="port to listen at (5000); 0 takes a free one"),
            argument(
                "--workers",
                type=some,
                default=min(os.cpu_count() or 1, MOST_WORKERS),
                help="processes (as many as processors, 4 at most)",
            ),
            argument("--threads", type=some, default=8, help="requests that a process answers at once (8)"),
            argument("--access-log", action="store_true", help="write a line a request to standard output"),
            argument("--demo", action="store_true", help="fill a fresh studio with a small production"),
            argument(
                "--ui", metavar="PLACE", help="a built Kitsu to serve at /: a folder, a .tgz or .zip, or its address"
            ),
            argument("--ui-sha256", metavar="HEX", help="what the package must be, which an address needs"),
            *STUDIO,
        ),
    ),
    Command(
        "events",
        "tell browsers and scripts of events, beside another server",
        events,
        (
            argument("--host", default="localhost", help="address to listen at (localhost: this machine only)"),
            argument("--port", type=port, default=5001, help="port to listen at (5001); 0 takes a free one"),
            *STUDIO,
        ),
    ),
)
