"""A row that is counted up is held until the work ends."""

import pytest

from kitsulite.models.people import Person
from kitsulite.work.errors import NotFound
from tests.studio import Studio


def test_a_row_is_held_as_it_stands_in_one_statement(studio: Studio) -> None:
    ann = studio.person("Ann")
    with studio.tracker.work() as work:
        known = work.get(Person, ann.id)
        before = work.db.statements
        assert work.hold(Person, ann.id.upper()) == known
        assert work.db.statements == before + 1


@pytest.mark.parametrize("nobody", ["x", "9e0f9b0e-0000-4000-8000-000000000000"])
def test_no_row_cannot_be_held(studio: Studio, nobody: str) -> None:
    with studio.tracker.work() as work, pytest.raises(NotFound):
        work.hold(Person, nobody)
