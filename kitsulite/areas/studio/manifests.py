"""What a plugin says of itself: its `manifest.toml` (docs/plugins.md)."""

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from kitsulite.areas.studio.packages import BadPackage
from kitsulite.models import BadValue
from kitsulite.models.tools import Plugin

MANIFEST = "manifest.toml"
LONGEST = 64 * 1024
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}", re.ASCII)
"""What a plugin may be called, which is the name of its folder too."""
VERSION = re.compile(
    r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?", re.ASCII
)
LICENSE = re.compile(r"\(*[A-Za-z0-9.+-]+\)*( (AND|OR|WITH) \(*[A-Za-z0-9.+-]+\)*)*", re.ASCII)
MAINTAINER = re.compile(r"([^<>]*?)\s*<([^<>\s]+)>")
REQUIRED = ("id", "name", "version", "license")
TEXTS = (*REQUIRED, "description", "maintainer", "website", "icon")
FLAGS = ("frontend_project_enabled", "frontend_studio_enabled")


class BadPlugin(BadPackage):
    """What is no plugin, or none that can be installed; in words for people."""


class Manifest(msgspec.Struct, frozen=True):
    """A plugin, as its manifest describes it."""

    id: str
    name: str
    version: str
    license: str
    description: str = ""
    maintainer_name: str = ""
    maintainer_email: str | None = None
    website: str = ""
    icon: str = ""
    frontend_project_enabled: bool = False
    frontend_studio_enabled: bool = False

    @property
    def has_frontend(self) -> bool:
        return self.frontend_project_enabled or self.frontend_studio_enabled

    @property
    def order(self) -> tuple[list[int], bool, list[tuple[bool, int, str]]]:
        """By which versions are older and newer: one that is still to come is older than the one that it becomes."""
        numbers, _, coming = self.version.partition("+")[0].partition("-")
        parts = [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in coming.split(".")]
        return [int(part) for part in numbers.split(".")], not coming, parts

    def row(self) -> dict[str, Any]:
        """The values of its row."""
        values = msgspec.structs.asdict(self)
        return {"plugin_id": values.pop("id"), **values}


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the plugin in a folder; BadPlugin says what is wrong with it."""
    path = folder / MANIFEST
    if not path.is_file():
        raise BadPlugin(f"There is no {MANIFEST} in {folder}.")
    if path.stat().st_size > LONGEST:
        raise BadPlugin(f"{path} is longer than {LONGEST} bytes.")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise BadPlugin(f"{path} cannot be read: {problem}.") from None
    try:
        return as_manifest(data)
    except (BadPlugin, BadValue) as problem:
        raise BadPlugin(f"{path}: {str(problem).removesuffix('.')}.") from None


def as_manifest(data: dict[str, Any]) -> Manifest:
    """What a manifest says, read; BadPlugin, BadValue."""
    for key in TEXTS:
        if key in REQUIRED and not data.get(key):
            raise BadPlugin(f"{key} is missing")
        if not isinstance(data.get(key, ""), str):
            raise BadPlugin(f"{key} is no text")
    for key, form, what in (
        ("id", ID, "an id: letters, digits, - and _, at most 80"),
        ("version", VERSION, "a semantic version, such as 1.2.3"),
        ("license", LICENSE, "an SPDX license, such as MIT or GPL-3.0-only"),
    ):
        if not form.fullmatch(data[key]):
            raise BadPlugin(f"{key} is not {what}")
    name, email = _maintainer(data.get("maintainer", ""))
    kept = {key: data[key] for key in (*TEXTS, *FLAGS) if key in data and key != "maintainer"}
    manifest = Manifest(**kept, maintainer_name=name, maintainer_email=email)
    columns = Plugin.columns()
    for key, value in manifest.row().items():
        columns[key].read(value)
    return manifest


def _maintainer(text: str) -> tuple[str, str | None]:
    """The name and the address of `Name <address>`."""
    found = MAINTAINER.fullmatch(text.strip())
    return (found[1], found[2]) if found else (text.strip(), None)
