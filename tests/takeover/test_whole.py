"""What somebody may not read of a Zou is not what there is not: such a Zou is refused, before anything is done."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from studio import Studio
from zous import Taker, Zou

from kitsulite.areas.takeover.refusals import CannotTakeOver
from kitsulite.cli import main
from kitsulite.models.reviews import Comment


@pytest.fixture
def reader(zou: Zou) -> Iterator[str]:
    """A database user that may read the whole Zou."""
    name = f"reader_{uuid.uuid4().hex}"
    zou.do(f"CREATE ROLE {name}")
    zou.do(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    yield name
    zou.do(f"DROP OWNED BY {name}")
    zou.do(f"DROP ROLE {name}")


@pytest.fixture
def read(zou: Zou, taker: Taker, reader: str) -> Taker:
    """A take-over as this user."""
    taker.zou = Zou(f"{zou.url}{'&' if '?' in zou.url else '?'}options=-crole%3D{reader}", zou.folder, zou.ids)
    return taker


def test_who_may_read_all_takes_all(read: Taker) -> None:
    assert read.run().issues == []
    assert read.differences() == []


def test_tables_and_columns_that_may_not_be_read_are_named(zou: Zou, read: Taker, reader: str) -> None:
    zou.do(f"REVOKE SELECT ON comment, news FROM {reader}")
    zou.do(f"GRANT SELECT (id, text) ON comment TO {reader}")
    zou.do("CREATE TABLE of_nobody (id int)")
    with pytest.raises(
        CannotTakeOver, match=rf"{reader} may not read comment\.\S.*, news, of_nobody \(GRANT"
    ) as refused:
        read.run()
    assert "comment.text" not in str(refused.value)
    zou.do(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}")
    assert read.run().issues == []


def test_rows_that_are_hidden_are_not_passed_over(zou: Zou, read: Taker, reader: str) -> None:
    zou.do("ALTER TABLE person ENABLE ROW LEVEL SECURITY")
    with pytest.raises(CannotTakeOver, match=rf"Row security hides rows of person \(ALTER ROLE {reader} BYPASSRLS\)"):
        read.run()
    zou.do(f"ALTER ROLE {reader} BYPASSRLS")
    assert read.run().issues == []


def test_a_right_that_was_taken_away_removes_nothing_here(zou: Zou, read: Taker, reader: str, studio: Studio) -> None:
    read.run()
    files = set(read.tracker.files.list())
    zou.do(f"REVOKE SELECT ON comment, preview_file FROM {reader}")
    for look in (read.run, read.catch_up, read.differences):
        with pytest.raises(CannotTakeOver, match="may not read comment, preview_file"):
            look()
    assert set(read.tracker.files.list()) == files
    assert studio.stored(Comment, zou.ids["comment"])


@pytest.mark.long
def test_the_command_refuses_before_it_makes_a_studio(
    zou: Zou, read: Taker, reader: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zou.do(f"REVOKE SELECT ON notification FROM {reader}")
    assert main(["import", "zou", "--database", read.zou.url, "--data", str(tmp_path / "new")]) == 1
    assert "may not read notification" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
