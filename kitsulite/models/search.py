"""The search index: one document for each person, asset, shot and production, kept beside the studio's tables.

A write to what is searched marks the row (a trigger does, so that no way of writing can forget it); a search takes in
what is marked before it looks (`areas/studio/search.py`). How words are found is the engine's own (`Database.has_words`).
"""

import peewee

from kitsulite.storage import Trigger

MARKED = {
    "entity": ("name", "description", "data", "entity_type_id", "parent_id", "project_id"),
    "person": ("first_name", "last_name", "active"),
    "project": ("name", "description"),
    "entity_type": ("name",),
}
"""The tables whose rows are searched or named in what is, and the columns that matter."""

TRIGGERS = tuple(
    Trigger(
        f"search_{table}_{event}",
        table,
        when,
        f"INSERT INTO search_pending (id) VALUES ({row}.id) ON CONFLICT DO NOTHING",
    )
    for table, columns in MARKED.items()
    for event, when, row in (
        ("new", "INSERT", "new"),
        ("change", f"UPDATE OF {', '.join(columns)}", "new"),
        ("gone", "DELETE", "old"),
    )
)

COLUMNS = ("number", "id", "kind", "project_id", "name", "texts", "words")
Document = peewee.Table("search_document", COLUMNS, alias="search_document")
Pending = peewee.Table("search_pending", ("id",), alias="search_pending")
Known = peewee.Table("search_known", ("word",), alias="search_known")
"""The words of all documents that there are or were: what a misspelt one may stand for."""
TABLE_NAMES = ("search_pending", "search_document", "search_known")
"""The tables of the search index, which an engine makes in its own way (`Database.search_schema`)."""
