"""What went wrong while a Shotgun site was followed, kept for people to look at."""

from typing import Any

from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.tools import DataImportError
from kitsulite.work.work import Work

ERROR = Shape(DataImportError)
SOURCE = "shotgun"


def errors(work: Work) -> Raw:
    """All that went wrong, as it came."""
    query = ERROR.select(work.db).where(DataImportError.source == SOURCE)
    return many(work.db, query.order_by(work.db.creation_order(DataImportError)))


def keep_error(work: Work, event_data: Any) -> Raw:
    """Keep what went wrong with an event of the site."""
    return work.show(ERROR, work.insert(DataImportError, event_data=event_data, source=SOURCE))


def forget_error(work: Work, data_import_error: dict[str, Any]) -> None:
    """Forget one."""
    work.delete(DataImportError, DataImportError.id == data_import_error["id"])
