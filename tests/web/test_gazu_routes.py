"""Every public function of gazu finds its routes: each is called, and what it asks for is looked up.

gazu is answered with whatever it may expect; whether the answers are right, the days of `tests/days` show.
"""

import datetime
import inspect
import itertools
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import gazu
import pytest
import requests
from footage import picture

from kitsulite.app import tables
from kitsulite.web.routing import PARAMETER

ID = "a24a6ea4-ce75-4665-a070-57453082c256"
MODULES = (
    "asset",
    "casting",
    "client",
    "concept",
    "context",
    "edit",
    "entity",
    "files",
    "person",
    "playlist",
    "project",
    "project_template",
    "scene",
    "search",
    "shot",
    "studio",
    "sync",
    "task",
    "user",
)
"""All but those that only put together what these have, or talk to no server."""
BASE = "http://studio.test/api/"
FACTS = {
    "id": ID,
    "name": "main",
    "type": "Asset",
    "email": "ann@studio.test",
    "first_name": "Ann",
    "last_name": "Lee",
    "full_name": "Ann Lee",
    "extension": "mp4",
    "event": "asset:update",
    "token": "a-token",
    "created_at": "2026-01-01T00:00:00",
    "date": "2026-01-01",
    "version": "1",
    "nb_pages": 1,
    "offset": 0,
    "is_shared": True,
    "for_entity": "Asset",
    "url": f"pictures/originals/preview-files/{ID}.png",
}
SILENT = {
    "client": {"get", "post", "put", "delete", "create", "update", "upload", "download", "import_data"}
    | {"fetch_all", "fetch_first", "fetch_one", "get_file_data_from_url"}
    | {"set_event_host", "set_host", "set_tokens"},
    "sync": {"push_task_comment"},
}
"""What asks for whatever it is told to, what would make another client of ours, and what another function calls with
what only it has at hand."""
WITHOUT = {
    "client": {"build_path_with_params", "check_status", "create_client", "make_auth_header", "url_path_join"}
    | {"get_api_url_from_host", "get_event_host", "get_full_url", "get_host"}
    | {"get_message_from_data", "get_message_from_response"},
    "files": {"get_attachment_thumbnail_url"},
    "person": {"get_person_url"},
    "project": {"get_project_url"},
    "shot": {"get_all_episodes_url", "get_all_sequences_url"},
    "sync": {"convert_id_list", "get_id_map_by_id", "get_id_map_by_name", "get_link_list_diff", "get_model_list_diff"}
    | {"is_changed"},
    "task": {"get_task_url"},
}
"""What asks a server for nothing."""


class Row(dict[str, Any]):
    """What a server might answer: an object that has every key."""

    def __missing__(self, key: str) -> Any:
        if key.endswith("s") and not key.endswith("status"):
            return []
        return ID

    def get(self, key: str, default: Any = None) -> Any:
        return self[key]


class Said(requests.Response):
    def __init__(self, content: Any) -> None:
        super().__init__()
        self.status_code = 200
        self.content_said = content
        self._content = json.dumps(content).encode()
        self.headers["content-type"] = "application/json"

    def json(self, **_: Any) -> Any:
        return self.content_said


class Wire(requests.Session):
    """Notes what is asked for, and answers with an object or with a list of one."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[tuple[str, str]] = set()
        self.gives_list = False

    def request(self, method: Any, url: Any, *_: Any, **__: Any) -> requests.Response:
        path = str(url).removeprefix(BASE.rstrip("/")).partition("?")[0]
        self.asked.add((str(method).upper(), path))
        row = Row(FACTS)
        return Said([row] if self.gives_list else row)


def functions() -> Iterator[tuple[str, Any]]:
    for name in MODULES:
        module = getattr(gazu, name)
        for word, function in inspect.getmembers(module, inspect.isfunction):
            is_its = function.__module__ == module.__name__ and not word.startswith("_")
            if is_its and word not in SILENT.get(name, ()):
                yield f"{name}.{word}", function


def given(name: str, wanted: inspect.Parameter, client: Any, file: Path) -> Any:
    """What stands for an argument."""
    said = str(wanted.annotation)
    if name == "client" or "KitsuClient" in said:
        return client
    if name.endswith("url"):
        return None
    if "path" in name or name == "file":
        return str(file)
    if name in ("files", "extra_files", "attachments"):
        return [str(file)]
    if "date" in name:
        return datetime.date(2026, 1, 1)
    if name == "color":
        return "#00FF00"
    if name.endswith("_id"):
        return ID
    if "list" in said and "dict" not in said.partition("list")[0]:
        return [Row(FACTS)]
    if said.startswith(("int", "float")):
        return 1
    if said.startswith("bool"):
        return True
    return "main" if said.startswith("str") and "dict" not in said else Row(FACTS)


def call(function: Any, client: Any, file: Path, *, fully: bool) -> None:
    parameters = inspect.signature(function).parameters
    wanted = {
        name: given(name, parameter, client, file)
        for name, parameter in parameters.items()
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        and (fully or name == "client" or parameter.default is parameter.empty)
    }
    function(**wanted)


def asked_by_each(folder: Path) -> dict[str, set[tuple[str, str]]]:
    """What each function asks for."""
    client, file = gazu.client.create_client(BASE), folder / "picture.png"
    client.session = wire = Wire()
    found = {}
    for name, function in functions():
        wire.asked = set()
        for wire.gives_list, fully in itertools.product((False, True), (False, True)):
            file.write_bytes(picture())
            with suppress(Exception):  # it may have expected another answer; what it asked for counts
                call(function, client, file, fully=fully)
        found[name] = wire.asked
    return found


def is_route(method: str, path: str) -> bool:
    """Whether a method and a path meet in a table."""
    asked = path.rstrip("/") or "/"
    return any(
        route.method == method.replace("HEAD", "GET")
        and re.fullmatch(PARAMETER.sub("[^/]+", route.path.rstrip("/") or "/"), asked)
        for table in tables()
        for route in table.routes
    )


def test_every_function_of_gazu_finds_its_routes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    asked = asked_by_each(tmp_path)
    silent = {f"{module}.{name}" for module, names in WITHOUT.items() for name in names}
    assert {name for name, requests in asked.items() if not requests} == silent
    lost = {name: sorted(each for each in requests if not is_route(*each)) for name, requests in asked.items()}
    assert {name: requests for name, requests in lost.items() if requests} == {}
