"""`kitsulite project …`, and what `kitsulite person …` does about getting in: the terminal's actions, for scripts."""

import json

import pytest
from signing import known, log_in
from studio import Studio

from kitsulite.areas.people import lockout
from kitsulite.cli import main
from kitsulite.models.tools import ApiEvent


class Shell:
    """Commands on the studio of a test."""

    def __init__(self, studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
        self.place = ("--data", studio.tracker.settings.data, "--database", studio.tracker.settings.database)
        self.capsys = capsys

    def __call__(self, *arguments: str, code: int = 0) -> str:
        assert main([*arguments, *self.place]) == code
        said = self.capsys.readouterr()
        return said.err if code else said.out


@pytest.fixture
def kitsulite(studio: Studio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("SECRET_KEY", studio.tracker.settings.secret_key)
    monkeypatch.setenv("MAIL_ENABLED", "false")
    return Shell(studio, capsys)


def test_productions_are_listed_closed_and_opened(studio: Studio, kitsulite: Shell) -> None:
    fox = studio.project("Fox", team=[studio.person("Ann")])
    studio.task(studio.entity("Shot", "SH010", fox))
    assert "Fox   Open    1          1      0" in kitsulite("project", "list")
    kitsulite("project", "close", "Fox")
    (listed,) = json.loads(kitsulite("project", "list", "--json"))
    assert (listed["name"], listed["status"], listed["is_open"]) == ("Fox", "Closed", False)
    assert [(row["status"], row["count"]) for row in listed["tasks"]] == [("Todo", 1)]
    assert kitsulite("project", "open", fox["id"]) == f"{fox['id']} is open now.\n"
    assert "no production Wolf" in kitsulite("project", "open", "Wolf", code=1)


def test_a_team_is_joined_and_left(studio: Studio, kitsulite: Shell) -> None:
    studio.project("Fox")
    studio.person("Ann")
    kitsulite("project", "add", "Fox", "ann@studio.test", "--role", "manager")
    (member,) = json.loads(kitsulite("project", "team", "Fox", "--json"))
    assert (member["email"], member["project_role"]) == ("ann@studio.test", "manager")
    assert "Ann Test" in kitsulite("project", "team", "Fox")
    kitsulite("project", "remove", "Fox", "ann@studio.test")
    assert json.loads(kitsulite("project", "team", "Fox", "--json")) == []


def test_sessions_are_listed_and_ended_one_by_one_or_all(studio: Studio, kitsulite: Shell) -> None:
    ann = known(studio, "Ann")
    token = log_in(studio).json["access_token"]
    latest, first = json.loads(kitsulite("person", "sessions", "ann@studio.test", "--json"))
    assert first["id"] in kitsulite("person", "sessions", "ann@studio.test")
    kitsulite("person", "sign-out", "ann@studio.test", "--session", first["id"])
    ann.get("/data/projects/open", status=401)
    studio.stranger.get("/data/projects/open", headers={"Authorization": f"Bearer {token}"})
    kitsulite("person", "sign-out", "ann@studio.test", "--session", first["id"], code=1)
    kitsulite("person", "sign-out", "ann@studio.test")
    assert json.loads(kitsulite("person", "sessions", "ann@studio.test", "--json")) == []
    assert latest["expires_at"] > latest["created_at"]


def test_somebody_who_failed_too_often_is_let_try_again(studio: Studio, kitsulite: Shell) -> None:
    known(studio, "Ann")
    for _ in range(lockout.ALLOWED):
        log_in(studio, password="wrong")
    assert log_in(studio).status == 400
    kitsulite("person", "unlock", " Ann@studio.test ")
    assert log_in(studio).status == 200


def test_a_link_leads_to_a_new_password_and_the_log_names_the_operator(studio: Studio, kitsulite: Shell) -> None:
    known(studio, "Ann")
    link = kitsulite("person", "reset-link", "ann@studio.test").strip()
    assert "/reset-change-password?email=ann%40studio.test&token=" in link
    with studio.tracker.work(writes=False) as work:
        (event,) = work.db.rows(ApiEvent.select())
    assert event["name"] == "person:make-reset-link"
    assert event["data"]["operator"]
    assert event["user_id"] is None
