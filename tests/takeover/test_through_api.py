"""A Zou whose database nobody gives us: everything that an admin is shown comes through its API."""

from pathlib import Path

import pytest
from sites import ADMIN, source_of, taken
from studio import Studio
from zous import PASSWORD, Taker, Zou, here, quietly

from kitsulite import Tracker
from kitsulite.areas.takeover.apifiles import ApiFiles
from kitsulite.areas.takeover.memory import Memory
from kitsulite.areas.takeover.refusals import CannotTakeOver
from kitsulite.areas.takeover.site import Site
from kitsulite.areas.takeover.verifying import verify
from kitsulite.cli import main
from kitsulite.models.people import Person
from kitsulite.models.productions import Project, ProjectPersonLink, ProjectTaskTypeLink
from kitsulite.models.tasks import TaskPersonLink

pytestmark = pytest.mark.long


def rows(tracker: Tracker, table: type) -> list[dict[str, object]]:
    with tracker.db.reading():
        return tracker.db.rows(table.select())  # type: ignore[attr-defined,no-any-return]


def test_rows_links_and_files_come(site: str, taker: Taker, new: Tracker, zou: Zou) -> None:
    with taker.tracker.work() as work:
        work.db.run(ProjectPersonLink.update(role="client"))
        work.db.run(ProjectTaskTypeLink.update(priority=7))
    report = taken(site, new)
    assert [issue for issue in report.issues if issue.what != "dangling"] == []
    [project] = rows(new, Project)
    assert project["description"] == rows(taker.tracker, Project)[0]["description"]
    assert {row["role"] for row in rows(new, ProjectPersonLink)} == {"client"}
    assert [row["priority"] for row in rows(new, ProjectTaskTypeLink)] == [7]
    assert len(rows(new, TaskPersonLink)) == len(rows(taker.tracker, TaskPersonLink))
    for key in ("movies", "originals", "tiles"):
        with new.files.open(f"{key}-{zou.ids['preview_file']}") as content:
            assert content.read()
    with new.files.open(f"workingfiles-{zou.ids['working_file']}") as content:
        assert content.read() == b"workingfiles"


def test_secrets_do_not_come_and_lock_nobody_out(site: str, new: Tracker) -> None:
    taken(site, new)
    people = rows(new, Person)
    assert people
    assert not [
        person for person in people if person["password"] or person["totp_secret"] or person["otp_recovery_codes"]
    ]
    assert not [person for person in people if person["totp_enabled"] or person["fido_enabled"]]


def test_a_second_run_takes_what_changed(site: str, studio: Studio, new: Tracker, zou: Zou) -> None:
    taken(site, new)
    studio.store(Project, zou.ids["project"], description="Otherwise")
    assert taken(site, new).total("changed") == 1
    assert rows(new, Project)[0]["description"] == "Otherwise"
    assert taken(site, new).changes == 0


def test_it_can_be_compared(site: str, studio: Studio, new: Tracker, zou: Zou) -> None:
    taken(site, new)
    studio.store(Project, zou.ids["project"], description="Otherwise")
    source, memory = source_of(site), Memory(new.folder)
    with source.moment():
        found = [
            str(one) for compared in verify(here(new), source, ApiFiles(source), memory, quietly) for one in compared[3]
        ]
    memory.close()
    assert found == [f"different: project {zou.ids['project']} (description; changed there since)"]


def test_who_is_no_admin_there_is_refused(site: str) -> None:
    with pytest.raises(CannotTakeOver, match="is no admin there"):
        Site(site).log_in("manager@studio.test", PASSWORD)
    with pytest.raises(CannotTakeOver, match="does not let"):
        Site(site).log_in(ADMIN, "wrong")
    with pytest.raises(CannotTakeOver, match="second factor"):
        Site(site).log_in("user@studio.test", PASSWORD)


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(CannotTakeOver, match="is not to be had"):
        Site("http://127.0.0.1:9").log_in(ADMIN, PASSWORD)
    with pytest.raises(CannotTakeOver, match="is no web address"):
        Site("kitsu.studio.com")


def test_the_command_tells_what_did_not_come_and_invites(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KITSULITE_PASSWORD", PASSWORD)
    monkeypatch.setenv("SECRET_KEY", "new")
    where = ("import", "zou", "--url", site, "--login", ADMIN, "--data", str(tmp_path / "cli"))
    assert main((*where, "--invite")) == 0
    said = capsys.readouterr().out
    assert "Neither passwords nor second factors nor tokens come through an API" in said
    assert "An API does not show these" in said
    assert "7 people were sent a link for a new password." in said
    assert main((*where, "--invite")) == 0
    assert "0 people were sent" in capsys.readouterr().out
    assert main((*where, "--verify")) == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "Say where the Zou is"),
        (("--url", "http://x", "--database", "postgresql://x"), "Say where the Zou is"),
        (("--url", "http://x", "--follow"), "--follow reads a database"),
        (("--url", "http://x"), "Say as whom"),
        (("--url", "http://x", "--login", "a", "--files", "x"), "leave out --files"),
        (("--database", "postgresql://x", "--invite"), "--invite is for --url"),
    ],
)
def test_the_command_says_what_it_needs(
    arguments: tuple[str, ...], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("import", "zou", *arguments, "--data", str(tmp_path / "no"))) == 2
    assert why in capsys.readouterr().err
    assert not (tmp_path / "no").exists()
