"""Persons: who sees what of them, what may be written, and what admins do with accounts (docs/api/people.md)."""

import uuid
from mailbox import Mailbox
from typing import Any

import pytest
from signing import PASSWORD, as_member, known, log_in, set_up
from studio import Member, Studio

from kitsulite.models import Link, Record
from kitsulite.models.people import DesktopLoginLog, LoginLog, Person, TimeSpent
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.reviews import Comment, Subscription
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.models.tools import ApiEvent, SearchFilter, SearchFilterGroup

MINIMAL = {
    "id",
    "type",
    "first_name",
    "last_name",
    "full_name",
    "has_avatar",
    "active",
    "departments",
    "studio_id",
    "role",
    "desktop_login",
    "is_bot",
}
SECRETS = {
    "password",
    "totp_secret",
    "email_otp_secret",
    "otp_recovery_codes",
    "fido_credentials",
    "jti",
    "login_failed_attemps",
    "last_login_failed",
}
BOB = {"first_name": "Bob", "last_name": "Roe", "email": " Bob@Example.com "}


@pytest.fixture
def admin(studio: Studio) -> Member:
    return studio.person("Ada", role="admin")


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann")


def count(studio: Studio, table: type[Record] | type[Link], *conditions: Any) -> int:
    with studio.tracker.db.reading():
        rows = table.select(*list(table.columns().values())[:1])
        return studio.tracker.db.count(rows.where(*conditions) if conditions else rows)


# --- who sees what ---


def test_admins_see_people_whole_and_everybody_else_a_little(studio: Studio, admin: Member, ann: Member) -> None:
    fx, manager = studio.department("FX", ann), studio.person("Moe", role="manager")
    whole = {row["id"]: row for row in admin.get("/data/persons")}[ann.id]
    assert whole["email"] == "ann@studio.test"
    assert whole["full_name"] == "Ann Test"
    assert "departments" not in whole
    assert not SECRETS & whole.keys()
    for who in (ann, manager):
        rows = who.get("/data/persons")
        assert all(row.keys() == MINIMAL and row["departments"] == [] for row in rows)
        related = {row["id"]: row["departments"] for row in who.get("/data/persons?relations=true")}
        assert related[ann.id] == [fx["id"]]
    assert ann.get(f"/data/persons/{ann.id}").keys() == MINIMAL
    assert manager.get(f"/data/persons/{ann.id}")["email"] == "ann@studio.test"
    assert "password" not in ann.get("/data/persons?with_pass_hash=true")[0]
    hashes = {row["id"]: row["password"] for row in admin.get("/data/persons?with_pass_hash=true")}
    assert hashes[ann.id] is None


def test_a_list_of_people_is_one_statement(studio: Studio, admin: Member) -> None:
    def statements() -> int:
        before = studio.tracker.db.statements
        admin.get("/data/persons?relations=true")
        return studio.tracker.db.statements - before

    few = statements()
    for _ in range(5):
        studio.person()
    assert statements() == few


def test_people_filter_by_what_they_may_see(studio: Studio, admin: Member, ann: Member) -> None:
    studio.person("Ema", phone="12")
    assert [row["first_name"] for row in ann.get("/data/persons?full_name=Ema Test")] == ["Ema"]
    assert [row["first_name"] for row in ann.get("/data/persons?email=%20EMA@studio.test%20")] == ["Ema"]
    assert [row["first_name"] for row in admin.get("/data/persons?phone=12")] == ["Ema"]
    for who, key in ((ann, "phone"), (ann, "created_at"), (admin, "password"), (ann, "totp_secret")):
        refused = who.get(f"/data/persons?{key}=12", status=400)
        assert refused["message"] == f"Filtering on {key} is not allowed."
    assert len(ann.get("/data/persons?nonsense=12")) == 3


# --- new people ---


def test_only_admins_take_people_in(studio: Studio, admin: Member, ann: Member) -> None:
    ann.post("/data/persons", BOB, status=403)
    fx = studio.department("FX")
    row = admin.post("/data/persons", {**BOB, "departments": [fx["id"]], "country": " fr ", "password": PASSWORD})
    assert row["email"] == "bob@example.com"
    assert row["full_name"] == "Bob Roe"
    assert (row["country"], row["locale"], row["timezone"], row["role"]) == ("FR", "en_US", "Europe/Paris", "user")
    assert row["departments"] == [fx["id"]]
    assert not ({"access_token"} | SECRETS) & row.keys()
    assert log_in(studio, "bob@example.com").status == 200
    assert admin.post("/data/persons", BOB, status=400)["message"] == "Email already in use."


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"role": "king"}, "Invalid role"),
        ({"role": None}, "Invalid role"),
        ({"contract_type": "slave"}, "Invalid contract_type"),
        ({"country": "XK"}, "Invalid country code, expected an ISO 3166-1 alpha-2 code."),
        ({"country": ["FR"]}, "Invalid country code, expected an ISO 3166-1 alpha-2 code."),
        (
            {"locale": "fr-FR"},
            "Invalid locale, expected a name available in Python Babel (e.g. en_US, fr_FR).",
        ),
        ({"timezone": "Mars/Olympus"}, "One of the provided values has an invalid format: no such time zone."),
        (
            {"display_date_format": "YY"},
            "Invalid display_date_format, expected one of: YYYY-MM-DD, DD/MM/YYYY, MM/DD/YYYY.",
        ),
        ({"two_factor_authentication": "sms"}, "Invalid two_factor_authentication"),
        ({"expiration_date": "2026-03-01"}, "Expiration date can't be in the past."),
        ({"expiration_date": "soon"}, "Expiration date is not valid."),
        ({"email": "bob.example.com"}, "An email address must have an @-sign."),
        ({"email": None}, "An e-mail address is needed."),
        ({"password": 12}, "One of the provided values has an invalid format: a password is a text."),
    ],
)
@pytest.mark.usefixtures("clock")
def test_values_of_people_have_to_make_sense(studio: Studio, wrong: dict[str, Any], message: str) -> None:
    admin, ann = studio.person("Ada", role="admin"), studio.person("Ann")
    assert admin.post("/data/persons", {**BOB, **wrong}, status=400)["message"] == message
    if "password" not in wrong:  # which an update passes over
        assert ann.put(f"/data/persons/{ann.id}", wrong if "role" not in wrong else {"email": "x"}, status=400)


def test_a_studio_has_so_many_people_and_no_more(studio: Studio, admin: Member, ann: Member) -> None:
    set_up(studio, user_limit=2)
    for who in (admin, ann):  # told before rights are asked
        full = who.post("/data/persons", BOB, status=400)
        assert (full["message"], full["data"]) == ("User limit reached.", {"limit": 2})
    bot = admin.post("/data/persons", {**BOB, "email": "ann@example.com", "is_bot": True})
    admin.put(f"/data/persons/{bot['id']}", {"active": False})
    admin.put(f"/data/persons/{bot['id']}", {"active": True})
    bob = admin.post("/data/persons", {**BOB, "active": False})
    full = admin.put(f"/data/persons/{bob['id']}", {"active": True}, status=400)
    assert (full["message"], full["data"]) == ("User limit reached.", None)
    admin.put(f"/data/persons/{ann.id}", {"active": False})
    admin.put(f"/data/persons/{bob['id']}", {"active": True})


@pytest.mark.usefixtures("clock")
def test_bots_get_a_token_and_may_share_an_address(studio: Studio) -> None:
    admin = studio.person("Ada", role="admin")
    admin.post("/data/persons", BOB)
    bot = admin.post("/data/persons", {**BOB, "is_bot": True, "expiration_date": "2026-03-02"})
    robot = as_member(studio, bot["access_token"])
    assert robot.get("/auth/authenticated")["user"]["id"] == bot["id"]
    renewed = admin.put(f"/data/persons/{bot['id']}", {"expiration_date": None})["access_token"]
    robot.get("/auth/authenticated", status=401)
    robot = as_member(studio, renewed)
    robot.put(f"/data/persons/{bot['id']}", {"expiration_date": "2027-01-01"}, status=403)
    assert robot.get("/auth/authenticated")["user"]["expiration_date"] is None
    admin.put(f"/data/persons/{bot['id']}", {"is_bot": False}, status=400)  # Bob has that address


# --- changes ---


def test_people_change_themselves_but_not_what_is_the_admins(studio: Studio, admin: Member, ann: Member) -> None:
    fx = studio.department("FX", ann)
    path = f"/data/persons/{ann.id}"
    kept = {"role": "admin", "active": False, "is_bot": True, "daily_salary": 900, "is_guest": True, "departments": []}
    changed = ann.put(path, {**kept, "phone": "12", "full_name": "X Y", "password": "x", "jti": "x", "type": "Person"})
    assert (changed["phone"], changed["role"], changed["daily_salary"]) == ("12", "user", 0)
    assert changed["departments"] == [fx["id"]]
    assert (changed["active"], changed["is_bot"], changed["is_guest"]) == (True, False, False)
    assert studio.stored(Person, ann.id)["password"] is None
    assert admin.put(path, {"departments": [], "daily_salary": 900})["departments"] == []
    studio.person("Moe", role="manager").put(path, {"phone": "13"}, status=403)
    ann.put(f"/data/persons/{ann.id.upper()}", {"phone": "14"})
    assert (
        ann.put(path, {"email": "\tANN@Example.com\u00a0", "locale": "", "country": ""})["email"] == "ann@example.com"
    )
    assert ann.put(path, {"email": "ada@studio.test"}, status=400)


def test_second_factors_have_routes_of_their_own(studio: Studio, admin: Member, ann: Member) -> None:
    admin.put(f"/data/persons/{ann.id}", {"totp_enabled": True}, status=400)
    admin.put(f"/data/persons/{ann.id}", {"totp_enabled": False, "totp_secret": "X", "otp_recovery_codes": ["x"]})
    stored = studio.stored(Person, ann.id)
    assert (stored["totp_enabled"], stored["totp_secret"], stored["otp_recovery_codes"]) == (False, None, None)


@pytest.mark.usefixtures("clock")
def test_a_past_expiration_date_may_stay(studio: Studio) -> None:
    admin = studio.person("Ada", role="admin")
    ann = studio.person("Ann", expiration_date="2026-03-01")
    answer = admin.put(f"/data/persons/{ann.id}", {"expiration_date": "2026-03-01", "phone": "12"})
    assert (answer["phone"], "access_token" in answer) == ("12", False)
    ann.put(f"/data/persons/{ann.id}", {"expiration_date": "2026-03-02"}, status=403)
    assert "access_token" not in ann.put(f"/data/persons/{ann.id}", {"expiration_date": "2026-03-01"})
    token = admin.put(f"/data/persons/{ann.id}", {"expiration_date": "2026-03-02"})["access_token"]
    script = as_member(studio, token)
    assert script.get("/auth/authenticated")["user"]["id"] == ann.id


def test_protected_accounts_are_changed_by_their_owner_only(studio: Studio, admin: Member) -> None:
    set_up(studio, protected_accounts=["root@studio.test"])
    root = studio.person("Root", role="admin")
    path = f"/data/persons/{root.id}"
    assert "inactive" in admin.put(path, {"active": False}, status=403)["message"]
    assert "role" in admin.put(path, {"role": "user"}, status=403)["message"]
    assert "delete" in admin.delete(path, status=403)["message"]
    admin.put(path, {"phone": "12"})
    for action in ("reset-password-link", "change-password"):
        body = {"password": PASSWORD, "password_2": PASSWORD}
        refused = admin.post(f"/actions/persons/{root.id}/{action}", body, status=400)
        assert refused["message"] == "This user is in protected accounts."
    assert root.put(path, {"role": "manager"})["role"] == "manager"


# --- going ---


def test_people_who_left_no_trace_can_be_deleted(studio: Studio, admin: Member, ann: Member) -> None:
    studio.department("FX", ann)
    assert admin.delete(f"/data/persons/{admin.id}", status=403)
    ann.delete(f"/data/persons/{admin.id}", status=403)
    admin.delete(f"/data/persons/{ann.id}")
    assert count(studio, ApiEvent, ApiEvent.name == "person:delete") == 2
    ann.get("/data/departments", status=401)


def test_people_who_left_traces_go_only_by_force(studio: Studio, admin: Member, ann: Member) -> None:
    bob = studio.person("Bob")
    project = studio.project(team=[ann, bob])
    task = studio.task(studio.entity("Shot", "SH01", project), assignees=[ann], assigner_id=ann.id)
    status = {"task_status_id": task["task_status_id"]}
    comment = studio.add(Comment, object_id=task["id"], object_type="Task", person_id=ann.id, **status)
    group = studio.add(SearchFilterGroup, list_type="asset", person_id=ann.id)
    studio.add(SearchFilter, list_type="asset", person_id=ann.id, search_filter_group_id=group["id"])
    studio.add(Subscription, person_id=ann.id, task_id=task["id"])
    studio.add(TimeSpent, person_id=ann.id, task_id=task["id"], date="2024-06-03", duration=10)
    studio.add(LoginLog, person_id=ann.id)
    ann.post(f"/data/persons/{ann.id}/desktop-login-logs")
    refused = admin.delete(f"/data/persons/{ann.id}", status=400)
    assert refused == {"error": True, "message": "Some data are still linked to given person."}
    admin.delete(f"/data/persons/{ann.id}?force=true")
    for table in (SearchFilterGroup, SearchFilter, Subscription, TimeSpent, LoginLog, DesktopLoginLog, TaskPersonLink):
        assert count(studio, table) == 0, table
    assert count(studio, Comment, Comment.id == comment["id"]) == 0
    assert count(studio, ProjectPersonLink) == 1
    assert studio.row(Task, task["id"])["assigner_id"] is None


# --- accounts ---


def test_an_invitation_leads_to_a_first_password(studio: Studio, admin: Member, ann: Member) -> None:
    mail = Mailbox(studio)
    answer = admin.get(f"/actions/persons/{ann.id}/invite")
    assert answer == {"success": True, "message": "Email sent"}
    assert mail.last.to == "ann@studio.test"
    assert "type=new" in mail.last.link
    ann.get(f"/actions/persons/{ann.id}/invite", status=403)
    bot = studio.person("Robot", is_bot=True)
    admin.get(f"/actions/persons/{bot.id}/invite", status=403)
    ann.get(f"/actions/persons/{uuid.uuid4()}/invite", status=404)


def test_a_link_to_a_new_password_is_handed_over_as_long_as_it_is_good(
    studio: Studio, admin: Member, ann: Member
) -> None:
    path = f"/actions/persons/{ann.id}/reset-password-link"
    link = admin.post(path, status=200)["reset_password_link"]
    assert link.startswith("https://studio.test/reset-change-password?email=ann%40studio.test&token=")
    assert admin.post(path, status=200)["reset_password_link"] == link
    ann.post(path, status=403)
    unreachable = studio.person("Eve", email=None)
    for method, action in (("GET", "invite"), ("POST", "reset-password-link")):
        answer = admin.call(method, f"/actions/persons/{unreachable.id}/{action}")
        assert (answer.status, answer.json["message"]) == (400, "This person has no e-mail address.")


def test_an_admin_sets_passwords_which_ends_sessions(studio: Studio, admin: Member) -> None:
    ann, mail = known(studio), Mailbox(studio)
    path = f"/actions/persons/{ann.id}/change-password"
    new = {"password": "new password", "password_2": "new password"}
    mismatch = admin.post(path, {**new, "password_2": "x"}, status=400)
    assert mismatch["data"]["errors"][0]["message"] == "Value error, Confirmation password doesn't match."
    assert (
        admin.post(path, {"password": "x", "password_2": "x"}, status=400)["message"]
        == "Password is too short. It needs at least 8 characters."
    )
    ann.post(path, new, status=403)
    ann.get("/data/departments")
    assert admin.post(path, new, status=200) == {"success": True}
    ann.get("/data/departments", status=401)
    admin.get("/data/departments")
    assert log_in(studio, password="new password").status == 200
    assert mail.last.to == "ann@studio.test"


def test_an_admin_cannot_change_another_admins_password(studio: Studio, admin: Member) -> None:
    abe, eve = known(studio, "Abe", role="admin"), studio.person("Eve", role="admin")
    new = {"password": "new password", "password_2": "new password"}
    refused = admin.post(f"/actions/persons/{abe.id}/change-password", new, status=400)
    assert refused["message"] == "An admin can't change another admin's password."
    admin.post(f"/actions/persons/{eve.id}/change-password", new, status=200)  # who has none yet
    abe.post(f"/actions/persons/{abe.id}/change-password", new, status=200)
    abe.get("/data/departments")  # the session at work goes on


@pytest.mark.parametrize(
    "path", ["/actions/persons/{}/disable-two-factor-authentication", "/data/persons/{}/two-factor-authentication"]
)
def test_an_admin_turns_second_factors_off(studio: Studio, admin: Member, path: str) -> None:
    mail = Mailbox(studio)
    factors = {"totp_enabled": True, "totp_secret": "X", "preferred_two_factor_authentication": "totp"}
    ann = studio.person("Ann", otp_recovery_codes=["x"], **factors)
    abe = studio.person("Abe", role="admin", **factors)
    assert admin.delete(path.format(ann.id), status=200) == {"success": True}
    assert mail.last.to == "ann@studio.test"
    stored = studio.stored(Person, ann.id)
    assert (stored["totp_enabled"], stored["totp_secret"], stored["otp_recovery_codes"]) == (False, None, None)
    assert stored["preferred_two_factor_authentication"] is None
    none = admin.delete(path.format(ann.id), status=400)["message"]
    assert none == "Two factor authentication not enabled for this user."
    other = admin.delete(path.format(abe.id), status=400)["message"]
    assert other == "An admin can't disable 2FA for other admins."
    abe.delete(path.format(ann.id), status=400)


@pytest.mark.parametrize("path", ["/actions/persons/{}/clear-avatar", "/data/persons/{}/avatar"])
def test_an_admin_takes_a_picture_away(studio: Studio, admin: Member, path: str) -> None:
    bot = studio.person("Robot", is_bot=True, has_avatar=True)
    admin.delete(path.format(bot.id))
    assert studio.row(Person, bot.id)["has_avatar"] is False
    admin.delete(path.format(uuid.uuid4()), status=404)
    bot.delete(path.format(bot.id), status=403)


# --- presence ---


def test_the_last_presence_is_the_latest_login_or_time_spent(studio: Studio, admin: Member, ann: Member) -> None:
    path = f"/data/persons/{ann.id}/desktop-login-logs"
    first = ann.post(path, {"date": "2018-04-01"})
    assert (first["date"], first["type"]) == ("2018-04-01T00:00:00", "DesktopLoginLog")
    admin.post(path, {"date": "2018-04-10T12:30:00"})
    assert studio.row(Person, ann.id)["last_presence"] == "2018-04-10"
    task = studio.task(studio.entity("Shot", "SH01", studio.project()))
    studio.add(TimeSpent, person_id=ann.id, task_id=task["id"], date="2018-04-12", duration=10)
    ann.post(path, {"date": "2018-04-05"})
    assert studio.row(Person, ann.id)["last_presence"] == "2018-04-12"
    moe = studio.person("Moe", role="manager")
    assert [row["date"][:10] for row in moe.get(path)] == ["2018-04-10", "2018-04-05", "2018-04-01"]
    studio.person("Bob").get(path, status=403)
    moe.post(path, status=403)
    wrong = ann.post(path, {"date": "yesterday"}, status=400)["data"]["errors"][0]["message"]
    assert wrong == "Value error, Wrong date format. Expected: 2020-01-05T13:23:10 or 2020-01-05"
    admin.post(f"/data/persons/{uuid.uuid4()}/desktop-login-logs", status=404)


def test_the_presence_sheet_marks_the_days_of_a_month(studio: Studio, admin: Member, ann: Member) -> None:
    studio.person("Guest", is_guest=True)
    studio.person("Gone", active=False)
    for date in ("2018-02-28T23:59:59", "2018-02-28T10:00:00", "2018-03-01T00:00:00"):
        studio.add(DesktopLoginLog, person_id=ann.id, date=f"{date}.000000")
    answer = admin.call("GET", "/data/persons/presence-logs/2018-2")
    assert answer.headers["content-type"] == "text/csv"
    assert answer.headers["content-disposition"] == "attachment; filename=kitsu_export.csv"
    days = ";".join(str(day) for day in range(1, 29))
    assert answer.text == f"2018;{days}\r\nAda Test{';' * 28}\r\nAnn Test{';' * 28}X\r\n"
    ann.get("/data/persons/presence-logs/2018-2", status=403)
    assert admin.get("/data/persons/presence-logs/2018-13", status=400)["message"] == "Invalid month or year."
