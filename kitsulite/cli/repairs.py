"""`kitsulite repair …`, `tidy` and `search`: what stands in rows by itself derived anew, what is old removed, the index looked into."""

import argparse
import json
from collections import Counter

from kitsulite.cli.command import STUDIO, Command, argument, print_table
from kitsulite.cli.moving import progress_bar
from kitsulite.cli.people import working
from kitsulite.cli.projects import JSON, PROJECT, find_project

ONE_PROJECT = argument("--project", metavar="PRODUCTION", help="name or id (all that are open)")
FOUND = ("kind", "name", "id")


def tasks(arguments: argparse.Namespace) -> None:
    """Status, retakes, dates and duration of each task, by its comments and what was spent on it."""
    from kitsulite.areas.studio import mending

    with working(arguments) as begin, progress_bar() as progress:
        project_id = find_project(begin, arguments.project)
        total = mending.count_tasks(begin, project_id)
        mended = list(progress.track(mending.mend_tasks(begin, project_id), total=total, description="Tasks"))
    print(f"{sum(mended)} of {len(mended)} tasks of {arguments.project} were not what their comments say, and are now.")


def castings(arguments: argparse.Namespace) -> None:
    """How many of the assets that are cast are ready for each task."""
    from kitsulite.areas.studio import mending

    with working(arguments) as begin, progress_bar() as progress:
        project_id = find_project(begin, arguments.project) if arguments.project else None
        shots = mending.shots_with_castings(begin, project_id)
        mended = list(progress.track(mending.mend_castings(begin, shots), total=len(shots), description="Castings"))
    print(
        f"{sum(mended)} tasks of {len(mended)} shots said another number of assets that are ready, and are right now."
    )


def index(arguments: argparse.Namespace) -> None:
    """The search index, made anew of what is there."""
    from kitsulite.areas.studio import search

    with working(arguments) as begin, begin() as work:
        count = search.rebuild(work)
    print(f"{count} people, assets, shots and productions can be found.")


def annotations(arguments: argparse.Namespace) -> None:
    """What is drawn on movies, at the times of their frames."""
    from kitsulite.areas.previews import remaking

    with working(arguments) as begin, progress_bar() as progress:
        project_id = find_project(begin, arguments.project) if arguments.project else None
        ids = remaking.with_annotations(begin, project_id)
        moved = [
            remaking.snap_annotations(begin, id, only_look=arguments.dry_run)
            for id in progress.track(ids, description="Annotations")
        ]
    would = "would be" if arguments.dry_run else "were"
    count = sum(1 for entries in moved if entries)
    print(f"{sum(moved)} entries of {count} movies {would} moved to their frames or merged; {len(ids)} were looked at.")


def tidy(arguments: argparse.Namespace) -> None:
    """Remove what is old of logs and notifications, and tokens that count no more."""
    from kitsulite.areas.studio import tidying

    gone: Counter[str] = Counter()
    with working(arguments) as begin, progress_bar() as progress:
        bar = progress.add_task("Removing", total=None)
        for what, rows in tidying.remove_old(begin, arguments.days):
            gone[what] += rows
            progress.advance(bar, rows)
    print(", ".join(f"{count} {what}" for what, count in gone.items() if count) or "Nothing", "removed.")


def search(arguments: argparse.Namespace) -> None:
    """What is found by words, as the API finds it for an admin."""
    from kitsulite.areas.studio import search as index

    kinds = ("persons", "assets", "shots", "projects")
    with working(arguments) as begin:
        project_id = find_project(begin, arguments.project) if arguments.project else None
        found = index.search(begin, arguments.text, project_id=project_id, limit=arguments.limit, offset=0, kinds=kinds)
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    rows = [
        {"kind": kind.removesuffix("s"), "name": row.get("full_name") or row.get("name"), "id": row["id"]}
        for kind, matches in found.items()
        for row in matches
    ]
    if rows:
        print_table(rows, FOUND)
    else:
        print(f"Nothing is found by {arguments.text}.")


COMMANDS = (
    Command(
        "repair tasks",
        "derive status, dates and duration of a production's tasks from their comments",
        tasks,
        (PROJECT, *STUDIO),
    ),
    Command(
        "repair castings", "count anew how many of the assets cast in shots are ready", castings, (ONE_PROJECT, *STUDIO)
    ),
    Command("repair search", "make the search index anew", index, STUDIO),
    Command(
        "repair annotations",
        "move what is drawn on movies to the times of their frames, one entry a frame",
        annotations,
        (ONE_PROJECT, argument("--dry-run", action="store_true", help="only say what would be done"), *STUDIO),
    ),
    Command(
        "tidy",
        "remove old events, sign-ins and notifications, and tokens that count no more",
        tidy,
        (argument("--days", type=int, default=90, help="how long they are kept (90)"), *STUDIO),
    ),
    Command(
        "search",
        "find people, assets, shots and productions",
        search,
        (
            argument("text", metavar="TEXT", help="words, or how they begin"),
            argument("--project", metavar="PRODUCTION", help="only in this one: name or id"),
            argument("--limit", type=int, default=20, help="of each kind, at the most (20)"),
            JSON,
            *STUDIO,
        ),
    ),
)
