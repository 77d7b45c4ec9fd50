"""Long lists that are sent again only when something in them is another (docs/api/requests.md)."""

import concurrent.futures
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from film import Film, film
from full_studio import FullStudio
from studio import Answered, Member, Studio

from kitsulite.models import TABLES, listmarks
from kitsulite.models.productions import MetadataDescriptor, ProjectPersonLink
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus
from kitsulite.storage import Database

__all__ = ["film"]
FORMS = ("", "&compact=true", "&stream=true", "&stream=true&compact=true", "&fields=name", "&stream=true&fields=name")


class Watched:
    """A film with a task, and the lists of it that are tagged."""

    def __init__(self, film: Film) -> None:
        self.film = film
        self.task = film.studio.task(film.shot, assignees=[film.stan, film.vic])
        film.studio.task(film.asset, "Modeling")
        of = f"?project_id={film.id}"
        self.shots = [f"/data/shots/with-tasks{of}{form}" for form in FORMS]
        self.assets = [f"/data/assets/with-tasks{of}{form}" for form in FORMS]
        tasks = f"/data/projects/{film.id}/tasks"
        self.tasks = [tasks, f"{tasks}?page=1", f"{tasks}?fields=name"]
        self.all = [*self.shots, *self.assets, *self.tasks]


@pytest.fixture
def watched(film: Film) -> Watched:
    return Watched(film)


def again(member: Member, path: str, tag: str) -> Answered:
    return member.call("GET", path, headers={"If-None-Match": tag})


def test_who_has_a_list_is_told_so(watched: Watched) -> None:
    for path in watched.all:
        for who in (watched.film.ann, watched.film.vic, watched.film.cleo):
            answer = who.call("GET", path)
            tag = answer.headers["etag"]
            assert (answer.status, answer.headers["cache-control"]) == (200, "private, no-cache")
            assert tag[0] == tag[-1] == '"'
            assert answer.content
            for said in (tag, f'"other", {tag}', f"W/{tag}", "*"):
                same = again(who, path, said)
                assert (same.status, same.content) == (304, b""), path
                assert (same.headers["etag"], same.headers["cache-control"]) == (tag, "private, no-cache")
            other = again(who, path, '"other"')
            assert (other.status, other.content) == (200, answer.content)


def test_lists_are_as_they_are_without_tags(watched: Watched) -> None:
    [whole] = [path for path in watched.shots if path.endswith(watched.film.id)]
    answer = watched.film.ann.call("GET", f"{whole}&stream=true")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert len(answer.text.splitlines()) == 1 + len(watched.film.ann.get(whole))


def test_a_tag_is_of_who_was_shown_the_list(watched: Watched) -> None:
    film = watched.film
    dan = film.studio.person("Dan")
    film.studio.join(film.project, dan)
    for path in watched.all:
        tags = [who.call("GET", path).headers["etag"] for who in (film.stan, dan)]
        assert tags[0] != tags[1], path
        film.admin.put(f"/data/persons/{dan.id}", {"role": "supervisor"})
        assert again(dan, path, tags[1]).status == 200, path
        film.admin.put(f"/data/persons/{dan.id}", {"role": "user"})


class Statements:
    """The statements of a request, as they are run."""

    def __init__(self, db: Database, patch: pytest.MonkeyPatch) -> None:
        self.seen: list[str] = []
        as_run = db._as_run

        def note(sql: str, parameters: Any) -> Any:
            made = as_run(sql, parameters)
            self.seen.append(made[0])
            return made

        patch.setattr(db, "_as_run", note)

    def of(self, act: Callable[[], Any]) -> list[str]:
        self.seen.clear()
        act()
        return list(self.seen)


def read_by(statements: list[str]) -> set[str]:
    """The tables that statements read; what begins with `WITH` is none."""
    text = " ".join(statements)
    named = set(re.findall(r'(?:FROM|JOIN|,) \(?"?(\w+)"?', text, re.IGNORECASE))
    return named & TABLES.keys()


def test_who_has_a_list_is_told_so_before_a_row_is_read_and_marks_are_of_all_that_it_reads(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = watched.film
    statements = Statements(film.studio.tracker.db, monkeypatch)
    whose = "&episode_id=all", "&assigned_to=me", f"&episode_id={film.sequence['id']}"
    paths = [*watched.all, *(watched.shots[0] + more for more in whose), *(watched.assets[0] + more for more in whose)]
    paths += [f"{watched.tasks[0]}?episode_id={film.sequence['id']}&task_type_id={watched.task['task_type_id']}"]
    for path in paths:
        for who in (film.admin, film.ann, film.stan, film.vic, film.cleo):
            tag = who.call("GET", path).headers["etag"]
            whole = statements.of(lambda: who.call("GET", path))  # noqa: B023
            known = statements.of(lambda: again(who, path, tag))  # noqa: B023
            assert again(who, path, tag).status == 304
            list_alone = [text for text in whole if text not in known]
            assert "entity" in read_by(list_alone) or "task" in read_by(list_alone)
            assert not {"entity", "task"} & read_by([text for text in known if "list_mark" not in text])
            assert read_by(list_alone) <= listmarks.WATCHED, path


@pytest.mark.parametrize("table", sorted(listmarks.WATCHED))
def test_whatever_is_written_to_what_is_watched_changes_the_tag(studio: Studio, table: str) -> None:
    full, db = FullStudio(studio), studio.tracker.db
    ann, path = full.members["manager"], f"/data/shots/with-tasks?project_id={full.ids['project']}"
    tag = ann.call("GET", path).headers["etag"]
    assert again(ann, path, tag).status == 304
    column = next(iter(TABLES[table].columns().values())).column_name
    with db.writing():
        assert db.engine.execute_sql(f'UPDATE "{table}" SET "{column}" = "{column}"').rowcount, table
    assert again(ann, path, tag).status == 200


def test_lists_of_other_productions_keep_their_tags(watched: Watched) -> None:
    film = watched.film
    other = film.studio.project("Other", team=[film.ann])
    path = f"/data/shots/with-tasks?project_id={other['id']}"
    tag = film.ann.call("GET", path).headers["etag"]
    film.ann.put(f"/data/tasks/{watched.task['id']}", {"priority": 2})
    assert again(film.ann, path, tag).status == 304
    film.studio.entity("Shot", "SH1", other, film.studio.entity("Sequence", "SQ1", other))
    assert again(film.ann, path, tag).status == 200


def test_a_change_that_comes_to_nothing_changes_no_tag(watched: Watched) -> None:
    film, db = watched.film, watched.film.studio.tracker.db
    tag = film.ann.call("GET", watched.shots[0]).headers["etag"]
    with suppress(ZeroDivisionError), db.writing():
        write_priority(db, watched, 4)
        raise ZeroDivisionError
    assert again(film.ann, watched.shots[0], tag).status == 304
    with db.writing():
        with suppress(ZeroDivisionError), db.savepoint():
            write_priority(db, watched, 4)
            raise ZeroDivisionError
        write_priority(db, watched, 5)
    assert again(film.ann, watched.shots[0], tag).status == 200


def test_who_writes_waits_for_nobody_and_no_change_is_missed(watched: Watched) -> None:
    film, db = watched.film, watched.film.studio.tracker.db
    if db.name == "sqlite":
        pytest.skip("who writes is alone")
    other, path = film.studio.task(film.other_shot), watched.shots[0]
    begun, end = threading.Event(), threading.Event()

    def write_long() -> None:
        with db.writing():
            write_priority(db, watched, 4)
            begun.set()
            end.wait(20)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        writing = pool.submit(write_long)
        try:
            assert begun.wait(20)
            before = film.ann.call("GET", path).headers["etag"]
            with db.writing(patience=2):
                db.run(Task.update(priority=1).where(Task.id == other["id"]))
            between = again(film.ann, path, before)
            assert between.status == 200
        finally:
            end.set()
        writing.result(20)
    assert again(film.ann, path, between.headers["etag"]).status == 200


def write_priority(db: Database, watched: Watched, priority: int) -> None:
    db.run(Task.update(priority=priority).where(Task.id == watched.task["id"]))


def _status(film: Film) -> str:
    return str(film.studio.add(TaskStatus, name="Done", short_name="done", color="#000000", is_done=True)["id"])


def comment(watched: Watched) -> None:
    film = watched.film
    film.ann.post(
        f"/actions/tasks/{watched.task['id']}/comment", {"task_status_id": _status(film), "comment": "Well done"}
    )


def behind_everybody(watched: Watched) -> None:
    """As an extension writes, or somebody at the database: without an event, and without a moment of change."""
    db = watched.film.studio.tracker.db
    with db.writing():
        db.run(Task.update(priority=3).where(Task.id == watched.task["id"]))


def hide(watched: Watched) -> None:
    film = watched.film
    film.ann.put(f"/data/entities/{film.shot['id']}", {"data": {"mood": "blue"}})


def unlink(watched: Watched) -> None:
    with watched.film.studio.tracker.work() as work:
        work.delete(TaskPersonLink, TaskPersonLink.task_id == watched.task["id"])


CHANGES: dict[str, Callable[[Watched], Any]] = {
    "a task's column": lambda watched: watched.film.ann.put(f"/data/tasks/{watched.task['id']}", {"priority": 2}),
    "a comment": comment,
    "an assignee less": unlink,
    "a task less": lambda watched: watched.film.ann.delete(f"/data/tasks/{watched.task['id']}?force=true"),
    "a task more": lambda watched: watched.film.studio.task(watched.film.other_shot),
    "a column of the database": behind_everybody,
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_changes_a_list_changes_its_tag(watched: Watched, name: str) -> None:
    ann, paths = watched.film.ann, [watched.shots[0], watched.shots[2], watched.tasks[0]]
    before = {path: ann.call("GET", path) for path in paths}
    CHANGES[name](watched)
    for path in paths:
        after = again(ann, path, before[path].headers["etag"])
        assert after.status == 200, path
        assert after.content != before[path].content
        assert after.headers["etag"] != before[path].headers["etag"]
        assert again(ann, path, after.headers["etag"]).status == 304


def test_what_is_hidden_from_somebody_changes_their_list(watched: Watched) -> None:
    film, path = watched.film, watched.shots[0]
    field = {"name": "Mood", "field_name": "mood", "data_type": "string", "entity_type": "Shot", "for_client": True}
    mood = film.studio.add(MetadataDescriptor, project_id=film.id, **field)
    film.ann.put(f"/data/entities/{film.shot['id']}", {"data": {"mood": "blue"}})
    anns, cleos = (who.call("GET", path).headers["etag"] for who in (film.ann, film.cleo))
    film.studio.store(MetadataDescriptor, mood["id"], for_client=False)
    assert "blue" in again(film.ann, path, anns).text
    hidden = again(film.cleo, path, cleos)
    assert (hidden.status, "blue" in hidden.text) == (200, False)


def test_who_becomes_a_vendor_there_is_sent_another_list(watched: Watched) -> None:
    film = watched.film
    before = {path: film.stan.call("GET", path).headers["etag"] for path in watched.shots}
    film.studio.task(film.other_shot)
    before = {path: film.stan.call("GET", path).headers["etag"] for path in watched.shots}
    film.ann.put(f"{film.path}/team/{film.stan.id}", {"role": "vendor"})
    for path, tag in before.items():
        assert again(film.stan, path, tag).status == 200, path
    with film.studio.tracker.work() as work:
        work.delete(ProjectPersonLink, ProjectPersonLink.person_id == film.stan.id)
    for path, tag in before.items():
        assert again(film.stan, path, tag).status == 403
