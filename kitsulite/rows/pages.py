"""Lists that come whole, or page by page when a page is asked for (docs/api/tasks.md)."""

import math
from typing import Any

import peewee

from kitsulite.models import Record
from kitsulite.models.lists import Rows
from kitsulite.models.shapes import Raw, many
from kitsulite.rows.filters import page_of
from kitsulite.work.work import Work


def paged(
    work: Work,
    query: peewee.ModelSelect,
    table: type[Record],
    page: int | None,
    limit: int | None = None,
    *,
    places: peewee.ModelSelect | None = None,
) -> Any:
    """The rows of a shape's query over one table, latest change first: all, or a page of them with the totals.

    places  the ids of the same rows in the same order, where another table has them side by side
    """
    if page is None or page < 1:
        columns = table.columns()
        return Rows(work.db, query.order_by(columns["updated_at"].desc(), columns["created_at"].desc(), columns["id"]))
    size = limit if limit and limit > 0 else work.settings.nb_records_per_page
    offset = (page - 1) * size
    id = table.columns()["id"]
    total = work.db.count(query.clone().select(id) if places is None else places)
    length = min(size, total)
    if offset >= total:
        rows = Raw(b"[]")
    elif places is None:
        rows = many(work.db, page_of(query, table, length, offset))
    else:
        ids = work.db.values(places.limit(length).offset(offset))
        rows = many(work.db, page_of(query.where(id.in_(ids)), table, length, 0))
    answer = envelope(rows, total, page=page, limit=size)
    return answer if offset <= total else {**answer, "total": 0}


def envelope(rows: Raw, total: int, *, page: int, limit: int) -> dict[str, Any]:
    """A page of rows with what tells of the other pages; `total` counts the rows of all."""
    return {
        "data": rows,
        "total": total,
        "nb_pages": math.ceil(total / limit),
        "limit": limit,
        "offset": (page - 1) * limit,
        "page": page,
    }
