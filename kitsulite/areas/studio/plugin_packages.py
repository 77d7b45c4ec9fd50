"""Plugins on their way: out of a folder, a zip, an address or a git repository, and into a zip (docs/plugins.md).

What comes is not trusted (`packages.py`).
"""

import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kitsulite.areas.studio import packages
from kitsulite.areas.studio.manifests import MANIFEST, BadPlugin, Manifest, as_manifest, read_manifest
from kitsulite.models import BadValue

LEFT_OUT = {".git", "node_modules", "__pycache__"}
GIT = ("git@", "git+", "git://", "ssh://")


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
            packages.unzip(path, place)
        elif source.startswith(GIT) or source.rstrip("/").endswith(".git"):
            _clone(source.removeprefix("git+"), place)
        elif source.startswith(("http://", "https://")):
            package = Path(scratch) / "plugin.zip"
            packages.fetch(source, package)
            packages.unzip(package, place)
        else:
            raise BadPlugin(f"There is no folder and no file {source}.")
        yield _root(place)


def _root(place: Path) -> Path:
    """Where the manifest is: at the top, or in the one folder that is there."""
    inner = [path for path in place.iterdir() if path.is_dir() and path.name not in LEFT_OUT]
    if not (place / MANIFEST).exists() and len(inner) == 1 and (inner[0] / MANIFEST).exists():
        return inner[0]
    return place


def copy(source: Path, target: Path) -> None:
    """Copy the files of a plugin; BadPackage."""
    packages.copy(source, target, LEFT_OUT)


def _clone(url: str, target: Path) -> None:
    """The newest state of a git repository, without its links."""
    options = ("-c", "protocol.ext.allow=never", "-c", "core.symlinks=false", "-c", "core.hooksPath=/dev/null")
    command = ["git", *options, "clone", "--quiet", "--depth", "1", "--no-tags", "--", url, str(target)]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
            capture_output=True,
            timeout=packages.SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise BadPlugin("git is not installed here: fetch the plugin yourself, and install its folder.") from None
    except subprocess.TimeoutExpired:
        raise BadPlugin(f"The repository took longer than {packages.SECONDS} seconds.") from None
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
