"""A clock for tests: it stands still until it is moved.

def test_something(studio, clock):
    clock.shift(60)
"""

import datetime
from collections.abc import Iterator

import pytest
import time_machine

START = datetime.datetime(2026, 3, 2, 9, 0, 5, tzinfo=datetime.UTC)
"""A Monday morning; not at the edge of a minute."""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller
