"""Who looks by a preview account is told what clients are told, and steers nothing (docs/api/productions.md)."""

from dataclasses import dataclass
from typing import Any

import pytest
from listening import NAMESPACE, Live, Refused, listen
from studio import Member

from kitsulite.models.people import Person
from kitsulite.models.reviews import Playlist

pytestmark = pytest.mark.long
ROOM = "preview-room:"


@dataclass
class Opened:
    """A production whose account is open."""

    live: Live
    ann: Member
    path: str
    looker: Member
    shot: Any
    playlist: Any


@pytest.fixture
def opened(live: Live) -> Opened:
    studio = live.studio
    ann = studio.person("Ann", role="manager")
    project = studio.project(team=[ann])
    path = f"/data/projects/{project['id']}/preview-account"
    account = live.call(ann, "POST", path, {})
    live.call(ann, "PUT", path, {"is_open": True})
    login = live.call(None, "POST", "/auth/login", {"email": account["email"], "password": account["password"]})
    looker = Member(studio.app, login["access_token"], login["user"])
    playlist = studio.add(Playlist, name="Dailies", project_id=project["id"], for_client=True)
    return Opened(live, ann, path, looker, studio.entity("Shot", "SH01", project), playlist)


def test_it_hears_of_its_production_until_it_is_closed(opened: Opened) -> None:
    live = opened.live
    with listen(live.url, opened.looker) as listener:
        live.call(opened.ann, "PUT", f"/data/entities/{opened.shot['id']}", {"name": "SH02"})
        assert listener.next("shot:update")["shot_id"] == opened.shot["id"]
        live.call(opened.ann, "PUT", opened.path, {"is_open": False})
        assert listener.is_gone()
    with pytest.raises(Refused, match="revoked"), listen(live.url, opened.looker):
        pass


def test_it_hears_no_more_when_its_time_is_up(opened: Opened) -> None:
    live, account = opened.live, opened.looker.id
    with listen(live.url, opened.looker) as listener:
        live.studio.store(Person, account, preview_open_until="2026-01-01T00:00:00")
        live.call(opened.ann, "PUT", f"/data/entities/{opened.shot['id']}", {"name": "SH02"})
        assert listener.is_gone()
        assert "shot:update" not in listener.rest()
    with pytest.raises(Refused, match="The preview is closed"), listen(live.url, opened.looker):
        pass


def test_an_opening_of_later_does_not_bring_a_socket_back(opened: Opened) -> None:
    with listen(opened.live.url, opened.looker) as listener:
        opened.live.studio.store(Person, opened.looker.id, preview_opened_at="2990-01-01T00:00:00")
        listener.client.emit(f"{ROOM}open-playlist", {"playlist_id": opened.playlist["id"]}, namespace=NAMESPACE)
        assert listener.is_gone()


def test_it_enters_no_review_room(opened: Opened) -> None:
    said = {"playlist_id": opened.playlist["id"]}
    with listen(opened.live.url, opened.ann) as ann, listen(opened.live.url, opened.looker) as looker:
        ann.say(f"{ROOM}join", said)
        ann.rest()
        for name in ("open-playlist", "join", "panzoom-changed"):
            assert "no such room" in looker.say(f"{ROOM}{name}", said)["message"]
        assert ann.rest() == looker.rest() == []
