"""`/data/user/filters` and `/data/user/filter-groups`: saved searches (docs/api/me.md)."""

from typing import Any

import msgspec

from kitsulite.access.rules import person_only
from kitsulite.areas.me import searchfilters
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id, Text
from kitsulite.web.routing import Route, delete, get, post, put

GROUP_KEY = "search_filter_group_id"


class NewFilter(msgspec.Struct):
    name: Text
    query: Text
    list_type: str = "todo"
    project_id: Id | None = None
    entity_type: str | None = None
    search_filter_group_id: Id | None = None
    department_id: Id | None = None
    is_shared: bool = False


class ChangedFilter(msgspec.Struct):
    name: str | None = None
    search_query: str | None = None
    is_shared: bool | None = None
    project_id: Id | None = None
    department_id: Id | None = None
    search_filter_group_id: Id | None = None


class NewGroup(msgspec.Struct):
    name: Text
    color: str = ""
    list_type: str = "todo"
    project_id: Id | None = None
    entity_type: str | None = None
    department_id: Id | None = None
    is_shared: bool = False


class ChangedGroup(msgspec.Struct):
    name: str | None = None
    color: str | None = None
    is_shared: bool | None = None
    project_id: Id | None = None
    department_id: Id | None = None


def list_filters(call: Call) -> Any:
    """The saved searches that the caller may use, by list and project."""
    return searchfilters.filters(call.work)


def add_filter(call: Call, body: NewFilter) -> Any:
    """Save a search."""
    values = msgspec.structs.asdict(body)
    values["search_query"] = values.pop("query")
    return searchfilters.add_filter(call.work, values)


def change_filter(call: Call, search_filter_id: str, body: ChangedFilter) -> Any:
    """Change a saved search; null as its group takes it out of that."""
    changes = _given(body)
    sent = call.lenient_json()
    if isinstance(sent, dict) and sent.get(GROUP_KEY, "") is None:
        changes[GROUP_KEY] = None
    return searchfilters.change_filter(call.work, search_filter_id, changes)


def remove_filter(call: Call, search_filter_id: str) -> None:
    """Remove a saved search."""
    searchfilters.remove_filter(call.work, search_filter_id)


def list_groups(call: Call) -> Any:
    """The groups of searches that the caller may use, by list and project."""
    return searchfilters.groups(call.work)


def add_group(call: Call, body: NewGroup) -> Any:
    """Make a group for searches."""
    return searchfilters.add_group(call.work, msgspec.structs.asdict(body))


def show_group(call: Call, search_filter_group_id: str) -> Any:
    """A group of searches."""
    return searchfilters.group(call.work, search_filter_group_id)


def change_group(call: Call, search_filter_group_id: str, body: ChangedGroup) -> Any:
    """Change a group of searches; these are shared when it is."""
    return searchfilters.change_group(call.work, search_filter_group_id, _given(body))


def remove_group(call: Call, search_filter_group_id: str) -> None:
    """Remove a group and the searches in it."""
    searchfilters.remove_group(call.work, search_filter_group_id)


def _given(body: msgspec.Struct) -> dict[str, Any]:
    """What a body asks to change; null asks for nothing."""
    return {key: value for key, value in msgspec.structs.asdict(body).items() if value is not None}


FILTERS, FILTER = "/data/user/filters", "/data/user/filters/{search_filter_id}"
GROUPS, GROUP = "/data/user/filter-groups", "/data/user/filter-groups/{search_filter_group_id}"
ROUTES: list[Route] = [
    get(FILTERS, person_only, list_filters),
    post(FILTERS, person_only, add_filter, takes=NewFilter, gives=searchfilters.FILTER, status=201),
    put(FILTER, person_only, change_filter, takes=ChangedFilter, gives=searchfilters.FILTER),
    delete(FILTER, person_only, remove_filter),
    get(GROUPS, person_only, list_groups),
    post(GROUPS, person_only, add_group, takes=NewGroup, gives=searchfilters.GROUP, status=201),
    get(GROUP, person_only, show_group, gives=searchfilters.GROUP),
    put(GROUP, person_only, change_group, takes=ChangedGroup, gives=searchfilters.GROUP),
    delete(GROUP, person_only, remove_group),
]
