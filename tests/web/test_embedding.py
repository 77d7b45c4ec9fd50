"""A tracker is an object in somebody else's process: under any prefix, beside other apps and other trackers."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import falcon.testing
import pytest
from engines import drop_studio, new_studio
from studio import Member, Studio, Visitor
from test_readme import blocks

from kitsulite import Settings, Tracker
from kitsulite.work.work import Event

THREADS = 8
REQUESTS = 400


@pytest.fixture
def site(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What the README's example defines: two studios, `fox` and `owl`, and `site`, which holds both."""
    embedded, told, opened = (block for block in blocks("python") if "fox" in block and "gazu" not in block)
    names: dict[str, Any] = {}
    exec((embedded + told + opened).replace("/srv/", f"{tmp_path}/"), names)
    yield names
    names["fox"].tracker.close()
    names["owl"].tracker.close()


def test_the_example_of_the_readme_serves_two_studios_and_a_page(site: dict[str, Any]) -> None:
    client = falcon.testing.TestClient(site["site"])
    assert client.simulate_get("/").text == "Welcome to our studios."
    assert client.simulate_get("/nowhere/fox").text == "Welcome to our studios."
    assert client.simulate_get("/fox/data/persons").status_code == 401
    ann, olga = Studio(site["fox"].tracker).person("Ann"), Studio(site["owl"].tracker).person("Olga")
    for person, prefix, other in ((ann, "/fox", "/owl"), (olga, "/owl", "/fox")):
        visitor = Visitor(site["site"], person.token)
        assert [row["first_name"] for row in visitor.get(f"{prefix}/data/persons")] == [person.row["first_name"]]
        visitor.get(f"{other}/data/persons", status=422)


@pytest.fixture
def studios(engine: str, tmp_path: Path) -> Iterator[dict[str, Studio]]:
    """Two studios in this process, each with a database and a key of its own."""
    made = {}
    for name in ("fox", "owl"):
        folder = tmp_path / name
        folder.mkdir()
        made[name] = Studio(Tracker(Settings(data=str(folder), database=new_studio(engine, folder)), first_data=False))
    yield made
    for studio in made.values():
        studio.tracker.close()
        drop_studio(studio.tracker.db.url)


def test_two_studios_under_threads_never_see_each_other(studios: dict[str, Studio]) -> None:
    admins = {name: studio.person(f"Admin of {name}", role="admin") for name, studio in studios.items()}
    heard: dict[str, list[Event]] = {name: [] for name in studios}
    for name, studio in studios.items():
        studio.tracker.listeners.append(heard[name].append)
    rng = random.Random(1)
    jobs = [(rng.choice(list(studios)), rng.choice(["write", "read", "fail", "trespass"]), n) for n in range(REQUESTS)]

    def work(job: tuple[str, str, int]) -> None:
        name, action, number = job
        admin, other = admins[name], next(admin for key, admin in admins.items() if key != name)
        if action == "write":
            admin.post("/data/departments", {"name": f"{name} {number}", "color": "#000000"})
        elif action == "read":
            assert {row["name"].split()[0] for row in admin.get("/data/departments")} <= {name}
            assert [row["id"] for row in admin.get("/data/persons")] == [admin.id]
        elif action == "fail":
            admin.post("/data/departments", {"name": f"{name} {number}"}, status=400)
        else:
            trespass(other, admin)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, jobs))
    for name, admin in admins.items():
        written = {f"{name} {number}" for of, action, number in jobs if (of, action) == (name, "write")}
        rows = admin.get("/data/departments")
        assert {row["name"] for row in rows} == written
        assert {event.data["department_id"] for event in heard[name]} == {row["id"] for row in rows}


def trespass(stranger: Member, at_home: Member) -> None:
    """Use the token of one studio in another."""
    visitor = Visitor(at_home.client.app, stranger.token)
    visitor.get("/data/departments", status=422)
    visitor.post("/data/departments", {"name": "Trespassers", "color": "#000000"}, status=422)


def test_a_studio_that_is_closed_leaves_the_other_open(studios: dict[str, Studio]) -> None:
    olga = studios["owl"].person("Olga")
    studios["fox"].tracker.close()
    assert olga.get("/data/departments") == []
