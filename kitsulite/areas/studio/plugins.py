"""Plugins: what is installed, and what of it browsers get (docs/plugins.md).

A plugin is a folder of PLUGIN_FOLDER, called by its id, and a row. Its manifest is read anew each time, so that what is
installed or gone is so at once, whichever process did it.
"""

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from kitsulite.areas.studio.manifests import ID, VERSION, BadPlugin, Manifest, read_manifest
from kitsulite.models.tools import Plugin
from kitsulite.storage import Row
from kitsulite.storage.private import make_folder
from kitsulite.work.work import Work

log = logging.getLogger("kitsulite")

FRONTEND = Path("frontend") / "dist"
USUAL = "index.html"
UNFINISHED, REPLACED = ".new-", ".old-"
CODE = ("*.py", "migrations/*")
"""What plugins of the reference bring that is code of another server."""


class Found(NamedTuple):
    """A folder of PLUGIN_FOLDER: a plugin, or why it is none."""

    folder: Path
    manifest: Manifest | None
    problem: str = ""


def installed(folder: Path) -> Iterator[Found]:
    """All that lies in PLUGIN_FOLDER, by its name."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and not path.name.startswith("."):
            try:
                manifest = read_manifest(path)
                if manifest.id != path.name:
                    raise BadPlugin(f"The plugin {manifest.id} lies in {path}, which is not its name.")
                yield Found(path, manifest)
            except (BadPlugin, OSError) as problem:
                yield Found(path, None, str(problem))


def tell_of_broken(folder: Path) -> None:
    """Say which folders are no plugins; they are left out."""
    for found in installed(folder):
        if found.problem:
            log.error("A plugin is left out: %s", found.problem)


# --- browsers ---


def frontend_file(work: Work, folder: Path, plugin_id: str, path: str) -> Path | None:
    """A file of the front end of an installed plugin; None for what is none, or lies elsewhere."""
    if not ID.fullmatch(plugin_id) or find(work, plugin_id) is None:
        return None
    try:
        if not read_manifest(folder / plugin_id).has_frontend:
            return None
        root = (folder / plugin_id / FRONTEND).resolve(strict=True)
        file = (root / (path or USUAL)).resolve(strict=True)
    except (BadPlugin, OSError, ValueError):
        return None
    return file if file.is_relative_to(root) and file.is_file() else None


# --- installing ---


def find(work: Work, plugin_id: str) -> Row | None:
    """The row of a plugin."""
    return work.db.row(Plugin.select().where(Plugin.plugin_id == plugin_id))


def install(work: Work, folder: Path, manifest: Manifest, source: Path) -> str | None:
    """Put the plugin that lies in `source` in its place, and its row; the version that was there before.

    source  is moved away: a copy on the same disk (`plugin_packages.py`)
    """
    there = find(work, manifest.id)
    if there is None:
        id = work.insert(Plugin, **manifest.row())
    else:
        id = there["id"]
        work.update(Plugin, id, **manifest.row())
    work.emit(f"plugin:{'update' if there else 'new'}", {"plugin_id": id})
    _put(work, source, folder / manifest.id)
    return there["version"] if there else None


def _put(work: Work, source: Path, target: Path) -> None:
    """Move a folder to its place. What was there comes back when the work comes to nothing."""
    old = target.with_name(f"{REPLACED}{target.name}")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    work.after_failure(lambda: _bring_back(old, target))
    source.rename(target)
    work.after_commit(lambda: shutil.rmtree(old, ignore_errors=True))


def _bring_back(old: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    if old.exists():
        old.rename(target)


def uninstall(work: Work, folder: Path, plugin_id: str) -> None:
    """Take a plugin away, its row and its files; BadPlugin when there is none of that id."""
    row, place = find(work, plugin_id), folder / plugin_id
    if row is None and not (ID.fullmatch(plugin_id) and place.is_dir()):
        raise BadPlugin(f"There is no plugin {plugin_id}.")
    if row is not None:
        work.foresee(Plugin, row)
        work.delete(Plugin, Plugin.id == row["id"])
        work.emit("plugin:delete", {"plugin_id": row["id"]})
    if ID.fullmatch(plugin_id) and place.is_dir():
        work.after_commit(lambda: shutil.rmtree(place))


def is_no_newer(manifest: Manifest, before: str) -> bool:
    """Whether a version is as old as another, or older."""
    return bool(VERSION.fullmatch(before)) and manifest.order <= msgspec.structs.replace(manifest, version=before).order


def brings_code(folder: Path) -> bool:
    """Whether a plugin has code that would be run by another server, and is not run here."""
    return any(next(folder.glob(pattern), None) is not None for pattern in CODE)


def staged(folder: Path, copy: Callable[[Path], None]) -> Path:
    """A new folder in PLUGIN_FOLDER with what `copy` puts there; nothing is left of it when that fails."""
    make_folder(folder)
    number = 0
    while (place := folder / f"{UNFINISHED}{number}").exists():
        number += 1
    place.mkdir()
    try:
        copy(place)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return place
