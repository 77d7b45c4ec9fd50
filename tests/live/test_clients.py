"""The clients that people have: socket.io-client of the web client, in node, and gazu, whose way AYON's service for Kitsu goes too."""

import http.client
import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gazu
import pytest
from browsers import USER_AGENT, browser
from engines import bare_database, directly, drop_studio, engines_wanted, through_pooler
from nodes import event_process, kill, nodes
from serving import Served, serve, signed_in

pytestmark = pytest.mark.long
PATIENCE = 20
SOON = 2.0
NEW, CHANGED, GONE = "department:new", "department:update", "department:delete"
TRANSPORTS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "polling": {"transports": ["polling"]},
    "websocket": {"transports": ["websocket"]},
}


@pytest.fixture(
    scope="module", params=[f"{engine}-{count}" for engine in engines_wanted() for count in ("1 worker", "2 workers")]
)
def studio(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A studio, on each engine served by one worker and by two."""
    engine, _, workers = request.param.partition("-")
    url = bare_database(engine)
    with serve(tmp_path_factory.mktemp("studio"), url, "--workers", workers[0]) as server:
        yield server
    drop_studio(url)


@pytest.fixture
def ann(studio: Served) -> gazu.client.KitsuClient:
    return signed_in(studio)


def cookie_of(server: Served) -> str:
    """The cookies that a browser holds after its sign-in."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE)
    said = json.dumps({"email": server.email, "password": server.password})
    headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT}
    connection.request("POST", "/api/auth/login", said, headers)
    answer = connection.getresponse()
    answer.read()
    return "; ".join(value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie")


def token_of(client: gazu.client.KitsuClient) -> str:
    return str(client.tokens["access_token"])


def add(client: gazu.client.KitsuClient) -> str:
    """The id of a department that is new."""
    made = gazu.client.post("data/departments", {"name": uuid.uuid4().hex, "color": "#FFFFFF"}, client=client)
    return str(made["id"])


# --- the client of the web client ---


@pytest.mark.parametrize("way", list(TRANSPORTS))
def test_a_page_hears_what_happens(studio: Served, ann: gazu.client.KitsuClient, way: str) -> None:
    with browser(studio.url, cookie=cookie_of(studio), **TRANSPORTS[way]) as page:
        page.wait_for("opened", transport="polling" if way == "as it comes" else way)
        page.wait_for("connected")
        for _ in range(5):
            id = add(ann)
            assert page.wait_for_event(NEW, SOON) == {"department_id": id}
        gazu.client.put(f"data/departments/{id}", {"color": "#000000"}, client=ann)
        gazu.client.delete(f"data/departments/{id}", client=ann)
        assert page.wait_for_event(CHANGED, SOON) == {"department_id": id}
        assert page.wait_for_event(GONE, SOON) == {"department_id": id}
        transports = [line["transport"] for line in page.said if line["what"] == "upgraded"]
        assert transports == (["websocket"] if way == "as it comes" else [])
        assert not [line for line in page.said if line["what"] in ("gone", "refused")]


@pytest.mark.parametrize("how", ["header", "said"])
def test_a_script_hears_with_its_token(studio: Served, ann: gazu.client.KitsuClient, how: str) -> None:
    given: dict[str, Any] = {"bearer": token_of(ann)} if how == "header" else {"auth": {"token": token_of(ann)}}
    with browser(studio.url, **given) as script:
        script.wait_for("connected")
        id = add(ann)
        assert script.wait_for_event(NEW, SOON) == {"department_id": id}


def test_who_may_not_listen_is_told_why(studio: Served) -> None:
    with browser(studio.url, bearer="nonsense") as odd, browser(studio.url) as nobody:
        assert "invalid" in odd.wait_for("refused")["message"]
        assert "missing" in nobody.wait_for("refused")["message"]


def test_the_end_of_a_sign_in_ends_its_socket(studio: Served, ann: gazu.client.KitsuClient) -> None:
    with browser(studio.url, bearer=token_of(ann)) as page:
        page.wait_for("connected")
        gazu.client.get("auth/logout", client=ann)
        page.wait_for("gone", within=5)
        assert "revoked" in page.wait_for("refused", within=5)["message"]


@pytest.mark.parametrize("way", list(TRANSPORTS))
def test_a_page_comes_back_when_the_event_process_is_killed(
    studio: Served, ann: gazu.client.KitsuClient, way: str
) -> None:
    with browser(studio.url, cookie=cookie_of(studio), **TRANSPORTS[way]) as page:
        page.wait_for("connected")
        for _ in range(2):
            os.kill(event_process(studio), signal.SIGKILL)
            page.wait_for("connected")
            id = add(ann)
            assert page.wait_for_event(NEW, SOON) == {"department_id": id}


def test_who_says_after_what_hears_all_that_was_missed(studio: Served, ann: gazu.client.KitsuClient) -> None:
    begin = gazu.client.get("data/events?after=last", client=ann)["last"]
    missed = [add(ann) for _ in range(30)]
    with browser(studio.url, bearer=token_of(ann), after=begin) as script:
        heard = [script.wait_for_event(NEW) for _ in missed]
        assert [data["department_id"] for data in heard] == missed
        os.kill(event_process(studio), signal.SIGKILL)
        meanwhile = [add(ann) for _ in range(10)]
        heard += [script.wait_for_event(NEW) for _ in meanwhile]
        assert [data["department_id"] for data in heard] == missed + meanwhile
        assert [data["seq"] for data in heard] == sorted({data["seq"] for data in heard})


# --- gazu ---


class Follower:
    """What AYON's service for Kitsu does: a listener of gazu's for each kind of change, in a thread that only listens."""

    def __init__(self, client: gazu.client.KitsuClient, *names: str) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.events = gazu.events.init(client=client, reconnection_delay=0.1, reconnection_delay_max=0.5)
        self.is_back = threading.Event()
        self.events.on("connect", self.is_back.set, "/events")
        for name in names:
            gazu.events.add_listener(self.events, name, self._hear(name))
        threading.Thread(target=gazu.events.run_client, args=(self.events,), daemon=True).start()

    def _hear(self, name: str) -> Callable[[dict[str, Any]], None]:
        return lambda data: self.heard.append((name, data))

    def hears(self, name: str, **ids: str) -> dict[str, Any]:
        deadline = time.monotonic() + SOON
        while time.monotonic() < deadline:
            for heard, data in self.heard:
                if heard == name and ids.items() <= data.items():
                    return data
            time.sleep(0.01)
        raise AssertionError(f"it did not hear {name} {ids}, but {self.heard}")


KINDS = (
    "project",
    "asset",
    "episode",
    "sequence",
    "shot",
    "task",
    "edit",
    "concept",
    "person",
    "task-type",
    "task-status",
)


def test_a_service_follows_a_production(studio: Served, ann: gazu.client.KitsuClient) -> None:
    gazu.set_host(studio.api)  # as services do, which have one server
    gazu.set_event_host(studio.api)
    gazu.client.default_client.tokens = dict(ann.tokens)
    follower = Follower(
        gazu.client.default_client, *(f"{kind}:{act}" for kind in KINDS for act in ("new", "update", "delete"))
    )
    try:
        project = gazu.project.new_project(uuid.uuid4().hex)
        follower.hears("project:new", project_id=project["id"])
        sequence = gazu.shot.new_sequence(project, "SQ01")
        follower.hears("sequence:new", sequence_id=sequence["id"])
        shot = gazu.shot.new_shot(project, sequence, "SH01")
        follower.hears("shot:new", shot_id=shot["id"])
        asset = gazu.asset.new_asset(project, gazu.asset.all_asset_types()[0], "Chair")
        follower.hears("asset:new", asset_id=asset["id"])
        os.kill(event_process(studio), signal.SIGKILL)
        assert follower.is_back.wait(PATIENCE)
        task = gazu.task.new_task(shot, gazu.task.all_task_types()[0])
        follower.hears("task:new", task_id=task["id"])
        gazu.shot.update_shot({**shot, "description": "A fox"})
        follower.hears("shot:update", shot_id=shot["id"])
        gazu.shot.remove_shot(shot, force=True)
        follower.hears("shot:delete", shot_id=shot["id"])
    finally:
        follower.events.disconnect()


# --- nodes ---


@pytest.fixture
def database() -> Iterator[str]:
    if "postgres" not in engines_wanted():
        pytest.skip("nodes share a PostgreSQL")
    url = directly(bare_database("postgres"))
    yield url
    drop_studio(url)


@pytest.mark.parametrize("pooled", [False, True], ids=["directly", "behind pgbouncer"])
def test_an_event_reaches_those_who_listen_at_another_node(tmp_path: Path, database: str, pooled: bool) -> None:
    url, said = database, {}
    if pooled:
        url, said = through_pooler(database), {"KITSULITE_DATABASE_DIRECT": database}
    with nodes(tmp_path, url, **said) as (here, there):
        ann = signed_in(here)
        with browser(there.url, bearer=token_of(ann)) as page, browser(here.url, bearer=token_of(ann)) as other:
            page.wait_for("connected")
            other.wait_for("connected")
            taken = []
            for _ in range(20):
                id = add(ann)
                since = time.monotonic()
                assert page.wait_for_event(NEW, SOON) == {"department_id": id}
                taken.append(time.monotonic() - since)
            assert sorted(taken)[len(taken) // 2] < 0.1  # the bell of the nodes; a look comes each quarter of a second
            kill(here)
            other.wait_for("gone")
            beside = gazu.client.create_client(there.api)
            beside.tokens = dict(ann.tokens)
            id = add(beside)
            assert page.wait_for_event(NEW, SOON) == {"department_id": id}
