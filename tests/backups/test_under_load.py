"""A backup while sixteen write: it is the studio at one moment, and every file that its rows refer to is in it."""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engines import bare_database, drop_studio
from studio import Studio
from test_backups import a_preview, back_up, put_back

from kitsulite import Settings, Tracker
from kitsulite.areas.studio import backupruns
from kitsulite.models import Record, new_id
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.own import Job
from kitsulite.models.people import Organisation, Person
from kitsulite.models.productions import Project
from kitsulite.models.reviews import PreviewFile
from kitsulite.storage import Busy, Row
from kitsulite.work.filekeys import EVERYTHING, key_of, remove_files

WRITERS = 16


@pytest.fixture
def empty(engine: str, tmp_path: Path) -> Iterator[Settings]:
    url = bare_database(engine)
    yield Settings(data=str(tmp_path / "again"), database=url, secret_key="for-tests")
    drop_studio(url)


class Counter:
    """A number that stands in four tables, and is counted up in all of them at once."""

    def __init__(self, studio: Studio) -> None:
        self.rows: list[tuple[type[Record], str]] = [
            (Person, studio.add(Person, first_name="A", last_name="B", data={"n": 0})["id"]),
            (Project, studio.add(Project, name="Fox", data={"n": 0})["id"]),
            (Entity, self._entity(studio)),
            (Organisation, studio.add(Organisation, name="0")["id"]),
        ]

    def _entity(self, studio: Studio) -> str:
        kind = studio.add(EntityType, name="Shot")
        project = studio.add(Project, name="Owl")
        values = {"project_id": project["id"], "entity_type_id": kind["id"], "data": {"n": 0}}
        return str(studio.add(Entity, name="SH01", **values)["id"])

    def count_up(self, tracker: Tracker) -> None:
        with tracker.work() as work:
            number = work.hold(*self.rows[0])["data"]["n"] + 1
            for table, id in self.rows[:-1]:
                work.update(table, id, data={"n": number})
            work.update(*self.rows[-1], name=str(number))
            work.emit("organisation:update", {"n": number})

    def read(self, tracker: Tracker) -> set[int]:
        with tracker.work(writes=False) as work:
            return {number_of(table, work.get(table, id)) for table, id in self.rows}


def number_of(table: type[Record], row: Row) -> int:
    return int(row["name"] if table is Organisation else row["data"]["n"])


def work_hard(
    studio: Studio, counter: Counter, over: threading.Event, did: list[int], problems: list[BaseException]
) -> None:
    mine: list[str] = []
    chance = random.Random()
    while not over.is_set():
        try:
            counter.count_up(studio.tracker)
            id = new_id()
            with studio.tracker.work() as work:
                import io

                for kind in chance.sample(EVERYTHING, 3):
                    work.files.put(key_of(kind, id), io.BytesIO(chance.randbytes(chance.randrange(20_000))))
                work.insert(PreviewFile, id=id, name=id, original_name="p", extension="png", status="ready")
            mine.append(id)
            if len(mine) > 3 and chance.random() < 0.3:
                gone = mine.pop(chance.randrange(len(mine)))
                with studio.tracker.work() as work:
                    work.delete(PreviewFile, PreviewFile.id == gone)
                    remove_files(work, gone)
            did.append(1)
        except Busy:
            continue
        except BaseException as problem:
            problems.append(problem)
            return


@pytest.mark.long
def test_it_is_the_studio_at_one_moment(studio: Studio, empty: Settings, tmp_path: Path) -> None:
    studio.tracker.settings = replace(studio.tracker.settings, remove_files=True)
    counter = Counter(studio)
    a_preview(studio)
    over, did, problems = threading.Event(), list[int](), list[BaseException]()
    writers = [threading.Thread(target=work_hard, args=(studio, counter, over, did, problems)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        time.sleep(0.5)
        took = []
        for number in range(3):
            began, before = time.monotonic(), len(did)
            made = back_up(studio, tmp_path / "backups", keep="1d")
            took.append((round(time.monotonic() - began, 1), len(did) - before))
            assert made.proof
            assert made.proof.problems == []
            assert made.snapshot.missing == [], number
    finally:
        over.set()
        for writer in writers:
            writer.join()
    assert problems == []
    assert all(rounds > 0 for _, rounds in took), took  # people were not held up
    put_back(tmp_path / "backups", empty)
    with Tracker(empty) as again:
        assert len(counter.read(again)) == 1
        assert counter.read(again).pop() > 0
        with again.work(writes=False) as work:
            ids = work.db.values(PreviewFile.select(PreviewFile.id))
            stored = set(work.files.list())
            assert len(ids) > WRITERS
            assert all(sum(key_of(kind, id) in stored for kind in EVERYTHING) in (1, 3) for id in ids)
    assert backupruns.last_proven(studio.tracker.db)


def test_files_of_rows_that_go_stay_while_a_backup_is_made(studio: Studio) -> None:
    studio.tracker.settings = replace(studio.tracker.settings, remove_files=True)
    run = backupruns.begin(studio.tracker.db, "s3://fox", "me")
    id = a_preview(studio)
    with studio.tracker.work() as work:
        work.delete(PreviewFile, PreviewFile.id == id)
        remove_files(work, id)
    key = key_of("originals", id)
    assert studio.tracker.files.exists(key)
    due_now(studio)
    assert studio.tracker.files.exists(key)
    backupruns.end(studio.tracker.db, run)
    due_now(studio)
    assert not studio.tracker.files.exists(key)
    with studio.tracker.work() as work:
        assert not work.exists(Job)


def due_now(studio: Studio) -> None:
    with studio.tracker.work() as work:
        work.db.run(Job.update(due_at="2020-01-01T00:00:00.000000"))
    doer = studio.tracker.jobs._doer()
    assert doer.do_next()
