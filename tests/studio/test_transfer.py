"""A studio as JSON lines: out of any engine and into any other, whole or not at all."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bcrypt
import pytest
from engines import drop_studio, new_studio
from signing import PASSWORD, log_in
from studio import Studio

from kitsulite import Tracker
from kitsulite.areas.demo import production as demo
from kitsulite.areas.studio import firstdata, transfer
from kitsulite.models.entities import EntityType
from kitsulite.models.own import Secret, Token
from kitsulite.models.people import DayOff, Department, Organisation, Person, TimeSpent
from kitsulite.models.productions import Project
from kitsulite.models.tasks import Task
from kitsulite.storage import Database, open_database

CODES = ("MQI9WO0O8S", "as typed, of any form")
OTHER = {"sqlite": "postgres", "postgres": "sqlite"}


def line(table: str, **row: Any) -> str:
    return json.dumps({"table": table, "row": row})


def load(db: Database, *lines: str | bytes) -> int:
    return transfer.load(db, transfer.read_lines(lines))


def refusal(db: Database, *lines: str | bytes) -> str:
    """Why these lines are not loaded; nothing of them must be there afterwards."""
    with pytest.raises(transfer.BadLine) as refused:
        load(db, *lines)
    assert transfer.count_rows(db) == 0
    return str(refused.value)


def department(name: str = "FX", **values: Any) -> str:
    return line("department", name=name, color="#000000", **values)


@pytest.fixture
def elsewhere(engine: str, tmp_path: Path) -> Iterator[Database]:
    """An empty studio on the other engine."""
    (tmp_path / "elsewhere").mkdir()
    url = new_studio(OTHER[engine], tmp_path / "elsewhere")
    db = open_database(url)
    yield db
    db.close()
    drop_studio(url)


def test_a_studio_moves_to_the_other_engine_and_stays_the_same(tracker: Tracker, elsewhere: Database) -> None:
    with tracker.work() as work:
        firstdata.create(work)
        demo.fill(work, "a hash")
        person_id, task_id = work.db.value(Person.select(Person.id)), work.db.value(Task.select(Task.id))
        work.update(Person, person_id, last_name="Łukasz 狐", data={"nested": [1, 2.5, None, {"ü": "\n"}]})
        work.update(Task, task_id, estimation=0.1, real_start_date="2026-02-03T04:05:06.070000")
        work.insert(TimeSpent, duration=90, date="2026-02-03", person_id=person_id, task_id=task_id)
        work.insert(DayOff, date="2026-02-04", end_date="2026-02-05", person_id=person_id)
        work.emit("person:update", {"person_id": person_id})
    there = list(transfer.dump(tracker.db))
    assert len(there) == transfer.count_rows(tracker.db) == load(elsewhere, *there)
    assert sorted(transfer.dump(elsewhere)) == sorted(there)


def test_sessions_and_secrets_stay_behind(studio: Studio, elsewhere: Database) -> None:
    studio.person("Ann")
    studio.add(Secret, purpose="reset", subject="ann", value="hush", expires_at="2030-01-01T00:00:00.000000")
    load(elsewhere, *transfer.dump(studio.tracker.db))
    with elsewhere.reading():
        assert elsewhere.count(Person.select()) == 1
        assert elsewhere.count(Token.select()) == 0
        assert elsewhere.count(Secret.select()) == 0


def test_rows_may_come_before_those_that_they_point_to(studio: Studio) -> None:
    project_id, status_id = "5a2b8c1e-0000-4000-8000-000000000001", "5a2b8c1e-0000-4000-8000-000000000002"
    lines = [
        line("project", id=project_id, name="Fox", project_status_id=status_id),
        "",
        line("project_status", id=status_id, name="Open", color="#000000"),
    ]
    assert load(studio.tracker.db, *lines) == 2
    assert studio.row(Project, project_id)["project_status_id"] == status_id


def test_what_a_row_leaves_out_gets_its_default(studio: Studio) -> None:
    load(studio.tracker.db, line("organisation", name="Fox Films"), line("entity_type", name="Prop"))
    with studio.tracker.db.reading():
        organisation = studio.tracker.db.row(Organisation.select())
        entity_type = studio.tracker.db.row(EntityType.select())
    assert organisation
    assert entity_type
    assert organisation["hours_by_day"] == 8.0
    assert entity_type["id"]
    assert entity_type["created_at"]


def test_the_rows_of_another_server_are_understood(studio: Studio) -> None:
    """Password hashes as the text of bytes, times to the microsecond."""
    load(
        studio.tracker.db,
        line(
            "person",
            id="5a2b8c1e-0000-4000-8000-000000000001",
            first_name="Ann",
            last_name="Lee",
            email="Ann@Studio.test",
            password="\\x" + b"$2b$04$abc".hex(),
            created_at="2026-11-23T20:45:18.668246",
        ),
    )
    person = studio.stored(Person, "5a2b8c1e-0000-4000-8000-000000000001")
    assert person["password"] == "$2b$04$abc"
    assert person["email"] == "ann@studio.test"
    assert person["created_at"] == "2026-11-23T20:45:18.668246"


def test_recovery_codes_of_another_server_open_the_account(studio: Studio) -> None:
    """Bcrypt hashes as the text of bytes, as a dump of it has them."""
    as_bytes = {word: "\\x" + bcrypt.hashpw(word.encode(), bcrypt.gensalt(4)).hex() for word in (PASSWORD, *CODES)}
    load(
        studio.tracker.db,
        line(
            "person",
            first_name="Ann",
            last_name="Lee",
            email="ann@studio.test",
            password=as_bytes[PASSWORD],
            totp_enabled=True,
            totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            otp_recovery_codes=[as_bytes[code] for code in CODES],
        ),
    )
    assert "missing_OTP" in log_in(studio).json
    assert "wrong_OTP" in log_in(studio, recovery_code="MQI9WO0O8T").json
    assert [log_in(studio, recovery_code=code).status for code in (CODES[1], CODES[1], CODES[0])] == [200, 400, 200]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("{", "line 2: not"),
        ('{"table": "department"}', "line 2: not"),
        (b"\xff\n", "line 2: not"),
        (line("castle", name="Fox"), "line 2: there is no table 'castle'"),
        (line("token", id="1"), "line 2: there is no table 'token'"),
        (department(colour="#000000"), "line 2: department has no column colour"),
        (line("department", name="FX"), "line 2: department needs color"),
        (department("FX" * 41), "line 2: department: name is longer than 80 characters"),
        (department(archived="perhaps"), "line 2: department: archived is neither true nor false"),
        (line("person", first_name="A", last_name="B", password="\\xzz"), "line 2: person: "),
        (line("person", first_name="A", last_name="B", otp_recovery_codes=["\\xzz"]), "line 2: person: "),
        (department("Layout"), "line 2: department: "),
        (line("day_off", date="2026-02-05", end_date="2026-02-04"), "line 2: day_off: "),
        (
            line(
                "department_link",
                person_id="5a2b8c1e-0000-4000-8000-000000000001",
                department_id="5a2b8c1e-0000-4000-8000-000000000002",
            ),
            "a row points to one that is not there",
        ),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_loaded(tracker: Tracker, wrong: str | bytes, why: str) -> None:
    assert refusal(tracker.db, department("Layout"), wrong, department("Animation")).startswith(why)


def test_rows_keep_their_order(tracker: Tracker) -> None:
    names = [f"Department {number}" for number in range(transfer.BATCH * 2 + 1)]
    assert load(tracker.db, *map(department, names)) == len(names)
    with tracker.db.reading():
        query = Department.select(Department.name).order_by(tracker.db.creation_order(Department))
        assert tracker.db.values(query) == names
