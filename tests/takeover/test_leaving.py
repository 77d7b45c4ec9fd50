"""A studio is written out as a Zou."""

import errno
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
import pytest
from engines import bare_database, directly, drop_studio
from studio import Studio
from zous import Taker, Zou, hashed, here, quietly

from kitsulite.areas.people import passwords
from kitsulite.areas.takeover import zouschema
from kitsulite.areas.takeover.layout import Place
from kitsulite.areas.takeover.leaving import leave
from kitsulite.areas.takeover.refusals import CannotTakeOver
from kitsulite.areas.takeover.report import Report
from kitsulite.areas.takeover.stores import ZouFolder, open_zou_files
from kitsulite.areas.takeover.tables import shared
from kitsulite.models.files import WorkingFile
from kitsulite.models.people import Person
from kitsulite.models.reviews import PlaylistShareLink, PreviewFile
from kitsulite.storage.files import Folder, StoreBroken
from kitsulite.work.filekeys import key_of

pytestmark = pytest.mark.long


@pytest.fixture
def out(tmp_path: Path) -> Zou:
    (tmp_path / "out").mkdir()
    url = directly(bare_database("postgres"))
    yield Zou(url, tmp_path / "out", {})  # type: ignore[misc]
    drop_studio(url)


def left(studio: Studio, out: Zou) -> Report:
    return leave(here(studio.tracker), out.url, open_zou_files(str(out.folder), new=True), quietly)


def rows_of(zou: Zou, table: str) -> set[tuple[str, ...]]:
    columns = ", ".join(f'"{name}"::text' for name in sorted(zouschema.columns_in_order(shared()[table])))
    return set(zou.ask(f'SELECT {columns} FROM "{table}"'))


def test_what_came_goes_as_it_came(taker: Taker, studio: Studio, zou: Zou, out: Zou) -> None:
    taker.run()
    report = left(studio, out)
    assert report.issues == []
    assert [name for name in shared() if rows_of(zou, name) != rows_of(out, name)] == []
    there, here = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (zou.folder, out.folder)
    )
    assert there == here


def test_a_database_that_holds_something_is_refused(studio: Studio, out: Zou) -> None:
    out.do("CREATE TABLE mine (id int)")
    with pytest.raises(CannotTakeOver, match="holds tables already, mine for one"):
        left(studio, out)


def test_it_is_written_whole_or_not_at_all(studio: Studio, out: Zou, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zouschema, "constraints", lambda: iter(["ALTER TABLE nothing ADD CHECK (true)"]))
    with pytest.raises(CannotTakeOver, match="cannot be written"):
        left(studio, out)
    assert out.ask("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'") == [(0,)]


def test_files_go_first_so_that_the_same_again_goes_on(
    studio: Studio, taker: Taker, zou: Zou, out: Zou, monkeypatch: pytest.MonkeyPatch
) -> None:
    taker.run()
    real, count = ZouFolder._put, iter(range(3))

    def fill_up(self: ZouFolder, place: Place, content: BinaryIO) -> None:
        if next(count, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, place, content)

    with monkeypatch.context() as full:
        full.setattr(ZouFolder, "_put", fill_up)
        with pytest.raises(CannotTakeOver, match=r"No space left on device\. Do the same again"):
            left(studio, out)
    assert out.ask("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'") == [(0,)]
    files = left(studio, out).files
    assert files["unchanged"] == 3
    assert files["copied"] == len(list(studio.tracker.files.list())) - 3
    assert out.ask("SELECT count(*) FROM preview_file") == zou.ask("SELECT count(*) FROM preview_file")


def test_files_that_are_missing_here_are_named(
    studio: Studio, taker: Taker, zou: Zou, out: Zou, monkeypatch: pytest.MonkeyPatch
) -> None:
    taker.run()
    attachment, file = (zou.ids[name] for name in ("attachment_file", "working_file"))
    studio.tracker.files.delete(key_of("attachments", attachment))
    real = Folder.open

    def refuse(self: Folder, key: str, *part: Any) -> BinaryIO:
        if key.endswith(file):
            raise StoreBroken("Input/output error")
        return real(self, key, *part)

    monkeypatch.setattr(Folder, "open", refuse)
    report = left(studio, out)
    assert {(issue.what, issue.id) for issue in report.issues} == {("missing", attachment), ("missing", file)}
    assert report.files["missing"] == 2


def test_hashes_that_a_zou_cannot_read_are_named(studio: Studio, out: Zou) -> None:
    new = studio.person(
        "New", password=passwords.hash_password("a long sentence"), otp_recovery_codes=["$argon2", hashed("A")]
    )
    old = studio.person("Old", password=hashed("a long sentence"))
    report = left(studio, out)
    assert [(issue.what, issue.id) for issue in report.issues] == [("cleaned", new.id)] * 2
    assert dict(out.ask("SELECT id::text, password IS NULL FROM person")) == {new.id: True, old.id: False}
    assert out.ask("SELECT array_length(otp_recovery_codes, 1) FROM person WHERE id = %s", new.id) == [(1,)]


def test_a_link_whose_password_a_zou_cannot_read_is_closed(taker: Taker, studio: Studio, zou: Zou, out: Zou) -> None:
    taker.run()
    studio.store(PlaylistShareLink, zou.ids["playlist_share_link"], password=passwords.hash_password("secret"))
    [issue] = left(studio, out).issues
    assert issue.table == "playlist_share_link"
    assert out.ask("SELECT password, is_active FROM playlist_share_link") == [(None, False)]


def test_values_that_a_zou_has_no_room_for_are_cut_and_named(taker: Taker, studio: Studio, zou: Zou, out: Zou) -> None:
    taker.run()
    studio.store(PreviewFile, zou.ids["preview_file"], extension="blend1234")
    studio.store(WorkingFile, zou.ids["working_file"], size=2**40)
    assert {issue.table for issue in left(studio, out).issues} == {"preview_file", "working_file"}
    assert out.ask("SELECT extension FROM preview_file") == [("blend1",)]
    assert out.ask("SELECT size FROM working_file") == [(None,)]


def test_what_no_zou_has_is_named(studio: Studio, out: Zou) -> None:
    admin = studio.person("Ada", "admin")
    admin.post("/data/webhooks", {"name": "W", "url": "https://example.com/hook", "events": ["*"]})
    assert [line for line in left(studio, out).unknown if line.startswith("A Zou has no table webhook: its 1 rows")]


def test_secrets_leave_in_clear(taker: Taker, studio: Studio, zou: Zou, out: Zou) -> None:
    taker.run()
    left(studio, out)
    sealed = studio.stored(
        Person, zou.ask("SELECT id FROM person WHERE totp_secret IS NOT NULL LIMIT 1")[0][0].__str__()
    )
    assert sealed["totp_secret"].startswith("sealed:")
    assert out.ask("SELECT count(*) FROM person WHERE totp_secret LIKE 'sealed:%%'") == [(0,)]


def test_what_is_written_can_be_taken_over_by_name_and_password(out: Zou, studio: Studio) -> None:
    studio.project("Heist")
    left(studio, out)
    with psycopg.connect(out.url) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("b8e3d1f6a2c9",)]
        assert connection.execute("SELECT name FROM project").fetchall() == [("Heist",)]
