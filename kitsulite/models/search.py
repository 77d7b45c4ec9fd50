"""The search index: one document for each person, asset, shot and production, kept beside the studio's tables.

A write to what is searched marks the row (a trigger does, so that no way of writing can forget it); a search takes in
what is marked before it looks (`services/search.py`). How words are found is the engine's own (`Database.has_words`).
"""

import peewee

MARKED = {
    "entity": ("name", "description", "data", "entity_type_id", "parent_id", "project_id"),
    "person": ("first_name", "last_name", "active"),
    "project": ("name", "description"),
    "entity_type": ("name",),
}
"""The tables whose rows are searched or named in what is, and the columns that matter."""

COLUMNS = ("number", "id", "kind", "project_id", "name", "texts", "words")
Document = peewee.Table("search_document", COLUMNS, alias="search_document")
Pending = peewee.Table("search_pending", ("id",), alias="search_pending")
