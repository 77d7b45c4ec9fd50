"""The caller's days: time spent, days off, presence; and their picture. Chats are in `chats`."""

import datetime
from typing import Any

import msgspec

from kitsulite.access.callers import person_only
from kitsulite.areas.people import dayoffs, persons, presence, timelogs, timespents
from kitsulite.web.inputs import Given
from kitsulite.web.routing import Either, Route, delete, get, post
from kitsulite.work.periods import read_day
from kitsulite.work.work import Work

WRONG_DATE = "Wrong date format."


class OwnDesktopLogin(msgspec.Struct):
    date: datetime.datetime | None = None


class Between(msgspec.Struct):
    """Between which days, both included."""

    start_date: Given | None = None
    end_date: Given | None = None


def list_time_spents(work: Work, start_date: str | None, end_date: str | None) -> Any:
    """The time that the caller spent, between two days when they are given."""
    return timespents.list_between(work, work.caller.id, start_date, end_date)


def list_time_spents_of_day(work: Work, date: str) -> Any:
    """The time that the caller spent in a day."""
    return timespents.list_of_day(work, work.caller.id, read_day(date, wrong=WRONG_DATE))


def show_time_spent(work: Work, task_id: str, date: str) -> Any:
    """The time that the caller spent on a task in a day; null for none."""
    return timelogs.own_time_of_task(work, task_id, date) or msgspec.Raw(b"null")


def show_day_off(work: Work, date: str) -> Any:
    """The caller's day off that covers a day, or an empty object."""
    return dayoffs.find_day_off(work, work.caller.id, read_day(date, wrong=WRONG_DATE))


def list_desktop_logins(work: Work) -> Any:
    """The caller's desktop logins, the newest first."""
    return presence.list_logs(work, work.caller.id)


def add_desktop_login(work: Work, body: OwnDesktopLogin) -> Any:
    """Note that the caller sat down to work, now unless `date` says when."""
    return presence.add_log(work, work.caller.id, **msgspec.structs.asdict(body))


def clear_avatar(work: Work) -> None:
    """Take the caller's picture away."""
    persons.clear_avatar(work, work.caller.id)


ROUTES: list[Route] = [
    get("/data/user/time-spents", person_only, list_time_spents, query=Between, gives=[timespents.ROW_WITH_PLACE]),
    get("/data/user/time-spents/{date}", person_only, list_time_spents_of_day, gives=[timespents.ROW]),
    get(
        "/data/user/tasks/{task_id}/time-spents/{date}",
        person_only,
        show_time_spent,
        gives=Either(timespents.ROW, None),
    ),
    get("/data/user/day-offs/{date}", person_only, show_day_off, gives=dayoffs.ROW),
    get("/data/user/desktop-login-logs", person_only, list_desktop_logins, gives=[presence.ROW]),
    post(
        "/data/user/desktop-login-logs",
        person_only,
        add_desktop_login,
        takes=OwnDesktopLogin,
        gives=presence.ROW,
        status=201,
    ),
    delete("/actions/user/clear-avatar", person_only, clear_avatar),
]
