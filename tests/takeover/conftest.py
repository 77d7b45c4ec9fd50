"""A Zou, and an empty studio that takes it over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from engines import drop_studio
from zous import Taker, Zou, new_zou

from kitsulite import Tracker


@pytest.fixture
def zou(tmp_path: Path) -> Iterator[Zou]:
    zou = new_zou(tmp_path / "previews")
    yield zou
    drop_studio(zou.url)


@pytest.fixture
def taker(tracker: Tracker, zou: Zou) -> Taker:
    return Taker(tracker, zou)
