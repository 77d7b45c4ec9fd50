"""Many people speak at once: nothing that was answered is lost, and a task is what its comments make of it."""

import concurrent.futures
import http.client
import itertools
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gazu
import pytest
from serving import Served, serve

from kitsulite import Settings, Tracker
from kitsulite.areas.tasks import history as taskhistory
from kitsulite.models.reviews import Comment, News
from kitsulite.models.tasks import Task
from kitsulite.models.tools import ApiEvent
from kitsulite.storage import Row

CLIENTS = 16
EACH = 6
DERIVED = tuple(taskhistory.untouched(""))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "studio"


@pytest.mark.long
def test_sixteen_clients_speak_at_once_and_nothing_is_lost(folder: Path, bare: str) -> None:
    with serve(folder, bare, "--workers", "2", "--threads", "8") as server:
        client = gazu.client.create_client(server.api)
        gazu.log_in(server.email, server.password, client=client)
        tasks = make_tasks(client)
        statuses = [status["id"] for status in gazu.task.all_task_statuses(client=client) if not status["for_concept"]]
        token = str(client.access_token)
        on_one = speak(server, token, itertools.repeat(tasks[0]), statuses)
        on_many = speak(server, token, itertools.cycle(tasks[1:]), statuses)
    assert len(set(on_one)) == len(set(on_many)) == CLIENTS * EACH

    with Tracker(Settings(data=str(folder), database=bare), first_data=False) as tracker:
        with tracker.db.reading():
            said = set(tracker.db.values(Comment.select(Comment.id)))
            told = set(tracker.db.values(News.select(News.comment_id)))
            events = tracker.db.rows(ApiEvent.select().where(ApiEvent.name == "comment:new"))
        assert said == told == {event["data"]["comment_id"] for event in events} == {*on_one, *on_many}
        for task_id in tasks:
            before, after = derived_before_and_after_replay(tracker, task_id)
            assert before == after


def make_tasks(client: Any) -> list[str]:
    """A shot with some tasks: one that all talk about, and some that they spread over."""
    project = gazu.project.new_project("Rush hour", client=client)
    sequence = gazu.shot.new_sequence(project, "SQ01", client=client)
    kinds = gazu.task.all_task_types(client=client)
    animation = next(kind for kind in kinds if kind["name"] == "Animation")
    shots = [gazu.shot.new_shot(project, sequence, f"SH{number:02}", client=client) for number in range(5)]
    return [gazu.task.new_task(shot, animation, client=client)["id"] for shot in shots]


def speak(server: Served, token: str, tasks: Any, statuses: list[str]) -> list[str]:
    """Every client says something several times; the ids of what was answered."""
    turns = list(itertools.islice(zip(tasks, itertools.cycle(statuses), strict=False), CLIENTS * EACH))

    def client(number: int) -> list[str]:
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
        ids = []
        for task_id, status_id in turns[number::CLIENTS]:
            body = json.dumps({"task_status_id": status_id, "comment": f"from {number}"})
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            connection.request("POST", f"/actions/tasks/{task_id}/comment", body, headers)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status == 201, content
            ids.append(json.loads(content)["id"])
        connection.close()
        return ids

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        return [id for ids in pool.map(client, range(CLIENTS)) for id in ids]


def derived_before_and_after_replay(tracker: Tracker, task_id: str) -> tuple[Row, Row]:
    """What a task's comments made of it while they came, and what they make of it when they are walked anew."""
    with tracker.work() as work:
        before = work.get(Task, task_id)
        after = taskhistory.replay(work, before)
    return {key: before[key] for key in DERIVED}, {key: after[key] for key in DERIVED}
