"""A few of the kills of `killing.py`, on both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from engines import bare_database, drop_studio
from killing import KEY, Studio, kill_backups, kill_moves, kill_restores

pytestmark = pytest.mark.long


@pytest.fixture
def elsewhere(engine: str) -> Iterator[str]:
    url = bare_database(engine)
    yield url
    drop_studio(url)


def test_a_killed_backup_leaves_whole_ones(engine: str, tmp_path: Path) -> None:
    if engine == "sqlite":
        kill_backups(Studio(tmp_path), tmp_path, 3, KITSULITE_BACKUP_KEY=KEY)


def test_a_killed_restore_is_finished_by_the_next(elsewhere: str, tmp_path: Path) -> None:
    kill_restores(Studio(tmp_path), tmp_path, 3, elsewhere)


def test_a_killed_move_is_finished_by_the_next(elsewhere: str, tmp_path: Path) -> None:
    kill_moves(Studio(tmp_path), tmp_path, 3, elsewhere)
