"""Who is signed in to the application around a tracker is signed in to the tracker, and nobody else is."""

import base64
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import falcon.testing
import pytest
from studio import Studio, Visitor

from kitsulite import create_app

PAGE = (Path(__file__).parent.parent.parent / "docs" / "embedding.md").read_text()
SITE = {"Origin": "http://falconframework.org"}
ELSEWHERE = {"Origin": "https://evil.test"}
NOBODY = "a24a6ea4-ce75-4665-a070-57453082c256"
EVERYBODY = "HTTP_X_WHO"


def around(studio: Studio) -> Visitor:
    """The tracker inside an application that believes the header X-Who."""
    return Visitor(create_app(studio.tracker, identify=lambda environ: environ.get(EVERYBODY)))


def own(site: Visitor, who: str, **headers: str) -> Any:
    answer = site.call("GET", "/auth/authenticated", headers={"X-Who": who, **headers})
    return answer.json["user"]["id"] if answer.status == 200 else answer.status


def test_who_is_named_by_e_mail_or_id_is_signed_in(studio: Studio) -> None:
    ann, site = studio.person("Ann", "admin"), around(studio)
    for who in ("ann@studio.test", " Ann@Studio.Test ", ann.id, ann.id.upper()):
        assert own(site, who) == ann.id
    made = site.post("/data/departments", {"name": "Roto", "color": "#000000"}, headers={"X-Who": ann.id, **SITE})
    assert made["name"] == "Roto"
    events = ann.get("/data/events/last?name=department:new")
    assert [event["user_id"] for event in events] == [ann.id]


def test_rights_are_those_of_the_person(studio: Studio) -> None:
    ben, site = studio.person("Ben", "user"), around(studio)
    wanted = {"name": "Roto", "color": "#000000"}
    site.post("/data/departments", wanted, status=403, headers={"X-Who": ben.id, **SITE})


@pytest.mark.parametrize("who", [None, "", "nobody@studio.test", NOBODY, "\x00", "ann", "%"])
def test_a_stranger_there_is_a_stranger_here(studio: Studio, who: str | None) -> None:
    studio.person("Ann", "admin")
    site = Visitor(create_app(studio.tracker, identify=lambda environ: who))
    assert site.call("GET", "/data/persons").status == 401
    assert site.call("POST", "/data/departments", {"name": "Roto", "color": "#000000"}).status == 401
    assert site.call("GET", "/").status == 200


def test_cookies_of_ours_do_not_count_and_bearers_do(studio: Studio) -> None:
    ann, ben, site = studio.person("Ann", "admin"), studio.person("Ben", "user"), around(studio)
    cookie = {"Cookie": f"access_token_cookie={ann.token}"}
    assert site.call("GET", "/data/persons", headers=cookie).status == 401
    assert own(site, ben.id, **cookie) == ben.id
    assert own(site, ben.id, Authorization=f"Bearer {ann.token}") == ann.id
    assert own(site, ben.id, Authorization="Bearer nonsense") == 422


def test_closed_accounts_bots_and_guests_are_strangers(studio: Studio) -> None:
    ann, site = studio.person("Ann", "admin"), around(studio)
    ben = studio.person("Ben", "user")
    bot = ann.post("/data/persons", {"first_name": "Bot", "last_name": "", "is_bot": True, "email": "bot@site.com"})
    ann.put(f"/data/persons/{ben.id}", {"active": False})
    assert own(site, ben.id) == 401
    assert own(site, ben.row["email"]) == 401
    assert own(site, bot["id"]) == 401
    assert own(site, "bot@site.com") == 401
    eve = studio.person("Eve", "user")
    ann.put(f"/data/persons/{eve.id}", {"is_guest": True})
    assert own(site, eve.id) == 401


def test_pages_of_other_sites_cannot_write_in_somebodys_name(studio: Studio) -> None:
    ann, site = studio.person("Ann", "admin"), around(studio)
    wanted = {"name": "Roto", "color": "#000000"}
    refused = site.call("POST", "/data/departments", wanted, headers={"X-Who": ann.id, **ELSEWHERE})
    assert refused.status == 403
    assert "evil.test" in refused.json["message"]
    assert ann.get("/data/departments") == []


def test_who_comes_for_the_first_time_gets_an_account_where_that_is_wanted(studio: Studio) -> None:
    ann = studio.person("Ann", "admin")
    said: Any = {"email": "Zoe@Site.com", "first_name": "Zoe", "last_name": "Park"}
    site = Visitor(create_app(studio.tracker, identify=lambda environ: said))
    refused = site.call("GET", "/data/user/context")
    assert (refused.status, refused.json["msg"]) == (
        401,
        "Zoe@Site.com has no account in this studio. Ask an administrator.",
    )
    object.__setattr__(studio.tracker.settings, "create_identified", True)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: site.call("GET", "/auth/authenticated"), range(8)))
    assert {answer.status for answer in answers} == {200}
    [zoe] = [row for row in ann.get("/data/persons") if row["email"] == "zoe@site.com"]
    assert (zoe["full_name"], zoe["role"], zoe["active"]) == ("Zoe Park", "user", True)
    said = {"email": "mm@site.com", "first_name": "M" * 100}
    assert site.get("/auth/authenticated")["user"]["first_name"] == "M" * 80
    said = NOBODY
    assert site.call("GET", "/data/persons").status == 401
    said = "max.muller@site.com"
    assert site.get("/auth/authenticated")["user"]["full_name"] == "max.muller"
    said = "no address"
    refused = site.call("GET", "/data/persons")
    assert (refused.status, refused.json["message"][:31]) == (400, "No account could be made for no")
    ann.put(f"/data/persons/{zoe['id']}", {"active": False})
    said = "zoe@site.com"
    assert site.call("GET", "/data/persons").status == 401
    object.__setattr__(studio.tracker.settings, "user_limit", 3)
    said = "one.too.many@site.com"
    assert "User limit reached" in site.call("GET", "/data/persons").json["message"]


def test_a_desktop_tool_signs_in_as_who_is_signed_in_there(studio: Studio) -> None:
    ann, site = studio.person("Ann", "admin"), around(studio)
    verifier = "v" * 43
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    code = site.post("/auth/app-login/code", {"code_challenge": digest}, headers={"X-Who": ann.id, **SITE})["code"]
    tokens = studio.stranger.post("/auth/app-login/token", {"code": code, "code_verifier": verifier}, status=200)
    assert tokens["user"]["id"] == ann.id
    assert site.get("/auth/logout", headers={"X-Who": ann.id, **SITE}) == {"logout": True}


def test_what_is_no_answer_is_told_to_who_wrote_it(studio: Studio) -> None:
    said: Any = 7
    site = Visitor(create_app(studio.tracker, identify=lambda environ: said))
    assert site.call("GET", "/data/persons").status == 500


def example(title: str) -> str:
    found = re.search(rf"^## {title}\n\n```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def enter(site: Any, cookie: str) -> tuple[int, Any]:
    client = falcon.testing.TestClient(site)
    headers = {"Cookie": cookie} if cookie else {}
    answer = client.simulate_get("/tracker/auth/authenticated", headers=headers)
    return answer.status_code, answer.json.get("user")


def test_who_is_signed_in_to_flask_is_signed_in(tmp_path: Path) -> None:
    flask = pytest.importorskip("flask")
    names: dict[str, Any] = {"__name__": "site"}
    exec(example("Flask").replace("/srv/", f"{tmp_path}/"), names)
    app, tracker = names["flask"], names["tracker"].tracker
    app.secret_key = "a key of the site"
    studio = Studio(tracker)
    ann = studio.person("Ann", "admin")

    @app.route("/login/<email>")
    def login(email: str) -> str:
        flask.session["email"] = email
        return "Welcome."

    browser = app.test_client()
    assert enter(app, "")[0] == 401
    cookie = browser.get("/login/ann@studio.test").headers["Set-Cookie"].partition(";")[0]
    status, user = enter(app, cookie)
    assert (status, user["id"]) == (200, ann.id)
    assert enter(app, "session=forged")[0] == 401
    tracker.close()


def test_who_is_signed_in_to_django_is_signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("django")
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY="a key of the site",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
        MIDDLEWARE=[],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "site.db")}},
    )
    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    names: dict[str, Any] = {"__name__": "site"}
    exec(example("Django").replace("/srv/", f"{tmp_path}/"), names)
    user = get_user_model().objects.create_user("zoe", "zoe@site.com", "secret", first_name="Zoe", last_name="Park")
    client = Client()
    client.force_login(user)
    site = names["application"]
    assert enter(site, "")[0] == 401
    status, person = enter(site, f"sessionid={client.cookies['sessionid'].value}")
    assert (status, person["full_name"], person["role"]) == (200, "Zoe Park", "user")
    user.is_active = False
    user.save()
    assert enter(site, f"sessionid={client.cookies['sessionid'].value}")[0] == 401
    names["tracker"].tracker.close()


urlpatterns: list[Any] = []
"""Django asks for them."""
