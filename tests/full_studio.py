"""A studio with a row in every table, for tests that go through everything."""

from typing import Any

from studio import Member, Studio

from kitsulite.areas.people import sessions
from kitsulite.areas.studio import transfer
from kitsulite.live import places
from kitsulite.live.webhooks import place_of
from kitsulite.models import TABLES, Record, Table, new_id
from kitsulite.models.entities import Entity
from kitsulite.models.fields import Boolean, Column, Date, DateTime, Json, Pointer, Texts, Uuid
from kitsulite.models.people import Person
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.reviews import Playlist, PlaylistShareLink
from kitsulite.models.tasks import TaskPersonLink
from kitsulite.models.textfields import Choice, Email, String, Text
from kitsulite.models.webhooks import WebhookDelivery

ROLES = ("admin", "manager", "supervisor", "user", "vendor", "client")
KINDS = ("Asset", "Shot", "Sequence", "Episode", "Scene", "Edit", "Concept")
NAMES = {"project_status": "Open", "entity_type": "Prop", "organisation": "Studio"}


class FullStudio:
    """See the module.

    ids      the id of a row by the name of its table, and of an entity by its kind in lower case
    members  somebody signed in of each role, in the team of the project; `bot` is one with an API token
    """

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.ids: dict[str, str] = {
            name: new_id()
            for name, table in TABLES.items()
            if table not in transfer.LEFT_OUT and issubclass(table, Record)
        }
        self._fill()
        self.members: dict[str, Member] = {role: studio.person(role.capitalize(), role) for role in ROLES}
        self.members["bot"] = self._bot()
        self._put_to_work()
        self._share()
        self._lend()
        self._call_out()

    def _fill(self) -> None:
        tables = [table for table in TABLES.values() if table not in transfer.LEFT_OUT]
        rows = [(0, table.table_name(), self._row(table)) for table in tables]
        for kind in KINDS:
            name, type_id = kind.lower(), new_id()
            self.ids[name] = new_id()
            rows.append((0, "entity_type", {"id": type_id, "name": kind}))
            rows.append(
                (0, "entity", self._row(Entity) | {"id": self.ids[name], "name": kind, "entity_type_id": type_id})
            )
        self.ids["concept_folder"], type_id = new_id(), new_id()
        folder = {"id": self.ids["concept_folder"], "name": "ConceptFolder", "entity_type_id": type_id}
        rows.append((0, "entity_type", {"id": type_id, "name": "ConceptFolder"}))
        rows.append((0, "entity", self._row(Entity) | folder))
        self.ids["asset_type"] = self.ids["entity_type"]
        transfer.load(self.studio.tracker.db, rows)

    def further(self, table: type[Table]) -> dict[str, Any]:
        """The body of one more row of a table, which differs in its name."""
        row = self._row(table)
        row.pop("id", None)
        return {**row, "name": row["name"][:30] + " 2"} if "name" in row else row

    def _row(self, table: type[Table]) -> dict[str, Any]:
        name = table.table_name()
        row = {key: self._value(name, key, column) for key, column in table.columns().items()}
        return {key: value for key, value in row.items() if value is not None}

    def _value(self, table: str, key: str, column: Column) -> Any:
        match column:
            case _ if key.startswith("preview_") and table == "person":
                return None  # else it would be lent to look at the production
            case Pointer() if column.table == table:
                return None  # else it would hang on itself
            case Pointer():
                return self.ids[column.table]
            case Uuid() if key == "id":
                return self.ids[table]
            case Uuid():
                return self.ids["task"]
            case _ if column.default is not None and not column.null:
                return None
            case Email():
                return f"{table}@example.com"
            case String() | Text() if key == "name" and table in NAMES:
                return NAMES[table]
            case String() | Text():
                return _text(table, key)[: getattr(column, "length", None)]
            case Choice():
                return column.codes[0]
            case Boolean():
                return None
            case Texts():
                return []
            case Json():
                return None if column.null else {}
            case DateTime():
                return "2024-03-04T10:00:00"
            case Date():
                return "2024-03-04"
            case _:
                return 1

    def _bot(self) -> Member:
        row = self.studio.add(Person, first_name="Bot", last_name="", role="manager", is_bot=True)
        with self.studio.tracker.work() as work:
            token = sessions.mint_api_token(work, work.get(Person, row["id"]))
        return Member(self.studio.app, token, row)

    def _share(self) -> None:
        """Open the playlist to everybody who has the token of its link, with the preview in it, and a guest who came by it."""
        token, link_id = new_id(), self.ids["playlist_share_link"]
        shown = {"entity_id": self.ids["entity"], "preview_file_id": self.ids["preview_file"]}
        with self.studio.tracker.work() as work:
            work.update(PlaylistShareLink, link_id, token=token, expiration_date=None, password=None)
            work.update(Playlist, self.ids["playlist"], shots=[shown])
            self.ids["guest"] = work.insert(
                Person, first_name="Guest", last_name="", is_guest=True, role="client", data={"share_link_id": link_id}
            )
        self.ids["token"] = token

    def _lend(self) -> None:
        """An account that is lent to look at the production."""
        project = {"preview_project_id": self.ids["project"], "preview_opened_at": "2026-01-01T00:00:00.000000"}
        lent = self.studio.person("Preview", "client", **project, preview_open_until="2026-01-01T01:00:00.000000")
        self.ids["preview_account"] = lent.id
        self.studio.link(ProjectPersonLink, project_id=self.ids["project"], person_id=lent.id)

    def _call_out(self) -> None:
        """What a webhook was sent, and how far it has come."""
        with self.studio.tracker.work() as work:
            delivery = work.insert(WebhookDelivery, webhook_id=self.ids["webhook"])
            places.begin(work.db, place_of(self.ids["webhook"]), 0)
        assert delivery
        self.ids["webhook_delivery"] = delivery

    def _put_to_work(self) -> None:
        with self.studio.tracker.work() as work:
            for member in self.members.values():
                work.insert(ProjectPersonLink, project_id=self.ids["project"], person_id=member.id)
                work.insert(TaskPersonLink, task_id=self.ids["task"], person_id=member.id)


FITTING = {
    "object_type": "Task",
    "entity_type": "Asset",
    "timezone": "Europe/Paris",
    "locale": "en_US",
    "extension": "png",
    "color": "#000000",
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
}
"""Texts that must make sense, by column."""


def _text(table: str, key: str) -> str:
    return FITTING.get(key, f"{table} {key}")
