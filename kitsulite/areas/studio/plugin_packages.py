"""Plugins on their way: out of a folder, a zip, an address or a git repository, and into a zip (docs/plugins.md).

What comes is not trusted: it stays within its folder, holds no links, and has a size.
"""

import os
import shutil
import stat
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import urlsplit

from kitsulite.areas.studio.manifests import MANIFEST, BadPlugin, Manifest, as_manifest, read_manifest
from kitsulite.models import BadValue

MOST_BYTES = 512 * 1024**2
MOST_FILES = 20_000
LONGEST_PACKAGE = 256 * 1024**2
"""Bytes of a zip that is fetched."""
SECONDS = 600
PIECE = 1024 * 1024
LEFT_OUT = {".git", "node_modules", "__pycache__"}
TOO_LARGE = f"The plugin is larger than {MOST_BYTES // 1024**2} MB, or has more than {MOST_FILES} files."
GIT = ("git@", "git+", "git://", "ssh://")
AGENT = {"User-Agent": "Kitsulite"}


class Room:
    """How much may still come."""

    def __init__(self) -> None:
        self.files, self.bytes = MOST_FILES, MOST_BYTES

    def file(self) -> None:
        self.files -= 1
        self._check()

    def take(self, size: int) -> None:
        self.bytes -= size
        self._check()

    def _check(self) -> None:
        if self.files < 0 or self.bytes < 0:
            raise BadPlugin(TOO_LARGE)


@contextmanager
def unpacked(source: str) -> Iterator[Path]:
    """A folder that holds the plugin of a source: a folder or a zip of this machine, an address of a zip, a git repository."""
    path = Path(source)
    if path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="kitsulite-plugin-") as scratch:
        place = Path(scratch) / "plugin"
        place.mkdir()
        if path.is_file():
            unzip(path, place)
        elif source.startswith(GIT) or source.rstrip("/").endswith(".git"):
            _clone(source.removeprefix("git+"), place)
        elif source.startswith(("http://", "https://")):
            package = Path(scratch) / "plugin.zip"
            _fetch(source, package)
            unzip(package, place)
        else:
            raise BadPlugin(f"There is no folder and no file {source}.")
        yield _root(place)


def _root(place: Path) -> Path:
    """Where the manifest is: at the top, or in the one folder that is there."""
    inner = [path for path in place.iterdir() if path.is_dir() and path.name not in LEFT_OUT]
    if not (place / MANIFEST).exists() and len(inner) == 1 and (inner[0] / MANIFEST).exists():
        return inner[0]
    return place


# --- copying ---


def copy(source: Path, target: Path) -> None:
    """Copy the files of a plugin; BadPlugin for links, which could lead anywhere."""
    room = Room()
    for folder, names, files in os.walk(source):
        names[:] = sorted(name for name in names if name not in LEFT_OUT)
        here = Path(folder)
        for name in [*names, *files]:
            kind = (here / name).lstat().st_mode
            if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
                raise BadPlugin(f"{here / name} is a link, or no plain file.")
        place = target / here.relative_to(source)
        place.mkdir(exist_ok=True)
        for name in files:
            room.file()
            with (here / name).open("rb") as content, (place / name).open("wb") as file:
                _copy(content, file, room)


def unzip(package: Path, target: Path) -> None:
    """Unpack a zip within a folder; BadPlugin for what would lead out of it, and for what grows beyond all bounds."""
    room = Room()
    try:
        with zipfile.ZipFile(package) as archive:
            for entry in archive.infolist():
                room.file()
                place = target / _within(entry)
                if entry.is_dir():
                    place.mkdir(parents=True, exist_ok=True)
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as content, place.open("xb") as file:
                    _copy(content, file, room)
    except FileExistsError as problem:
        raise BadPlugin(f"{package.name} holds {Path(problem.filename).name} twice.") from None
    except NotADirectoryError as problem:
        raise BadPlugin(f"{package.name} holds {problem.filename} as a file and as a folder.") from None
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
    ) as problem:
        raise BadPlugin(f"{package.name} is no zip that can be read: {problem}.") from None


def _within(entry: zipfile.ZipInfo) -> PurePosixPath:
    """The path of an entry, which stays within its folder."""
    path, kind = PurePosixPath(entry.filename), entry.external_attr >> 16
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename or not path.parts:
        raise BadPlugin(f"The zip holds a path that leads out of its folder: {entry.filename!r}.")
    if stat.S_IFMT(kind) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BadPlugin(f"The zip holds a link, or no plain file: {entry.filename!r}.")
    return path


def _copy(content: IO[bytes], file: IO[bytes], room: Room) -> None:
    while piece := content.read(PIECE):
        room.take(len(piece))
        file.write(piece)


# --- fetching ---


def _fetch(url: str, target: Path) -> None:
    """Fetch a zip; where it leads on to is followed."""
    host, end, left = urlsplit(url).hostname, time.monotonic() + SECONDS, LONGEST_PACKAGE
    try:
        request = urllib.request.Request(url, headers=AGENT)
        with urllib.request.urlopen(request, timeout=60) as answer, target.open("wb") as file:
            while piece := answer.read(PIECE):
                left -= len(piece)
                if left < 0:
                    raise BadPlugin(f"What {host} sends is larger than {LONGEST_PACKAGE // 1024**2} MB.")
                if time.monotonic() > end:
                    raise BadPlugin(f"{host} took longer than {SECONDS} seconds.")
                file.write(piece)
    except urllib.error.HTTPError as problem:
        raise BadPlugin(f"{host} answered {problem.code} {problem.reason}.") from None
    except (urllib.error.URLError, OSError, ValueError) as problem:
        raise BadPlugin(f"{url} cannot be fetched: {problem}.") from None


def _clone(url: str, target: Path) -> None:
    """The newest state of a git repository, without its links."""
    options = ("-c", "protocol.ext.allow=never", "-c", "core.symlinks=false", "-c", "core.hooksPath=/dev/null")
    command = ["git", *options, "clone", "--quiet", "--depth", "1", "--no-tags", "--", url, str(target)]
    try:
        done = subprocess.run(
            command, env={**os.environ, "GIT_TERMINAL_PROMPT": "0"}, capture_output=True, timeout=SECONDS, check=False
        )
    except FileNotFoundError:
        raise BadPlugin("git is not installed here: fetch the plugin yourself, and install its folder.") from None
    except subprocess.TimeoutExpired:
        raise BadPlugin(f"The repository took longer than {SECONDS} seconds.") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise BadPlugin(f"The repository cannot be cloned: {said}")
    shutil.rmtree(target / ".git", ignore_errors=True)


# --- making ---


def package(source: Path, folder: Path, *, force: bool = False) -> tuple[Path, Manifest]:
    """Zip a plugin into a folder, as `<id>-<version>.zip`."""
    manifest = read_manifest(source)
    target = folder / f"{manifest.id}-{manifest.version}.zip"
    if target.exists() and not force:
        raise BadPlugin(f"{target} is there already: --force writes over it.")
    with tempfile.TemporaryDirectory(prefix="kitsulite-plugin-") as scratch:
        place, made = Path(scratch) / "plugin", Path(scratch) / "made.zip"
        place.mkdir()
        copy(source, place)
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(place.rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(place).as_posix())
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, target)
    return target, manifest


PAGE = """<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>{name}</title></head>
  <body><h1>{name}</h1></body>
</html>
"""


def create(folder: Path, values: dict[str, str], *, force: bool = False) -> None:
    """A plugin to begin with: its manifest and an empty page."""
    given = {key: value for key, value in values.items() if value}
    try:
        manifest = as_manifest({**given, "frontend_project_enabled": True})
    except (BadPlugin, BadValue) as problem:
        raise BadPlugin(f"{str(problem).removesuffix('.')}.") from None
    if folder.exists() and any(folder.iterdir()) and not force:
        raise BadPlugin(f"{folder} is not empty: --force writes into it.")
    page = folder / "frontend" / "dist"
    page.mkdir(parents=True, exist_ok=True)
    lines = [f"{key} = {_quoted(value)}" for key, value in given.items()]
    flags = ["frontend_project_enabled = true", "frontend_studio_enabled = false"]
    (folder / MANIFEST).write_text("\n".join([*lines, *flags, ""]), encoding="utf-8")
    name = manifest.name.replace("&", "&amp;").replace("<", "&lt;")
    (page / "index.html").write_text(PAGE.format(name=name), encoding="utf-8")
    read_manifest(folder)


def _quoted(text: str) -> str:
    """A text as TOML writes it."""
    escaped = "".join(
        f"\\u{ord(letter):04x}" if ord(letter) < 32 or ord(letter) == 127 else letter
        for letter in text.replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{escaped}"'
