"""`/data/persons/…` and `/actions/persons/…`: accounts, their departments and their presence."""

import csv
import io

import msgspec

from kitsulite.access.callers import admin, oneself_or_admin, oneself_or_manager
from kitsulite.access.rules import of_a_human
from kitsulite.areas.people import persons, presence
from kitsulite.models.people_shapes import SAFE
from kitsulite.web.addresses import client_address
from kitsulite.web.call import Call
from kitsulite.web.inputs import Id, Text
from kitsulite.web.routing import CSV, Answer, delete, get, post
from kitsulite.work.errors import Invalid
from kitsulite.work.periods import read_moment, read_period
from kitsulite.work.work import Work

SUCCESS = {"success": True}


class DesktopLogin(msgspec.Struct):
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


def presence_sheet(work: Work, month_date: str) -> Answer:
    """Who was there on which day of a month (`YYYY-MM`), as CSV."""
    year, _, month = month_date.partition("-")
    sheet = presence.sheet(work, read_period(year=year, month=month, wrong="Invalid month or year."))
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(sheet)
    attachment = {"Content-Disposition": "attachment; filename=kitsu_export.csv"}
    return Answer(text.getvalue(), type="text/csv", headers=attachment)


# --- accounts ---


def invite(work: Work, person_id: str) -> object:
    """Mail somebody the link by which to set a first password."""
    persons.invite(work, person_id)
    return {**SUCCESS, "message": "Email sent"}


def reset_password_link(work: Work, person_id: str) -> object:
    """A link by which somebody sets a new password."""
    return {"reset_password_link": persons.reset_password_link(work, person_id)}


def change_password(call: Call, person_id: str, body: NewPassword) -> object:
    """Set somebody's password; that person's sessions end."""
    persons.change_password(call.begin, person_id, body.password, client_address(call))
    return SUCCESS


def disable_second_factors(call: Call, person_id: str) -> object:
    """Turn off all second factors of somebody."""
    persons.disable_second_factors(call.work, person_id, client_address(call))
    return SUCCESS


def add_department(work: Work, person_id: str, body: InDepartment) -> object:
    """Put somebody into a department."""
    return persons.add_department(work, person_id, str(body.department_id))


DATA = "/data/persons/{person_id}"
ACTIONS = "/actions/persons/{person_id}"

human_by_admin = of_a_human(admin)

ROUTES = [
    get(
        f"{DATA}/desktop-login-logs",
        oneself_or_manager,
        presence.list_logs,
        title="A person's desktop logins, the newest first",
        gives=[presence.ROW],
    ),
    post(
        f"{DATA}/desktop-login-logs",
        oneself_or_admin,
        presence.add_log,
        title="Note that a person sat down to work, now unless `date` says when",
        takes=DesktopLogin,
        gives=presence.ROW,
        status=201,
        body_first=True,
    ),
    get("/data/persons/presence-logs/{month_date}", admin, presence_sheet, gives=CSV),
    get(f"{ACTIONS}/invite", human_by_admin, invite, gives={"success": bool, "message": str}, writes=True),
    post(f"{ACTIONS}/reset-password-link", human_by_admin, reset_password_link, gives={"reset_password_link": str}),
    post(
        f"{ACTIONS}/change-password",
        human_by_admin,
        change_password,
        takes=NewPassword,
        gives={"success": bool},
        alone=True,
    ),
    delete(
        f"{ACTIONS}/disable-two-factor-authentication",
        human_by_admin,
        disable_second_factors,
        gives={"success": bool},
        status=200,
    ),
    delete(
        f"{DATA}/two-factor-authentication", human_by_admin, disable_second_factors, gives={"success": bool}, status=200
    ),
    delete(f"{ACTIONS}/clear-avatar", admin, persons.clear_avatar),
    delete(f"{DATA}/avatar", admin, persons.clear_avatar),
    post(
        f"{ACTIONS}/departments/add", admin, add_department, takes=InDepartment, gives=SAFE.with_relations(), status=201
    ),
    delete(f"{ACTIONS}/departments/{{department_id}}", admin, persons.remove_department),
]
