"""A table that both sides know: which columns are read, what their values are here, and how a row is told from others."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import peewee

from kitsulite.areas.takeover import values
from kitsulite.areas.takeover.source import Readable, Theirs
from kitsulite.models import TABLES, Column, Table, schema
from kitsulite.models.entities import EntityLink
from kitsulite.models.outbox import Outgoing
from kitsulite.models.own import ApiKey, EventPlace, Provisioned
from kitsulite.models.textfields import Sealed
from kitsulite.models.webhooks import Webhook
from kitsulite.storage import Database, Row
from kitsulite.storage.seal import Seal

OURS: set[type[Table]] = {*schema.OF_INSTALLATION, ApiKey, EventPlace, Outgoing, Provisioned, Webhook}
"""Tables that no Zou has."""
OUR_COLUMNS = {EntityLink.by_shots}


def shared() -> dict[str, type[Table]]:
    """The tables that a Zou has, too, by name."""
    return {name: table for name, table in TABLES.items() if table not in OURS}


def key_of(table: type[Table]) -> list[str]:
    """The columns of the primary key of a table."""
    key = table._meta.primary_key
    return list(key.field_names) if isinstance(key, peewee.CompositeKey) else ["id"]


def columns_of(table: type[Table]) -> dict[str, Column]:
    """The columns of a table that a Zou may have."""
    return {name: column for name, column in table.columns().items() if column not in OUR_COLUMNS}


def digest(row: Sequence[Any]) -> bytes:
    """Of the values of a row, as columns hold them."""
    return values_digest(msgspec.json.encode(row))


def values_digest(text: bytes) -> bytes:
    import hashlib

    return hashlib.blake2b(text, digest_size=16).digest()


@dataclass
class Shared:
    """See the module.

    columns  those that both sides have, in our order
    types    what they are there
    """

    table: type[Table]
    columns: dict[str, Column]
    types: dict[str, str]
    seal: Seal
    key: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.key = key_of(self.table)
        self._parts = [(name, column, self.types[name]) for name, column in self.columns.items()]

    @property
    def name(self) -> str:
        return self.table.table_name()

    def rows(self, source: Readable, since: str | None = None) -> "Any":
        return source.rows(self.name, list(self.columns), self.key, since)

    def read(self, theirs: Theirs, told: values.Told) -> list[Any]:
        """The values of a row as our columns hold them; CannotStay."""
        return [
            values.read(column, type, value, told)
            for (_, column, type), value in zip(self._parts, theirs.values, strict=True)
        ]

    def stored(self, row: Sequence[Any]) -> list[Any]:
        """The same as the database holds them: secrets sealed."""
        return [
            column.db_value(self.seal.close(value) if value and isinstance(column, Sealed) else value)
            for (_, column, _), value in zip(self._parts, row, strict=True)
        ]

    def values(self, row: Row) -> list[Any]:
        """The values of a row of ours: secrets in clear."""
        return [
            self.seal.open(row[name]) if row[name] and isinstance(column, Sealed) else row[name]
            for name, column, _ in self._parts
        ]

    def where(self, key: str) -> peewee.Expression:
        """The condition for a row of ours."""
        columns = self.table.columns()
        found = [columns[name] == part for name, part in zip(self.key, key.split("/"), strict=True)]
        condition = found[0]
        for other in found[1:]:
            condition &= other
        return condition

    def find(self, db: Database, key: str) -> Row | None:
        return db.row(self.table.select().where(self.where(key)))

    def find_all(self, db: Database, keys: Sequence[str]) -> dict[str, Row]:
        """Those of the rows that are here, by their keys."""
        if self.key != ["id"]:
            return {key: row for key in keys if (row := self.find(db, key)) is not None}
        column = self.table.columns()["id"]
        return {row["id"]: row for row in db.rows(self.table.select().where(column.in_(list(keys))))} if keys else {}

    def key_in(self, row: Row) -> str:
        return "/".join(str(row[name]) for name in self.key)


def shared_with(source: Readable, seal: Seal) -> list[Shared]:
    """The tables that this Zou has and we know."""
    found = []
    for name, table in shared().items():
        if name in source.columns:
            theirs = source.columns[name]
            known = {column: ours for column, ours in columns_of(table).items() if column in theirs}
            if set(key_of(table)) <= known.keys():
                found.append(Shared(table, known, theirs, seal))
    return found
