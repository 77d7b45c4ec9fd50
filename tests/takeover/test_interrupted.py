"""Whoever kills a take-over loses nothing: see `interrupting`, which can do it a hundred times."""

from pathlib import Path

import pytest
from interrupting import kill_take_overs
from zous import Zou


@pytest.mark.long
def test_a_take_over_can_be_killed_at_any_moment(zou: Zou, tmp_path: Path) -> None:
    found = kill_take_overs(zou, tmp_path / "killed", 8)
    assert sum(found.values()) == 8
    assert found["whole"]
