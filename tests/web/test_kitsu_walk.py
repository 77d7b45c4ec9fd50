"""A walk through a built Kitsu that is served by `--ui`: every page as everybody, in a real browser.

    KITSULITE_TEST_KITSU=/path/to/the/built/client pytest tests/web/test_kitsu_walk.py

Without it nothing is walked: the client is not part of this repository. What counts is what its pages are answered: never a
5xx, no 4xx but those of `may_be_refused`, and never nothing.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import needed
from serving import Served, serve

pytestmark = pytest.mark.long
PLACE = os.environ.get("KITSULITE_TEST_KITSU", "")
PATIENCE = 20_000
SETTLED = 500
"""Milliseconds without a request after which a page is there."""
PEOPLE = {
    "ada": "admin",
    "marc": "manager",
    "sana": "supervisor",
    "ben": "artist",
    "clara": "client",
    "victor": "vendor",
}
PAGES = [
    "/",
    "/todos",
    "/my-checks",
    "/open-productions",
    "/profile",
    "/notifications",
    "/search",
    "/news-feed",
    "/all-tasks",
    "/main-schedule",
    "/team-schedule",
    "/people",
    "/departments",
    "/studios",
    "/bots",
    "/asset-types",
    "/task-types",
    "/task-status",
    "/status-automations",
    "/custom-actions",
    "/backgrounds",
    "/project-templates",
    "/hardware-items",
    "/software-licenses",
    "/salary-scale",
    "/settings",
    "/logs",
    "/plugins",
    "/timesheets/month/2026/1",
    "/timesheets/year/2026",
    "/my-productions",
    "/productions",
    "/productions/{project}/assets",
    "/productions/{project}/shots",
    "/productions/{project}/sequences",
    "/productions/{project}/episodes",
    "/productions/{project}/edits",
    "/productions/{project}/concepts",
    "/productions/{project}/breakdown",
    "/productions/{project}/playlists",
    "/productions/{project}/playlists/{playlist}",
    "/productions/{project}/news-feed",
    "/productions/{project}/schedule",
    "/productions/{project}/team",
    "/productions/{project}/quota",
    "/productions/{project}/budget",
    "/productions/{project}/asset-types",
    "/productions/{project}/sequence-stats",
    "/productions/{project}/episode-stats",
    "/productions/{project}/production-settings",
    "/productions/{project}/task-types/{task_type}",
    "/productions/{project}/assets/{asset}",
    "/productions/{project}/shots/{shot}",
    "/productions/{project}/shots/tasks/{task}",
    "/productions/{project}/assets/tasks/{asset_task}",
    "/people/{person}",
]
PICTURES = re.compile(r"^(/api)?/(pictures|movies)/")


def may_be_refused(role: str, method: str, path: str, status: int) -> bool:
    """What a client has to expect: that it asks who is there before anybody is, for a picture that nobody made, and for
    what is not for everybody (who may what, `tests/access` knows)."""
    if status == 401:
        return path == "/api/auth/authenticated"
    if status == 404:
        return bool(PICTURES.match(path))
    return status == 403 and role != "admin"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if not PLACE:
        pytest.skip("KITSULITE_TEST_KITSU does not say where a built Kitsu lies")
    assert (Path(PLACE) / "index.html").is_file(), f"there is no built client in {PLACE}"
    with serve(tmp_path_factory.mktemp("walk") / "studio", "", "--demo", "--ui", PLACE) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as engine:
        opened = engine.chromium.launch(executable_path=needed("chromium"), args=["--no-sandbox"])
        yield opened
        opened.close()


class Walk:
    """One person's walk; `wrong` is what was answered that nobody should be."""

    def __init__(self, browser: Any, server: Served, first_name: str) -> None:
        self.url, self.role = server.url, PEOPLE[first_name]
        self.context = browser.new_context()
        entered = self.context.request.post(
            f"{self.url}/api/auth/login",
            data={"email": f"{first_name}@example.com", "password": server.password},
        )
        assert entered.ok, entered.text()
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.drawn: set[str] = set()
        self.at = ""
        self.page.on("response", self._heard)
        self.page.on("requestfailed", self._lost)
        self.page.on("pageerror", lambda problem: self.wrong.append(f"{self.at}: {problem}"))

    def to(self, path: str) -> None:
        """Go to a page, and wait until it is there."""
        self.at = path
        answer = self.page.goto(f"{self.url}{path}", timeout=PATIENCE)
        assert answer is not None
        assert answer.status == 200, path
        self.page.wait_for_load_state("networkidle", timeout=PATIENCE)
        self.page.wait_for_timeout(SETTLED)
        if self.page.inner_text("body").strip():
            self.drawn.add(path)

    def _heard(self, response: Any) -> None:
        path = response.url.removeprefix(self.url).partition("?")[0]
        if response.url.startswith(self.url) and response.status >= 400:
            method = response.request.method
            if not may_be_refused(self.role, method, path, response.status):
                self.wrong.append(f"{self.at}: {method} {path} {response.status}")

    def _lost(self, request: Any) -> None:
        if request.url.startswith(self.url) and "ERR_ABORTED" not in (request.failure or ""):
            self.wrong.append(f"{self.at}: {request.method} {request.url} {request.failure}")


def ids(walk: Walk) -> dict[str, str]:
    """Rows of the demo that pages are about, as an admin finds them."""

    def get(path: str) -> Any:
        return walk.context.request.get(f"{walk.url}/api/{path}").json()

    [project] = get("data/projects")
    asset, *_ = get(f"data/projects/{project['id']}/assets")
    shot, *_ = get(f"data/projects/{project['id']}/shots")
    playlist, *_ = get(f"data/projects/{project['id']}/playlists")
    task, *_ = get(f"data/shots/{shot['id']}/tasks")
    asset_task, *_ = get(f"data/assets/{asset['id']}/tasks")
    person, *_ = get("data/persons")
    rows = {
        "project": project,
        "asset": asset,
        "shot": shot,
        "playlist": playlist,
        "task": task,
        "asset_task": asset_task,
        "person": person,
    }
    return {name: row["id"] for name, row in rows.items()} | {"task_type": task["task_type_id"]}


@pytest.mark.parametrize("first_name", PEOPLE)
def test_every_page_is_answered(browser: Any, served: Served, first_name: str) -> None:
    known = ids(Walk(browser, served, "ada"))
    walk = Walk(browser, served, first_name)
    for page in PAGES:
        walk.to(page.format(**known))
    assert walk.wrong == []
    assert len(walk.drawn) == len(PAGES), "there is something on each page"


OWN = """<!doctype html><title>A client</title><body><script>
const read = (path) => fetch(path).then((answer) => answer.text());
read("/api/data/projects").then(() => read("/api" + location.pathname)).finally(() => document.body.append("there"));
</script>"""


def test_the_walk_notices_what_nobody_should_be_answered(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "client").mkdir()
    (tmp_path / "client" / "index.html").write_text(OWN)
    with serve(tmp_path / "studio", "", "--demo", "--ui", str(tmp_path / "client")) as server:
        walk = Walk(browser, server, "ben")
        for page, faults in {"/data/persons": 0, "/data/tasks": 0, "/data/nothing": 1, "/actions/tasks": 1}.items():
            walk.wrong.clear()
            walk.to(page)
            assert len(walk.wrong) == faults, (page, walk.wrong)
        assert walk.drawn == {"/data/persons", "/data/tasks", "/data/nothing", "/actions/tasks"}


def test_the_walk_is_as_long_as_it_says() -> None:
    assert len(set(PAGES)) == 56
