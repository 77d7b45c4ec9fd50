"""`kitsulite plugin …`: what is added to the web client (docs/plugins.md)."""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

from kitsulite.cli.command import STUDIO, Command, Stop, argument, one_line, opened, print_table, settings_of

FIELDS = ("plugin_id", "name", "maintainer", "license")
COLUMNS = ("plugin_id", "name", "version", "maintainer", "license", "state")
FORCE = argument("--force", action="store_true", help="write over what is there")
NOT_RUN = "It brings code for another server (routes, tables, hooks), which is not run here."


def install(arguments: argparse.Namespace) -> None:
    """Install a plugin, or another version of one."""
    from kitsulite.areas.studio import plugin_packages, plugins
    from kitsulite.areas.studio.manifests import read_manifest
    from kitsulite.areas.studio.packages import BadPackage
    from kitsulite.work.operator import operator_here

    with opened(settings_of(arguments)) as tracker:
        folder = tracker.settings.plugins
        try:
            with plugin_packages.unpacked(arguments.source) as source:
                manifest = read_manifest(source)
                staged = plugins.staged(folder, lambda place: plugin_packages.copy(source, place))
            try:
                with tracker.work(operator_here()) as work:
                    before = plugins.install(work, folder, manifest, staged)
            finally:
                shutil.rmtree(staged, ignore_errors=True)  # it is there only when it came to nothing
        except BadPackage as problem:
            raise Stop(f"{one_line(problem).removesuffix('.')}; nothing was installed.") from None
        has_code = plugins.brings_code(folder / manifest.id)
    print(f"The plugin {manifest.id} {manifest.version} is installed.")
    if before is not None and plugins.is_no_newer(manifest, before):
        print(f"It is no newer than {before}, which was there.")
    if has_code:
        print(NOT_RUN)
    if not manifest.has_frontend:
        print("It shows nothing: neither frontend_project_enabled nor frontend_studio_enabled is true.")


def uninstall(arguments: argparse.Namespace) -> None:
    """Take a plugin away."""
    from kitsulite.areas.studio import plugins
    from kitsulite.areas.studio.packages import BadPackage
    from kitsulite.work.operator import operator_here

    with opened(settings_of(arguments)) as tracker, tracker.work(operator_here()) as work:
        try:
            plugins.uninstall(work, tracker.settings.plugins, arguments.id)
        except BadPackage as problem:
            raise Stop(str(problem)) from None
    print(f"The plugin {arguments.id} is gone.")


def list_all(arguments: argparse.Namespace) -> None:
    """Every plugin: a table, or JSON."""
    from kitsulite.areas.studio import plugins
    from kitsulite.models.tools import Plugin

    with opened(settings_of(arguments)) as tracker:
        folder = tracker.settings.plugins
        with tracker.work(writes=False) as work:
            rows = work.db.rows(Plugin.select().order_by(Plugin.plugin_id))
        found = {one.folder.name: one for one in plugins.installed(folder)}
    listed = [_shown(row, found.pop(row["plugin_id"], None)) for row in rows]
    listed += [
        {**dict.fromkeys(COLUMNS, ""), "plugin_id": name, "state": one.problem or "not installed"}
        for name, one in found.items()
    ]
    if arguments.filter:
        field, _, text = arguments.filter.partition("=")
        if field not in FIELDS:
            raise Stop(f"A filter is FIELD=TEXT, with a field of {', '.join(FIELDS)}.")
        listed = [row for row in listed if text.lower() in row[field].lower()]
    if arguments.json:
        print(json.dumps(listed, ensure_ascii=False))
        return
    print_table(listed, COLUMNS)


def _shown(row: dict[str, Any], found: Any) -> dict[str, Any]:
    address = f" <{row['maintainer_email']}>" if row["maintainer_email"] else ""
    state = "no files" if found is None else found.problem or "installed"
    keys = ("plugin_id", "name", "version", "license", "description", "website", "icon")
    return {
        **{key: row[key] or "" for key in keys},
        "maintainer": f"{row['maintainer_name']}{address}",
        "state": state,
    }


def create(arguments: argparse.Namespace) -> None:
    """A plugin to begin with."""
    from kitsulite.areas.studio import plugin_packages
    from kitsulite.areas.studio.packages import BadPackage

    keys = ("id", "name", "version", "description", "maintainer", "website", "license", "icon")
    values = {key: getattr(arguments, key) for key in keys} | {"name": arguments.name or arguments.id}
    try:
        plugin_packages.create(Path(arguments.folder), values, force=arguments.force)
    except BadPackage as problem:
        raise Stop(str(problem)) from None
    print(f"The plugin {arguments.id} begins in {arguments.folder}.")


def package(arguments: argparse.Namespace) -> None:
    """A zip of a plugin."""
    from kitsulite.areas.studio import plugin_packages
    from kitsulite.areas.studio.packages import BadPackage

    try:
        made, _ = plugin_packages.package(Path(arguments.folder), Path(arguments.output), force=arguments.force)
    except BadPackage as problem:
        raise Stop(str(problem)) from None
    print(made)


COMMANDS = (
    Command(
        "plugin install",
        "install a plugin, or another version of one",
        install,
        (argument("source", metavar="SOURCE", help="a folder, a zip, its address, or a git repository"), *STUDIO),
    ),
    Command(
        "plugin uninstall",
        "take a plugin away",
        uninstall,
        (argument("id", metavar="ID", help="its id"), *STUDIO),
    ),
    Command(
        "plugin list",
        "list the plugins",
        list_all,
        (
            argument("--json", action="store_true", help="print JSON, for scripts"),
            argument("--filter", metavar="FIELD=TEXT", help=f"only those whose {', '.join(FIELDS)} holds a text"),
            *STUDIO,
        ),
    ),
    Command(
        "plugin create",
        "make a plugin to begin with: a manifest and a page",
        create,
        (
            argument("folder", metavar="FOLDER", help="where to"),
            argument("--id", required=True, metavar="ID", help="what it is called: letters, digits, - and _"),
            argument("--name", metavar="NAME", help="its name for people, else its id"),
            argument("--description", metavar="TEXT", help="what it is for"),
            argument("--version", default="0.1.0", metavar="VERSION", help="a semantic version (0.1.0)"),
            argument("--maintainer", metavar="'NAME <MAIL>'", help="who looks after it"),
            argument("--website", metavar="URL", help="where there is more"),
            argument("--license", default="GPL-3.0-only", metavar="SPDX", help="its license (GPL-3.0-only)"),
            argument("--icon", metavar="ICON", help="the name of a Lucide icon"),
            FORCE,
        ),
    ),
    Command(
        "plugin package",
        "zip a plugin, to hand it on",
        package,
        (
            argument("folder", metavar="FOLDER", help="the plugin"),
            argument("--output", default=".", metavar="FOLDER", help="where to (here)"),
            FORCE,
        ),
    ),
)
