"""Tokens that last: who gives them out, and what ends them."""

import pytest
from studio import Studio, Visitor

LATER = "2031-01-01"


@pytest.mark.parametrize("role", ["admin", "manager", "supervisor", "user", "client", "vendor"])
def test_nobody_gives_themselves_a_token_that_lasts(studio: Studio, role: str) -> None:
    ann = studio.person("Ann", role=role)
    path = f"/data/persons/{ann.id}"
    answer = ann.call("PUT", path, {"expiration_date": LATER, "last_name": "Ant"})
    assert answer.status == 403
    assert "access_token" not in answer.text
    assert ann.get("/auth/authenticated")["user"]["last_name"] != "Ant"
    assert "access_token" not in ann.put(path, {"expiration_date": None})
    assert ann.put(path, {"last_name": "Ant"})["last_name"] == "Ant"


def test_an_unchanged_date_mints_nothing(studio: Studio) -> None:
    ada, ann = studio.person("Ada", role="admin"), studio.person("Ann")
    path = f"/data/persons/{ann.id}"
    assert ada.put(path, {"expiration_date": LATER})["access_token"]
    for who in (ada, ann):
        assert "access_token" not in who.put(path, {"expiration_date": LATER, "first_name": "Ann"})
    assert ann.call("PUT", path, {"expiration_date": "2032-01-01"}).status == 403
    assert ann.call("PUT", path, {"expiration_date": None}).status == 403
    assert ada.get(path)["expiration_date"] == LATER


def test_others_give_nobody_a_token(studio: Studio) -> None:
    ann = studio.person("Ann")
    for role in ("manager", "supervisor", "user", "client", "vendor"):
        who = studio.person(role=role)
        assert who.call("PUT", f"/data/persons/{ann.id}", {"expiration_date": LATER}).status == 403


def test_a_token_that_lasts_ends_with_a_logout_and_with_a_password(studio: Studio) -> None:
    ada, ann = studio.person("Ada", role="admin"), studio.person("Ann")

    def lasting(day: str) -> Visitor:
        token = ada.put(f"/data/persons/{ann.id}", {"expiration_date": day})["access_token"]
        script = Visitor(studio.app, token)
        script.get("/data/projects/open")
        return script

    first = lasting("2031-01-01")
    ann.get("/auth/logout")
    assert first.call("GET", "/data/projects/open").status == 401
    second = lasting("2031-01-02")
    password = {"password": "a long password", "password_2": "a long password"}
    ada.post(f"/actions/persons/{ann.id}/change-password", password, status=200)
    assert second.call("GET", "/data/projects/open").status == 401
