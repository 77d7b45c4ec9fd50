"""People out of tables (docs/api/imports.md)."""

import dataclasses

import pytest
import tabling
from studio import Member, Studio

from kitsulite.models.people import DepartmentLink, Person
from kitsulite.models.people import Studio as Site
from kitsulite.storage import Row

HEAD = "First Name,Last Name,Email,Phone,Role,Departments,Studio,Country,Contract Type,Position,Seniority,Daily Salary,Active\n"


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", "admin")


def stored(studio: Studio, email: str) -> Row:
    with studio.tracker.work(writes=False) as work:
        (row,) = work.db.rows(Person.select().where(Person.email == email))
    return row


def test_people_come_with_all_that_is_said_of_them(studio: Studio, ann: Member) -> None:
    site = studio.add(Site, name="Paris", color="#000000")
    animation, layout = studio.department("Animation"), studio.department("Layout")
    table = HEAD + (
        'Léa,D\'Or,LEA@Fox-Studio.com,+33 6 08,Production Manager,"Animation, Layout",Paris,fr,Open-ended,Lead,senior,320,yes\n'
        "Max,,max@fox-studio.com,,,,,,,,,,\nZoe,Z,zoe@fox-studio.com,,user,,,,freelance,ARTIST,Junior,,off\n"
    )
    lea, max_, zoe = tabling.take(ann, "persons", table)
    told = ("email", "role", "country", "contract_type", "position", "seniority", "daily_salary", "active", "phone")
    assert [lea[key] for key in told] == [
        *("lea@fox-studio.com", "manager", "FR", "open-ended", "lead", "senior", 320, True, "+33 6 08"),
    ]
    assert lea["studio_id"] == site["id"]
    assert sorted(lea["departments"]) == sorted([animation["id"], layout["id"]])
    assert [max_[key] for key in ("role", "position", "seniority", "active", "last_name")] == [
        "user",
        "artist",
        "mid",
        True,
        "",
    ]
    assert (zoe["active"], zoe["contract_type"], zoe["position"]) == (False, "freelance", "artist")
    assert "password" not in lea
    assert stored(studio, "lea@fox-studio.com")["password"] is None
    told_events = [event["name"] for event in ann.get("/data/events/last?limit=10")]
    assert told_events == ["person:new"] * 3


def test_people_that_are_there_change_only_with_update_and_only_where_cells_are_filled(
    studio: Studio, ann: Member
) -> None:
    one, two = studio.department("One"), studio.department("Two")
    bob = studio.person("Bob", phone="12", daily_salary=3)
    studio.link(
        DepartmentLink,
        person_id=bob.id,
        department_id=one["id"],
    )
    table = HEAD + "Robert,,bob@STUDIO.test,,,Two,,,,,,7,\n"
    (same,) = tabling.take(ann, "persons", table)
    assert (same["first_name"], same["daily_salary"]) == ("Bob", 3)
    (changed,) = tabling.take(ann, "persons?update=true", table)
    assert (changed["first_name"], changed["last_name"], changed["phone"], changed["daily_salary"]) == (
        "Robert",
        "Test",
        "12",
        7,
    )
    assert changed["departments"] == [two["id"]]
    before = len(ann.get("/data/events/last?limit=100"))
    tabling.take(ann, "persons?update=true", table)
    assert len(ann.get("/data/events/last?limit=100")) == before


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("A,B,no address,,,,,,,,,,", None),
        ("A,B,,,,,,,,,,,", "Email cannot be empty"),
        (
            "A,B,a@fox-studio.com,,Boss,,,,,,,,",
            "A value is invalid: Role: Boss (one of Artist, Studio Manager, Supervisor,",
        ),
        ("A,B,a@fox-studio.com,,,Ghosts,,,,,,,", "Department not found: Ghosts"),
        ("A,B,a@fox-studio.com,,,,Ghost,,,,,,", "Studio not found: Ghost"),
        ("A,B,a@fox-studio.com,,,,,France,,,,,", "A value is invalid: Country: France"),
        ("A,B,a@fox-studio.com,,,,,,Slave,,,,", "A value is invalid: Contract Type: Slave"),
        ("A,B,a@fox-studio.com,,,,,,,,,lots,", "A value is invalid: Daily Salary: lots"),
        ("A,B,a@fox-studio.com,,,,,,,,,,maybe", "A value is invalid: Active: maybe"),
    ],
)
def test_what_cannot_be_is_refused(studio: Studio, ann: Member, cells: str, message: str | None) -> None:
    told, number, count = tabling.refused(ann, "persons", HEAD + cells + "\n")
    assert (number, count) == (2, 0)
    assert message is None or told.startswith(message)
    assert len(ann.get("/data/persons")) == 1


def test_columns_that_must_be_there(ann: Member) -> None:
    assert (
        tabling.refused(ann, "persons", "First Name,Email\nA,a@fox-studio.com\n")[0]
        == "A columns is missing: 'Last Name'"
    )
    assert (
        tabling.refused(ann, "persons", "Last Name,Email\nA,a@fox-studio.com\n")[0]
        == "A columns is missing: 'First Name'"
    )


def test_the_studio_takes_no_more_people_than_it_may(studio: Studio, ann: Member) -> None:
    studio.tracker.settings = dataclasses.replace(studio.tracker.settings, user_limit=2)
    table = (
        "First Name,Last Name,Email,Active\nA,B,a@fox-studio.com,\nC,D,c@fox-studio.com,no\nE,F,e@fox-studio.com,yes\n"
    )
    assert tabling.refused(ann, "persons", table) == ("User limit reached.", 4, 2)


def test_the_last_admin_stays_one(studio: Studio, ann: Member) -> None:
    table = "First Name,Last Name,Email,Role\nAnn,Test,ann@studio.test,Artist\n"
    assert tabling.refused(ann, "persons?update=true", table)[1:] == (2, 0)
    assert studio.stored(Person, ann.id)["role"] == "admin"


def test_a_dry_run_tells_what_would_change_of_people(studio: Studio, ann: Member) -> None:
    studio.person("Bob")
    told = tabling.dry(
        ann, "persons?update=true", "First Name,Last Name,Email\nRobert,Test,bob@studio.test\nA,B,a@fox-studio.com\n"
    )
    assert (told["changed"], told["made"]) == (1, 1)
    assert told["lines"][0]["changes"] == {"first_name": ["Bob", "Robert"]}
    assert len(ann.get("/data/persons")) == 2
