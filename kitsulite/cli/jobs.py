"""`kitsulite jobs …`: what is done in the background, such as mail."""

import argparse
import signal

from kitsulite.cli.command import STUDIO, Command, argument, one_line, opened, print_table, settings_of

COLUMNS = ("id", "name", "state", "attempts", "due_at", "error")
LONGEST = 100


def run(arguments: argparse.Namespace) -> None:
    """Do jobs until SIGTERM or Ctrl+C; running ones are finished first."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with opened(settings_of(arguments), lasting=True) as tracker:
        if arguments.once:
            print(f"{tracker.jobs.run_due()} done or tried.")
            return
        try:
            tracker.jobs.run()
        except KeyboardInterrupt:
            return


def list_all(arguments: argparse.Namespace) -> None:
    """What waits, runs or failed, oldest first. What is done is gone."""
    from kitsulite.work.jobs import list_jobs

    with opened(settings_of(arguments)) as tracker, tracker.work(writes=False) as work:
        print_table(list_jobs(work), COLUMNS, _cell)


def _cell(value: object) -> str:
    return "" if value is None else one_line(value)[:LONGEST]


def retry(arguments: argparse.Namespace) -> None:
    """Try a job again."""
    from kitsulite.work import jobs

    with opened(settings_of(arguments)) as tracker, tracker.work() as work:
        jobs.retry(work, arguments.id)
    print("It will be tried again at once.")


COMMANDS = (
    Command(
        "jobs run",
        "do jobs, beside the server or in its place",
        run,
        (argument("--once", action="store_true", help="do what is due, then end"), *STUDIO),
    ),
    Command("jobs list", "list the jobs that are not done, and why they failed", list_all, STUDIO),
    Command(
        "jobs retry",
        "try a job that failed again",
        retry,
        (argument("id", metavar="ID", help="id of the job, as listed"), *STUDIO),
    ),
)
