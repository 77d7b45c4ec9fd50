"""`/data/user/filters` and `/data/user/filter-groups`: saved searches."""

from typing import Any

import msgspec

from kitsulite.access.callers import person_only
from kitsulite.areas.me import searchfilters
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id, Name, Text
from kitsulite.web.routing import Mapped, Route, delete, get, post, put
from kitsulite.work.work import Work

GROUP_KEY = "search_filter_group_id"


class NewFilter(msgspec.Struct):
    name: Name
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
    name: Name
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


def add_filter(work: Work, body: NewFilter) -> Any:
    """Save a search."""
    values = msgspec.structs.asdict(body)
    values["search_query"] = values.pop("query")
    return searchfilters.add_filter(work, values)


def change_filter(call: Call, search_filter_id: str, body: ChangedFilter) -> Any:
    """Change a saved search; null as its group takes it out of that."""
    changes = _given(body)
    sent = call.lenient_json()
    if isinstance(sent, dict) and sent.get(GROUP_KEY, "") is None:
        changes[GROUP_KEY] = None
    return searchfilters.change_filter(call.work, search_filter_id, changes)


def remove_filter(work: Work, search_filter_id: str) -> None:
    """Remove a saved search."""
    searchfilters.remove_filter(work, search_filter_id)


def add_group(work: Work, body: NewGroup) -> Any:
    """Make a group for searches."""
    return searchfilters.add_group(work, msgspec.structs.asdict(body))


def show_group(work: Work, search_filter_group_id: str) -> Any:
    """A group of searches."""
    return searchfilters.group(work, search_filter_group_id)


def change_group(work: Work, search_filter_group_id: str, body: ChangedGroup) -> Any:
    """Change a group of searches; these are shared when it is."""
    return searchfilters.change_group(work, search_filter_group_id, _given(body))


def remove_group(work: Work, search_filter_group_id: str) -> None:
    """Remove a group and the searches in it."""
    searchfilters.remove_group(work, search_filter_group_id)


def _given(body: msgspec.Struct) -> dict[str, Any]:
    """What a body asks to change; null asks for nothing."""
    return {key: value for key, value in msgspec.structs.asdict(body).items() if value is not None}


FILTERS, FILTER = "/data/user/filters", "/data/user/filters/{search_filter_id}"
GROUPS, GROUP = "/data/user/filter-groups", "/data/user/filter-groups/{search_filter_group_id}"
ROUTES: list[Route] = [
    get(FILTERS, person_only, searchfilters.filters, gives=Mapped(Mapped([searchfilters.FILTER]))),
    post(FILTERS, person_only, add_filter, takes=NewFilter, gives=searchfilters.FILTER, status=201),
    put(FILTER, person_only, change_filter, takes=ChangedFilter, gives=searchfilters.FILTER),
    delete(FILTER, person_only, remove_filter),
    get(GROUPS, person_only, searchfilters.groups, gives=Mapped(Mapped([searchfilters.GROUP]))),
    post(GROUPS, person_only, add_group, takes=NewGroup, gives=searchfilters.GROUP, status=201),
    get(GROUP, person_only, show_group, gives=searchfilters.GROUP),
    put(GROUP, person_only, change_group, takes=ChangedGroup, gives=searchfilters.GROUP),
    delete(GROUP, person_only, remove_group),
]
