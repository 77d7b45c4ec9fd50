"""Zous that were upgraded for years, by hand too: rows that break our rules, columns and tables that nobody knows, older releases."""

import pytest
from studio import Studio
from zous import Taker, Zou

from kitsulite.models import TABLES
from kitsulite.models.people import Department, Person
from kitsulite.models.productions import ProjectTaskTypeLink
from kitsulite.models.reviews import Comment
from kitsulite.models.tasks import Task, TaskType

pytestmark = pytest.mark.long

LONG = "x" * 100
AGAIN = "00000000-0000-4000-8000-000000000001"


def told(taker: Taker) -> list[tuple[str, str, str]]:
    report = taker.run()
    assert taker.differences() == []  # what is not as it was is so on purpose
    again = taker.run()
    assert (again.changes, again.total("cleaned")) == (0, 0)
    return [(issue.what, issue.table, issue.id) for issue in report.issues]


def loosen(zou: Zou, table: str) -> None:
    """Take all rules off a table, as they never were on some old one."""
    rules = zou.ask(
        "SELECT conname, contype FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('f', 'u', 'c')", table
    )
    for name, _ in rules:
        zou.do(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}" CASCADE')
    for (name,) in zou.ask(
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass AND indisunique AND NOT indisprimary",
        table,
    ):
        zou.do(f"DROP INDEX IF EXISTS {name}")


@pytest.mark.parametrize(
    ("column", "change", "value"),
    [("name", "TYPE varchar", LONG[:80]), ("color", "DROP NOT NULL", "")],
)
def test_texts_that_do_not_fit_are_put_right(taker: Taker, zou: Zou, column: str, change: str, value: str) -> None:
    id = zou.ids["department"]
    zou.do(f"ALTER TABLE department ALTER COLUMN {column} {change}")
    zou.touch("department", id, **{column: None if "NULL" in change else LONG})
    assert told(taker) == [("cleaned", "department", id)]
    with taker.tracker.db.reading():
        assert taker.tracker.db.find(Department, id)[column] == value  # type: ignore[index]


def test_codes_that_there_are_not_become_what_is_usual_or_nothing(taker: Taker, studio: Studio, zou: Zou) -> None:
    zou.touch("person", zou.ids["person"], contract_type="pirate", preferred_two_factor_authentication="knock")
    assert told(taker) == [("cleaned", "person", zou.ids["person"])] * 2
    person = studio.stored(Person, zou.ids["person"])
    assert (person["contract_type"], person["preferred_two_factor_authentication"]) == ("open-ended", None)


def test_times_that_are_none_are_emptied(taker: Taker, studio: Studio, zou: Zou) -> None:
    zou.do("UPDATE comment SET created_at = 'infinity', updated_at = '0001-01-01 BC'")
    assert told(taker) == [("cleaned", "comment", zou.ids["comment"])] * 2
    assert studio.stored(Comment, zou.ids["comment"])["created_at"] is None


def test_a_row_that_cannot_be_is_left_with_what_hangs_on_it(taker: Taker, studio: Studio, zou: Zou) -> None:
    zou.do("ALTER TABLE task ALTER COLUMN project_id DROP NOT NULL")
    zou.do("ALTER TABLE time_spent ALTER COLUMN date DROP NOT NULL")
    zou.touch("time_spent", zou.ids["time_spent"], date=None)
    assert told(taker) == [("left", "time_spent", zou.ids["time_spent"])]


@pytest.mark.parametrize(
    ("table", "column", "what"),
    [("comment", "editor_id", "cleaned"), ("news", "author_id", "left"), ("comment", "person_id", "left")],
)
def test_references_that_lead_nowhere_are_emptied_or_their_rows_left(
    taker: Taker, zou: Zou, table: str, column: str, what: str
) -> None:
    loosen(zou, table)
    zou.touch(table, zou.ids[table], **{column: AGAIN})
    found = told(taker)
    assert (what, table, zou.ids[table]) in found
    if column == "person_id":  # what hangs on the comment
        assert ("cleaned", "news", zou.ids["news"]) in found
        assert [id for said, where, id in found if (said, where) == ("left", "comment_mentions")]


def test_rows_that_go_with_one_that_is_left_are_told(taker: Taker, zou: Zou) -> None:
    """Their database would take them along, without a word."""
    loosen(zou, "production_schedule_version")
    [(link,)] = zou.ask("SELECT id::text FROM production_schedule_version_task_link")
    zou.do("UPDATE production_schedule_version SET project_id = %s", AGAIN)
    report = taker.run()
    left = {(issue.table, issue.id) for issue in report.issues if issue.what == "left"}
    assert ("production_schedule_version_task_link", link) in left
    assert {table for table, _ in left} >= {
        "production_schedule_version",
        "production_schedule_version_task_link_person_link",
    }
    assert report.tables["production_schedule_version_task_link"]["taken"] == 0
    assert taker.differences() == []


def test_codes_of_which_one_is_nothing_come(taker: Taker, studio: Studio, zou: Zou) -> None:
    user = zou.ask("SELECT id::text FROM person WHERE cardinality(otp_recovery_codes) > 0")[0][0]
    zou.do("UPDATE person SET otp_recovery_codes = array_append(otp_recovery_codes, NULL) WHERE id = %s", user)
    taker.run()
    assert len(studio.stored(Person, user)["otp_recovery_codes"]) == 1


def test_texts_without_end_are_cut(taker: Taker, studio: Studio, zou: Zou) -> None:
    zou.touch("comment", zou.ids["comment"], text="x" * 1_000_001)
    assert told(taker) == [("cleaned", "comment", zou.ids["comment"])]
    assert len(studio.stored(Comment, zou.ids["comment"])["text"]) == 1_000_000


def test_a_pointer_that_leads_nowhere_stays_and_is_told(taker: Taker, zou: Zou) -> None:
    zou.touch("comment", zou.ids["comment"], object_id=AGAIN)
    assert ("dangling", "comment", zou.ids["comment"]) in told(taker)


def test_an_email_that_two_have_stays_with_who_is_active(taker: Taker, studio: Studio, zou: Zou) -> None:
    loosen(zou, "person")
    zou.do("UPDATE person SET email = 'Ann@Example.com', active = true WHERE email = 'user@studio.test'")
    zou.do(
        "INSERT INTO person (id, first_name, last_name, email, active, role, created_at)"
        " VALUES (%s, 'A', 'B', 'ann@example.com', false, 'user', '2020-01-01')",
        AGAIN,
    )
    assert ("cleaned", "person", AGAIN) in told(taker)
    assert studio.stored(Person, AGAIN)["email"] is None
    with taker.tracker.db.reading():
        assert taker.tracker.db.count(Person.select().where(Person.email == "ann@example.com")) == 1


def test_names_that_two_have_are_told_apart(taker: Taker, studio: Studio, zou: Zou) -> None:
    loosen(zou, "department")
    [(name,)] = zou.ask("SELECT name FROM department")
    for id in (AGAIN, AGAIN.replace("1", "2")):
        zou.do("INSERT INTO department (id, name, color) VALUES (%s, %s, '#000000')", id, name)
    told(taker)
    with taker.tracker.db.reading():
        names = taker.tracker.db.values(Department.select(Department.name))
    assert sorted(names) == [name, f"{name} (2)", f"{name} (3)"]


def test_a_link_that_is_there_twice_comes_once(taker: Taker, zou: Zou) -> None:
    loosen(zou, "project_task_type_link")
    zou.do(
        "INSERT INTO project_task_type_link (id, project_id, task_type_id)"
        " SELECT %s, project_id, task_type_id FROM project_task_type_link",
        AGAIN,
    )
    assert [found[0] for found in told(taker)] == ["left"]
    with taker.tracker.db.reading():
        assert taker.tracker.db.count(ProjectTaskTypeLink.select()) == 1


def test_values_that_contradict_each_other_are_left(taker: Taker, zou: Zou) -> None:
    loosen(zou, "day_off")
    zou.do("UPDATE day_off SET date = '2024-03-05', end_date = '2024-03-04'")
    assert told(taker) == [("left", "day_off", zou.ids["day_off"])]


def test_what_is_left_comes_once_it_can(taker: Taker, zou: Zou) -> None:
    loosen(zou, "day_off")
    zou.do("UPDATE day_off SET date = '2024-03-05', end_date = '2024-03-04'")
    taker.run()
    zou.do("UPDATE day_off SET end_date = '2024-03-05'")
    report = taker.run()
    assert (report.total("taken"), report.issues) == (1, [])


# --- what nobody knows ---


def test_tables_and_columns_that_nobody_knows_are_named(taker: Taker, zou: Zou) -> None:
    zou.do(
        "CREATE TABLE assets_of_old (id int); INSERT INTO assets_of_old VALUES (1), (2); CREATE TABLE nothing (id int)"
    )
    zou.do("ALTER TABLE task ADD COLUMN mood text, ADD COLUMN empty text")
    zou.do("UPDATE task SET mood = 'good'")
    assert taker.run().unknown == [
        "The table assets_of_old is not known here: its 2 rows were not taken.",
        "The column task.mood is not known here: what 1 rows hold in it was not taken.",
    ]


def test_columns_go_by_their_names(taker: Taker, studio: Studio, zou: Zou) -> None:
    """In a studio that was upgraded they stand in another order."""
    for column, type in (("name", "varchar(80)"), ("retake_count", "integer")):
        zou.do(f"ALTER TABLE task RENAME COLUMN {column} TO old; ALTER TABLE task ADD COLUMN {column} {type}")
        zou.do(f"UPDATE task SET {column} = old; ALTER TABLE task DROP COLUMN old")
    [(name,)] = zou.ask("SELECT name FROM task")
    taker.run()
    assert studio.stored(Task, zou.ids["task"])["name"] == name
    assert taker.differences() == []


def test_an_older_release_comes_with_what_is_usual_in_newer_columns(taker: Taker, studio: Studio, zou: Zou) -> None:
    zou.do("ALTER TABLE project_task_type_link DROP COLUMN is_client_visible, DROP COLUMN hd_bitrate_compression")
    zou.do("DROP TABLE stored_file, preview_file_storage_state, project_task_type_software_link")
    zou.do("ALTER TABLE person DROP COLUMN preview_project_id, DROP COLUMN saml_issuer")
    taker.run()
    assert studio.stored(ProjectTaskTypeLink, zou.ids["project_task_type_link"])["is_client_visible"] is True
    assert taker.differences() == []


def test_a_release_of_old_kept_json_and_ids_as_texts(taker: Taker, studio: Studio, zou: Zou) -> None:
    zou.do('UPDATE entity SET data = \'{"a": [1, 2.5, "é"]}\'')
    zou.do("ALTER TABLE entity ALTER COLUMN data TYPE text")
    zou.do("ALTER TABLE preview_file ALTER COLUMN annotations TYPE json")
    taker.run()
    assert studio.stored(TABLES["entity"], zou.ids["entity"])["data"] == {"a": [1, 2.5, "é"]}  # type: ignore[arg-type]
    assert taker.differences() == []


def test_json_that_is_none_is_emptied(taker: Taker, zou: Zou) -> None:
    zou.do("ALTER TABLE task ALTER COLUMN data TYPE text")
    zou.do("UPDATE task SET data = '{not json'")
    assert told(taker) == [("cleaned", "task", zou.ids["task"])]


def test_a_zou_that_is_upgraded_while_it_is_followed(taker: Taker, studio: Studio, zou: Zou) -> None:
    zou.do("ALTER TABLE task_type RENAME COLUMN archived TO later")
    taker.run()
    zou.do("ALTER TABLE task_type RENAME COLUMN later TO archived; UPDATE task_type SET archived = true")
    taker.run()
    assert studio.stored(TaskType, zou.ids["task_type"])["archived"] is True
    assert taker.differences() == []
