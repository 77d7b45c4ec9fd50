"""Letters, and how they are sent (docs/api/signing-in.md)."""

import logging
from collections.abc import Callable, Iterator
from mailbox import Mailbox
from typing import Any

import pytest
import time_machine
from servers import SmtpServer
from signing import set_up
from studio import Studio

from kitsulite import Settings
from kitsulite.areas.telling import letters
from kitsulite.models.people import Organisation
from kitsulite.work.mail import Post

ABOUT = {"author": "Bob Ray", "task": "Fox / SH01 / Animation"}
STATUS = {"status": "Work in progress"}
IN_SUBJECTS = {"first_name": "Bob", "short_status": "WIP"}
PLAYLIST = {"author": "Bob Lee", "playlist": "Dailies", "place": "Fox / E01"}
INVITATION = {
    "author": "Bob Lee",
    "playlist": "Dailies",
    "project": "Fox",
    "link": "https://studio.test/playlists/shared/5f0f7b3c",
}
FACTS: dict[str, dict[str, str]] = {
    "one_time_code": {"code": "123456"},
    "password_changed": {},
    "password_changed_by_admin": {},
    "password_recovery": {"link": "https://studio.test/reset-change-password?email=a&token=b"},
    "invitation": {"link": "https://studio.test/reset-change-password?email=a&type=new", "email": "ann@studio.test"},
    "second_factor_disabled": {},
    "backup_failed": {"place": "s3://fox/backups", "reason": "The disk is full.", "hours": "53"},
    "backup_failed_never": {"place": "s3://fox/backups", "reason": "The disk is full."},
    "webhook_off": {"webhook": "Farm", "host": "farm.studio.test", "reason": "It answered 410."},
    "comment": {**ABOUT, **STATUS, "text": "Too dark"},
    "status_change": {**ABOUT, **STATUS},
    "mention": {**ABOUT, "text": "Too dark"},
    "reply": {**ABOUT, "text": "Brighter now"},
    "assignation": ABOUT,
    "playlist_ready": PLAYLIST,
    "playlist_of_many_ready": {**PLAYLIST, "count": "12"},
    "playlist_built": {"playlist": "Dailies", "link": "https://studio.test/api/data/playlists/1/jobs/2/build/mp4"},
    "review_invitation": INVITATION,
    "review_invitation_with_message": {**INVITATION, "message": "By Friday, please"},
}
PERSON = {
    "first_name": "Ann",
    "last_name": "Lee",
    "email": "ann@studio.test",
    "locale": "en_US",
    "timezone": "Europe/Paris",
}


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    smtp = SmtpServer()
    yield smtp
    smtp.close()


def post(**options: Any) -> Post:
    return Post(Settings(mail_default_sender="kitsu@studio.test", **options))


def test_mail_goes_out_as_text_and_page_from_the_bot(smtp: SmtpServer) -> None:
    sender = post(mail_server="127.0.0.1", mail_port=smtp.port)
    sender.send("ann@studio.test", "Hi\r\nBcc: everybody@studio.test", "Grüße", "<p>Grüße</p>", "zh_CN")
    [message] = smtp.received
    assert message["From"] == "Kitsu Bot <kitsu@studio.test>"
    assert message["To"] == "ann@studio.test"
    assert message["Subject"] == "Hi Bcc: everybody@studio.test"
    assert message["Bcc"] is None
    assert message["Content-Language"] == "zh-CN"
    assert message["Date"]
    assert message["Message-ID"].endswith("@studio.test>")
    assert [part.get_content().strip() for part in message.iter_parts()] == ["Grüße", "<p>Grüße</p>"]


def test_without_a_server_the_log_says_what_would_have_been_sent(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        post().send("ann@studio.test", "Hi", "the text", "the page")
    assert "the text" in caplog.text


def test_mail_that_is_off_is_neither_sent_nor_logged(smtp: SmtpServer, caplog: pytest.LogCaptureFixture) -> None:
    for sender in (post(mail_enabled=False), post(mail_enabled=False, mail_server="127.0.0.1", mail_port=smtp.port)):
        sender.send("ann@studio.test", "Hi", "text", "page")
    assert not smtp.received
    assert not caplog.text


# --- letters ---


@pytest.mark.parametrize("language", letters.LANGUAGES)
def test_every_letter_is_there_in_every_language(language: str) -> None:
    english = letters.texts("en")
    words = letters.texts(language)
    assert {name: set(parts) for name, parts in words.items()} == {name: set(parts) for name, parts in english.items()}
    assert set(words) == {*FACTS, "common", "channel"}
    for letter, facts in FACTS.items():
        known = {"organisation": "Blue Duck", "name": "Ann", "date": "today", "address": "203.0.113.7"}
        subject, text, page = letters.write(language, letter, {**known, **IN_SUBJECTS, **facts})
        assert ("[Kitsu] " if "author" in facts else "Blue Duck") in subject
        for fact in ("Blue Duck", "Ann", "today", "203.0.113.7", *facts.values()):
            assert fact in text
            assert fact.replace("&", "&amp;") in page
        assert "{" not in text
        assert f'lang="{language}"' in page
        if language != "en":
            assert words[letter]["body"] != english[letter]["body"]


def test_what_people_are_called_cannot_become_part_of_the_page() -> None:
    name = '<a href="https://evil.test">{link}</a>'
    known = {"organisation": "A & B", "name": name, "date": "today", "address": "", "code": "123456"}
    subject, text, page = letters.write("en", "one_time_code", known)
    assert name in text
    assert "<a href" not in page
    assert "A &amp; B" in page
    assert subject.startswith("A & B")


@pytest.mark.parametrize(
    ("locale", "language"),
    [("fr_FR", "fr"), ("fr_CA", "fr"), ("pt_BR", "pt"), ("zh_TW", "zh"), ("zh-CN", "zh"), ("it_IT", "en"), ("", "en")],
)
def test_people_read_their_own_language_or_english(studio: Studio, locale: str, language: str) -> None:
    mail = Mailbox(studio)
    with studio.tracker.work() as work:
        letters.send(work, {**PERSON, "locale": locale}, "password_changed")
    assert mail.last.text.startswith(letters.texts(language)["password_changed"]["title"])


@time_machine.travel("2026-03-02T23:30:00+00:00", tick=False)
def test_dates_are_told_where_the_reader_is(studio: Studio) -> None:
    mail = Mailbox(studio)
    set_up(studio, default_timezone="Asia/Tokyo")
    for timezone, day in (("Europe/Paris", "3 mars 2026"), ("America/New_York", "2 mars 2026"), (None, "3 mars 2026")):
        with studio.tracker.work() as work:
            letters.send(work, {**PERSON, "locale": "fr_FR", "timezone": timezone}, "password_changed")
        assert day in mail.last.text
    with studio.tracker.work() as work:
        letters.send(work, {**PERSON, "timezone": "Mars/Olympus"}, "password_changed")
    assert "March 2, 2026" in mail.last.text


def test_letters_are_signed_by_the_organisation_and_sent_after_the_commit(studio: Studio) -> None:
    studio.add(Organisation, name="Blue Duck")
    mail = Mailbox(studio)
    with pytest.raises(ZeroDivisionError):
        _write(studio, lambda: 1 / 0)
    assert not mail
    _write(studio, lambda: len(mail))
    assert len(mail) == 1
    assert mail.last.text.endswith("Blue Duck\n")
    assert mail.last.subject.startswith("Blue Duck")
    assert "203.0.113.7" in mail.last.text


def _write(studio: Studio, then: Callable[[], float]) -> None:
    """Write a letter in a piece of work that goes on."""
    with studio.tracker.work() as work:
        letters.send(work, PERSON, "password_changed", address="203.0.113.7")
        assert not then()
