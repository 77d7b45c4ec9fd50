"""Pictures of people, organisations and projects; pictures in chats (docs/api/previews.md)."""

import pytest
from footage import opened, picture
from reviewing import Review
from studio import Member, Studio

from kitsulite.models.people import Organisation, Person
from kitsulite.models.productions import Project
from kitsulite.models.reviews import ChatParticipant

AVATAR = {"file": ("me.png", picture(), "image/png")}


def path(kind: str, id: str) -> str:
    return f"/pictures/thumbnails/{kind}/{id}"


@pytest.mark.parametrize("ending", ["", ".png"])
def test_people_have_a_picture_of_their_own(studio: Studio, review: Review, ending: str) -> None:
    mine = path("persons", review.artist.id) + ending
    review.artist.get(mine, status=404)
    assert review.artist.send_form(mine, {}, AVATAR) == {
        "thumbnail_path": f"{path('persons', review.artist.id)[1:]}.png"
    }
    assert studio.row(Person, review.artist.id)["has_avatar"]
    for spelling in (path("persons", review.artist.id), path("persons", review.artist.id) + ".png"):
        answer = review.outsider.call("GET", spelling)
        assert (answer.headers["content-type"], opened(answer.content).size) == ("image/png", (400, 400))
    assert [(event["name"], event["data"]) for event in review.admin.get("/data/events")] == [
        ("person:update", {"person_id": review.artist.id}),
        ("person:set-thumbnail", {"person_id": review.artist.id}),
    ]


def test_only_admins_change_the_pictures_of_others(review: Review) -> None:
    theirs = path("persons", review.artist.id)
    review.manager.send_form(theirs, {}, AVATAR, status=403)
    review.admin.send_form(theirs, {}, AVATAR)
    review.admin.send_form(path("persons", "00000000-0000-0000-0000-000000000000"), {}, AVATAR, status=404)


def test_without_a_picture_that_can_be_read_nothing_changes(studio: Studio, review: Review) -> None:
    mine = path("persons", review.artist.id)
    answer = review.artist.call("POST", mine)
    assert (answer.status, answer.json["message"]) == (400, "File not provided.")
    assert (
        "no picture"
        in review.artist.send_form(mine, {}, {"file": ("a.png", b"text", "image/png")}, status=400)["message"]
    )
    assert not studio.row(Person, review.artist.id)["has_avatar"]
    assert review.stored() == []


def test_a_picture_that_is_cleared_is_no_longer_shown(studio: Studio, review: Review) -> None:
    mine = path("persons", review.artist.id)
    review.artist.send_form(mine, {}, AVATAR)
    review.admin.delete(f"/actions/persons/{review.artist.id}/clear-avatar")
    review.artist.get(mine, status=404)


def test_the_picture_of_the_organisation_is_the_admins_to_set(studio: Studio, review: Review) -> None:
    organisation = studio.add(Organisation, name="Fox Films")
    ours = path("organisations", organisation["id"])
    review.manager.send_form(ours, {}, AVATAR, status=403)
    review.admin.send_form(ours + ".png", {}, AVATAR)
    review.client.get(ours)
    assert studio.row(Organisation, organisation["id"])["has_avatar"]
    assert {event["name"] for event in review.admin.get("/data/events")} == {
        "organisation:update",
        "organisation:set-thumbnail",
    }


def test_the_picture_of_a_production_is_seen_by_its_team_and_by_managers(studio: Studio, review: Review) -> None:
    ours = path("projects", review.project["id"])
    review.outsider.get(ours, status=403)
    review.manager.get(ours, status=404)
    review.artist.send_form(ours, {}, AVATAR, status=403)
    review.manager.send_form(ours + ".png", {}, AVATAR, status=403)
    review.manager.send_form(ours, {}, AVATAR)
    review.admin.send_form(ours + ".png", {}, AVATAR)
    assert studio.row(Project, review.project["id"])["has_avatar"]
    review.vendor.get(ours)
    review.outsider.get(ours, status=403)
    studio.person(role="manager").get(ours)
    told = review.admin.get("/data/events")
    assert {event["name"] for event in told} == {"project:update", "project:set-thumbnail"}
    assert {tuple(event["data"].items()) for event in told} == {(("project_id", review.project["id"]),)}


def post_in_chat(review: Review, member: Member, kind: str, content: bytes) -> str:
    shot = review.shot["id"]
    chat = member.get(f"/data/entities/{shot}/chat")
    if member.id not in chat["participants"]:
        review.studio.link(ChatParticipant, chat_id=chat["id"], person_id=member.id)
    files = {"file": ("look.png", content, kind)}
    said = member.send_form(f"/data/entities/{shot}/chat/messages", {"message": "look"}, files)
    return str(said["attachment_files"][0]["id"])


def test_pictures_in_a_chat_have_a_small_picture(review: Review) -> None:
    id = post_in_chat(review, review.artist, "image/png", picture((300, 100)))
    small = f"/pictures/thumbnails/attachment-files/{id}.png"
    for _ in range(2):
        assert opened(review.artist.call("GET", small).content).size == (150, 150)
    review.outsider.get(small, status=403)
    for kind, content in (("application/pdf", b"%PDF"), ("image/png", b"text")):
        id = post_in_chat(review, review.artist, kind, content)
        review.artist.get(f"/pictures/thumbnails/attachment-files/{id}.png", status=404)


def test_pictures_in_a_comment_have_no_small_one(review: Review) -> None:
    files = {"file": ("look.png", picture(), "image/png")}
    said = review.manager.send_form(
        f"/actions/tasks/{review.task['id']}/comment",
        {"task_status_id": review.task["task_status_id"]},
        files,
        status=201,
    )
    id = said["attachment_files"][0]["id"]
    review.manager.get(f"/pictures/thumbnails/attachment-files/{id}.png", status=404)
