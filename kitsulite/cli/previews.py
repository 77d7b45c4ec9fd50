"""`kitsulite preview …`: what belongs to previews that are there, made or measured anew."""

import argparse
import datetime
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from kitsulite.cli.command import MISUSED, STUDIO, Command, Stop, argument, one_line
from kitsulite.cli.moving import progress_bar
from kitsulite.cli.people import working
from kitsulite.cli.projects import find_project

if TYPE_CHECKING:
    from kitsulite.areas.previews.remaking import Wanted
    from kitsulite.work.work import Begin

FORM = "%Y-%m-%dT%H:%M:%S.%f"
NAMED = 10
"""How many previews are named of which nothing could be made."""


def measure(arguments: argparse.Namespace) -> None:
    """Width, height, duration and size of previews, read off their files."""
    from kitsulite.areas.previews import remaking

    extensions = (remaking.MOVIE,) if arguments.movies else (remaking.PICTURE,) if arguments.pictures else None
    given = {"extensions": extensions} if extensions else {}
    with working(arguments) as begin:
        done = _each(begin, remaking.find(begin, _wanted(begin, arguments, **given)), remaking.measure)
    print(f"{done[True]} of {done.total()} previews were of another size than their rows said.")


def extras(arguments: argparse.Namespace) -> None:
    """The pictures and tiles that previews lack."""
    from kitsulite.areas.previews import remaking

    only = "shots" if arguments.only_shots else "assets" if arguments.only_assets else None
    everything = not (arguments.tiles or arguments.pictures)

    def make(begin: "Begin", id: str) -> str:
        made = remaking.make_extras(
            begin,
            id,
            tiles=arguments.tiles or everything,
            pictures=arguments.pictures or everything,
            again=arguments.again,
        )
        return ", ".join(made)

    with working(arguments) as begin:
        wanted = _wanted(begin, arguments, only=only, episode_ids=arguments.episode, entity_id=arguments.entity)
        done = _each(begin, remaking.find(begin, wanted), make)
    made = done.total() - done[""]
    print(f"{made} of {done.total()} previews lacked something, which was made.")


def encode(arguments: argparse.Namespace) -> None:
    """Movies, once more of what was sent in."""
    from kitsulite.areas.previews import remaking

    statuses = [status for status in remaking.UNFIT if getattr(arguments, status)]
    if not (statuses or arguments.previews):
        raise Stop("Say which: ids of previews, --broken, --missing or --processing.", MISUSED)
    since = None
    if arguments.hours is not None:
        since = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=arguments.hours)).strftime(FORM)
    with working(arguments) as begin:
        if arguments.previews:
            ids = remaking.find_all(begin, arguments.previews)
        else:
            given: dict[str, Any] = {"statuses": statuses, "since": since, "extensions": (remaking.MOVIE,)}
            ids = remaking.find(begin, _wanted(begin, arguments, **given))
        done = _each(begin, ids, remaking.encode_again)
    print(
        ", ".join(f"{count} {status}" for status, count in sorted(done.items())) or "None",
        "of",
        f"{len(ids)} previews.",
    )
    if done["missing"]:
        raise Stop("Of those that are missing, what was sent in is not kept (PREVIEW_SAVE_SOURCE_FILE).")
    if done["broken"]:
        raise Stop("Why a movie is broken stands in its row (data, problem).")


def _wanted(begin: "Begin", arguments: argparse.Namespace, **given: Any) -> "Wanted":
    from kitsulite.areas.previews.remaking import Wanted

    project_id = find_project(begin, arguments.project) if arguments.project else None
    return Wanted(project_id=project_id, **{name: value for name, value in given.items() if value})


def _each(begin: "Begin", ids: Iterable[str], do: Callable[["Begin", str], Any]) -> Counter[Any]:
    """How often each came of it. What is wrong with one preview is told, and leaves out none of the others."""
    from kitsulite.areas.previews import remaking
    from kitsulite.media.ffmpeg import NoFfmpeg

    done: Counter[Any] = Counter()
    wrong: list[str] = []
    with progress_bar() as progress:
        for id in progress.track(list(ids), description="Previews"):
            try:
                done[do(begin, id)] += 1
            except remaking.BROKEN as problem:
                wrong.append(f"{id}: {'its file is not there.' if one_line(problem) == id else one_line(problem)}")
            except NoFfmpeg as problem:
                raise Stop(one_line(problem)) from None
    for line in wrong[:NAMED]:
        print(line)
    if len(wrong) > NAMED:
        print(f"{len(wrong) - NAMED} more could not be read.")
    return done


PROJECT = argument("--project", metavar="PRODUCTION", help="name or id (all that are open)")

COMMANDS = (
    Command(
        "preview measure",
        "read width, height, duration and size of previews off their files",
        measure,
        (
            PROJECT,
            argument("--movies", action="store_true", help="only of movies"),
            argument("--pictures", action="store_true", help="only of pictures"),
            *STUDIO,
        ),
    ),
    Command(
        "preview extras",
        "make the pictures and tiles that previews lack",
        extras,
        (
            PROJECT,
            argument(
                "--episode", metavar="ID", action="append", default=[], help="only of these episodes; may be repeated"
            ),
            argument("--entity", metavar="ID", help="only of this asset or shot"),
            argument("--only-shots", action="store_true", help="not of assets"),
            argument("--only-assets", action="store_true", help="not of shots"),
            argument("--tiles", action="store_true", help="only tiles"),
            argument("--pictures", action="store_true", help="only pictures"),
            argument("--again", action="store_true", help="make tiles anew that are there"),
            *STUDIO,
        ),
    ),
    Command(
        "preview encode",
        "encode movies again from what was sent in",
        encode,
        (
            argument("previews", metavar="ID", nargs="*", default=[], help="ids of previews"),
            argument("--broken", action="store_true", help="all that are broken"),
            argument("--missing", action="store_true", help="all that are missing"),
            argument("--processing", action="store_true", help="all that were never finished"),
            argument("--hours", type=float, help="only those of the last so many hours"),
            PROJECT,
            *STUDIO,
        ),
    ),
)
