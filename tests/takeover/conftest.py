"""A Zou, and an empty studio that takes it over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from apps import served
from engines import drop_studio
from studio import Studio
from zous import Taker, Zou, new_zou

from kitsulite import Settings, Tracker


@pytest.fixture
def zou(tmp_path: Path) -> Iterator[Zou]:
    zou = new_zou(tmp_path / "previews")
    yield zou
    drop_studio(zou.url)


@pytest.fixture
def taker(tracker: Tracker, zou: Zou) -> Taker:
    return Taker(tracker, zou)


@pytest.fixture
def site(taker: Taker, studio: Studio, zou: Zou) -> Iterator[str]:
    """A server that speaks the API: ours, with all that the Zou has."""
    zou.do("UPDATE preview_file SET extension = 'mp4', file_size = 0")
    taker.run()
    with served(studio.app) as url:
        yield url


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Tracker]:
    with Tracker(Settings(data=str(tmp_path / "new"), secret_key="new"), first_data=False) as tracker:
        yield tracker
