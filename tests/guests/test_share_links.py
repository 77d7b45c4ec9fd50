"""Share links as managers make, list, revoke and send them (docs/api/playlists.md)."""

from mailbox import Mailbox
from typing import Any

import pytest
from sharing import Sharing
from studio import NOBODY, Studio

from kitsulite.models.people import Person
from kitsulite.models.reviews import PlaylistShareLink


@pytest.fixture
def sharing(studio: Studio) -> Sharing:
    return Sharing(studio)


def test_a_link_is_made_without_telling_its_password(sharing: Sharing) -> None:
    link = sharing.share(password="secret", can_comment=False, expiration_date="2999-01-02T10:00:00+02:00")
    stored = sharing.studio.stored(PlaylistShareLink, link["id"])
    assert stored["password"].startswith("$argon2id$")
    assert link == {
        "id": link["id"],
        "type": "PlaylistShareLink",
        "token": stored["token"],
        "playlist_id": sharing.shared_playlist["id"],
        "created_by": sharing.moe.id,
        "created_at": link["created_at"],
        "updated_at": link["updated_at"],
        "expiration_date": "2999-01-02T08:00:00",
        "is_active": True,
        "can_comment": False,
        "has_password": True,
    }


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("2999-01-02", "2999-01-02T23:59:59.999999"),
        ("2999-01-02T10:00:00", "2999-01-02T10:00:00.000000"),
        ("2999-01-02T10:00:00Z", "2999-01-02T10:00:00.000000"),
        ("2999-01-02T10:00:00.5-01:00", "2999-01-02T11:00:00.500000"),
        ("1999-01-02", "1999-01-02T23:59:59.999999"),
        ("1900-01-02", "1900-01-02T23:59:59.999999"),
        ("", None),
        (None, None),
    ],
)
def test_a_link_ends_with_its_day_or_at_its_moment(sharing: Sharing, given: str | None, stored: str | None) -> None:
    link = sharing.share(expiration_date=given)
    assert sharing.studio.stored(PlaylistShareLink, link["id"])["expiration_date"] == stored


@pytest.mark.parametrize("given", ["tomorrow", "2024-02-30", "2024-13-01T10:00:00", "0001-01-01T00:00:00+10:00"])
def test_what_is_no_date_is_told(sharing: Sharing, given: str) -> None:
    refused = sharing.moe.post(sharing.links, {"expiration_date": given}, status=400)
    assert refused["message"] == f"{given} is not a valid ISO 8601 date"


def test_an_empty_password_is_none(sharing: Sharing) -> None:
    assert not sharing.share(password="")["has_password"]
    assert not sharing.share(password=None)["has_password"]


def test_links_are_listed_until_they_are_revoked_expired_ones_too(sharing: Sharing) -> None:
    expired = sharing.share(expiration_date="2001-01-01")
    revoked = sharing.share()
    ended = sharing.moe.delete(f"{sharing.links}/{revoked['token']}", status=200)
    assert ended["is_active"] is False
    assert ended["id"] == revoked["id"]
    assert sharing.moe.delete(f"{sharing.links}/{revoked['token']}", status=200) == ended
    assert [link["id"] for link in sharing.moe.get(sharing.links)] == [sharing.link["id"], expired["id"]]


def test_links_of_another_playlist_are_not_found(sharing: Sharing) -> None:
    other = f"/data/playlists/{sharing.playlist()['id']}/share"
    for token in (sharing.link["token"], NOBODY, "x", "%00", "x" * 100):
        sharing.moe.delete(f"{other}/{token}", status=404)
        sharing.moe.post(f"{other}/{token}/invite", {}, status=404)
    assert sharing.moe.get(other) == []
    sharing.stranger.get(sharing.at())


def test_only_managers_of_the_production_share(sharing: Sharing) -> None:
    out = sharing.studio.person("Out", role="manager")
    for who in (sharing.sue, sharing.art, sharing.vic, sharing.clo, out):
        who.post(sharing.links, {}, status=403)
        who.get(sharing.links, status=403)
        who.delete(f"{sharing.links}/{sharing.link['token']}", status=403)
        who.post(f"{sharing.links}/{sharing.link['token']}/invite", {"emails": ["x@y.test"]}, status=403)
    sharing.stranger.post(sharing.links, {}, status=401)
    nowhere = f"/data/playlists/{NOBODY}/share"
    sharing.sue.get(nowhere, status=403)
    sharing.moe.get(nowhere, status=404)
    sharing.ada.get(sharing.links)


def test_a_manager_of_one_production_alone_does_not_share(sharing: Sharing) -> None:
    """The global role counts."""
    lead = sharing.studio.person("Lee", role="supervisor")
    sharing.studio.join(sharing.project, lead, role="manager")
    lead.post(sharing.links, {}, status=403)


def test_links_go_with_their_playlist(sharing: Sharing) -> None:
    sharing.moe.delete(f"/data/playlists/{sharing.shared_playlist['id']}")
    sharing.stranger.get(sharing.at(), status=404)


# --- inviting ---


@pytest.fixture
def mailbox(studio: Studio) -> Mailbox:
    return Mailbox(studio)


def invite(sharing: Sharing, body: dict[str, Any], status: int = 200) -> Any:
    return sharing.moe.post(f"{sharing.links}/{sharing.link['token']}/invite", body, status=status)


def test_an_invitation_leads_to_the_link_and_says_who_sent_it(sharing: Sharing, mailbox: Mailbox) -> None:
    sent = invite(sharing, {"emails": ["Ann@else.example"], "message": " By <b>Friday</b>, {please} "})
    assert sent == {"sent": ["Ann@else.example"]}
    [letter] = mailbox
    assert letter.to == "Ann@else.example"
    assert letter.link.endswith(f"/playlists/shared/{sharing.link['token']}")
    for text in ("Moe Test", "Dailies", "Big Fox"):
        assert text in letter.text
        assert text in letter.page
    assert "By <b>Friday</b>, {please}" in letter.text
    assert "By &lt;b&gt;Friday&lt;/b&gt;, {please}" in letter.page
    assert "<b>Friday</b>" not in letter.page


def test_everybody_is_written_to_once_and_people_in_their_language(sharing: Sharing, mailbox: Mailbox) -> None:
    studio = sharing.studio
    fred = studio.person("Fred", locale="fr_FR", email="fred@else.example")
    mute = studio.add(Person, first_name="Bot", last_name="", is_bot=True, role="user")
    body = {
        "emails": ["ann@else.example", "FRED@else.example", " ANN@else.example "],
        "person_ids": [fred.id, mute["id"], NOBODY, sharing.sue.id, fred.id],
    }
    assert invite(sharing, body) == {"sent": ["ann@else.example", "fred@else.example", "sue@studio.test"]}
    assert [(letter.to, letter.language) for letter in mailbox] == [
        ("ann@else.example", "en"),
        ("fred@else.example", "fr"),
        ("sue@studio.test", "en"),
    ]


def test_one_address_that_is_none_keeps_all_letters_back(sharing: Sharing, mailbox: Mailbox) -> None:
    refused = invite(sharing, {"emails": ["ann@else.example", "not an address"]}, status=400)
    assert list(refused) == ["error"]
    assert not mailbox


def test_nobody_is_an_invitation_too(sharing: Sharing, mailbox: Mailbox) -> None:
    assert invite(sharing, {}) == {"sent": []}
    assert invite(sharing, {"emails": None, "person_ids": None, "message": None}) == {"sent": []}
    invite(sharing, {"person_ids": ["x"]}, status=400)
    assert not mailbox


def test_a_revoked_link_is_not_sent_an_expired_one_is(sharing: Sharing, mailbox: Mailbox) -> None:
    sharing.change(sharing.link, expiration_date="2001-01-01T00:00:00.000000")
    invite(sharing, {"emails": ["ann@else.example"]})
    assert len(mailbox) == 1
    sharing.change(sharing.link, is_active=False)
    invite(sharing, {"emails": ["ann@else.example"]}, status=404)
    assert len(mailbox) == 1
