"""The pictures of people whose comments a share link shows (docs/api/playlists.md)."""

import pytest
from footage import opened, picture
from sharing import Sharing
from studio import NOBODY, Member, Studio

from kitsulite.models.reviews import Comment


@pytest.fixture
def sharing(studio: Studio) -> Sharing:
    return Sharing(studio)


def portray(member: Member) -> None:
    member.send_form(f"/pictures/thumbnails/persons/{member.id}.png", {}, {"file": ("me.png", picture(), "image/png")})


def look(sharing: Sharing, id: str, status: int = 200) -> None:
    answer = sharing.stranger.call("GET", sharing.at(f"/pictures/thumbnails/persons/{id}.png"))
    assert answer.status == status, answer
    if status == 200:
        assert (answer.headers["content-type"], opened(answer.content).size) == ("image/png", (400, 400))


def comment(sharing: Sharing, who: Member, task: str = "", **more: object) -> str:
    body = {"task_status_id": sharing.approved["id"], "comment": "Look", **more}
    made = who.post(f"/actions/tasks/{task or sharing.animating['id']}/comment", body)
    return made["id"]  # type: ignore[no-any-return]


def test_guests_see_the_faces_of_who_speaks_to_them(sharing: Sharing) -> None:
    portray(sharing.moe)
    look(sharing, sharing.moe.id, 404)
    comment(sharing, sharing.moe, for_client=True)
    look(sharing, sharing.moe.id)


def test_guests_see_the_face_of_who_changed_what_they_read(sharing: Sharing) -> None:
    portray(sharing.art)
    said = comment(sharing, sharing.moe, for_client=True)
    look(sharing, sharing.art.id, 404)
    sharing.studio.store(Comment, said, editor_id=sharing.art.id)
    look(sharing, sharing.art.id)
    look(sharing, sharing.moe.id, 404)  # who has none


def test_nobody_else_has_a_face(sharing: Sharing) -> None:
    portray(sharing.moe)
    comment(sharing, sharing.moe)
    comment(sharing, sharing.moe, sharing.lighting_it["id"], for_client=True)
    look(sharing, sharing.moe.id, 404)
    for id in (sharing.guest["id"], NOBODY, "x"):
        look(sharing, id, 404)


def test_a_link_that_is_over_shows_no_faces(sharing: Sharing) -> None:
    portray(sharing.moe)
    comment(sharing, sharing.moe, for_client=True)
    sharing.change(sharing.link, is_active=False)
    look(sharing, sharing.moe.id, 404)
