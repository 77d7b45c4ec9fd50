"""API keys: what scripts and bots show instead of signing in (docs/api-keys.md)."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from mailbox import Mailbox
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from signing import as_member
from studio import NOBODY, Member, Studio

from kitsulite.access.scopes import EVENTS
from kitsulite.areas import answering
from kitsulite.areas.people import apikeys, sessions
from kitsulite.models.own import ApiKey
from kitsulite.models.people import Person
from kitsulite.models.reviews import Playlist
from kitsulite.work.operator import operator_here

ALL = "/data/api-keys"


@pytest.fixture
def ada(studio: Studio) -> Member:
    return studio.person("Ada", role="admin")


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann")


def of(person: Member | dict[str, Any]) -> str:
    return f"/data/persons/{person.id if isinstance(person, Member) else person['id']}/api-keys"


def make(by: Member, whose: Member | dict[str, Any] | None = None, **how: Any) -> Any:
    return by.post(of(whose or by), {"name": "Nightly", **how})


def holder(studio: Studio, made: Any) -> Member:
    """Whoever comes with a key."""
    return as_member(studio, made["key"])


def bot_of(ada: Member, role: str = "user") -> Any:
    return ada.post("/data/persons", {"first_name": "Farm", "last_name": "", "role": role, "is_bot": True})


# --- making and using ---


def test_a_key_does_what_its_person_may_and_is_shown_once(studio: Studio, ann: Member) -> None:
    fox = studio.project("Fox", team=[ann])
    made = make(ann)
    assert made["key"].startswith("klk_")
    assert made["hint"] == made["key"][:10]
    assert {"key_hash", "previous_hash"}.isdisjoint(made)
    assert made["key"] not in str(ann.get(of(ann)))
    script = holder(studio, made)
    assert script.get("/auth/authenticated")["user"]["id"] == ann.id
    assert script.get(f"/data/projects/{fox['id']}")["name"] == "Fox"
    script.get("/data/projects/" + studio.project("Owl")["id"], status=403)
    assert made["key"] not in str(studio.stored(ApiKey, made["id"]))


def test_it_ends_in_a_year_unless_something_else_is_said(studio: Studio, ann: Member) -> None:
    year = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=365)
    assert make(ann)["expires_at"][:10] == year.strftime("%Y-%m-%d")
    assert make(ann, expires_at=None)["expires_at"] is None
    assert make(ann, expires_at="2999-01-01")["expires_at"] == "2999-01-01T23:59:59"
    assert make(ann, expires_at="2999-01-01T10:00:00")["expires_at"] == "2999-01-01T10:00:00"
    assert "future" in ann.post(of(ann), {"name": "a", "expires_at": "2001-01-01"}, status=400)["message"]
    ann.post(of(ann), {"name": "a", "expires_at": "tomorrow"}, status=400)


def test_an_expired_key_is_told_from_a_removed_one(studio: Studio, ann: Member) -> None:
    made = make(ann, expires_at="2999-01-01")
    script = holder(studio, made)
    with time_machine.travel("2999-01-02", tick=False):
        assert script.get("/auth/authenticated", status=401)["message"] == "This API key has expired. Make a new one."
    ann.delete(f"{ALL}/{made['id']}")
    assert "removed" in script.get("/auth/authenticated", status=401)["msg"]


def test_nothing_that_looks_like_a_key_is_one(studio: Studio, ann: Member) -> None:
    made = make(ann)
    for text in (made["key"][:-1], made["key"] + "x", "klk_", made["id"], "klk_" + "é" * 10, "klk_" + "x" * 5000):
        assert as_member(studio, text).call("GET", "/auth/authenticated").status in (401, 422)
    stored = studio.stored(ApiKey, made["id"])["key_hash"]
    as_member(studio, f"klk_{stored}").get("/auth/authenticated", status=401)


def test_a_key_without_a_name_is_refused(ann: Member) -> None:
    for name in ("", "  ", None, "n" * 81):
        ann.post(of(ann), {"name": name}, status=400)


def test_the_last_use_is_noted_with_address_and_program(studio: Studio, ann: Member) -> None:
    made = make(ann)
    assert made["used_at"] is None
    holder(studio, made).get("/auth/authenticated", headers={"User-Agent": "python-requests/2.31"})
    [shown] = ann.get(of(ann))
    assert shown["used_at"]
    assert (shown["address"], shown["device"]) == ("127.0.0.1", "python-requests 2.31")


def test_a_key_is_gone_once_its_account_is_closed(studio: Studio, ada: Member, ann: Member) -> None:
    script = holder(studio, make(ann))
    ada.put(f"/data/persons/{ann.id}", {"active": False})
    script.get("/auth/authenticated", status=401)
    ada.put(f"/data/persons/{ann.id}", {"active": True})
    script.get("/auth/authenticated", status=401)


def test_a_key_of_an_account_that_was_closed_otherwise_says_so(studio: Studio, ann: Member) -> None:
    script = holder(studio, make(ann))
    studio.store(Person, ann.id, active=False)
    assert script.get("/auth/authenticated", status=401)["msg"] == "The account of this API key is closed."


def test_keys_end_with_the_account_whoever_closes_it(studio: Studio, ada: Member, ann: Member) -> None:
    """A script, a mailed link, a directory: none of them may make keys, all of them end these."""
    mail, made = Mailbox(studio), make(ann)
    studio.stranger.post("/auth/reset-password", {"email": ann.row["email"]}, status=200)
    query = parse_qs(urlsplit(mail.last.link).query)
    chosen = {"password": "another secret", "password2": "another secret"}
    studio.stranger.put("/auth/reset-password", {"email": ann.row["email"], "token": query["token"][0], **chosen})
    holder(studio, made).get("/auth/authenticated", status=401)
    again = make(studio.person("Bob"))
    bot = as_member(studio, bot_of(ada, "admin")["access_token"])
    bot.put(f"/data/persons/{again['person_id']}", {"active": False})
    assert ada.get(ALL) == []


def test_signing_everybody_out_ends_keys_and_those_of_bots_when_they_are_meant(
    studio: Studio, ada: Member, ann: Member
) -> None:
    mine, of_bot = holder(studio, make(ann)), holder(studio, make(ada, bot_of(ada)))
    for with_bots, statuses in ((False, [401, 200]), (True, [401, 401])):
        with studio.tracker.work(operator_here()) as work:
            sessions.end_all(work, with_bots=with_bots)
        assert [who.call("GET", "/auth/authenticated").status for who in (mine, of_bot)] == statuses


def test_the_limit_holds_for_many_at_once(studio: Studio, ann: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apikeys, "MOST", 3)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ann.call, "POST", of(ann), {"name": "x"}) for _ in range(8)]
    assert sorted(one.result().status for one in asked) == [201] * 3 + [400] * 5


def test_a_misspelt_restriction_makes_no_wide_key(ann: Member) -> None:
    for wrong in ({"read_only": True}, {"area": ["tasks"]}, {"projects": []}):
        ann.post(of(ann), {"name": "x", **wrong}, status=400)
    assert ann.get(of(ann)) == []


def test_a_key_works_to_the_end_of_its_last_day(studio: Studio, ann: Member) -> None:
    script = holder(studio, make(ann, expires_at="2999-01-01"))
    with time_machine.travel("2999-01-01T23:59:59", tick=False):
        script.get("/auth/authenticated")


def test_a_new_password_ends_ones_keys_and_no_bots(studio: Studio, ada: Member, ann: Member) -> None:
    bot = bot_of(ada)
    mine, of_bot = holder(studio, make(ann)), holder(studio, make(ada, bot))
    ada.post(
        f"/actions/persons/{ann.id}/change-password",
        {"password": "a-new-secret", "password_2": "a-new-secret"},
        status=200,
    )
    mine.get("/auth/authenticated", status=401)
    of_bot.get("/auth/authenticated")
    assert ada.get(of(ann)) == []


def test_signing_out_leaves_keys(studio: Studio, ann: Member) -> None:
    script = holder(studio, make(ann))
    ann.get("/auth/logout")
    script.get("/auth/authenticated")


def test_removing_a_person_removes_their_keys(studio: Studio, ada: Member, ann: Member) -> None:
    make(ann)
    ada.delete(f"/data/persons/{ann.id}?force=true")
    assert ada.get(ALL) == []


# --- rotating ---


def test_the_key_of_before_goes_on_for_a_while(studio: Studio, ann: Member) -> None:
    first = make(ann)
    with time_machine.travel("2026-01-01", tick=False):
        second = ann.post(f"/actions/api-keys/{first['id']}/rotate", {"hours": 2}, status=200)
        assert second["id"] == first["id"]
        assert second["key"] != first["key"]
        for made in (first, second):
            holder(studio, made).get("/auth/authenticated")
    with time_machine.travel("2026-01-01T02:00:01", tick=False):
        assert "changed" in holder(studio, first).get("/auth/authenticated", status=401)["msg"]
        holder(studio, second).get("/auth/authenticated")


def test_rotating_twice_leaves_two_keys(studio: Studio, ann: Member) -> None:
    made = [make(ann)]
    for _ in range(2):
        made.append(ann.post(f"/actions/api-keys/{made[0]['id']}/rotate", status=200))
    statuses = [holder(studio, one).call("GET", "/auth/authenticated").status for one in made]
    assert statuses == [401, 200, 200]


@pytest.mark.parametrize("hours", [-1, 721, "x"])
def test_an_overlap_has_bounds(ann: Member, hours: Any) -> None:
    ann.post(f"/actions/api-keys/{make(ann)['id']}/rotate", {"hours": hours}, status=400)


def test_without_overlap_the_key_of_before_ends_at_once(studio: Studio, ann: Member) -> None:
    first = make(ann)
    ann.post(f"/actions/api-keys/{first['id']}/rotate", {"hours": 0}, status=200)
    holder(studio, first).get("/auth/authenticated", status=401)


# --- whose ---


def test_nobody_makes_a_key_that_acts_as_somebody_else(studio: Studio, ada: Member, ann: Member) -> None:
    bob = studio.person("Bob")
    bob.post(of(ann), {"name": "Mine"}, status=403)
    assert "own name" in ada.post(of(ann), {"name": "Mine"}, status=403)["message"]
    made = make(ann)
    ada.post(f"/actions/api-keys/{made['id']}/rotate", status=403)
    bob.get(of(ann), status=403)
    for method, path in (("GET", ALL), ("GET", f"{ALL}/{made['id']}"), ("DELETE", f"{ALL}/{made['id']}")):
        assert bob.call(method, path).status == 403
    assert bob.call("PUT", f"{ALL}/{made['id']}", {"name": "x"}).status == 403


def test_an_admin_sees_and_removes_everybodys(studio: Studio, ada: Member, ann: Member) -> None:
    made = make(ann)
    assert [row["id"] for row in ada.get(ALL)] == [made["id"]]
    ada.delete(f"{ALL}/{made['id']}")
    holder(studio, made).get("/auth/authenticated", status=401)


def test_keys_of_bots_are_an_admins_to_make(studio: Studio, ada: Member, ann: Member) -> None:
    bot = bot_of(ada, "manager")
    script = holder(studio, make(ada, bot))
    assert script.get("/auth/authenticated")["user"]["is_bot"]
    as_member(studio, bot["access_token"]).get("/auth/authenticated")  # the token of before goes on
    ann.post(of(bot), {"name": "x"}, status=403)


def test_keys_make_no_keys_and_see_none(studio: Studio, ada: Member) -> None:
    made = make(ada)
    for script in (holder(studio, made), as_member(studio, bot_of(ada, "admin")["access_token"])):
        for method, path in (
            ("POST", of(ada)),
            ("GET", of(ada)),
            ("GET", f"{ALL}/{made['id']}"),
            ("GET", ALL),
            ("POST", f"/actions/api-keys/{made['id']}/rotate"),
            ("PUT", f"{ALL}/{made['id']}"),
            ("DELETE", f"{ALL}/{made['id']}"),
        ):
            answer = script.call(method, path, {"name": "x"} if method != "GET" else None)
            assert answer.status == 403, f"{method} {path} {answer}"
            assert "not by scripts" in answer.text, f"{method} {path} {answer}"


def test_a_closed_account_and_nobody_have_no_keys(studio: Studio, ada: Member, ann: Member) -> None:
    bot = bot_of(ada)
    ada.put(f"/data/persons/{bot['id']}", {"active": False})
    assert "closed" in ada.post(of(bot), {"name": "x"}, status=400)["message"]
    ada.post(f"/data/persons/{NOBODY}/api-keys", {"name": "x"}, status=404)
    guest = studio.add(Person, first_name="Guest", last_name="", is_guest=True)
    ada.post(of(guest), {"name": "x"}, status=404)


def test_an_account_has_so_many_keys(ann: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apikeys, "MOST", 2)
    for _ in range(2):
        make(ann)
    assert "2 API keys" in ann.post(of(ann), {"name": "x"}, status=400)["message"]


# --- scopes ---


def test_areas_and_productions_are_checked(studio: Studio, ann: Member) -> None:
    fox = studio.project("Fox", team=[ann])
    for wrong in (
        {"areas": ["nowhere"]},
        {"areas": []},
        {"areas": ["demo"]},
        {"project_ids": []},
        {"project_ids": [NOBODY]},
        {"project_ids": ["x"]},
    ):
        ann.post(of(ann), {"name": "x", **wrong}, status=400)
    made = make(ann, areas=["tasks", "tasks"], project_ids=[fox["id"].upper()], only_reads=True)
    assert (made["areas"], made["project_ids"], made["only_reads"]) == (["tasks"], [fox["id"]], True)
    assert {"tasks", EVENTS} <= set(answering())


def test_what_a_key_leaves_out_is_said(studio: Studio, ada: Member) -> None:
    script = holder(studio, make(ada, areas=["tasks", "entities"]))
    answer = script.get("/data/persons", status=403)
    assert answer["message"] == "This API key is kept to entities, tasks; this is of people."
    reader = holder(studio, make(ada, only_reads=True))
    assert reader.post("/data/departments", {"name": "x"}, status=403)["message"] == "This API key only reads."
    assert "shown with each request" in reader.get("/auth/logout", status=403)["message"]


@pytest.mark.parametrize(
    "how", [{"areas": ["people", "imports", "telling", "guests"]}, {"project_ids": "fox"}, {"only_reads": True}]
)
def test_a_narrow_key_opens_no_wider_way_in(studio: Studio, ada: Member, ann: Member, how: dict[str, Any]) -> None:
    fox = studio.project("Fox", team=[ada])
    bot = bot_of(ada)
    playlist = studio.add(Playlist, name="Dailies", project_id=fox["id"])
    script = holder(studio, make(ada, **{key: [fox["id"]] if value == "fox" else value for key, value in how.items()}))
    for method, path, body in (
        ("POST", "/data/persons", {"first_name": "E", "last_name": "", "email": "eve@site.com", "role": "admin"}),
        ("PUT", f"/data/persons/{ann.id}", {"role": "admin"}),
        ("PUT", f"/data/persons/{ann.id}", {"email": "eve@site.com"}),
        ("PUT", f"/data/persons/{ada.id}", {"email": "eve@site.com"}),
        ("PUT", f"/data/persons/{bot['id']}", {"expiration_date": "2998-01-01"}),
        ("POST", f"/actions/persons/{ann.id}/reset-password-link", {}),
        ("GET", f"/actions/persons/{ann.id}/invite", None),
        (
            "POST",
            f"/actions/persons/{ann.id}/change-password",
            {"password": "long-secret", "password_2": "long-secret"},
        ),
        ("DELETE", f"/data/persons/{ann.id}", None),
        ("DELETE", f"/data/persons/{ann.id}/two-factor-authentication", None),
        ("POST", "/auth/app-login/code", {"code_challenge": "x" * 43}),
        ("POST", of(ada), {"name": "x"}),
        ("POST", "/data/webhooks", {"name": "x", "url": "https://evil.site.com/x"}),
        ("POST", f"/data/playlists/{playlist['id']}/share", {}),
        ("GET", f"/data/playlists/{playlist['id']}/share", None),
    ):
        answer = script.call(method, path, body)
        nothing_to_turn_off = path.endswith("two-factor-authentication") and answer.status == 400
        assert answer.status == 403 or nothing_to_turn_off, f"{method} {path}: {answer}"
    assert studio.stored(Person, ann.id)["role"] == "user"


def test_a_narrow_key_reads_no_password_hashes(studio: Studio, ada: Member) -> None:
    studio.store(Person, ada.id, password="$argon2id$secret")
    path = "/data/persons?with_pass_hash=true"
    assert "argon2id" not in str(holder(studio, make(ada, areas=["people"])).get(path))
    assert "argon2id" in str(holder(studio, make(ada)).get(path))


def test_a_narrow_key_changes_what_is_harmless(studio: Studio, ada: Member, ann: Member) -> None:
    script = holder(studio, make(ada, areas=["people"]))
    assert script.put(f"/data/persons/{ann.id}", {"phone": "123"})["phone"] == "123"


def test_a_narrow_key_takes_away_what_is_in_its_areas_with_all_that_hangs_on_it(studio: Studio, ada: Member) -> None:
    fox = studio.project("Fox", team=[ada])
    shot = studio.entity("Shot", "SH01", fox)
    task = studio.task(shot)
    playlist = studio.add(Playlist, name="Dailies", project_id=fox["id"])
    ada.post(f"/data/playlists/{playlist['id']}/share", {})
    script = holder(studio, make(ada, areas=["playlists", "tasks", "entities"]))
    for path in (f"playlists/{playlist['id']}", f"tasks/{task['id']}", f"shots/{shot['id']}"):
        script.delete(f"/data/{path}?force=true")


def test_an_admins_key_to_a_production_manages_it_alone(studio: Studio, ada: Member) -> None:
    fox, owl = studio.project("Fox"), studio.project("Owl")
    script = holder(studio, make(ada, project_ids=[fox["id"]]))
    assert [project["name"] for project in script.get("/data/projects/open")] == ["Fox"]
    assert script.put(f"/data/projects/{fox['id']}", {"code": "FX"})["code"] == "FX"
    script.put(f"/data/projects/{owl['id']}", {"code": "OW"}, status=403)
    script.post("/data/projects", {"name": "New"}, status=403)
    script.post("/data/task-types", {"name": "New"}, status=403)


def test_events_are_for_keys_of_the_whole_studio(studio: Studio, ada: Member) -> None:
    fox = studio.project("Fox")
    holder(studio, make(ada)).get("/data/events?after=last")
    holder(studio, make(ada, areas=["studio"], only_reads=True)).get("/data/events?after=last")
    kept = holder(studio, make(ada, project_ids=[fox["id"]]))
    assert "hears no events" in kept.get("/data/events?after=last", status=403)["message"]


def test_a_key_in_a_cookie_of_another_site_is_refused(studio: Studio, ada: Member) -> None:
    made = make(ada)
    stranger = studio.stranger
    headers = {"Cookie": f"access_token_cookie={made['key']}", "Origin": "https://evil.example"}
    assert stranger.call("POST", "/data/departments", {"name": "x"}, headers=headers).status == 403
