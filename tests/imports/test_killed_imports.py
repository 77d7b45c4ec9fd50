"""A few of the kills of `killed_imports.py`."""

from pathlib import Path

import pytest
from killed_imports import kill_imports


@pytest.mark.long
def test_a_killed_import_came_in_whole_or_not_at_all(tmp_path: Path) -> None:
    assert kill_imports(tmp_path, 3).total() == 3
