"""Values in the depth of hand-written SQL reach the database bound, each in its place."""

import pytest

from kitsulite.models.people import Department
from kitsulite.storage.bound import all_bound, bound
from tests.studio import Studio

NASTY = ["", "'", "*/ ' -- /*", "? %s", "Łódź", "/*bound:27*/"]


@pytest.mark.parametrize("value", NASTY)
def test_a_value_comes_back_as_it_went_in(studio: Studio, value: str) -> None:
    with studio.tracker.db.reading():
        assert studio.tracker.db.select(f"SELECT CAST({bound(value)} AS text)") == [(value,)]


def test_parameters_of_the_statement_keep_their_places(studio: Studio) -> None:
    db = studio.tracker.db
    said = "CAST({} AS text)".format
    with db.reading():
        rows = db.select(
            f"SELECT {said(db.placeholder)}, '?', {said(bound('b'))}, {said(db.placeholder)}, {said(bound('d'))}",
            ("a", "c"),
        )
    assert rows == [("a", "?", "b", "c", "d")]


def test_a_list_of_none_has_nothing_in_it(studio: Studio) -> None:
    studio.add(Department, name="Layout", color="#FFFFFF")
    with studio.tracker.db.reading():
        select = "SELECT name FROM department WHERE name IN ({})".format
        assert studio.tracker.db.select(select(all_bound([]))) == []
        assert studio.tracker.db.select(select(all_bound(["Layout", "Paint"]))) == [("Layout",)]
