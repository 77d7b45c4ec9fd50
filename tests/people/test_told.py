"""What events say when rights, second factors and tokens change: what was, and what is (docs/api/people.md)."""

import json
from typing import Any

import pyotp
import pytest
import time_machine
from authenticator import SecurityKey
from signing import PASSWORD, as_member, known, log_in
from studio import Member, Studio

from kitsulite.models.own import Token
from kitsulite.models.people import Person
from kitsulite.models.tools import ApiEvent


@pytest.fixture
def ada(studio: Studio) -> Member:
    return studio.person("Ada", role="admin")


@pytest.fixture
def ann(studio: Studio) -> Member:
    return known(studio)


def told(studio: Studio, name: str) -> list[dict[str, Any]]:
    """What events of a name say, the first first."""
    with studio.tracker.work(writes=False) as work:
        events = ApiEvent.select().where(ApiEvent.name == name)
        return [event["data"] for event in work.db.rows(events.order_by(work.db.creation_order(ApiEvent)))]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"role": "supervisor"}, {"previous_role": "user", "new_role": "supervisor"}),
        ({"active": False, "phone": "1"}, {"previous_active": True, "new_active": False}),
        ({"is_guest": True}, {"previous_is_guest": False, "new_is_guest": True}),
        ({"is_bot": True}, {"previous_is_bot": False, "new_is_bot": True}),
        ({"phone": "12", "role": "user"}, {}),
    ],
)
def test_a_change_of_rights_says_what_was_and_what_is(
    studio: Studio, ada: Member, ann: Member, change: dict[str, Any], says: dict[str, Any]
) -> None:
    ada.put(f"/data/persons/{ann.id}", change)
    assert told(studio, "person:update") == [{"person_id": ann.id, **says}]


def test_departments_are_told_however_they_change(studio: Studio, ada: Member, ann: Member) -> None:
    fx, layout = studio.department("FX", ann)["id"], studio.department("Layout")["id"]
    both = sorted([fx, layout])
    ada.put(f"/data/persons/{ann.id}", {"departments": [layout]})
    ada.post(f"/actions/persons/{ann.id}/departments/add", {"department_id": fx})
    ada.delete(f"/actions/persons/{ann.id}/departments/{layout}")
    assert [(data["previous_departments"], data["new_departments"]) for data in told(studio, "person:update")] == [
        ([fx], [layout]),
        ([layout], both),
        (both, [fx]),
    ]


def test_the_role_in_a_team_is_told(studio: Studio, ada: Member, ann: Member) -> None:
    fox = studio.project("Fox")
    team, of = f"/data/projects/{fox['id']}/team", {"person_id": ann.id, "project_id": fox["id"]}
    ada.post(team, {"person_id": ann.id, "role": "manager"})
    ada.put(f"{team}/{ann.id}", {"role": None})
    ada.delete(f"{team}/{ann.id}")
    assert told(studio, "project:update") == [
        {**of, "previous_in_team": False, "new_in_team": True},
        {**of, "previous_project_role": None, "new_project_role": "manager"},
        {**of, "previous_project_role": "manager", "new_project_role": None},
        {**of, "previous_in_team": True, "new_in_team": False},
    ]


def test_who_gets_a_task_and_so_joins_a_team_is_told(studio: Studio, ada: Member, ann: Member) -> None:
    fox = studio.project("Fox")
    task = studio.task(studio.entity("Shot", "SH01", fox))
    ada.put(f"/actions/persons/{ann.id}/assign", {"task_ids": [task["id"]]})
    says = {"person_id": ann.id, "previous_in_team": False, "new_in_team": True}
    assert told(studio, "project:update") == [{**says, "project_id": fox["id"]}]


def test_second_factors_are_told_on_and_off(
    studio: Studio, ada: Member, ann: Member, clock: time_machine.Traveller
) -> None:
    secret = ann.put("/auth/totp")["otp_secret"]
    app, key = pyotp.TOTP(secret), SecurityKey()
    codes = ann.post("/auth/totp", {"totp": app.now()}, status=200)["otp_recovery_codes"]
    options = ann.call("PUT", "/auth/fido")
    cookie = {"Cookie": f"session={options.result.cookies['session'].value}"}
    body = {"registration_response": key.register(options.json), "device_name": "blue key"}
    assert ann.call("POST", "/auth/fido", body, headers=cookie).status == 200
    ann.put("/auth/recovery-codes", {"recovery_code": codes[0]})
    clock.shift(30)
    ann.delete("/auth/totp", {"totp": app.now()}, status=200)
    ada.delete(f"/actions/persons/{ann.id}/disable-two-factor-authentication", status=200)
    changes = told(studio, "person:change-second-factors") + told(studio, "person:disable-second-factors")
    assert [(data["previous_second_factors"], data["new_second_factors"]) for data in changes] == [
        ([], ["totp"]),
        (["totp"], ["totp", "fido"]),
        (["totp", "fido"], ["fido"]),
        (["fido"], []),
    ]
    assert (changes[1]["previous_security_keys"], changes[1]["new_security_keys"]) == ([], ["blue key"])
    assert told(studio, "person:renew-recovery-codes") == [{"person_id": ann.id}]
    stored = studio.stored(Person, ann.id)
    said = json.dumps([row["data"] for row in rows(studio)])
    assert not any(word in said for word in (secret, codes[0], "argon2", stored["password"]))


def rows(studio: Studio) -> list[dict[str, Any]]:
    with studio.tracker.work(writes=False) as work:
        return work.db.rows(ApiEvent.select())


def test_tokens_are_told_when_they_are_made_and_when_they_end(studio: Studio, ada: Member, ann: Member) -> None:
    path = f"/data/persons/{ann.id}"
    first = ada.put(path, {"expiration_date": "2098-12-31"})["access_token"]
    second = ada.put(path, {"expiration_date": None})["access_token"]
    as_member(studio, second).get("/auth/logout")
    bot = ada.post("/data/persons", {"first_name": "Robot", "last_name": "", "is_bot": True})
    last = "2099-01-01T00:00:00.000000"
    assert told(studio, "person:new-token") == [
        {"person_id": ann.id, "previous_token": None, "new_token": last},
        {"person_id": ann.id, "previous_token": last, "new_token": "unlimited"},
        {"person_id": bot["id"], "previous_token": None, "new_token": "unlimited"},
    ]
    assert told(studio, "person:end-token") == [{"person_id": ann.id, "previous_token": "unlimited", "new_token": None}]
    log_in(studio)
    as_member(studio, log_in(studio).json["access_token"]).get("/auth/logout")
    assert len(told(studio, "person:end-token")) == 1  # there is none left to end
    said = json.dumps([row["data"] for row in rows(studio)])
    with studio.tracker.work(writes=False) as work:
        ids = work.db.values(Token.select(Token.id))
    assert not any(secret in said for secret in (first, second, bot["access_token"], PASSWORD, *ids))
