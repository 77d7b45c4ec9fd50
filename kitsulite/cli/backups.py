"""`kitsulite backup` and `kitsulite restore`."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kitsulite.cli.command import (
    MISUSED,
    STUDIO,
    UNOPENED,
    Command,
    Stop,
    argument,
    must_belong,
    one_line,
    opened,
    print_table,
    settings_of,
)
from kitsulite.cli.moving import progress_bar

if TYPE_CHECKING:
    from kitsulite.areas.backups.taking import Tell
    from kitsulite.areas.backups.target import Target
    from kitsulite.settings import Settings

LOWERED = 15
"""By how much a backup that the server makes lets everything else go first."""
NO_OLD_KEY = "The key of the studio was not in the backup, nor given: it has a new one. Second factors by authenticator app are off"


MAKING, PROVING, LISTING = "making a backup", "proving one (--verify)", "listing them (--list)"
BELONGS = {"--at": (PROVING,), "--verify": (PROVING,), "--keep": (MAKING,), "--no-verify": (MAKING,)}


def backup(arguments: argparse.Namespace) -> None:
    """Make a backup and prove it; or only list, or prove what is there."""
    must_belong(arguments, LISTING if arguments.list else PROVING if arguments.verify else MAKING, BELONGS)
    settings = settings_of(arguments)
    place = arguments.target or settings.backup
    if not place:
        raise Stop("Say where to: a folder or s3://BUCKET/PREFIX, here or in KITSULITE_BACKUP.", MISUSED)
    if arguments.run:
        from kitsulite.orphans import leave_with

        leave_with(os.getppid())
        os.nice(LOWERED)
    with _told():
        target = _target(place, settings, arguments)
        if arguments.list:
            _list(target)
        elif arguments.verify:
            _verify(target, arguments.at, settings)
        else:
            _make(target, settings, arguments)


def _make(target: "Target", settings: "Settings", arguments: argparse.Namespace) -> None:
    from kitsulite.areas.backups import making

    keep = settings.backup_keep if arguments.keep is None and not arguments.target else arguments.keep or ""
    with opened(settings) as tracker, _progress() as tell:
        made = making.back_up(
            tracker.work, target, keep=keep, prove=not arguments.no_verify, run_id=arguments.run, tell=tell
        )
    found = made.snapshot
    print(f"Backup {found.name} in {target.place}: {found.rows['rows']} rows, {len(found.files)} files.")
    print(f"{size(found.size)} in files; {size(made.added)} were added there.")
    if found.missing:
        print(f"{len(found.missing)} files were missing in the studio already, such as {found.missing[0]}.")
    print(
        "Proven: the rows were restored as a trial, and every file was read back." if made.proof else "Not proven yet."
    )
    if made.pruned and made.pruned.backups:
        print(f"{made.pruned.backups} old backups went, and {size(made.pruned.bytes)} with them.")


def _verify(target: "Target", at: str, settings: "Settings") -> None:
    from kitsulite.areas.backups import proving, snapshots
    from kitsulite.storage import StoreBroken
    from kitsulite.storage.private import writable

    target.open()
    name = snapshots.find(target, at)
    scratch = writable(settings.scratch_folder) if Path(settings.data).is_dir() else None
    with target.at_work(writes=False), _progress() as tell:
        proof = proving.tried(target, name, scratch, tell)
        try:
            snapshots.prove(target, name, proof)
        except (StoreBroken, OSError) as problem:
            print(f"That it was tried cannot be noted there: {one_line(problem)}")
    if proof.problems:
        raise Stop(f"The backup {name} is not whole. {' '.join(proof.problems)}")
    print(f"The backup {name} is proven: its rows were restored as a trial, and every file was read back.")


def _list(target: "Target") -> None:
    from kitsulite.areas.backups import snapshots
    from kitsulite.areas.backups.target import SNAPSHOT, NoBackup

    target.open()
    rows = []
    for name in target.names(SNAPSHOT):
        try:
            found, proof = snapshots.read(target, name), snapshots.proof_of(target, name)
        except NoBackup as problem:
            rows.append({"name": name, "at": "", "rows": "", "files": "", "size": "", "proven": one_line(problem)})
            continue
        proven = "no" if proof is None else f"NOT WHOLE: {proof.problems[0]}" if proof.problems else proof.at
        facts = {"rows": found.rows["rows"], "files": len(found.files), "size": size(found.size)}
        rows.append({"name": name, "at": found.at, **facts, "proven": proven})
    print_table(rows, ("name", "at", "rows", "files", "size", "proven"))


def restore(arguments: argparse.Namespace) -> None:
    """Put a backup back into an empty place."""
    from kitsulite.areas.backups import restoring, snapshots

    settings = settings_of(arguments)
    with _told():
        target = _target(arguments.source, settings, arguments)
        target.open()
        name = snapshots.find(target, arguments.at)
        with _progress() as tell:
            done = restoring.restore(target, name, settings, tell)
    found = done.snapshot
    print(f"The studio of {found.at} is in {settings.data}: {found.rows['rows']} rows, {len(found.files)} files.")
    if found.missing:
        print(f"{len(found.missing)} files were missing when the backup was made, such as {found.missing[0]}.")
    if not done.has_old_key:
        who = f", also those of {', '.join(done.lost)}" if done.lost else ""
        print(f"{NO_OLD_KEY}{who}.")
    print("Everybody signs in again, and bots need new tokens. `kitsulite serve` starts it.")


def _target(place: str, settings: "Settings", arguments: argparse.Namespace) -> "Target":
    from kitsulite.areas.backups.target import open_target

    key = settings.backup_key
    if arguments.key_file:
        try:
            key = Path(arguments.key_file).read_text("utf-8", "replace").strip()
        except OSError as problem:
            raise Stop(f"{arguments.key_file} cannot be read: {problem.strerror}.") from None
        if not key:
            raise Stop(f"{arguments.key_file} is empty.")
    try:
        return open_target(place, settings.scratch_folder, key)
    except ValueError as problem:
        raise Stop(one_line(problem), MISUSED) from None


@contextmanager
def _told() -> Iterator[None]:
    """What cannot be done, in a line."""
    from kitsulite.areas.backups.cipher import CannotOpen
    from kitsulite.areas.backups.keeping import BadRule
    from kitsulite.areas.backups.target import NoBackup
    from kitsulite.storage import StoreBroken
    from kitsulite.storage.told import hushed

    try:
        with hushed():
            yield
    except BadRule as problem:
        raise Stop(one_line(problem), MISUSED) from None
    except (NoBackup, CannotOpen) as problem:
        raise Stop(one_line(problem)) from None
    except StoreBroken as problem:
        raise Stop(one_line(problem), UNOPENED) from None


@contextmanager
def _progress() -> "Iterator[Tell]":
    """A bar for each of what is told, on a terminal."""
    with progress_bar() as progress:
        bars: dict[str, Any] = {}

        def tell(what: str, done: int, total: int | None) -> None:
            if what not in bars:
                bars[what] = progress.add_task(what, total=total)
            progress.update(bars[what], advance=done, total=total)

        yield tell


def size(count: float) -> str:
    """Bytes for people."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


AT = argument(
    "--at", metavar="TIME", default="", help="the newest that is not younger (UTC), or the name of one; else the newest"
)
KEY_FILE = argument("--key-file", metavar="FILE", help="the key that closes backups (else KITSULITE_BACKUP_KEY)")

COMMANDS = (
    Command(
        "backup",
        "keep rows and files of one moment in a folder or a bucket, and prove that they can be restored",
        backup,
        (
            argument(
                "target",
                metavar="TARGET",
                nargs="?",
                default="",
                help="folder or s3://BUCKET/PREFIX (KITSULITE_BACKUP)",
            ),
            argument(
                "--keep",
                metavar="RULE",
                help="then keep the newest of so many days, weeks, months: 7d,4w,12m (KITSULITE_BACKUP_KEEP without TARGET)",
            ),
            argument("--no-verify", action="store_true", help="do not restore it as a trial"),
            argument("--verify", action="store_true", help="only prove one that is there"),
            argument("--list", action="store_true", help="only list what is there"),
            AT,
            KEY_FILE,
            argument("--run", help=argparse.SUPPRESS),
            *STUDIO,
        ),
    ),
    Command(
        "restore",
        "put a backup back into an empty folder, all of it or nothing",
        restore,
        (
            argument("source", metavar="SOURCE", help="folder or s3://BUCKET/PREFIX where the backups are"),
            AT,
            KEY_FILE,
            *STUDIO,
        ),
    ),
)
