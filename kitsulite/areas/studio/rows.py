"""Rows of the studio's tools."""

from kitsulite.access import admin, not_vendor
from kitsulite.models.tools import ApiEvent, CustomAction, Plugin, SearchFilter, SearchFilterGroup
from kitsulite.rows.collection import Collection
from kitsulite.storage import Row
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work


class CustomActions(Collection):
    path, table = "custom-actions", CustomAction
    list_by, get_by = not_vendor, admin

    def check_create(self, work: Work, data: Row) -> None:
        if data.get("name") is None:
            raise WrongParameter("The 'name' field is required and cannot be None.")

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        if data.get("name", "") is None:
            raise WrongParameter("The 'name' field cannot be set to None.")


class Events(Collection):
    path, table = "events", ApiEvent
    list_by = get_by = admin
    list_limit = 1000


COLLECTIONS = [
    CustomActions(),
    Events(),
    Collection("search-filters", SearchFilter, list_by=admin, get_by=admin),
    Collection("search-filter-groups", SearchFilterGroup, list_by=admin, get_by=admin),
    Collection("plugins", Plugin, list_by=admin, get_by=admin),
]
