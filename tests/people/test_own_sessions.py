"""Where one is signed in, and signing out elsewhere."""

from signing import FIREFOX, as_member, known, log_in
from studio import NOBODY, Studio

from kitsulite.areas.people import sessions
from kitsulite.models.people import Person

PATH = "/auth/sessions"


def test_one_sees_ones_sessions_and_ends_them(studio: Studio) -> None:
    ann, bob = known(studio), studio.person("Bob")
    phone, desk = (as_member(studio, log_in(studio).json["access_token"]) for _ in range(2))
    found = desk.get(PATH)
    assert [session["is_current"] for session in found] == [True, False, False]
    (other,) = bob.get(PATH)
    desk.delete(f"{PATH}/{other['id']}", status=404)
    desk.delete(f"{PATH}/{NOBODY}", status=404)
    desk.delete(f"{PATH}/{found[1]['id']}")
    phone.get("/auth/authenticated", status=401)
    ann.get("/auth/authenticated")
    desk.delete(PATH)
    ann.get("/auth/authenticated", status=401)
    assert [session["is_current"] for session in desk.get(PATH)] == [True]
    bob.get("/auth/authenticated")


def test_signing_out_elsewhere_leaves_ones_scripts(studio: Studio) -> None:
    ann = studio.person("Ann")
    key = ann.post(f"/data/persons/{ann.id}/api-keys", {"name": "Nightly"})["key"]
    ann.delete(PATH)
    as_member(studio, key).get("/auth/authenticated")


def test_an_account_that_was_closed_and_opened_again_has_no_session(studio: Studio) -> None:
    ada, ann = studio.person("Ada", "admin"), studio.person("Ann")
    for active in (False, True):
        ada.put(f"/data/persons/{ann.id}", {"active": active})
    ann.get("/auth/authenticated", status=401)


def test_scripts_end_nobodys_sessions(studio: Studio) -> None:
    ann = studio.person("Ann")
    with studio.tracker.work() as work:
        script = as_member(studio, sessions.mint_api_token(work, work.get(Person, ann.id)))
    script.get(PATH, status=403)
    script.delete(PATH, status=403)
    script.delete(f"{PATH}/{ann.get(PATH)[0]['id']}", status=403)


def test_signing_in_anew_leaves_the_session_that_the_browser_was_in(studio: Studio) -> None:
    known(studio)
    first = log_in(studio, headers=FIREFOX).json["access_token"]
    elsewhere = log_in(studio, headers=FIREFOX).json["access_token"]
    shown = {**FIREFOX, "Cookie": f"access_token_cookie={first}"}
    second = log_in(studio, headers=shown).json["access_token"]
    statuses = [
        as_member(studio, token).call("GET", "/auth/authenticated").status for token in (first, elsewhere, second)
    ]
    assert statuses == [401, 200, 200]
    assert log_in(studio, headers={**FIREFOX, "Cookie": "access_token_cookie=nonsense"}).status == 200
    refused = log_in(studio, password="wrong", headers={**FIREFOX, "Cookie": f"access_token_cookie={second}"})
    assert refused.status == 400
    as_member(studio, second).get("/auth/authenticated")
