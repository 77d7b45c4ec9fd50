"""What our pages do, in a real browser (docs/front-page.md)."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from mailbox import Mailbox
from typing import Any

import pyotp
import pytest
from apps import below, served
from footage import movie, picture
from pages import PHONE, Tab, chromium  # noqa: F401
from playwright.sync_api import Browser
from sharing import Sharing
from signing import PASSWORD, known, set_up
from studio import Studio

from kitsulite import create_app
from kitsulite.areas.people import passwords
from kitsulite.models.people import Person
from kitsulite.models.productions import ProjectTaskStatusLink
from kitsulite.models.reviews import Comment, CommentPreviewLink, PreviewFile
from kitsulite.models.tasks import TaskStatus
from kitsulite.work.filekeys import MOVIE, ORIGINAL, THUMBNAIL

HOSTILE = "<img src=x onerror=alert(1)>"
MOE = "moe@studio.test"

Open = Callable[..., Tab]


@pytest.fixture
def sharing(studio: Studio) -> Sharing:
    """A production with a playlist, whose manager Moe can sign in; SH01 has a movie, SH02 a picture, and both were talked about."""
    sharing = Sharing(studio)
    studio.store(Person, sharing.moe.id, password=passwords.hash_password(PASSWORD))
    sharing.drawn = sharing.preview(sharing.others_task, extension="png")  # type: ignore[attr-defined]
    ids = {"project_id": sharing.project["id"], "task_status_id": sharing.approved["id"]}
    studio.add(ProjectTaskStatusLink, **ids)
    for preview, seconds in ((sharing.shown, 2), (sharing.sibling, 1), (sharing.lit, 1)):
        sharing.keep(preview, MOVIE, movie(seconds=seconds))
    for preview in (sharing.shown, sharing.sibling, sharing.lit, sharing.drawn):  # type: ignore[attr-defined]
        sharing.keep(preview, THUMBNAIL, picture((150, 100)))
        sharing.keep(preview, ORIGINAL, picture())
    return sharing


@pytest.fixture
def tabs(studio: Studio, chromium: Browser) -> Iterator[Open]:  # noqa: F811
    """Opens tabs on the studio, which is served as a test says."""
    with ExitStack() as open_ones:

        def opened(app: Any = None, **options: Any) -> Tab:
            site = open_ones.enter_context(served(app or studio.app))
            return Tab(chromium, site, **options)

        yield opened


def say(sharing: Sharing, text: str, **values: Any) -> None:
    """A comment on SH01's animation, with its revision."""
    fixed = {"object_id": sharing.animating["id"], "object_type": "Task", "person_id": sharing.art.id}
    status = sharing.animating["task_status_id"]
    row = sharing.studio.add(Comment, text=text, task_status_id=status, **{**fixed, **values})
    sharing.studio.link(CommentPreviewLink, comment=row["id"], preview_file=sharing.shown["id"])


def local(link: str) -> str:
    """The path of a link in a mail."""
    return re.sub(r"^https?://[^/]+", "", link)


# --- signing in, and looking ---


@pytest.mark.parametrize(("prefix", "told"), [("", True), ("/deep/tracker", True), ("/deep/tracker", False)])
def test_two_clicks_from_the_front_page_to_what_was_said_of_a_shot(
    sharing: Sharing, tabs: Open, prefix: str, told: bool
) -> None:
    say(sharing, "The arc of the tail breaks")
    with tabs(below(prefix, sharing.studio.app, told=told)) as tab:
        tab.page.goto(prefix + "/" * (not told) or "/")  # the app itself sees to the slash, if it knows of the prefix
        tab.settle()
        tab.sign_in(MOE, PASSWORD)
        assert "Moe Test" in tab.text
        tab.click("text=Big Fox")
        tab.click("text=SH01")
        tab.sees("The arc of the tail breaks")
        assert tab.clicks == 2
        assert tab.path == f"{prefix}/productions/{sharing.project['id']}/shots/{sharing.shot['id']}"
        tab.until("document.querySelector('video').readyState > 0")
        tab.page.reload()
        tab.sees("The arc of the tail breaks")
        tab.page.go_back()
        tab.sees("SH02")
        tab.click("text=Sign out")
        tab.sees("You are not signed in")
        tab.open(f"{prefix}/productions/{sharing.project['id']}")
        tab.sees("Password")
        assert "SH01" not in tab.text
        assert tab.refused == []


def test_an_application_around_says_who_is_signed_in(sharing: Sharing, tabs: Open) -> None:
    named: list[str | None] = [None]
    app = create_app(sharing.studio.tracker, identify=lambda environ: named[0])
    with tabs(app) as tab:
        tab.open("/")
        tab.sees("You sign in at the site that these pages are part of.")
        assert tab.page.locator("input").count() == 0
        named[0] = "ned@elsewhere.test"
        tab.open("/")
        tab.sees("ned@elsewhere.test has no account in this studio.")
        named[0] = MOE
        tab.open("/")
        tab.click("text=Big Fox")
        tab.sees("SH01")
        assert "Sign out" not in tab.text


def test_no_script_can_read_the_session(sharing: Sharing, tabs: Open) -> None:
    with tabs() as tab:
        tab.open("/")
        tab.sign_in(MOE, PASSWORD)
        assert tab.page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
        assert {cookie["name"] for cookie in tab.context.cookies() if cookie["httpOnly"]} == {
            "access_token_cookie",
            "refresh_token_cookie",
        }


def test_wrong_passwords_and_a_closed_door(studio: Studio, tabs: Open) -> None:
    known(studio)
    with tabs() as tab:
        tab.open("/")
        assert tab.focused == "email"
        for _ in range(5):
            tab.submit(email="ann@studio.test", password="wrong horse")
            tab.page.wait_for_selector("[role=alert]:has-text('Wrong email or password.')")
            tab.until("document.activeElement.name === 'email'")
        tab.submit(email="ann@studio.test", password=PASSWORD)
        tab.sees("Too many failed login attempts")
        assert tab.refused == [400] * 6


def test_a_provider_of_sign_ins_is_offered_where_there_is_one(studio: Studio, tabs: Open) -> None:
    with tabs() as tab:
        tab.open("/")
        tab.page.wait_for_load_state("networkidle")
        assert "Sign in with" not in tab.text
        set_up(
            studio,
            oidc_enabled=True,
            oidc_idp_name="<i>Our directory",
            oidc_discovery_url="https://id.test/x",
            oidc_client_id="a",
            oidc_client_secret="b",
            saml_enabled=True,
            saml_metadata_url="https://id.test/x",
        )
        tab.page.reload()
        tab.sees("Sign in with <i>Our directory")
        assert str(tab.page.get_attribute("text=Sign in with <i>", "href")).endswith("/auth/oidc/login")
        assert str(tab.page.get_attribute("text=Sign in with SAML", "href")).endswith("/auth/saml/login")


def test_what_reviewers_drew_is_shown_over_its_moment(sharing: Sharing, tabs: Open) -> None:
    say(sharing, "Softer, please")
    place = {"left": 100, "top": 50, "canvasWidth": 640, "canvasHeight": 360, "stroke": "url(https://evil.test/x)"}
    objects = [
        {"type": "path", "path": [["M", 10, 10], ["Q", 20, 20, 30, 10], ["<b>"]], **place},
        {"type": "ellipse", "rx": 40, "ry": 20, **place},
        {"type": "i-text", "text": "<img src=x onerror=alert(1)>", "fontSize": 20, "fill": "#f00", **place},
        {"type": "script", "text": "alert(1)", **place},
        {"type": "path", **place},
    ]
    for preview in (sharing.shown, sharing.sibling, sharing.lit):
        entry = {"time": 0.2, "drawing": {"objects": objects}}
        sharing.studio.store(PreviewFile, preview["id"], annotations=[entry], width=640, height=360)
    with tabs() as tab:
        tab.open(f"/productions/{sharing.project['id']}/shots/{sharing.shot['id']}")
        tab.sign_in(MOE, PASSWORD)
        tab.click("text=✎ 0:00")
        tab.sees("<img src=x onerror=alert(1)>")
        assert tab.page.locator(".stage svg > *").count() == 4
        assert tab.page.locator(".stage path").first.get_attribute("d") == "M 10 10 Q 20 20 30 10"
        tab.until("Math.abs(document.querySelector('video').currentTime - 0.2) < 0.05")
        tab.page.evaluate("document.querySelector('video').play()")
        tab.until("!document.querySelector('.stage svg')")


def test_what_goes_wrong_is_said_and_signing_out_that_failed_too(sharing: Sharing, tabs: Open) -> None:
    with tabs() as tab:
        tab.open("/")
        tab.sign_in(MOE, PASSWORD)
        tab.sees("Big Fox")
        busy = {"status": 503, "json": {"error": True, "message": "Somebody else is at it. Try again."}}
        tab.page.route("**/auth/*", lambda route: route.fulfill(**busy))
        tab.click("text=Sign out")
        tab.sees("Somebody else is at it")
        assert tab.page.locator("text=Big Fox").count()
        tab.open("/")
        tab.sees("Somebody else is at it")
        tab.page.unroute("**/auth/*")
        tab.click("text=To the front page")
        tab.sees("Big Fox")
        tab.click("text=Sign out")
        tab.sees("Password")


def test_a_session_that_has_ended_is_asked_for_again(sharing: Sharing, tabs: Open) -> None:
    with tabs() as tab:
        tab.open("/")
        tab.sign_in(MOE, PASSWORD)
        cookies = tab.context.cookies()
        tab.context.clear_cookies()
        tab.context.add_cookies([cookie for cookie in cookies if cookie["name"].startswith("refresh")])
        tab.click("text=Big Fox")
        tab.sees("SH01")
        assert 401 in tab.refused
        tab.context.clear_cookies()
        tab.click("text=Assets")
        tab.sees("Password")
        tab.sign_in(MOE, PASSWORD)
        assert tab.path.endswith("/assets")


def test_a_code_by_mail_is_asked_for(studio: Studio, tabs: Open) -> None:
    ann, mails = known(studio), Mailbox(studio)
    ann.put("/auth/email-otp")
    ann.post("/auth/email-otp", {"email_otp": mails.last.code}, status=200)
    with tabs() as tab:
        tab.open("/")
        tab.submit(email="ann@studio.test", password=PASSWORD)
        tab.sees("A code is on its way")
        tab.submit(code="000000")
        tab.sees("This code is wrong")
        tab.fill(code=mails.last.code)
        tab.page.keyboard.press("Enter")
        tab.sees("Sign out")


def test_where_a_second_factor_must_be_it_is_set_up(studio: Studio, tabs: Open) -> None:
    known(studio)
    set_up(studio, enforce_2fa=True)
    with tabs() as tab:
        tab.open("/")
        tab.submit(email="ann@studio.test", password=PASSWORD)
        tab.click("text=Begin")
        tab.page.wait_for_selector("[name=totp]")
        secret = tab.page.inner_text("form code")
        tab.submit(totp="000000")
        tab.page.wait_for_selector("form [role=alert]:not(:empty)")
        tab.submit(totp=pyotp.TOTP(secret).now())
        tab.sees("Keep these recovery codes")
        recovery = tab.page.inner_text(".codes code >> nth=0")
        tab.click("text=Go on")
        tab.sees("There is no production yet")
        tab.click("text=Sign out")
        tab.submit(email="ann@studio.test", password=PASSWORD)
        tab.page.check("[value=recovery_code]")
        tab.submit(code=recovery)
        tab.sees("There is no production yet")


def test_the_list_of_thousands_is_drawn_as_it_comes_near(sharing: Sharing, tabs: Open) -> None:
    for number in range(200):
        sharing.studio.entity("Shot", f"SN{number:03}", sharing.project, sharing.sequence)
    with tabs() as tab:
        tab.open(f"/productions/{sharing.project['id']}/shots")
        tab.sign_in(MOE, PASSWORD)
        tab.sees("SN001")
        assert tab.page.locator(".grid tbody a").count() < 150
        tab.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        tab.sees("SN199")
        tab.click("text=SN199")
        tab.page.wait_for_selector(".two")
        tab.page.go_back()
        tab.page.wait_for_selector(".grid tbody a:has-text('SN199')")  # where it was left
        tab.until("scrollY > 5000")
        tab.page.fill("[type=search]", "sn05")
        tab.sees("10 found")
        tab.until("document.querySelectorAll('.grid tbody a').length === 10")


@pytest.mark.long
def test_by_the_keyboard_alone(sharing: Sharing, tabs: Open) -> None:
    say(sharing, "Softer, please")
    with tabs(color_scheme="dark", locale="de-DE") as tab:
        tab.open("/")
        assert tab.page.title() == "Anmelden · Kitsulite"
        keys = tab.page.keyboard
        keys.type(MOE)
        keys.press("Tab")
        keys.type(PASSWORD)
        keys.press("Enter")
        for text in ("Big Fox", "SH01"):
            tab.page.get_by_role("link", name=text).first.wait_for()
            tab.until("document.activeElement.tagName === 'H1'")
            for _ in range(20):
                keys.press("Tab")
                if text in tab.focused:
                    break
            ring = tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert (text in tab.focused, ring) == (True, "solid")
            keys.press("Enter")
        tab.sees("Softer, please")
        ground = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert max(int(part) for part in re.findall(r"\d+", ground)) < 64


FAINT = """() => {
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0)
  const parts = (color) => (color.match(/[\\d.]+/g) || []).map(Number)
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const found = parts(getComputedStyle(node).backgroundColor)
      if (found.length === 3) return found
    }
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const found = []
  let seen = 0
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement
    if (!texts.currentNode.data.trim() || node.closest('option, noscript, .skip, :disabled')) continue
    const [a, b] = [light(parts(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x)
    seen += 1
    if ((a + 0.05) / (b + 0.05) < 4.5) found.push(texts.currentNode.data)
  }
  return [found, seen]
}"""
"""The texts of a page that stand out too little from what is behind them, and how many texts there are."""


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_can_be_read(sharing: Sharing, tabs: Open, scheme: str) -> None:
    say(sharing, "Softer, please")
    for color in ("#ff3860", "#3273dc", "#ab26ff", "#777777", "#FFEE00"):
        sharing.studio.store(TaskStatus, sharing.animating["task_status_id"], color=color, is_default=False)
        with tabs(color_scheme=scheme) as tab:
            tab.open("/")
            assert tab.page.evaluate(FAINT)[0] == []
            tab.sign_in(MOE, PASSWORD)
            for link in ("Big Fox", "SH01"):
                tab.click(f"text={link}")
                tab.page.wait_for_selector(".chip")
                faint, seen = tab.page.evaluate(FAINT)
                assert faint == []
                assert seen > 10


def test_a_hostile_artist_does_nothing(sharing: Sharing, tabs: Open) -> None:
    studio = sharing.studio
    shot = studio.entity("Shot", f"SH03 {HOSTILE}", sharing.project, sharing.sequence, description=HOSTILE)
    task = studio.task(shot, sharing.animation)
    studio.store(TaskStatus, task["task_status_id"], is_default=False, color="url(//x", short_name="<b>x")
    words = f"{HOSTILE} javascript:alert(2) [x](javascript:alert(3)) https://ok.test/a<script>alert(4)</script>"
    say(sharing, words, object_id=task["id"])
    with tabs() as tab:
        tab.open("/")
        tab.sign_in(MOE, PASSWORD)
        tab.click("text=Big Fox")
        tab.click("text=SH03")
        tab.sees("javascript:alert(2)")
        assert HOSTILE in tab.page.inner_text("h1")
        assert HOSTILE in tab.page.inner_text("dd")
        links = tab.page.eval_on_selector_all(".written a", "found => found.map(one => one.href)")
        assert links == ["https://ok.test/a"]
        assert tab.page.locator("main script, main [onerror]").count() == 0
        assert tab.page.locator(".chip").first.inner_text() == "<B>X"
        assert tab.page.locator(".chip[style]").count() == 0
        # and should a script ever try: the policy refuses
        assert (
            tab.page.evaluate("() => { try { document.body.innerHTML = '<i>' } catch { return 'refused' } }")
            == "refused"
        )
        tab.problems.clear()


# --- mailed links ---


def test_a_password_is_chosen_anew_by_a_mailed_link(studio: Studio, tabs: Open) -> None:
    known(studio)
    mails = Mailbox(studio)
    with tabs() as tab:
        tab.open("/")
        tab.click("text=Forgotten password")
        tab.submit(email="ann@studio.test")
        tab.sees("a link is on its way there")
        link = local(mails.last.link)
        token = re.search(r"token=(\w+)", link)
        assert token
        tab.open(link)
        assert tab.path == "/reset-change-password"
        tab.page.reload()
        tab.settle()
        tab.submit(password="short", password2="short")
        tab.page.wait_for_selector("form [role=alert]:not(:empty)")
        tab.submit(password="another horse", password2="another cow")
        tab.sees("The two passwords differ")
        tab.submit(password="another horse", password2="another horse")
        tab.sees("Sign out")
        assert tab.path == "/"
        assert [address for address in tab.asked if token[1] in address] == [tab.site + link]
        tab.open(link)
        tab.submit(password="third horse", password2="third horse")
        tab.sees("Wrong or expired token")


def test_a_password_that_must_be_changed_is(studio: Studio, tabs: Open) -> None:
    known(studio, password="default")
    with tabs() as tab:
        tab.open("/")
        tab.submit(email="ann@studio.test", password="default")
        tab.sees("Choose the password that you will sign in with.")
        tab.submit(password="another horse", password2="another horse")
        tab.sees("There is no production yet")


def test_who_is_invited_chooses_a_first_password(studio: Studio, tabs: Open) -> None:
    ada = known(studio, "Ada", role="admin")
    ben = studio.person("Ben", locale="fr_FR")
    mails = Mailbox(studio)
    ada.get(f"/actions/persons/{ben.id}/invite")
    with tabs() as tab:
        tab.open(local(mails.last.link))
        tab.sees("Welcome")
        tab.submit(password="a first horse", password2="a first horse")
        tab.sees("Se déconnecter")  # in his language from here on
        assert tab.page.evaluate("document.documentElement.lang") == "fr"


def test_links_to_tasks_and_playlists_lead_there(sharing: Sharing, tabs: Open) -> None:
    say(sharing, "Softer, please")
    production = f"/productions/{sharing.project['id']}/episodes/{sharing.episode['id']}"
    with tabs() as tab:
        tab.open(f"{production}/shots/tasks/{sharing.animating['id']}")
        tab.sign_in(MOE, PASSWORD)
        tab.sees("Softer, please")
        tab.open(f"{production}/playlists/{sharing.shared_playlist['id']}")
        tab.sees("SE01 / SH01")
        tab.sees("Softer, please")
        tab.open(f"/productions/{sharing.project['id']}")
        tab.click("text=Playlists")
        tab.click(f"text={sharing.shared_playlist['name']}")
        tab.sees("SE01 / SH01")


# --- share links ---


@pytest.mark.long
def test_a_guest_looks_and_comments_on_a_phone(sharing: Sharing, tabs: Open) -> None:
    say(sharing, "For you alone", for_client=True)
    say(sharing, "Among us")
    with tabs(**PHONE) as tab:
        tab.open(local(f"/playlists/shared/{sharing.link['token']}"))
        tab.sees("For you alone")
        assert "Among us" not in tab.text
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
        tab.page.evaluate("document.querySelector('video').play()")
        tab.until("document.querySelector('video').currentTime > 0.2")
        tab.fill(first_name="Gil", text="Lovely <b>light</b>")
        tab.until("document.querySelector('video').ended")  # who is writing is left where they are
        tab.click("[aria-label=Next]")
        assert tab.page.input_value("[name=text]") == ""
        tab.click("[aria-label=Previous]")
        tab.until("document.querySelector('[name=text]').value === 'Lovely <b>light</b>'")
        tab.fill(first_name="Gil")
        tab.click("button[type=submit]")
        tab.sees("Lovely <b>light</b>")
        tab.fill(text="And once more")
        tab.click("button[type=submit]")
        tab.sees("And once more")
        tab.page.reload()
        tab.sees("And once more")
        assert tab.page.input_value("[name=first_name]") == "Gil"
        assert tab.refused == []
    said = sharing.stranger.get(sharing.at("/comments"))
    assert [comment["person"]["first_name"] for comment in said[:2]] == ["Gil", "Gil"]
    assert said[0]["person_id"] == said[1]["person_id"]


@pytest.mark.long
def test_next_and_previous_by_keyboard_and_by_the_end_of_a_movie(sharing: Sharing, tabs: Open) -> None:
    say(sharing, "Of the first", for_client=True)
    entries = [(sharing.shot, sharing.shown), (sharing.other, sharing.drawn)]  # type: ignore[attr-defined]
    link = sharing.moe.post(f"/data/playlists/{sharing.playlist('Two', entries)['id']}/share", {"can_comment": False})
    with tabs() as tab:
        tab.open(f"/playlists/shared/{link['token']}")
        tab.sees("1 / 3")  # a revision of two files
        assert "Send" not in tab.text  # this link takes no comments
        for key, place in (
            ("ArrowRight", "2 / 3"),
            ("ArrowRight", "3 / 3"),
            ("ArrowRight", "3 / 3"),
            ("ArrowLeft", "2 / 3"),
        ):
            tab.page.keyboard.press(key)
            tab.sees(place)
            tab.sees("Nothing was said yet." if place == "3 / 3" else "Of the first")
        tab.page.keyboard.press("ArrowLeft")
        tab.sees("1 / 3")
        tab.page.keyboard.press("Space")
        tab.sees("2 / 3")  # when it has ended


def test_a_link_with_a_password(sharing: Sharing, tabs: Open) -> None:
    link = sharing.share(password="fox", can_comment=True)
    with tabs() as tab:
        tab.open(f"/playlists/shared/{link['token']}")
        tab.sees("This link has a password, or it is not open any more.")
        tab.submit(password="wolf")
        tab.sees("This does not open the link.")
        tab.submit(password="fox")
        tab.sees("SE01 / SH01")
        tab.until("document.querySelector('video').readyState > 0")
        assert set(tab.refused) == {404}
    sharing.moe.delete(f"{sharing.links}/{link['token']}", status=200)
    with tabs() as tab:
        tab.open(f"/playlists/shared/{link['token']}")
        tab.sees("it is not open any more")
