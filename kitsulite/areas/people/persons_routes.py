"""`/data/persons/…` and `/actions/persons/…`: accounts, their departments and their presence (docs/api/people.md)."""

import csv
import io

import msgspec

from kitsulite.access.rules import admin, of_a_human, oneself_or_admin, oneself_or_manager
from kitsulite.areas.people import persons, presence
from kitsulite.models.people_shapes import SAFE
from kitsulite.web.addresses import client_address
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id, Text
from kitsulite.web.routing import Answer, delete, get, post
from kitsulite.work.errors import Invalid
from kitsulite.work.periods import read_moment, read_period

SUCCESS = {"success": True}


class Login(msgspec.Struct):
    date: str | None = None

    def __post_init__(self) -> None:
        if self.date is not None:
            self.date = read_moment(self.date)
            if self.date is None:
                message = "Value error, Wrong date format. Expected: 2020-01-05T13:23:10 or 2020-01-05"
                raise Invalid([("date", message)])


class NewPassword(msgspec.Struct):
    password: Text
    password_2: Text

    def __post_init__(self) -> None:
        if self.password != self.password_2:
            raise ValueError("Confirmation password doesn't match.")


class InDepartment(msgspec.Struct):
    department_id: Id


# --- presence ---


def list_desktop_logins(call: Call, person_id: str) -> object:
    """A person's desktop logins, the newest first."""
    return presence.list_logs(call.work, person_id)


def add_desktop_login(call: Call, person_id: str, body: Login) -> object:
    """Note that a person sat down to work, now unless `date` says when."""
    return presence.add_log(call.work, person_id, body.date)


def presence_sheet(call: Call, month_date: str) -> Answer:
    """Who was there on which day of a month (`YYYY-MM`), as CSV."""
    year, _, month = month_date.partition("-")
    sheet = presence.sheet(call.work, read_period(year=year, month=month, wrong="Invalid month or year."))
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(sheet)
    attachment = {"Content-Disposition": "attachment; filename=kitsu_export.csv"}
    return Answer(text.getvalue(), type="text/csv", headers=attachment)


# --- accounts ---


def invite(call: Call, person_id: str) -> object:
    """Mail somebody the link by which to set a first password."""
    persons.invite(call.work, person_id)
    return {**SUCCESS, "message": "Email sent"}


def reset_password_link(call: Call, person_id: str) -> object:
    """A link by which somebody sets a new password."""
    return {"reset_password_link": persons.reset_password_link(call.work, person_id)}


def change_password(call: Call, person_id: str, body: NewPassword) -> object:
    """Set somebody's password; that person's sessions end."""
    persons.change_password(call.begin, person_id, body.password, client_address(call))
    return SUCCESS


def disable_second_factors(call: Call, person_id: str) -> object:
    """Turn off all second factors of somebody."""
    persons.disable_second_factors(call.work, person_id, client_address(call))
    return SUCCESS


def clear_avatar(call: Call, person_id: str) -> None:
    """Take somebody's picture away."""
    persons.clear_avatar(call.work, person_id)


def add_department(call: Call, person_id: str, body: InDepartment) -> object:
    """Put somebody into a department."""
    return persons.add_department(call.work, person_id, str(body.department_id))


def remove_department(call: Call, person_id: str, department_id: str) -> None:
    """Take somebody out of a department."""
    persons.remove_department(call.work, person_id, department_id)


DATA = "/data/persons/{person_id}"
ACTIONS = "/actions/persons/{person_id}"

human_by_admin = of_a_human(admin)

ROUTES = [
    get(f"{DATA}/desktop-login-logs", oneself_or_manager, list_desktop_logins, gives=[presence.ROW]),
    post(
        f"{DATA}/desktop-login-logs",
        oneself_or_admin,
        add_desktop_login,
        takes=Login,
        gives=presence.ROW,
        status=201,
        body_first=True,
    ),
    get("/data/persons/presence-logs/{month_date}", admin, presence_sheet),
    get(f"{ACTIONS}/invite", human_by_admin, invite, writes=True),
    post(f"{ACTIONS}/reset-password-link", human_by_admin, reset_password_link),
    post(f"{ACTIONS}/change-password", human_by_admin, change_password, takes=NewPassword, alone=True),
    delete(f"{ACTIONS}/disable-two-factor-authentication", human_by_admin, disable_second_factors),
    delete(f"{DATA}/two-factor-authentication", human_by_admin, disable_second_factors),
    delete(f"{ACTIONS}/clear-avatar", admin, clear_avatar),
    delete(f"{DATA}/avatar", admin, clear_avatar),
    post(f"{ACTIONS}/departments/add", admin, add_department, takes=InDepartment, gives=SAFE, status=201),
    delete(f"{ACTIONS}/departments/{{department_id}}", admin, remove_department),
]
