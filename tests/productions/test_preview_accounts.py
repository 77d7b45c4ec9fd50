"""The preview account of a production, which is lent to outsiders (docs/api/productions.md)."""

import datetime
from dataclasses import dataclass
from mailbox import Mailbox
from typing import Any

import pytest
import time_machine
from film import Film, film
from full_studio import FullStudio
from signing import as_member, log_in, set_up
from studio import Member, Studio
from walking import Walker

from kitsulite.app import tables
from kitsulite.areas.people import sessions
from kitsulite.areas.people.signin import CLOSED
from kitsulite.areas.productions import figures
from kitsulite.models.own import Token
from kitsulite.models.people import Person
from kitsulite.models.productions import ProjectPersonLink, ProjectTaskTypeLink
from kitsulite.models.reviews import Notification
from kitsulite.models.tasks import TaskPersonLink
from kitsulite.storage import Row
from kitsulite.web.routing import Route

__all__ = ["film"]
START = datetime.datetime(2026, 5, 4, 10, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@dataclass
class Lent:
    """A production with its account, and a clock that stands still."""

    film: Film
    path: str
    clock: Any
    account: Row

    def open(self, is_open: bool = True) -> Row:
        answer: Row = self.film.ann.put(self.path, {"is_open": is_open})
        return answer

    def log_in(self) -> Any:
        return log_in(self.film.studio, self.account["email"], self.account["password"])

    def look(self) -> Member:
        """Somebody who signed in by the account, which is open."""
        return as_member(self.film.studio, self.log_in().json["access_token"])

    def visitor(self) -> Member:
        self.open()
        return self.look()

    def later(self, delta: datetime.timedelta) -> None:
        self.clock.shift(delta)


@pytest.fixture
def lent(film: Film) -> Any:
    with time_machine.travel(START, tick=False) as clock:
        path = f"{film.path}/preview-account"
        assert film.ann.get(path) is None
        account = film.ann.post(path)
        film.events()
        yield Lent(film, path, clock, account)


HERE = "/auth/authenticated"


# --- its life ---


def test_a_manager_makes_it_and_is_shown_its_password_once(lent: Lent) -> None:
    film, account = lent.film, lent.account
    assert account["email"].startswith("preview-")
    assert account["email"].endswith("@preview.kitsu.invalid")
    assert account.keys() == {"id", "email", "full_name", "preview_open_until", "password"}
    shown = {key: value for key, value in account.items() if key != "password"}
    assert film.ann.get(lent.path) == shown
    assert (shown["full_name"], shown["preview_open_until"]) == ("Preview Film", None)
    stored = film.studio.stored(Person, account["id"])
    assert (stored["role"], stored["preview_project_id"]) == ("client", film.id)
    other = film.studio.project("Other", team=[film.ann])
    assert film.ann.get(f"/data/projects/{other['id']}/preview-account") is None


def test_it_is_for_managers_of_the_production_alone(lent: Lent) -> None:
    for who in (lent.film.stan, lent.film.vic, lent.film.cleo, lent.film.mallory):
        for method, body in (("GET", None), ("POST", {}), ("PUT", {"is_open": True}), ("DELETE", None)):
            assert who.call(method, lent.path, body).status == 403


def test_it_is_open_for_an_hour_and_longer_when_it_is_opened_again(lent: Lent) -> None:
    assert lent.log_in().json == {"login": False, "message": CLOSED}
    assert lent.open()["preview_open_until"] == "2026-05-04T11:00:00"
    visitor = lent.look()
    lent.later(HOUR / 2)
    assert lent.open()["preview_open_until"] == "2026-05-04T11:30:00"
    lent.later(HOUR - datetime.timedelta(seconds=1))
    visitor.get(HERE)
    lent.later(datetime.timedelta(seconds=1))
    answer = visitor.call("GET", HERE)
    assert (answer.status, answer.json) == (401, {"msg": "The preview is closed"})
    assert lent.log_in().json["message"] == CLOSED


def test_sessions_of_before_an_opening_do_not_come_back(lent: Lent) -> None:
    before = lent.visitor()
    lent.later(2 * HOUR)
    lent.open()
    before.get(HERE, status=401)
    lent.look().get(HERE)


def test_a_session_is_renewed_only_while_it_counts(lent: Lent) -> None:
    lent.open()
    refresh = as_member(lent.film.studio, lent.log_in().json["refresh_token"])
    as_member(lent.film.studio, refresh.get("/auth/refresh-token")["access_token"]).get(HERE)
    lent.later(HOUR)
    refresh.get("/auth/refresh-token", status=401)
    lent.open()
    refresh.get("/auth/refresh-token", status=401)


@pytest.mark.parametrize("how", ["closed", "another password"])
def test_closing_ends_its_sessions_for_ever(lent: Lent, how: str) -> None:
    visitor = lent.visitor()
    if how == "closed":
        assert lent.open(False)["preview_open_until"] is None
    else:
        old = lent.account
        lent.account = lent.film.ann.post(lent.path)
        assert (lent.account["id"], lent.account["preview_open_until"]) == (old["id"], None)
        assert log_in(lent.film.studio, old["email"], old["password"]).json["message"] == "Wrong email or password."
    visitor.get(HERE, status=401)
    lent.open()
    assert visitor.call("GET", HERE).json == {"msg": "Token has been revoked"}
    lent.look().get(HERE)


def test_every_change_of_it_is_told_as_one_of_the_production(lent: Lent) -> None:
    lent.open()
    lent.open(False)
    lent.film.ann.delete(lent.path)
    until = "2026-05-04T11:00:00.000000"
    opened = {"previous_preview_open_until": None, "new_preview_open_until": until}
    closed = {"previous_preview_open_until": until, "new_preview_open_until": None}
    assert lent.film.events() == [("project:update", told) for told in (opened, closed, {})]


def test_it_goes_with_its_sessions(lent: Lent) -> None:
    visitor = lent.visitor()
    lent.film.ann.delete(lent.path)
    visitor.get(HERE, status=401)
    assert lent.log_in().status == 400
    assert lent.film.ann.get(lent.path) is None
    for method, body in (("PUT", {"is_open": True}), ("DELETE", None)):
        assert lent.film.ann.call(method, lent.path, body).status == 404
    assert lent.film.ann.post(lent.path)["id"] != lent.account["id"]


def test_it_goes_with_its_production(lent: Lent) -> None:
    film = lent.film
    other = film.studio.project("Other", team=[film.ann], status="Closed")
    account = film.ann.post(f"/data/projects/{other['id']}/preview-account")
    film.admin.delete(f"/data/projects/{other['id']}?force=true")
    with film.studio.tracker.work(writes=False) as work:
        assert work.find(Person, account["id"]) is None


@pytest.mark.parametrize("strategy", ["auth_local_no_password", "auth_remote_ldap"])
def test_it_needs_passwords_of_the_studio(lent: Lent, strategy: str) -> None:
    film = lent.film
    lent.open()
    assert film.studio.stranger.get("/config")["preview_accounts_enabled"] is True
    set_up(film.studio, auth_strategy=strategy, ldap_fallback=True)
    assert film.studio.stranger.get("/config")["preview_accounts_enabled"] is False
    assert lent.log_in().json["login"] is False
    for method, body in (("POST", {}), ("PUT", {"is_open": True})):
        answer = film.ann.call(method, lent.path, body)
        assert (answer.status, "password" in answer.json["message"]) == (400, True)
    lent.open(False)
    film.ann.delete(lent.path)


# --- what it may ---


def test_it_reads_what_a_client_of_the_production_reads_and_nothing_of_others(lent: Lent) -> None:
    film = lent.film
    other = film.studio.project("Other", team=[film.ann])
    away = film.studio.entity("Shot", "SH01", other)
    visitor = lent.visitor()
    assert [row["id"] for row in visitor.get("/data/projects/open")] == [film.id]
    assert [row["id"] for row in visitor.get("/data/projects/all")] == [film.id]
    visitor.get(f"/data/shots/{film.shot['id']}")
    for path in (f"/data/shots/{away['id']}", f"/data/projects/{other['id']}", f"/data/projects/{other['id']}/shots"):
        visitor.get(path, status=403)
    assert visitor.get("/data/user/context")["projects"][0]["id"] == film.id
    assert visitor.get(HERE)["user"]["preview_project_id"] == film.id
    assert visitor.get(f"/data/persons/{lent.account['id']}")["id"] == lent.account["id"]


def looker_of(full: FullStudio) -> Member:
    """Somebody who looks at the full production, for long."""
    account, long = full.ids["preview_account"], {"preview_open_until": "2990-01-01T00:00:00"}
    full.studio.store(Person, account, preview_opened_at="2020-01-01T00:00:00", **long)
    with full.studio.tracker.work() as work:
        return as_member(full.studio, sessions.open_session(work, account)["access_token"])


def is_for_members(route: Route) -> bool:
    return not route.who.public and route.token == "access" and route.path != "/auth/logout"


def test_it_changes_nothing_by_any_route(studio: Studio) -> None:
    full = FullStudio(studio)
    looker, paths = looker_of(full), Walker(full)
    routes, wrong = [route for table in tables() for route in table.routes if is_for_members(route)], []
    for route in routes:
        path, body = paths.path(route, full.ids), None if route.method == "GET" else {}
        status = looker.call(route.method, path, body).status
        expected = 403 if body == {} else full.members["client"].call("GET", path).status
        if status != expected:
            wrong.append(f"{route.method} {route.path}: {status}, not {expected}")
    assert len(routes) > 500
    assert not wrong, "\n".join(wrong)


def test_what_is_made_when_it_is_first_looked_at_is_not_made(lent: Lent) -> None:
    chat = f"/data/entities/{lent.film.shot['id']}/chat"
    answer = lent.visitor().call("GET", chat)
    assert (answer.status, "lent" in answer.json["message"]) == (403, True)
    lent.film.admin.get(chat)
    lent.visitor().get(chat)


def test_it_signs_out_and_what_it_may_not_is_said(lent: Lent) -> None:
    visitor = lent.visitor()
    answer = visitor.call("PUT", f"/data/entities/{lent.film.shot['id']}", {"description": "x"})
    assert (answer.status, "lent" in answer.json["message"]) == (403, True)
    passwords = {"old_password": lent.account["password"], "password": "other horse", "password_2": "other horse"}
    assert visitor.call("POST", "/auth/change-password", passwords).status == 403
    assert visitor.call("POST", "/auth/app-login/code", {"code_challenge": "x" * 43}).status == 403
    assert visitor.call("PUT", "/auth/totp").status == 403
    assert visitor.call("HEAD", HERE).status == 200
    assert visitor.get("/auth/logout") == {"logout": True}
    visitor.get(HERE, status=401)
    assert lent.log_in().status == 200


# --- nobody else's colleague ---


def test_no_list_of_people_has_it(lent: Lent) -> None:
    film, id = lent.film, lent.account["id"]
    dan = film.studio.person("Dan", role="manager")
    film.studio.join(film.project, dan)
    before = {person["id"] for person in film.admin.get("/data/persons")}
    assert film.ann.id in before
    assert id not in before
    lists = (
        "/data/persons?relations=true",
        "/data/persons?page=1",
        f"/data/persons?email={lent.account['email']}",
        "/data/persons?with_pass_hash=true",
        "/data/user/context",
        f"{film.path}/team",
        film.path,
        f"{film.path}?relations=true",
        "/data/projects/open",
        "/data/projects/all",
        "/data/projects?relations=true",
        "/data/persons/presence-logs/2026-05",
        "/export/csv/persons.csv",
    )
    for path in lists:
        for who in (film.admin, film.ann, film.cleo):
            answer = who.call("GET", path)
            assert answer.status in (200, 400, 403)  # 400: by what may not be filtered
            assert not [word for word in (id, lent.account["email"], "Preview Film") if word in answer.text], path
    post = film.admin.post("/data/search", {"query": "Preview"}, status=200)
    assert id not in str(post)


def test_it_takes_no_seat_of_the_studio(lent: Lent) -> None:
    film = lent.film
    people = len(film.admin.get("/data/persons"))
    set_up(film.studio, user_limit=people + 1)
    new = {"first_name": "N", "last_name": "N", "email": "n@example.com"}
    film.admin.post("/data/persons", new)
    film.admin.post("/data/persons", {**new, "email": "m@example.com"}, status=400)
    with film.studio.tracker.work(writes=False) as work:
        assert [row["team_size"] for row in figures_of(work)] == [4]


def figures_of(work: Any) -> list[Row]:
    return figures.list_projects(work)


def test_no_route_of_persons_knows_it(lent: Lent) -> None:
    film, id = lent.film, lent.account["id"]
    department = film.studio.department("Layout")
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"/data/persons/{id}", None),
        ("PUT", f"/data/persons/{id}", {"role": "admin"}),
        ("PUT", f"/data/persons/{id}", {"expiration_date": "2990-01-01"}),
        ("DELETE", f"/data/persons/{id}?force=true", None),
        ("GET", f"/actions/persons/{id}/invite", None),
        ("POST", f"/actions/persons/{id}/reset-password-link", {}),
        ("POST", f"/actions/persons/{id}/change-password", {"password": "other horse", "password_2": "other horse"}),
        ("DELETE", f"/actions/persons/{id}/disable-two-factor-authentication", None),
        ("DELETE", f"/actions/persons/{id}/clear-avatar", None),
        ("POST", f"/actions/persons/{id}/departments/add", {"department_id": department["id"]}),
        ("DELETE", f"/actions/persons/{id}/departments/{department['id']}", None),
        ("GET", f"/data/persons/{id}/desktop-login-logs", None),
        ("POST", f"/data/persons/{id}/desktop-login-logs", {}),
    ]
    stored = film.studio.stored(Person, id)
    for method, path, body in calls:
        assert film.admin.call(method, path, body).status == 404, path
    assert film.studio.stored(Person, id) == stored


def test_no_table_that_is_taken_in_changes_it(lent: Lent) -> None:
    film = lent.film
    stored = film.studio.stored(Person, lent.account["id"])
    sheet = f"First Name,Last Name,Email,Role\nEve,Mean,{lent.account['email']},Studio Manager\n"
    answer = film.admin.form("/import/csv/persons?update=true", {}, {"file": ("p.csv", sheet.encode(), "text/csv")})
    assert answer.status == 400
    layout = film.studio.task_type("Layout")
    film.studio.add(ProjectTaskTypeLink, project_id=film.id, task_type_id=layout["id"])
    for email, status in ((lent.account["email"], 400), ("stan@studio.test", 201)):
        sheet = f"Episode,Sequence,Name,Layout assignations\nE01,SQ01,SH01,{email}\n"
        path = f"/import/csv/projects/{film.id}/shots?update=true"
        assert film.admin.form(path, {}, {"file": ("s.csv", sheet.encode(), "text/csv")}).status == status
    with film.studio.tracker.work(writes=False) as work:
        assert work.db.values(TaskPersonLink.select(TaskPersonLink.person_id)) == [film.stan.id]
    assert film.studio.stored(Person, lent.account["id"]) == stored


def test_nothing_is_given_to_it(lent: Lent) -> None:
    film, id = lent.film, lent.account["id"]
    task = film.studio.task(film.shot)
    other = film.studio.project("Other", team=[film.ann])
    given = {"person_id": id}
    assert film.ann.call("PUT", f"/actions/tasks/{task['id']}/assign", given).status == 400
    film.ann.call("PUT", f"/actions/persons/{id}/assign", {"task_ids": [task["id"]]})
    film.ann.call("PUT", f"/data/tasks/{task['id']}", {"assignees": [id]})
    film.ann.call("POST", "/data/tasks", {**task, "id": None, "name": "other", "assignees": [id]})
    film.admin.call("POST", "/import/kitsu/tasks", [{**task, "assignees": [id]}])
    for row in film.ann.get(f"/data/shots/{film.shot['id']}/tasks?relations=true"):
        assert row["assignees"] == []
    for project in (film.id, other["id"]):
        team = f"/data/projects/{project}/team"
        assert film.admin.call("POST", team, given).status == 400
        assert film.admin.call("PUT", f"{team}/{id}", {"role": "manager"}).status == 400
        film.admin.call("DELETE", f"{team}/{id}")
        film.admin.call(
            "POST", "/import/kitsu/projects", [{**film.admin.get(f"/data/projects/{project}"), "team": [id]}]
        )
    film.admin.post("/data/projects", {"name": "Third", "team": [id]}, status=400)
    with film.studio.tracker.work(writes=False) as work:
        links = work.db.rows(ProjectPersonLink.select().where(ProjectPersonLink.person_id == id))
    assert [(link["project_id"], link["role"]) for link in links] == [(film.id, None)]
    lent.visitor().get(film.path)


def test_nobody_speaks_in_its_name_or_tells_it_anything(lent: Lent) -> None:
    film, id = lent.film, lent.account["id"]
    task, mail = film.studio.task(film.shot, assignees=[film.stan]), Mailbox(film.studio)
    set_up(film.studio, mail_enabled=True)
    film.studio.store(Person, id, notifications_enabled=True)
    path = f"/actions/tasks/{task['id']}/comment"
    said = {"task_status_id": task["task_status_id"], "comment": "@Preview Film look"}
    comment = film.ann.post(path, said)
    assert comment["mentions"] == []
    film.admin.post(path, {**said, "person_id": id}, status=404)
    film.admin.post(
        "/data/notifications", {"person_id": id, "author_id": film.ann.id, "task_id": task["id"]}, status=400
    )
    playlist = film.ann.post("/data/playlists", {"name": "P", "project_id": film.id, "for_client": True})
    film.ann.post(f"/data/playlists/{playlist['id']}/notify-clients", {}, status=200)
    with film.studio.tracker.work(writes=False) as work:
        assert not work.exists(Notification, Notification.person_id == id)
    assert not [letter for letter in mail if letter.to == lent.account["email"]]


def test_it_comes_in_by_its_password_alone(lent: Lent) -> None:
    film, email = lent.film, lent.account["email"]
    mail = Mailbox(film.studio)
    set_up(film.studio, mail_enabled=True, enforce_2fa=True)
    lent.open()
    film.studio.store(Person, lent.account["id"], email_otp_enabled=False)
    film.studio.stranger.post("/auth/reset-password", {"email": email}, status=200)
    film.studio.store(Person, lent.account["id"], email_otp_enabled=True)
    film.studio.stranger.get(f"/auth/email-otp?email={email}")
    film.studio.store(Person, lent.account["id"], email_otp_enabled=False, desktop_login="lent")
    assert mail == []
    reset = {"email": email, "token": "x", "password": "other horse", "password2": "other horse"}
    film.studio.stranger.put("/auth/reset-password", reset, status=400)
    assert log_in(film.studio, "lent", lent.account["password"]).status == 400
    answer = lent.log_in().json
    assert "two_factor_authentication_required" not in answer
    as_member(film.studio, answer["access_token"]).get("/data/user/context")
    with film.studio.tracker.work(writes=False) as work:
        tokens = work.db.rows(Token.select().where(Token.person_id == lent.account["id"]))
    assert {token["identity_type"] for token in tokens} == {"person"}


def test_of_a_list_of_assignees_others_stay(lent: Lent) -> None:
    film = lent.film
    task = film.studio.task(film.shot)
    film.ann.put(f"/actions/tasks/{task['id']}/assign", {"person_id": film.stan.id})
    answer = film.ann.call("PUT", f"/data/tasks/{task['id']}", {"assignees": [film.stan.id, lent.account["id"]]})
    assert answer.status == 400
    assert film.ann.get(f"/data/tasks/{task['id']}")["assignees"] == [film.stan.id]


def test_what_is_made_by_looking_at_it_is_not_made_for_who_looks(lent: Lent) -> None:
    path = f"/data/entities/{lent.film.shot['id']}/chat"
    visitor = lent.visitor()
    visitor.get(path, status=403)
    lent.film.cleo.get(path)
    visitor.get(path)
