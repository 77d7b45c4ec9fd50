"""The `kitsulite` command: what it does to a studio, what it prints, how it ends."""

import gzip
import io
import json
import os
import stat
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from serving import command, environment
from studio import Studio

from kitsulite import Settings, Tracker, __version__
from kitsulite.__main__ import run as carry_out
from kitsulite.areas import exports
from kitsulite.areas.exports import sheets
from kitsulite.areas.people import passwords
from kitsulite.cli import COMMANDS, exporting
from kitsulite.models.people import Department, Person
from kitsulite.models.reviews import Playlist
from kitsulite.storage import Row

PASSWORD = "a long sentence"


class Said(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


class Terminal(io.TextIOWrapper):
    """Standard input with a person at it."""

    def isatty(self) -> bool:
        return True


Kitsulite = Callable[..., Said]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "fox"


@pytest.fixture
def kitsulite(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Kitsulite:
    """Runs a command on a studio that is not made yet; KITSULITE_PASSWORD is set."""
    monkeypatch.setenv("KITSULITE_DATA", str(folder))
    monkeypatch.setenv("KITSULITE_PASSWORD", PASSWORD)
    monkeypatch.setenv("MAIL_ENABLED", "false")

    def run(*arguments: str, stdin: str = "", kind: type[io.TextIOWrapper] = io.TextIOWrapper) -> Said:
        monkeypatch.setattr("sys.stdin", kind(io.BytesIO(stdin.encode())))
        try:
            code = carry_out([*arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return Said(code, *capsys.readouterr())

    return run


@pytest.fixture
def find(folder: Path) -> Callable[[str], Row]:
    """The stored row of somebody."""

    def find(email: str) -> Row:
        with Tracker(Settings(data=str(folder))) as tracker, tracker.work(writes=False) as work:
            row = work.db.row(Person.select().where(Person.email == email))
        assert row is not None, f"no {email}"
        return row

    return find


# --- people ---


def test_people_are_made_with_a_password_and_a_role(kitsulite: Kitsulite, find: Callable[[str], Row]) -> None:
    assert kitsulite("person", "create", "Ann@FoxFilms.com", "--last-name", "Lee", "--role", "manager").code == 0
    ann = find("ann@foxfilms.com")
    assert (ann["first_name"], ann["last_name"], ann["role"]) == ("Ann", "Lee", "manager")
    assert passwords.verify(ann["password"], PASSWORD)


def test_a_password_may_come_from_standard_input(kitsulite: Kitsulite, find: Callable[[str], Row]) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    assert (
        kitsulite("person", "set-password", "ann@foxfilms.com", "--password-stdin", stdin="secret of Ann\n").code == 0
    )
    assert passwords.verify(find("ann@foxfilms.com")["password"], "secret of Ann")


def test_a_password_is_asked_for_twice_at_a_terminal(
    kitsulite: Kitsulite, find: Callable[[str], Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KITSULITE_PASSWORD")
    typed = iter(["secret of Ann", "secret of Bob", "secret of Ann", "secret of Ann"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    create = ("person", "create", "ann@foxfilms.com")
    assert kitsulite(*create, kind=Terminal) == (1, "", "kitsulite: The two passwords differ.\n")
    assert kitsulite(*create, kind=Terminal).code == 0
    assert passwords.verify(find("ann@foxfilms.com")["password"], "secret of Ann")


def test_without_a_terminal_a_password_has_to_be_given(kitsulite: Kitsulite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KITSULITE_PASSWORD")
    said = kitsulite("person", "create", "ann@foxfilms.com")
    assert said.code == 2
    assert "--password-stdin" in said.err


def test_the_operator_may_do_what_admins_may_not_do_to_one_another(
    kitsulite: Kitsulite, find: Callable[[str], Row], folder: Path
) -> None:
    kitsulite("person", "create", "ann@foxfilms.com", "--role", "admin")
    with Tracker(Settings(data=str(folder))) as tracker, tracker.work() as work:
        work.db.run(Person.update(totp_enabled=True, totp_secret="A" * 16))
    assert kitsulite("person", "set-password", "ann@foxfilms.com", "--password-stdin", stdin="a new sentence").code == 0
    assert kitsulite("person", "disable-2fa", "ann@foxfilms.com").code == 0
    ann = find("ann@foxfilms.com")
    assert passwords.verify(ann["password"], "a new sentence")
    assert ann["totp_enabled"] is False


def test_people_are_kept_out_and_let_in_again(kitsulite: Kitsulite, find: Callable[[str], Row]) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    assert kitsulite("person", "deactivate", "ann@foxfilms.com").out == "ann@foxfilms.com is inactive now.\n"
    assert find("ann@foxfilms.com")["active"] is False
    assert kitsulite("person", "activate", find("ann@foxfilms.com")["id"]).code == 0
    assert find("ann@foxfilms.com")["active"] is True


def test_a_role_is_changed(kitsulite: Kitsulite, find: Callable[[str], Row]) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    assert (
        kitsulite("person", "set-role", "ann@foxfilms.com", "supervisor").out == "ann@foxfilms.com is supervisor now.\n"
    )
    assert find("ann@foxfilms.com")["role"] == "supervisor"
    assert kitsulite("person", "set-role", "ann@foxfilms.com", "king").code == 2


def test_a_bots_token_is_all_that_is_printed(kitsulite: Kitsulite, folder: Path) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    token = kitsulite("person", "create-bot", "Farm", "--role", "manager", "--expires", "2100-01-01").out.strip()
    with Tracker(Settings(data=str(folder))) as tracker:
        assert tracker.keys.read_token(token)


def test_people_are_listed_for_eyes_and_for_programs(kitsulite: Kitsulite) -> None:
    kitsulite("person", "create", "ann@foxfilms.com", "--role", "admin")
    kitsulite("person", "create-bot", "Farm")
    heading, ann, farm = kitsulite("person", "list").out.splitlines()
    assert heading.split()[:3] == ["email", "full", "name"]
    assert ann.split()[:4] == ["ann@foxfilms.com", "ann", "admin", "yes"]
    assert "Farm" in farm
    rows = json.loads(kitsulite("person", "list", "--json").out)
    assert [row["first_name"] for row in rows] == ["ann", "Farm"]
    assert "password" not in rows[0]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["person", "create", "ann@foxfilms.com"], "Email already in use."),
        (["person", "create", "no address"], "An email address must have an @-sign."),
        (["person", "create", "bob@foxfilms.com", "--last-name", "B" * 81], "last_name is longer than 80 characters"),
        (
            ["person", "set-role", "bob@foxfilms.com", "user"],
            "There is nobody with the e-mail, login or id bob@foxfilms.com.",
        ),
        (["person", "disable-2fa", "ann@foxfilms.com"], "Two factor authentication not enabled for this user."),
    ],
)
def test_what_the_rules_refuse_is_said_in_a_sentence(kitsulite: Kitsulite, arguments: list[str], why: str) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    assert kitsulite(*arguments) == (1, "", f"kitsulite: {why}\n")


def test_a_short_password_is_refused(kitsulite: Kitsulite) -> None:
    said = kitsulite("person", "create", "ann@foxfilms.com", "--password-stdin", stdin="short")
    assert said == (1, "", "kitsulite: Password is too short. It needs at least 8 characters.\n")


# --- dumps ---


def test_a_dump_goes_into_an_empty_studio_and_comes_out_again(kitsulite: Kitsulite, tmp_path: Path, bare: str) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    packed, again = tmp_path / "fox.jsonl.gz", tmp_path / "again.jsonl"
    assert kitsulite("dump", str(packed)).code == 0
    assert packed.stat().st_mode & 0o077 == 0
    head, *lines, end = gzip.decompress(packed.read_bytes()).splitlines()
    copy = ["--data", str(tmp_path / "copy"), "--database", bare]
    assert kitsulite("load", str(packed), *copy) == (0, f"Loaded {len(lines)} rows.\n", "")
    assert kitsulite("dump", str(again), *copy).code == 0
    assert sorted(again.read_bytes().splitlines()) == sorted([head, *lines, end])


def test_dumps_go_through_pipes(kitsulite: Kitsulite, folder: Path) -> None:
    department = '{"table":"department","row":{"name":"FX","color":"#000000"}}\n'
    assert kitsulite("load", "-", stdin=department).code == 0
    dump = command("dump", "-", "--data", str(folder))
    run = subprocess.run(dump, env=environment(), capture_output=True, check=True)
    _, row, end = map(json.loads, run.stdout.splitlines())
    assert row["row"]["name"] == "FX"
    assert end["end"]["tables"] == {"department": 1}


def test_a_wrong_line_leaves_nothing_behind(kitsulite: Kitsulite, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"table":"department","row":{"name":"FX","color":"#000000"}}\n{"table":"department","row":{}}\n')
    assert kitsulite("load", str(wrong)) == (
        1,
        "",
        f"kitsulite: {wrong}, line 2: department needs name; nothing was loaded.\n",
    )
    wrong.write_text(wrong.read_text().splitlines()[0])
    assert kitsulite("load", str(wrong)).code == 0


def test_a_dump_does_not_go_on_top_of_rows(kitsulite: Kitsulite, tmp_path: Path) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    kitsulite("dump", str(tmp_path / "fox.jsonl"))
    said = kitsulite("load", str(tmp_path / "fox.jsonl"))
    assert said == (1, "", "kitsulite: This studio holds rows already; a dump goes into an empty one.\n")


def test_a_studio_that_is_loaded_gets_no_first_data(kitsulite: Kitsulite, folder: Path) -> None:
    row = '{"table":"department","row":{"name":"FX","color":"#000000"}}'
    assert kitsulite("load", "-", stdin=row).out == "Loaded 1 rows.\n"
    with Tracker(Settings(data=str(folder))) as tracker, tracker.work(writes=False) as work:
        assert not work.exists(Department, Department.name != "FX")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file or directory"),
        (b"no gzip", "Not a gzipped file"),
        (b"\x1f\x8b\x08", "Compressed file ended"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    kitsulite: Kitsulite, tmp_path: Path, content: bytes | None, why: str
) -> None:
    packed = tmp_path / "fox.jsonl.gz"
    if content is not None:
        packed.write_bytes(content)
    said = kitsulite("load", str(packed))
    assert said.code == 1
    assert str(packed) in said.err
    assert why in said.err


def test_a_dump_that_cannot_be_written_leaves_no_part(kitsulite: Kitsulite, tmp_path: Path) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    said = kitsulite("dump", str(tmp_path / "nowhere" / "fox.jsonl"))
    assert said.code == 1
    assert "cannot be written: No such file or directory" in said.err


# --- exports ---


def test_an_export_is_what_the_api_sends(kitsulite: Kitsulite, folder: Path, tmp_path: Path) -> None:
    kitsulite("person", "create", "ann@foxfilms.com", "--role", "admin")
    with Tracker(Settings(data=str(folder))) as tracker:
        studio = Studio(tracker)
        project = studio.project("Big Fox")
        studio.entity("Shot", "SH01", project, studio.entity("Sequence", "S01", project))
        studio.add(Playlist, name="Day 1", project_id=project["id"], shots=[])
        sent = studio.person("Zoe", "admin").get(f"/export/csv/projects/{project['id']}/shots.csv")
    target = tmp_path / "shots.csv"
    assert kitsulite("export", "shots", "--project", "Big Fox", "--output", str(target)) == (0, "", "")
    assert target.read_bytes().decode() == sent
    assert kitsulite("export", "projects", "--output", str(target)).code == 0
    assert target.read_text() == "Name;Status\nBig Fox;Open\n"
    playlist = ("export", "playlist", "--project", "Big Fox", "--playlist", "Day 1", "--output", str(target))
    assert kitsulite(*playlist).code == 0
    assert target.read_text().startswith("Playlist;Big Fox | for shots;Day 1;")


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["shots"], 2, "shots is of one production: say which with --project."),
        (["shots", "--project", "Moon"], 1, "There is no project Moon."),
        (["playlist", "--project", "Moon"], 1, "There is no project Moon."),
    ],
)
def test_an_export_says_what_it_needs(
    kitsulite: Kitsulite,
    tmp_path: Path,
    arguments: list[str],
    code: int,
    why: str,
) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    said = kitsulite("export", *arguments, "--output", str(tmp_path / "x.csv"))
    assert (said.code, said.err[: len(why) + 11]) == (code, f"kitsulite: {why}")
    assert not list(tmp_path.glob("x.csv*"))


def test_an_export_takes_no_option_that_says_nothing(kitsulite: Kitsulite) -> None:
    for name, option in (("persons", "--project"), ("shots", "--playlist")):
        said = kitsulite("export", name, option, "Fox", "--output", "-")
        assert said.code == 2
        assert f"unrecognized arguments: {option} Fox" in said.err


def test_every_export_is_a_command() -> None:
    assert {command.name for command in exporting.COMMANDS} == {f"export {name}" for name in exports.EXPORTS}


def test_an_export_that_is_interrupted_leaves_the_old_file(
    kitsulite: Kitsulite,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    target = tmp_path / "people.csv"
    target.write_text("old")

    def interrupted(self: sheets.Sheet) -> Iterator[list[str]]:
        yield ["First Name\r\n"]
        raise KeyboardInterrupt

    monkeypatch.setattr(sheets.Sheet, "pieces", interrupted)
    assert kitsulite("export", "persons", "--output", str(target)) == (130, "", "kitsulite: interrupted.\n")
    assert target.read_text() == "old"
    assert list(tmp_path.glob("people.csv*")) == [target]


# --- the command itself ---


def test_it_can_be_interrupted_before_it_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "difflib.py").write_text("raise KeyboardInterrupt")  # which the commands import
    path = os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]])
    said = subprocess.run(
        command("restore", "x"), env=environment(PYTHONPATH=path), capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr) == (130, "kitsulite: interrupted.\n")


def test_a_studio_is_not_made_by_looking_for_it(kitsulite: Kitsulite, folder: Path) -> None:
    said = kitsulite("person", "list")
    assert said == (3, "", f"kitsulite: There is no studio in {folder}: `kitsulite serve` makes one.\n")
    assert not folder.exists()


def test_a_setting_that_makes_no_sense_is_named(kitsulite: Kitsulite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER_LIMIT", "many")
    assert kitsulite("person", "list") == (3, "", "kitsulite: USER_LIMIT is 'many': a number is needed.\n")


@pytest.mark.parametrize(
    ("variable", "value", "hint"),
    [
        ("AUTH_STRATEGY", "foo", "auth_local_classic"),
        ("DOMAIN_PROTOCOL", "htp", "http, https"),
        ("KITSULITE_BACKUP", "ftp://host/backups", "s3://bucket/prefix"),
        ("KITSULITE_BACKUP", "s3:/backups", "s3://bucket/prefix"),
        ("DOMAIN_NAME", "https://kitsu.example.com", "the name alone"),
        ("DEFAULT_TIMEZONE", "Europe/Pris", "Europe/Paris"),
        ("MIN_PASSWORD_LENGTH", "-1", "1 to 100"),
        ("MIN_PASSWORD_LENGTH", "1000000", "1 to 100"),
        ("KITSULITE_LOCK_TIMEOUT", "nan", "more than 0"),
        ("KITSULITE_LOCK_TIMEOUT", "1e999", "more than 0"),
        ("KITSULITE_REQUEST_PATIENCE", "-1", "more than 0"),
        ("KITSULITE_REQUEST_PACE", "0", "more than 0"),
        ("KITSULITE_REQUEST_TIME_LIMIT", "inf", "more than 0"),
        ("KITSULITE_PICTURE_TIME_LIMIT", "0", "more than 0"),
        ("KITSULITE_MOVIE_TIME_LIMIT", "0", "more than 0"),
        ("KITSULITE_CONNECTIONS_PER_ADDRESS", "0", "1 or more"),
        ("KITSULITE_DATABASE_DIRECT", "db.studio.lan", "postgresql://"),
        ("MAIL_PORT", "99999", "a port"),
        ("MAX_CONTENT_LENGTH", "-1", "0 or more"),
        ("CLIENT_CACHE_MAX_AGE", "-1", "0 or more"),
        ("USER_LIMIT", "-1", "1 or more"),
        ("KITSULITE_DATABASE", "postgresql://u:hun%zzter2@127.0.0.1/x", "%25"),
        ("KITSULITE_DATABASE", "postgresql://u:p w@127.0.0.1/x", "%20"),
        ("KITSULITE_TRUSTED_PROXIES", "foo", "foo"),
        ("KITSULITE_TRUSTED_PROXIES", "\u00b2", "\u00b2"),
        ("KITSULITE_TRUSTED_PROXIES", "9" * 5000, "a number"),
    ],
)
def test_a_setting_that_would_go_wrong_later_is_named(
    kitsulite: Kitsulite, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, hint: str
) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    monkeypatch.setenv(variable, value)
    code, _, said = kitsulite("person", "list")
    assert (code, hint in said, "hun%zz" in said) == (3, True, False)
    assert variable in said or variable == "KITSULITE_DATABASE"


@pytest.mark.parametrize("command", ["serve", "load -", "person list"])
def test_no_name_is_not_the_folder_one_happens_to_be_in(
    kitsulite: Kitsulite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, said = kitsulite(*command.split(), "--data", "")
    assert (code, "KITSULITE_DATA is '': say the folder" in said, list(tmp_path.iterdir())) == (3, True, [])


@pytest.mark.parametrize("wrong", [("--port", "65536"), ("--port", "-5"), ("--threads", "0"), ("--workers", "two")])
def test_what_is_no_port_and_no_number_of_threads_is_refused(kitsulite: Kitsulite, wrong: tuple[str, str]) -> None:
    code, _, said = kitsulite("serve", *wrong)
    assert (code, f"{wrong[1]} is no" in said) == (2, True)


def test_an_error_of_ours_is_no_traceback(kitsulite: Kitsulite, monkeypatch: pytest.MonkeyPatch) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    monkeypatch.setattr("kitsulite.areas.studio.transfer.count_rows", lambda db: 1 / 0)
    said = kitsulite("load", "-", stdin='{"table":"person","row":{}}')
    assert said == (4, "", "kitsulite: unexpected ZeroDivisionError: division by zero (DEBUG=1 shows where).\n")


def test_an_output_that_cannot_be_written_is_told(kitsulite: Kitsulite, folder: Path) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    for arguments in (("person", "list"), ("dump", "-")):
        with open("/dev/full", "w") as full:
            run = subprocess.run(
                command(*arguments, "--data", str(folder)),
                env=environment(),
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert (run.returncode, "No space left on device" in run.stderr, run.stderr.count("\n")) == (1, True, 1)


def test_a_name_cannot_steer_the_terminal(kitsulite: Kitsulite) -> None:
    kitsulite(
        "person",
        "create",
        "ann@foxfilms.com",
        "--first-name",
        "\x1b]0;pwned\x07\x1b[2JAnn",
        "--last-name",
        "\r\nroot\x9b2J",
    )
    for said in (kitsulite("person", "list"), kitsulite("person", "show", "ann@foxfilms.com")):
        assert said.code == 0
        assert "[2JAnn" in said.out
        assert not [letter for letter in said.out if letter != "\n" and unicodedata.category(letter) == "Cc"]
    [_, line] = kitsulite("person", "list").out.splitlines()
    assert "root" in line


def test_a_database_that_is_damaged_is_called_so(kitsulite: Kitsulite, folder: Path) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    for file in folder.glob("studio.db-*"):
        file.unlink()
    content = (folder / "studio.db").read_bytes()
    (folder / "studio.db").write_bytes(content[:100] + b"\xff" * (len(content) - 100))
    said = kitsulite("person", "list")
    assert (said.code, said.out) == (3, "")
    assert "malformed" in said.err


def test_a_folder_of_something_else_keeps_its_rights_when_a_studio_is_made_in_it(
    kitsulite: Kitsulite, folder: Path
) -> None:
    folder.mkdir(mode=0o755)
    (folder / "index.html").write_text("Our site")
    said = kitsulite("person", "create", "ann@foxfilms.com")
    assert (said.code, said.err) == (0, "")
    assert kitsulite("person", "list").code == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert stat.S_IMODE((folder / "index.html").stat().st_mode) & 0o044
    assert stat.S_IMODE((folder / "studio.db").stat().st_mode) == 0o600


def test_what_is_no_studio_keeps_its_rights(kitsulite: Kitsulite, folder: Path, tmp_path: Path) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    foreign = tmp_path / "foreign.txt"
    foreign.write_text("hello, this is no database at all")
    foreign.chmod(0o644)
    code, _, said = kitsulite("person", "list", "--database", f"sqlite:///{foreign}")
    assert (code, "could read" in said, stat.S_IMODE(foreign.stat().st_mode)) == (3, False, 0o644)


def test_a_password_is_text(folder: Path) -> None:
    for password in (b"aaaaaaaa\xffbb", b"aaaaaaaa\x00bb"):
        words = command("person", "create", "ann@foxfilms.com", "--password-stdin", "--data", str(folder))
        run = subprocess.run(words, env=environment(), input=password, capture_output=True, check=False)
        assert run.returncode == 1
        assert run.stderr == b"kitsulite: A password is text in UTF-8, without NUL characters.\n"


def test_a_file_in_the_place_of_the_folder_stays_as_it_is(kitsulite: Kitsulite, folder: Path) -> None:
    folder.write_text("mine")
    folder.chmod(0o644)
    assert kitsulite("person", "create", "ann@foxfilms.com") == (
        3,
        "",
        f"kitsulite: The studio cannot be opened: {folder}: Not a directory.\n",
    )
    assert stat.S_IMODE(folder.stat().st_mode) == 0o644


def test_a_folder_of_something_else_is_neither_made_a_studio_nor_closed(kitsulite: Kitsulite, folder: Path) -> None:
    folder.mkdir(mode=0o755)
    said = kitsulite("person", "list")
    assert said == (3, "", f"kitsulite: There is no studio in {folder}: `kitsulite serve` makes one.\n")
    assert (list(folder.iterdir()), folder.stat().st_mode & 0o777) == ([], 0o755)


def test_what_keeps_a_studio_from_opening_is_named_with_its_path(kitsulite: Kitsulite, folder: Path) -> None:
    kitsulite("person", "create", "ann@foxfilms.com")
    lost = folder / "lost.db"
    said = kitsulite("person", "list", "--database", f"sqlite:///{lost}")
    assert (said.code, f"its database {lost} is gone" in said.err) == (3, True)
    said = kitsulite("person", "create", "bob@foxfilms.com", "--data", str(folder / "studio.db" / "below"))
    assert said == (
        3,
        "",
        f"kitsulite: The studio cannot be opened: {folder / 'studio.db'}: Not a directory.\n",
    )


def test_version_and_settings_need_no_studio(kitsulite: Kitsulite) -> None:
    assert kitsulite("version").out.startswith(f"kitsulite {__version__} ")
    assert "`USER_LIMIT`" in kitsulite("settings").out


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_explains_itself(kitsulite: Kitsulite, name: str) -> None:
    said = kitsulite(*name.split(), "--help")
    assert said.code == 0
    assert "exit codes:" in said.out


def test_every_argument_says_what_it_is_for() -> None:
    assert all(argument.options.get("help") for command in COMMANDS for argument in command.arguments)


def test_no_password_is_ever_an_argument() -> None:
    flags = [flag for command in COMMANDS for argument in command.arguments for flag in argument.names]
    assert [flag for flag in flags if "password" in flag] == ["--password-stdin"] * 2
