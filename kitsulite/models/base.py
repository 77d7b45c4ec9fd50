"""What all tables share: the base classes, list relations, the registry of tables.

Models carry no database. A query is built from them and handed to one (`db.rows(Person.select())`), so two trackers in a
process cannot meet: a query that was not given a database fails at once instead of finding the wrong one.
"""

from typing import Any, ClassVar, NamedTuple

import peewee

from kitsulite.models.fields import Column, DateTime, Uuid, new_id, now

TABLES: dict[str, type["Table"]] = {}


class Relation(NamedTuple):
    """A list of ids that a row carries "with relations": those of `theirs` in `table` where `ours` is the row.

    at_home  whether only rows of the row's own production are told, so that nobody learns who borrows it
    veiled   whether some callers may not see it
    unless   SQL of what is not in the list although it is linked, `related` being the link
    """

    table: str
    ours: str
    theirs: str
    at_home: bool = False
    veiled: bool = False
    unless: str = ""

    @property
    def model(self) -> type["Table"]:
        return TABLES[self.table]

    @property
    def is_association(self) -> bool:
        """Whether the list is kept in rows of its own (else it is the other side of a foreign key)."""
        return self.theirs != "id"


class NamedMetadata(peewee.Metadata):
    """Enters the table into TABLES and gives it its own name as alias, so that hand-written SQL and built queries agree."""

    def __init__(self, model: type["Table"], *args: Any, **options: Any) -> None:
        super().__init__(model, *args, **options)
        if model.__module__ != __name__:
            TABLES[self.table_name] = model

    _table: peewee.Table | None

    @property
    def table(self) -> peewee.Table:
        if self._table is None:
            columns = [field.column_name for field in self.sorted_fields]
            self._table = peewee.Table(self.table_name, columns, alias=self.table_name, _model=self.model)
        return self._table

    @table.deleter
    def table(self) -> None:
        self._table = None


class Table(peewee.Model):
    """A table of the studio's database.

    type_name   what a row's `type` says on the wire
    relations   the lists of ids that belong to a row
    """

    type_name: ClassVar[str]
    relations: ClassVar[dict[str, Relation]] = {}

    class Meta:
        model_metadata_class = NamedMetadata

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.type_name = cls.__name__

    @classmethod
    def table_name(cls) -> str:
        return cls._meta.table_name

    @classmethod
    def columns(cls) -> dict[str, Column]:
        return cls._meta.fields


class Record(Table):
    """A row with an id and two times, as almost every table has."""

    id = Uuid(null=False, primary_key=True, default=new_id)
    created_at = DateTime(default=now)
    updated_at = DateTime(default=now)


class Link(Table):
    """An association of two rows, with no id of its own."""

    class Meta:
        primary_key = False
