"""Reading a Zou through its API: what an admin is shown, row by row, in the same form as from its database.

All lists are read at the beginning of each moment, into a file that goes with it. Rows of links come from the lists of ids of
what they link. What no list shows stays behind: `unseen` names it.
"""

import tempfile
import uuid
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from typing import Any

import msgspec
from peewee import sqlite3

from kitsulite.areas.takeover.refusals import CannotTakeOver
from kitsulite.areas.takeover.site import Site
from kitsulite.areas.takeover.source import AS_SHOWN, Theirs, digest_of
from kitsulite.areas.takeover.tables import columns_of, key_of, shared
from kitsulite.models import Relation, Table
from kitsulite.models.reviews import Notification

PATHS = {
    "project_status": "project-status",
    "task_status": "task-status",
    "file_status": "file-status",
    "entity": "entities",
    "news": "news",
    "software": "softwares",
    "budget_entry": "budget-entries",
}
"""Lists that are not called as the table is, with an s."""
WITHOUT_LIST = {
    "api_event",
    "build_job",
    "data_import_error",
    "desktop_login_log",
    "entity_version",
    "hardware_item_department_link",
    "login_log",
    "playlist_share_link",
    "preview_file_storage_state",
    "project_task_type_software_link",
    "software_department_link",
    "stored_file",
}
"""Tables of which no release has a list; all others are listed by every one."""
SECRETS = {
    "person": {"totp_enabled", "email_otp_enabled", "fido_enabled", "preferred_two_factor_authentication"},
}
"""What is shown, and means nothing without the secrets that are not."""
LINKED = uuid.UUID("6f1c2a50-6f0e-4c63-9d8a-5a3b8f3c2f11")
"""From which ids of links are made that are not shown."""
# The log of sign-ins is left: it grows by each look at it.
LOGS = {
    "api_event": ("/data/events/last", "cursor_event_id"),
}
LOGGED = 1000
TEAM = "/data/projects/{}/team"
BUILDS = "/data/projects/{}/build-jobs"
OPEN = "/data/projects/open"


def path_of(table: str) -> str:
    return f"/data/{PATHS.get(table, table.replace('_', '-') + 's')}"


class ApiSource:
    """See the module; it stands where a `Source` does."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.url = site.host
        self.columns: dict[str, dict[str, str]] = {}
        self.unseen: list[str] = []
        self._kept: sqlite3.Connection | None = None

    def close(self) -> None:
        """Nothing is open between two moments."""

    @contextmanager
    def moment(self) -> Iterator[None]:
        """One within another is the same."""
        if self._kept is not None:
            yield
            return
        with tempfile.NamedTemporaryFile(prefix="kitsulite-zou-") as file:
            self._kept = sqlite3.connect(file.name)
            self._here.execute("CREATE TABLE row (tbl TEXT, key TEXT, json BLOB, PRIMARY KEY (tbl, key))")
            try:
                self._read_all()
                yield
            finally:
                self._here.close()
                self._kept = None

    @property
    def _here(self) -> sqlite3.Connection:
        assert self._kept is not None, "outside of a moment"
        return self._kept

    # --- reading ---

    def _read_all(self) -> None:
        self.columns = {}
        known = shared()
        links = {relation.table for table in known.values() for relation in table.relations.values()}
        for name, table in known.items():
            if name in WITHOUT_LIST or (name in links and not _has_list(name)):
                continue
            self._read_list(name, table)
        self._read_builds()
        self._read_teams()
        self._read_settings()
        for name, log in LOGS.items():
            self._read_log(name, *log)
        self.unseen = [name for name in known if name not in self.columns]

    def _read_list(self, name: str, table: type[Table]) -> None:
        keys: Set[str] | None = None
        for row in self.site.pages(path_of(name)):
            self._keep(name, table, row)
            keys = row.keys() if keys is None else keys & row.keys()
            for key, relation in table.relations.items():
                if relation.is_association and not _has_list(relation.table):
                    self._keep_links(relation, row["id"], row.get(key) or [])
        shown = {column for column, kind in columns_of(table).items() if not kind.hidden} - SECRETS.get(name, set())
        self.columns[name] = dict.fromkeys(shown if keys is None else shown & keys, AS_SHOWN)
        for relation in table.relations.values():
            if relation.is_association and not _has_list(relation.table):
                link = shared()[relation.table]
                names = {
                    relation.ours,
                    relation.theirs,
                    *key_of(link),
                    *(set(columns_of(link)) & {"priority", "roles_for_board"}),
                }
                self.columns.setdefault(relation.table, {}).update(dict.fromkeys(names, AS_SHOWN))

    def _keep(self, name: str, table: type[Table], row: dict[str, Any]) -> None:
        if table is Notification:
            row["type"] = _kind_of(row)
        key = "/".join(str(row.get(part)) for part in key_of(table))
        self._here.execute("INSERT OR REPLACE INTO row VALUES (?, ?, ?)", (name, key, msgspec.json.encode(row)))

    def _keep_links(self, relation: Relation, id: str, others: list[Any]) -> None:
        link = shared()[relation.table]
        for other in others:
            row = {relation.ours: id, relation.theirs: other["id"] if isinstance(other, dict) else other}
            if "id" in link.columns():
                row["id"] = str(uuid.uuid5(LINKED, f"{relation.table}/{id}/{row[relation.theirs]}"))
            self._keep(relation.table, link, row)

    def _read_builds(self) -> None:
        """Built movies are listed production by production."""
        table, columns = (
            shared()["build_job"],
            {"id", "created_at", "updated_at", "status", "job_type", "ended_at", "playlist_id"},
        )
        for project in self.keys("project", ["id"]):
            for row in self.site.ask(BUILDS.format(project)):
                self._keep("build_job", table, row)
        self.columns["build_job"] = dict.fromkeys(columns, AS_SHOWN)

    def _read_teams(self) -> None:
        """Which role somebody has on a production of their own."""
        link = shared()["project_person_link"]
        for project in self.keys("project", ["id"]):
            for person in self.site.ask(TEAM.format(project)):
                row = {"project_id": project, "person_id": person["id"], "role": person.get("project_role")}
                self._keep(link.table_name(), link, row)
        self.columns.setdefault(link.table_name(), {})["role"] = AS_SHOWN

    def _read_log(self, name: str, path: str, cursor: str) -> None:
        """A log is shown from its end, piece by piece."""
        table, query = shared()[name], {"limit": LOGGED}
        keys: Set[str] = set()
        while rows := self.site.ask(path, **query):
            for row in rows:
                self._keep(name, table, row)
            keys = rows[0].keys()
            query[cursor] = rows[-1]["id"]
        self.columns[name] = dict.fromkeys(columns_of(table).keys() & (keys or {"id"}), AS_SHOWN)

    def _read_settings(self) -> None:
        """What an open production says of its links: in which order, for whose boards."""
        for project in self.site.ask(OPEN):
            for id, priority in (project.get("task_types_priority") or {}).items():
                self._say("project_task_type_link", project["id"], id, {"priority": priority})
            for id, said in (project.get("task_statuses_link") or {}).items():
                self._say("project_task_status_link", project["id"], id, said)

    def _say(self, link: str, project: str, other: str, said: dict[str, Any]) -> None:
        key = str(uuid.uuid5(LINKED, f"{link}/{project}/{other}"))
        found = self._here.execute("SELECT json FROM row WHERE tbl = ? AND key = ?", (link, key)).fetchone()
        if found:
            self._keep(link, shared()[link], {**msgspec.json.decode(found[0]), **said})

    # --- as a Source ---

    @property
    def identity(self) -> str:
        ids = sorted(self.keys("organisation", ["id"]))
        if not ids:
            raise CannotTakeOver("This server has no organisation: is it a Kitsu?")
        return ",".join(ids)

    def count(self, table: str, condition: str = "true") -> int:
        return int(self._here.execute("SELECT count(*) FROM row WHERE tbl = ?", (table,)).fetchone()[0])

    def rows(
        self, table: str, columns: Sequence[str], key: Sequence[str], since: str | None = None
    ) -> Iterator[Theirs]:
        found = self._here.execute("SELECT key, json FROM row WHERE tbl = ? ORDER BY rowid DESC", (table,))
        for name, text in found.fetchall():
            row = msgspec.json.decode(text)
            values = [row.get(column) for column in columns]
            yield Theirs(name, digest_of(values), values)

    def keys(self, table: str, key: Sequence[str]) -> set[str]:
        return {found for (found,) in self._here.execute("SELECT key FROM row WHERE tbl = ?", (table,))}

    def latest(self, table: str) -> str | None:
        return None

    def filled(self, table: str, column: str) -> int:
        return 0

    def shown(self, table: str) -> Iterator[dict[str, Any]]:
        """The rows of a table as they are shown."""
        for (text,) in self._here.execute("SELECT json FROM row WHERE tbl = ?", (table,)).fetchall():
            yield msgspec.json.decode(text)


def _has_list(table: str) -> bool:
    """Whether rows of links are listed by themselves."""
    return table in ("entity_link", "build_job", "attachment_file", "output_file")


def _kind_of(row: dict[str, Any]) -> str:
    """Of what kind a notification is, which is not shown, by what it speaks of."""
    if row.get("reply_id"):
        return "reply"
    if row.get("playlist_id"):
        return "playlist-ready"
    return "comment" if row.get("comment_id") else "assignation"
