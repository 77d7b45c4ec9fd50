"""Who worked on the Zou signs in here with what they had."""

import pyotp
import pytest
from signing import as_member, log_in
from studio import Studio
from zous import CODE, PASSWORD, TOTP, Taker, Zou, hashed

from kitsulite.areas.people.signin import CLOSED
from kitsulite.models.people import Person
from kitsulite.storage.seal import MARK

pytestmark = pytest.mark.long


@pytest.fixture
def moved(taker: Taker, studio: Studio) -> Studio:
    taker.run()
    return studio


def stored(studio: Studio, email: str) -> dict[str, object]:
    with studio.tracker.db.reading():
        row = studio.tracker.db.row(Person.select().where(Person.email == email))
    assert row
    return row


def test_a_password_works_and_is_hashed_anew(moved: Studio) -> None:
    before = stored(moved, "manager@studio.test")["password"]
    assert str(before).startswith("$2b$")
    assert log_in(moved, "manager@studio.test", "wrong").status == 400
    assert log_in(moved, "manager@studio.test", PASSWORD).json["login"] is True
    assert str(stored(moved, "manager@studio.test")["password"]).startswith("$argon2id$")


def test_second_factors_work_and_their_secrets_are_sealed(moved: Studio) -> None:
    assert str(stored(moved, "user@studio.test")["totp_secret"]).startswith(MARK)
    assert log_in(moved, "user@studio.test", PASSWORD).status == 400
    assert log_in(moved, "user@studio.test", PASSWORD, totp=pyotp.TOTP(TOTP).now()).status == 200
    assert log_in(moved, "user@studio.test", PASSWORD, recovery_code=CODE).status == 200
    assert stored(moved, "user@studio.test")["otp_recovery_codes"] == []


def test_security_keys_come(moved: Studio) -> None:
    assert stored(moved, "vendor@studio.test")["fido_credentials"] == [{"device_name": "Key"}]


def test_who_signed_in_here_keeps_the_new_hash(taker: Taker, studio: Studio, zou: Zou) -> None:
    taker.run()
    assert log_in(studio, "manager@studio.test", PASSWORD).status == 200
    assert taker.run().changes == 0
    assert str(stored(studio, "manager@studio.test")["password"]).startswith("$argon2id$")
    zou.touch("person", str(stored(studio, "manager@studio.test")["id"]), phone="1")
    taker.run()
    assert str(stored(studio, "manager@studio.test")["password"]).startswith("$2b$")  # what is there counts
    assert log_in(studio, "manager@studio.test", PASSWORD).status == 200


def test_an_account_that_is_lent_comes_as_one_and_is_opened_here(taker: Taker, studio: Studio, zou: Zou) -> None:
    account = zou.ids["preview_account"]
    zou.touch("person", account, password=hashed(PASSWORD))
    taker.run()
    admin, path = studio.person("Root", "admin"), f"/data/projects/{zou.ids['project']}/preview-account"
    shown = admin.get(path)
    assert shown["id"] == account
    assert account not in {person["id"] for person in admin.get("/data/persons")}
    assert log_in(studio, shown["email"], PASSWORD).json == {"login": False, "message": CLOSED}
    admin.put(path, {"is_open": True})
    looker = as_member(studio, log_in(studio, shown["email"], PASSWORD).json["access_token"])
    assert [project["id"] for project in looker.get("/data/projects/all")] == [zou.ids["project"]]
    looker.put(f"/data/entities/{zou.ids['shot']}", {"name": "x"}, status=403)
