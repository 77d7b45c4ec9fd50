"""A Zou is taken over: every row and file, again and again, and what people wrote here stays."""

import io
import shutil
from pathlib import Path

import pytest
from studio import Studio
from zous import ODD, Taker, Zou, new_zou

from kitsulite import Tracker
from kitsulite.areas.studio import transfer
from kitsulite.areas.takeover.files import Copying
from kitsulite.areas.takeover.layout import KINDS
from kitsulite.areas.takeover.memory import FILE, FOLDER
from kitsulite.areas.takeover.refusals import CannotTakeOver
from kitsulite.areas.takeover.source import Source
from kitsulite.areas.takeover.stores import open_zou_files
from kitsulite.areas.takeover.tables import shared
from kitsulite.models import feed
from kitsulite.models.entities import Entity, EntityLink
from kitsulite.models.people import Department
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment
from kitsulite.models.schedules import ProductionScheduleVersion, ProductionScheduleVersionTaskLink
from kitsulite.models.schedules import ProductionScheduleVersionTaskLinkPersonLink as VersionPeople
from kitsulite.models.tasks import Task
from kitsulite.tracker import HalfFilled
from kitsulite.work.filekeys import key_of


def there(zou: Zou) -> int:
    return sum(zou.ask(f'SELECT count(*) FROM "{name}"')[0][0] for name in shared())


def test_every_row_comes_with_its_times(taker: Taker, studio: Studio, zou: Zou) -> None:
    report = taker.run()
    assert report.total("taken") == there(zou) == transfer.count_rows(taker.tracker.db)
    assert report.issues == []
    project = studio.stored(Project, zou.ids["project"])
    assert (project["description"], project["data"]) == (ODD, {"text": ODD})
    [(created,)] = zou.ask("SELECT to_char(created_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.US') FROM comment LIMIT 1")
    assert studio.stored(Comment, zou.ids["comment"])["created_at"] == created


def test_every_file_comes_under_its_key_here(taker: Taker, zou: Zou) -> None:
    taker.run()
    wanted = {key_of(kind, zou.ids[table]): kind for tables in KINDS.values() for table, kind in tables.items()}
    assert set(taker.tracker.files.list()) == wanted.keys()
    for key, kind in wanted.items():
        with taker.tracker.files.open(key) as content:
            assert content.read() == kind.encode()


def test_what_follows_from_rows_is_there(taker: Taker, studio: Studio, zou: Zou) -> None:
    taker.run()
    with taker.tracker.db.reading():
        entries = taker.tracker.db.rows(feed.FeedEntry.select())
    assert [(entry["news_id"], entry["project_id"]) for entry in entries] == [(zou.ids["news"], zou.ids["project"])]
    assert studio.stored(EntityLink, zou.ids["entity_link"])["by_shots"] is False
    admin = studio.person("Ada", "admin")
    found = admin.post("/data/search", {"query": studio.stored(Entity, zou.ids["entity"])["name"]}, status=200)
    assert zou.ids["entity"] in str(found)


def test_a_second_run_takes_what_changed_and_nothing_else(taker: Taker, studio: Studio, zou: Zou) -> None:
    taken = taker.run().total("taken")
    zou.touch("comment", zou.ids["comment"], text="Otherwise")
    zou.do("INSERT INTO department (id, name, color) VALUES (gen_random_uuid(), 'New', '#000000')")
    zou.do("DELETE FROM login_log")
    report = taker.run()
    assert {what: report.total(what) for what in ("taken", "changed", "removed")} == {
        "taken": 1,
        "changed": 1,
        "removed": 1,
    }
    assert report.total("unchanged") == taken - 2
    assert studio.stored(Comment, zou.ids["comment"])["text"] == "Otherwise"
    assert taker.differences() == []
    assert taker.run().changes == 0


NEW = "INSERT INTO department (id, name, color) VALUES (%s, %s, '#000000')"
ONE, OTHER = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


def test_names_may_change_hands_there(taker: Taker, studio: Studio, zou: Zou) -> None:
    """Of one that goes to one that comes, and between two."""
    [(name,)] = zou.ask("SELECT name FROM department")
    for id, other in ((ONE, "One"), (OTHER, "Other")):
        zou.do(NEW, id, other)
    taker.run()
    zou.do("UPDATE department SET name = 'Third' WHERE id = %s", ONE)
    zou.do("UPDATE department SET name = 'One' WHERE id = %s", OTHER)
    zou.do("UPDATE department SET name = 'Other' WHERE id = %s", ONE)
    zou.do("UPDATE department SET name = %s WHERE id = %s", "Old", zou.ids["department"])
    report = taker.run()
    assert (report.issues, report.total("changed")) == ([], 3)
    assert (studio.stored(Department, ONE)["name"], studio.stored(Department, OTHER)["name"]) == ("Other", "One")
    zou.do("DELETE FROM department WHERE id = %s", ONE)
    zou.do("UPDATE department SET name = 'Other' WHERE id = %s", OTHER)
    zou.do(NEW, ONE.replace("1", "3"), name)
    assert taker.run().issues == []
    assert studio.stored(Department, OTHER)["name"] == "Other"
    assert taker.differences() == []


def test_a_name_that_somebody_took_here_is_told_apart(taker: Taker, studio: Studio, zou: Zou) -> None:
    taker.run()
    studio.add(Department, name="Ours", color="#000000")
    zou.do(NEW, ONE, "Ours")
    [issue] = taker.run().issues
    assert (issue.what, issue.id) == ("cleaned", ONE)
    assert studio.stored(Department, ONE)["name"] == "Ours (2)"


def test_what_is_written_here_stays(taker: Taker, studio: Studio, zou: Zou) -> None:
    taker.run()
    studio.store(Project, zou.ids["project"], description="Ours")
    ours = studio.add(Department, name="Ours", color="#000000")
    assert taker.run().changes == 0
    assert studio.stored(Project, zou.ids["project"])["description"] == "Ours"
    assert studio.stored(Department, ours["id"])["name"] == "Ours"


def test_what_changed_on_both_sides_is_theirs_and_told(taker: Taker, studio: Studio, zou: Zou) -> None:
    taker.run()
    studio.store(Project, zou.ids["project"], description="Ours")
    zou.touch("project", zou.ids["project"], description="Theirs")
    [issue] = taker.run().issues
    assert (issue.what, issue.table, issue.id) == ("both", "project", zou.ids["project"])
    assert studio.stored(Project, zou.ids["project"])["description"] == "Theirs"


def test_what_is_gone_there_stays_while_something_of_ours_hangs_on_it(taker: Taker, studio: Studio, zou: Zou) -> None:
    zou.do("INSERT INTO department (id, name, color) VALUES ('00000000-0000-4000-8000-000000000001', 'Old', '#000000')")
    taker.run()
    department = "00000000-0000-4000-8000-000000000001"
    member = studio.person("Uma")
    studio.department("Old", member)
    zou.do("DELETE FROM department WHERE id = %s", department)
    report = taker.run()
    assert [(issue.what, issue.id) for issue in report.issues] == [("kept", department)]
    assert studio.stored(Department, department)["name"] == "Old"
    assert report.total("removed") == 0


def test_what_stays_is_told_apart_from_what_came_in_its_place(taker: Taker, studio: Studio, zou: Zou) -> None:
    zou.do(NEW, ONE, "Old")
    taker.run()
    studio.department("Old", studio.person("Uma"))
    zou.do("DELETE FROM department WHERE id = %s", ONE)
    zou.do(NEW, OTHER, "Old")
    report = taker.run()
    assert sorted((issue.what, issue.id) for issue in report.issues) == [("cleaned", ONE), ("kept", ONE)]
    assert (studio.stored(Department, ONE)["name"], studio.stored(Department, OTHER)["name"]) == ("Old (2)", "Old")
    assert (report.total("taken"), report.total("removed")) == (1, 0)


def test_what_the_database_would_take_along_keeps_what_it_hangs_on(taker: Taker, studio: Studio, zou: Zou) -> None:
    """A plan of the Zou with a task in it, to which somebody adds a person here; then the plan goes there."""
    plan, task, people = ProductionScheduleVersion, ProductionScheduleVersionTaskLink, VersionPeople
    zou.do("DELETE FROM production_schedule_version")
    zou.do(
        "INSERT INTO production_schedule_version (id, name, project_id, locked, canceled) VALUES (%s, 'Plan', %s, false, false)",
        ONE,
        zou.ids["project"],
    )
    zou.do(
        "INSERT INTO production_schedule_version_task_link (id, production_schedule_version_id, task_id) VALUES (%s, %s, %s)",
        OTHER,
        ONE,
        zou.ids["task"],
    )
    taker.run()
    person = studio.person("Uma")
    studio.link(people, production_schedule_version_task_link_id=OTHER, person_id=person.id)
    zou.do("DELETE FROM production_schedule_version")
    report = taker.run()
    assert sorted((issue.what, issue.table, issue.id) for issue in report.issues) == [
        ("kept", plan.table_name(), ONE),
        ("kept", task.table_name(), OTHER),
    ]
    assert report.total("removed") == 0
    assert studio.stored(plan, ONE)["name"] == "Plan"
    assert studio.stored(task, OTHER)["task_id"] == zou.ids["task"]
    with studio.tracker.work(writes=False) as work:
        assert work.exists(people, people.person_id == person.id)


def test_files_that_are_not_here_any_more_come_again(taker: Taker, zou: Zou) -> None:
    taker.run()
    gone, short, other = (key_of(kind, zou.ids["preview_file"]) for kind in ("movies", "lowdefs", "sources"))
    files = taker.tracker.files
    files.delete(gone)
    files.put(short, io.BytesIO(b"low"))
    files.put(other, io.BytesIO(b"SOURCES"))
    assert taker.run().files["copied"] == 2
    assert taker.differences() == [f"different: file {other}"]
    assert taker.run().files["copied"] == 1  # only who compares reads them all
    assert taker.differences() == []


def test_files_that_changed_there_come_again_and_those_of_rows_that_are_gone_go(
    taker: Taker, studio: Studio, zou: Zou
) -> None:
    taker.run()
    id = zou.ids["preview_background_file"]
    for path in zou.folder.rglob(f"*{zou.ids['working_file']}"):
        path.write_bytes(b"another")
    for table in ("project_preview_background_file_link", "project_template_preview_background_file_link"):
        zou.do(f"DELETE FROM {table}")
    for table in ("project", "project_template"):
        zou.do(f"UPDATE {table} SET default_preview_background_file_id = NULL")
    zou.do("DELETE FROM preview_background_file")
    report = taker.run()
    assert (report.files["copied"], report.files["removed"]) == (1, 2)
    assert not [key for key in taker.tracker.files.list() if key.endswith(id)]
    with taker.tracker.files.open(key_of("workingfiles", zou.ids["working_file"])) as content:
        assert content.read() == b"another"


def test_files_of_rows_that_went_in_an_interrupted_run_go_with_the_next(
    taker: Taker, zou: Zou, monkeypatch: pytest.MonkeyPatch
) -> None:
    taker.run()
    zou.do("UPDATE output_file SET source_file_id = NULL")
    zou.do("DELETE FROM working_file")
    with monkeypatch.context() as broken:
        broken.setattr(Copying, "remove_of_rows", lambda *_: None)
        broken.setattr(Copying, "remove_of_none", lambda *_: None)
        taker.run()
    assert taker.tracker.files.exists(key_of("workingfiles", zou.ids["working_file"]))
    taker.run()
    assert not taker.tracker.files.exists(key_of("workingfiles", zou.ids["working_file"]))


def test_files_that_are_missing_are_named(taker: Taker, zou: Zou) -> None:
    shutil.rmtree(zou.folder / "files" / "attachments")
    report = taker.run()
    assert [(issue.what, issue.id) for issue in report.issues] == [("missing", zou.ids["attachment_file"])]


def test_a_file_that_cannot_be_read_is_named_and_the_rest_comes(taker: Taker, zou: Zou) -> None:
    id = zou.ids["attachment_file"]
    [path] = zou.folder.glob(f"files/attachments/*/*/{id}")
    content = path.read_bytes()
    path.unlink()
    path.mkdir()
    report = taker.run()
    told = ("missing", "attachment_file", id, f"attachments-{id} cannot be read: Is a directory")
    assert (report.issues, report.files["missing"], report.total("taken")) == ([told], 1, there(zou))
    assert f"missing: file attachments-{id} (it cannot be read there: Is a directory)" in taker.differences()
    path.rmdir()
    path.write_bytes(content)
    assert taker.run().files["copied"] == 1
    assert taker.differences() == []


def test_a_folder_that_cannot_be_looked_into_is_told(taker: Taker, zou: Zou) -> None:
    place = zou.folder / "files" / "attachments"
    shutil.rmtree(place)
    place.symlink_to(place)
    why = "it cannot be looked into: Too many levels of symbolic links"
    assert ("missing", "files", str(place), why) in taker.run().issues
    assert f"missing: files {place} ({why})" in taker.differences()


def test_following_goes_on_beside_a_file_that_cannot_be_read(taker: Taker, zou: Zou) -> None:
    taker.run()
    id = zou.ids["attachment_file"]
    [path] = zou.folder.glob(f"files/attachments/*/*/{id}")
    shutil.rmtree(path.parent)
    path.parent.symlink_to(path.parent)
    zou.touch("attachment_file", id, name="again.txt")
    report = taker.catch_up()
    assert [(issue.what, issue.id) for issue in report.issues] == [("missing", id)]
    assert report.total("changed") == 1


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("preview_file", "file_size", "originals"),
        ("attachment_file", "size", "attachments"),
        ("preview_background_file", "file_size", "backgrounds"),
    ],
)
def test_a_file_that_is_of_another_size_than_its_row_says_is_shown(
    taker: Taker, zou: Zou, table: str, column: str, kind: str
) -> None:
    zou.do(f"UPDATE {table} SET {column} = 3")
    [issue] = taker.run().issues
    assert (issue.what, issue.table) == ("cleaned", table)
    with taker.tracker.db.reading():
        [size] = taker.tracker.db.select(f"SELECT {column} FROM {table}")[0]
    assert size == len(kind)
    assert taker.differences() == []
    assert taker.run().issues == []


# --- following ---


def test_following_takes_what_was_written_lately(taker: Taker, studio: Studio, zou: Zou) -> None:
    taker.run()
    task = studio.stored(Task, zou.ids["task"])
    zou.touch("task", task["id"], priority=3)
    zou.do("DELETE FROM time_spent")
    zou.do("DELETE FROM task_person_link WHERE person_id = (SELECT min(person_id::text)::uuid FROM task_person_link)")
    path = next(path for path in zou.folder.rglob(f"*{zou.ids['working_file']}"))
    path.write_bytes(b"another")
    zou.touch("working_file", zou.ids["working_file"], comment="Saved again")
    report = taker.catch_up()
    assert (report.total("changed"), report.total("removed"), report.files["copied"]) == (2, 2, 1)
    assert studio.stored(Task, task["id"])["priority"] == 3
    assert taker.differences() == []
    assert taker.catch_up().changes == 0


def test_following_finds_rows_that_came_with_old_times(taker: Taker, studio: Studio, zou: Zou) -> None:
    zou.do("UPDATE department SET updated_at = '2025-01-01'")
    taker.run()
    zou.do(
        "INSERT INTO department (id, name, color, updated_at) VALUES (gen_random_uuid(), 'Old', '#000000', '2020-01-01')"
    )
    assert taker.catch_up().total("taken") == 1


def test_following_reads_little(taker: Taker, zou: Zou) -> None:
    """Of a table with times only what was written lately is read, so that a large studio can be followed."""
    zou.do("UPDATE comment SET updated_at = '2025-01-01'")
    zou.do("UPDATE person SET updated_at = '2025-01-01' WHERE email LIKE 'user%%'")
    taker.run()
    read = taker.catch_up()
    [(lately, all)] = zou.ask("SELECT count(*) FILTER (WHERE updated_at > '2026-01-01'), count(*) FROM person")
    assert read.tables["person"]["unchanged"] == lately < all


# --- comparing ---


def test_comparing_names_what_differs(taker: Taker, studio: Studio, zou: Zou) -> None:
    taker.run()
    assert taker.differences() == []
    ours = studio.add(Department, name="Ours", color="#000000")
    studio.store(Project, zou.ids["project"], description="Ours")
    with taker.tracker.db.writing():
        taker.tracker.db.engine.execute_sql("DELETE FROM login_log")
    taker.tracker.files.put(key_of("movies", zou.ids["preview_file"]), io.BytesIO(b"another"))
    taker.tracker.files.delete(key_of("attachments", zou.ids["attachment_file"]))
    assert sorted(taker.differences()) == sorted(
        [
            f"more: department {ours['id']} (written here)",
            f"different: project {zou.ids['project']} (description; changed here since)",
            f"missing: login_log {zou.ids['login_log']} (removed here)",
            f"different: file movies-{zou.ids['preview_file']}",
            f"missing: file attachments-{zou.ids['attachment_file']}",
        ]
    )


def test_comparing_tells_who_changed_what(taker: Taker, studio: Studio, zou: Zou) -> None:
    zou.do(NEW, ONE, "Old")
    taker.run()
    zou.do(NEW, OTHER, "New")
    zou.do("DELETE FROM department WHERE id = %s", ONE)
    zou.touch("project", zou.ids["project"], description="Theirs")
    zou.touch("comment", zou.ids["comment"], text="Theirs")
    studio.store(Comment, zou.ids["comment"], text="Ours")
    assert sorted(taker.differences()) == [
        f"different: comment {zou.ids['comment']} (text; changed here since; changed there since)",
        f"different: project {zou.ids['project']} (description; changed there since)",
        f"missing: department {OTHER} (not taken yet)",
        f"more: department {ONE} (gone there since)",
    ]


# --- refusals ---


def test_a_studio_that_holds_something_else_is_refused(taker: Taker, studio: Studio) -> None:
    studio.person("Ada", "admin")
    with pytest.raises(CannotTakeOver, match="holds rows that are of no Zou"):
        taker.run()
    assert not list(taker.tracker.files.list())


def test_a_studio_of_another_zou_is_refused(taker: Taker, zou: Zou) -> None:
    taker.run()
    zou.do("INSERT INTO organisation (id, name, hours_by_day) VALUES (gen_random_uuid(), 'Other', 8)")
    zou.do("DELETE FROM organisation WHERE id = %s", zou.ids["organisation"])
    with pytest.raises(CannotTakeOver, match="from another Zou"):
        taker.run()


def test_what_was_taken_is_forgotten_with_the_folder_and_then_refused(taker: Taker) -> None:
    taker.run()
    (Path(taker.tracker.folder) / FOLDER / FILE).unlink()
    with pytest.raises(CannotTakeOver, match="of no Zou"):
        taker.run()


def test_a_database_that_is_none_of_a_zou_is_refused(taker: Taker, zou: Zou) -> None:
    zou.do("ALTER TABLE task RENAME TO job")
    with pytest.raises(CannotTakeOver, match="it has no table task"):
        taker.run()


def test_a_zou_with_nobody_in_it_is_refused(taker: Taker, zou: Zou) -> None:
    zou.do(
        "DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP"
        " EXECUTE 'TRUNCATE ' || quote_ident(t) || ' CASCADE'; END LOOP; END $$"
    )
    with pytest.raises(CannotTakeOver, match="is empty"):
        taker.run()


def test_a_database_that_does_not_answer_is_told(taker: Taker, zou: Zou) -> None:
    zou.url = zou.url.replace("zou_", "none_")
    with pytest.raises(CannotTakeOver, match="cannot be opened"):
        taker.run()


def test_a_folder_that_holds_no_files_of_a_zou_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotTakeOver, match="holds none of the folders"):
        open_zou_files(str(tmp_path))
    for name in ("a-pictures", "b-movies"):
        (tmp_path / name).mkdir()
    with pytest.raises(CannotTakeOver, match="more than one"):
        open_zou_files(str(tmp_path))


def test_the_zou_is_only_read(zou: Zou) -> None:
    source = Source(zou.url)
    with pytest.raises(CannotTakeOver, match="read-only transaction"), source.moment():
        source.ask("DELETE FROM time_spent RETURNING id")
    source.close()


def test_all_is_read_of_one_moment(zou: Zou) -> None:
    source = Source(zou.url)
    with source.moment():
        before = source.count("time_spent")
        zou.do("DELETE FROM time_spent")
        assert source.count("time_spent") == before == 1
    source.close()


def test_a_prefix_of_the_buckets_shows_in_the_folder(taker: Taker, zou: Zou, tmp_path: Path) -> None:
    for path in list(zou.folder.iterdir()):
        path.rename(path.with_name(f"atelier-{path.name}"))
    taker.files = open_zou_files(str(zou.folder))
    assert taker.run().files["missing"] == 0


def test_two_zous_do_not_meet(taker: Taker, zou: Zou, tmp_path: Path) -> None:
    other = new_zou(tmp_path / "other")
    other.touch("project", zou.ids["project"], description="Other")
    taker.run()
    with taker.tracker.db.reading():
        assert taker.tracker.db.value(Project.select(Project.description)) == ODD


def test_pictures_that_nobody_can_read_are_told(taker: Taker, zou: Zou) -> None:
    for path in (zou.folder / "pictures").rglob("*"):
        if path.is_file():
            path.write_bytes(b"\x89PNG\r\n\x1a\n and so on")
    odd = next((zou.folder / "pictures" / "tiles").rglob(f"*{zou.ids['preview_file']}"))
    odd.write_bytes(b"encrypted")
    [note] = [note for note in taker.run().notes if "no PNG" in note]
    assert note.startswith("1 pictures")


def test_what_is_lacking_is_told(taker: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kitsulite.areas.takeover.notes.find_spec", lambda name: None)
    taker.files = None
    notes = " ".join(taker.run().notes)
    assert "pip install 'kitsulite[bcrypt]'" in notes
    assert "(--files)" in notes


def test_nothing_opens_a_studio_that_is_taken_over_in_part(
    taker: Taker, zou: Zou, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would get a first account, and the next run would find another person with its address."""

    def broken(*_: object) -> None:
        raise OSError("the cable is out")

    with monkeypatch.context() as patch:
        patch.setattr(Copying, "copy_all", broken)
        with pytest.raises(OSError, match="cable"):
            taker.run()
    with pytest.raises(HalfFilled, match="import zou"):
        Tracker(taker.tracker.settings)
    with Tracker(taker.tracker.settings, first_data=False):
        taker.run()
    with Tracker(taker.tracker.settings) as tracker:
        assert not tracker.is_new


def test_people_are_told_what_they_have_to_do(taker: Taker) -> None:
    notes = " ".join(taker.run().notes)
    assert "1 people have security keys" in notes
    assert "1 bots need a new token" in notes
    assert "sign in with the password that they had" in notes


def test_who_works_here_waits_for_nothing_while_nothing_is_new(taker: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    taker.run()

    def refused(*_: object) -> None:
        raise AssertionError("it holds up whoever writes")

    monkeypatch.setattr(taker.tracker.db, "writing", refused)
    assert taker.run().changes == 0
    assert taker.catch_up().changes == 0


def test_a_file_of_another_size_is_put_right_while_following(taker: Taker, zou: Zou) -> None:
    taker.run()
    next(zou.folder.rglob(f"*{zou.ids['attachment_file']}")).write_bytes(b"longer than it was")
    path = zou.folder / "files" / "attachments"
    next(path.rglob(f"*{zou.ids['attachment_file']}")).write_bytes(b"longer than it was")
    zou.touch("attachment_file", zou.ids["attachment_file"], mimetype="text/plain")
    taker.catch_up()
    with taker.tracker.db.reading():
        assert taker.tracker.db.select("SELECT size FROM attachment_file") == [(len("longer than it was"),)]
    assert taker.differences() == []
