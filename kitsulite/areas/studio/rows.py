"""Rows of the studio's tools."""

from kitsulite.access.callers import admin, is_any_admin, not_vendor
from kitsulite.access.rules import Is
from kitsulite.models.tools import ApiEvent, CustomAction, Plugin, SearchFilter, SearchFilterGroup
from kitsulite.rows.collection import Collection
from kitsulite.rows.writing import columns_of
from kitsulite.storage import Row
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work


class CustomActions(Collection):
    path, table = "custom-actions", CustomAction
    list_by, get_by = not_vendor, Is(is_any_admin)
    writable = columns_of(CustomAction)

    def check_create(self, work: Work, data: Row) -> None:
        if data.get("name") is None:
            raise WrongParameter("The 'name' field is required and cannot be None.")

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        if data.get("name", "") is None:
            raise WrongParameter("The 'name' field cannot be set to None.")


class Events(Collection):
    path, table = "events", ApiEvent
    list_by, get_by = admin, Is(is_any_admin)
    writable = columns_of(ApiEvent)
    list_limit = 1000
    lists = False


EVENTS = Events()
COLLECTIONS: list[Collection] = [
    CustomActions(),
    EVENTS,
    *(
        Collection(path, table, list_by=admin, get_by=is_any_admin, writable=columns_of(table))
        for path, table in (
            ("search-filters", SearchFilter),
            ("search-filter-groups", SearchFilterGroup),
            ("plugins", Plugin),
        )
    ),
]
