"""Marks by which a long list is known to be the same: another one with every transaction that touches a row which the list shows.

Not every write makes an event, so triggers see to the marks, and no way of writing can forget them. A mark is any number, and never
comes twice: after a backup was put back, too, no list of before is taken for one of today. Where many write at once, each session of
the server has a slot of its own, so that nobody waits for another; the marks of all slots together are those of a production.
"""

from peewee import CompositeKey

from kitsulite.models.base import Table
from kitsulite.models.fields import BigInteger, Integer, Uuid
from kitsulite.storage import Database, Marking

OF_STUDIO = "00000000-0000-0000-0000-000000000000"
"""Stands for the production where a row says something about the lists of all."""


class ListMark(Table):
    project_id = Uuid(null=False)
    slot = Integer(null=False)
    mark = BigInteger(null=False)

    class Meta:
        table_name = "list_mark"
        primary_key = CompositeKey("project_id", "slot")


MARKINGS = (
    Marking("entity", "{row}.project_id"),
    Marking("task", "{row}.project_id"),
    Marking("task_person_link", "(SELECT task.project_id FROM task WHERE task.id = {row}.task_id)"),
    Marking("entity_link", "(SELECT entity.project_id FROM entity WHERE entity.id = {row}.entity_in_id)"),
    Marking("subscription", "(SELECT task.project_id FROM task WHERE task.id = {row}.task_id)"),
    *(
        Marking(table, f"'{OF_STUDIO}'")
        for table in (
            "project",
            "project_person_link",
            "metadata_descriptor",
            "department_metadata_descriptor_link",
            "department_link",
            "entity_type",
        )
    ),
)
"""The tables that the marked lists read, and of which production a row of them is. Where a task or an entity went, its own row has said so."""
WATCHED = {marking.table for marking in MARKINGS}


def forget_marks(db: Database, project_id: str) -> None:
    """A production is gone, and so are its lists."""
    db.run(ListMark.delete().where(ListMark.project_id == project_id))


def marks(db: Database, project_id: str) -> list[int]:
    """What is another as soon as a list of a production may be."""
    query = ListMark.select(ListMark.mark).where(ListMark.project_id.in_([project_id, OF_STUDIO]))
    return [int(mark) for mark in db.values(query.order_by(ListMark.project_id, ListMark.slot))]
