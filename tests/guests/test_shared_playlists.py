"""What a share link opens, and to whom (docs/api/playlists.md)."""

import time
from collections.abc import Iterator
from typing import Any

import bcrypt
import falcon.testing
import pytest
import time_machine
from sharing import Sharing
from studio import NOBODY, Answered, Studio

from kitsulite.areas.people import passwords
from kitsulite.models.productions import ProjectTaskStatusLink, ProjectTaskTypeLink
from kitsulite.models.reviews import Playlist, PlaylistShareLink, PreviewFile
from kitsulite.storage import Row
from kitsulite.work.filekeys import FILE, LOW, MOVIE, ORIGINAL, SOURCE, THUMBNAIL, TILES


@pytest.fixture
def sharing(studio: Studio) -> Sharing:
    return Sharing(studio)


def reads(sharing: Sharing, link: Row | None = None, query: str = "") -> Iterator[tuple[str, int]]:
    """Each path that a guest can GET with the status of its answer."""
    sharing.keep(sharing.shown, MOVIE, b"movie")
    sharing.keep(sharing.shown, TILES, b"tiles")
    sharing.keep(sharing.shown, THUMBNAIL, b"small")
    sharing.keep(sharing.shown, ORIGINAL, b"frame")
    preview = f"preview-files/{sharing.shown['id']}"
    for path in (
        "",
        "/context",
        "/comments",
        f"/{preview}",
        f"/{preview}/download",
        f"/movies/originals/{preview}.mp4",
        f"/movies/tiles/{preview}.png",
        f"/pictures/thumbnails/{preview}.png",
        f"/pictures/originals/{preview}.png",
    ):
        yield path, sharing.stranger.call("GET", sharing.at(path, link) + query).status


# --- the playlist ---


def test_a_guest_sees_the_playlist_with_the_names_around_it(sharing: Sharing) -> None:
    shown = sharing.stranger.get(sharing.at())
    whole = sharing.moe.get(sharing.path(sharing.shared_playlist))
    assert {key: shown[key] for key in ("id", "name", "project_id", "build_jobs", "type")} == {
        key: whole[key] for key in ("id", "name", "project_id", "build_jobs", "type")
    }
    assert (shown["project_name"], shown["project_fps"]) == ("Big Fox", "24")
    first, second = shown["shots"]
    assert first["preview_file_id"] == sharing.shown["id"]
    assert first["preview_file_task_id"] == sharing.animating["id"]
    assert first["preview_file_annotations"] is None
    assert [preview["id"] for preview in first["preview_file_previews"]] == [sharing.sibling["id"]]
    assert {key: first[key] for key in ("name", "parent_name", "preview_file_task_type_name", "task_status_color")} == {
        "name": "SH01",
        "parent_name": "SE01",
        "preview_file_task_type_name": "Animation",
        "task_status_color": "#f5f5f5",
    }
    assert first["preview_file_task_type"] == {
        "id": sharing.animation["id"],
        "name": "Animation",
        "color": sharing.animation["color"],
        "for_entity": "Shot",
    }
    assert (second["name"], second["parent_name"]) == ("SH02", "SE01")
    assert "preview_file_task_type" not in second


def test_of_the_previews_of_an_entity_a_guest_sees_those_that_are_shown(sharing: Sharing) -> None:
    """With the rest of their revision; nothing of other revisions, tasks and entities."""
    whole = sharing.moe.get(sharing.path(sharing.shared_playlist))["shots"]
    animation, lighting = sharing.animation["id"], sharing.lighting["id"]
    assert {id: len(rows) for id, rows in whole[0]["preview_files"].items()} == {animation: 2, lighting: 1}
    assert whole[1]["preview_files"]
    first, second = sharing.stranger.get(sharing.at())["shots"]
    ((task_type, [revision]),) = first["preview_files"].items()
    assert (task_type, revision["id"]) == (animation, sharing.shown["id"])
    assert [preview["id"] for preview in revision["previews"]] == [sharing.sibling["id"]]
    assert second["preview_files"] == []


def test_a_guest_is_shown_the_revision_whichever_part_of_it_the_playlist_shows(sharing: Sharing) -> None:
    entries = [{"entity_id": sharing.shot["id"], "preview_file_id": sharing.sibling["id"]}]
    sharing.studio.store(Playlist, sharing.shared_playlist["id"], shots=entries)
    [entry] = sharing.stranger.get(sharing.at())["shots"]
    assert [row["id"] for row in entry["preview_files"][sharing.animation["id"]]] == [sharing.shown["id"]]


@pytest.mark.parametrize(
    ("kind", "parent", "told"),
    [
        ("Sequence", "E01", "E01"),
        ("Edit", "E01", "E01"),
        ("Episode", None, ""),
        ("Concept", None, ""),
        ("Concept", "E01", ""),
        ("Props", "E01", "Props"),
    ],
)
def test_an_entry_is_told_with_its_parent_or_its_type(
    sharing: Sharing, kind: str, parent: str | None, told: str
) -> None:
    entity = sharing.studio.entity(kind, "X", sharing.project, sharing.episode if parent else None)
    link = sharing.moe.post(f"/data/playlists/{sharing.playlist(entries=[(entity,)])['id']}/share", {})
    [entry] = sharing.stranger.get(sharing.at(link=link))["shots"]
    assert (entry["name"], entry["parent_name"]) == ("X", told)


@pytest.mark.parametrize("shots", [None, [], {}, "x", ["x"], [{}], [{"id": 3}], [{"preview_file_task_id": ["x"]}], 3])
def test_a_playlist_of_nonsense_is_shown_without_it(sharing: Sharing, shots: Any) -> None:
    made = sharing.playlist(shots=shots)
    link = sharing.moe.post(f"/data/playlists/{made['id']}/share", {})
    for entry in sharing.stranger.get(sharing.at(link=link))["shots"]:
        assert "name" not in entry
    assert sharing.stranger.get(sharing.at("/context", link))["entities"] == []
    assert sharing.stranger.get(sharing.at("/comments", link)) == []
    sharing.stranger.get(sharing.at(f"/preview-files/{sharing.shown['id']}", link), status=403)


def test_an_entry_that_names_another_production_tells_nothing_of_it(sharing: Sharing) -> None:
    secret = sharing.studio.project("Secret")
    shot = sharing.studio.entity("Shot", "HIDDEN", secret)
    task = sharing.studio.task(shot, sharing.animation)
    preview = sharing.preview(task)
    entry = {"entity_id": shot["id"], "preview_file_id": preview["id"], "preview_file_task_id": task["id"]}
    made = sharing.playlist(shots=[entry, {"id": shot["id"], "preview_file_task_id": task["id"]}])
    link = sharing.moe.post(f"/data/playlists/{made['id']}/share", {})
    assert "HIDDEN" not in sharing.stranger.call("GET", sharing.at(link=link)).text
    assert sharing.stranger.get(sharing.at("/context", link))["entities"] == []
    sharing.stranger.get(sharing.at(f"/preview-files/{preview['id']}", link), status=403)
    guest = sharing.enter(link=link)
    said = sharing.body(guest_id=guest["id"], task_id=task["id"])
    sharing.stranger.post(sharing.at("/comments", link), said, status=403)


def test_the_context_is_the_production_without_its_team(sharing: Sharing) -> None:
    for status in (sharing.approved, sharing.internal):
        sharing.studio.add(ProjectTaskStatusLink, project_id=sharing.project["id"], task_status_id=status["id"])
    other = sharing.studio.task_type("Compositing")
    other_project = sharing.studio.project()
    sharing.studio.add(ProjectTaskTypeLink, project_id=other_project["id"], task_type_id=other["id"])
    context = sharing.stranger.get(sharing.at("/context"))
    assert context["project"] == {
        "id": sharing.project["id"],
        "name": "Big Fox",
        "fps": "24",
        "ratio": "16:9",
        "resolution": "1920x1080",
        "team": [],
    }
    assert [task_type["name"] for task_type in context["task_types"]] == ["Lighting", "Animation"]
    assert set(context["task_types"][0]) == {"id", "name", "color", "for_entity"}
    assert {status["name"]: status["is_client_allowed"] for status in context["task_statuses"]} == {
        "Approved": True,
        "Ready": False,
    }
    assert set(context["task_statuses"][0]) == {
        "id",
        "name",
        "short_name",
        "color",
        "is_client_allowed",
        "is_default",
        "for_concept",
    }
    assert context["entities"] == [
        {"id": sharing.shot["id"], "name": "SH01", "preview_file_id": None},
        {"id": sharing.other["id"], "name": "SH02", "preview_file_id": None},
    ]


def test_the_context_says_which_statuses_the_production_gives_to_clients(sharing: Sharing) -> None:
    for status, said in ((sharing.approved, False), (sharing.internal, True)):
        link = {"project_id": sharing.project["id"], "task_status_id": status["id"], "is_client_allowed": said}
        sharing.studio.add(ProjectTaskStatusLink, **link)
    statuses = sharing.stranger.get(sharing.at("/context"))["task_statuses"]
    assert {status["name"]: status["is_client_allowed"] for status in statuses} == {"Approved": False, "Ready": True}


def test_what_the_manager_changes_the_guest_sees(sharing: Sharing) -> None:
    sharing.stranger.get(sharing.at(f"/preview-files/{sharing.lit['id']}"), status=403)
    shots = [{"entity_id": sharing.shot["id"], "preview_file_id": sharing.lit["id"]}]
    sharing.moe.put(f"/data/playlists/{sharing.shared_playlist['id']}", {"shots": shots})
    sharing.stranger.get(sharing.at(f"/preview-files/{sharing.lit['id']}"))
    sharing.stranger.get(sharing.at(f"/preview-files/{sharing.shown['id']}"), status=403)


# --- the link ---


@pytest.mark.parametrize("token", [NOBODY, "x", "%00", "%25", "x" * 200, "' OR 1=1 --"])
def test_a_link_that_is_none_opens_nothing(sharing: Sharing, token: str) -> None:
    refused = sharing.stranger.get(f"/shared/playlists/{token}", status=404)
    assert refused["error"] is True
    sharing.stranger.post(f"/shared/playlists/{token}/guest", {}, status=404)
    sharing.stranger.post(f"/shared/playlists/{token}/comments", {}, status=404)


def test_everything_is_open_to_the_link(sharing: Sharing) -> None:
    assert dict(reads(sharing)) == dict.fromkeys(dict(reads(sharing)), 200)
    upper = sharing.link["token"].upper()
    sharing.stranger.get(f"/shared/playlists/{upper}")


def test_a_session_changes_nothing_at_a_link(sharing: Sharing) -> None:
    sharing.ada.get("/shared/playlists/x", status=404)
    sharing.art.get(sharing.at())
    sharing.stranger.get(sharing.at(), headers={"Authorization": "Bearer nonsense"})


@pytest.mark.parametrize(
    "values", [{"is_active": False}, {"expiration_date": "2001-01-01T00:00:00.000000"}], ids=["revoked", "expired"]
)
def test_a_link_that_ended_opens_nothing(sharing: Sharing, values: Row) -> None:
    comment = sharing.say()
    sharing.change(sharing.link, **values)
    assert set(dict(reads(sharing)).values()) == {404}
    stranger = sharing.stranger
    stranger.post(sharing.at("/guest"), {}, status=404)
    stranger.post(sharing.at("/comments"), sharing.body(), status=404)
    stranger.put(sharing.at(f"/comments/{comment['id']}"), sharing.body(), status=404)
    stranger.delete(sharing.at(f"/comments/{comment['id']}?guest_id={sharing.guest['id']}"), status=404)
    stranger.put(sharing.at("/annotations"), {}, status=404)
    assert sharing.send(sharing.at(f"/comments/{comment['id']}/attachments")).status == 404


def test_a_link_ends_at_its_moment(sharing: Sharing) -> None:
    link = sharing.share(expiration_date="2040-05-01T12:00:00+02:00")
    with time_machine.travel("2040-05-01T09:59:59Z", tick=False):
        sharing.stranger.get(sharing.at(link=link))
    with time_machine.travel("2040-05-01T10:00:01Z", tick=False):
        sharing.stranger.get(sharing.at(link=link), status=404)


# --- its password ---


@pytest.fixture
def locked(sharing: Sharing) -> Row:
    """A link with a password."""
    return sharing.share(password="open sesame")


def test_a_password_opens_every_route(sharing: Sharing, locked: Row) -> None:
    assert set(dict(reads(sharing, locked)).values()) == {404}
    assert set(dict(reads(sharing, locked, "?password=")).values()) == {404}
    assert set(dict(reads(sharing, locked, "?password=open%20sesame")).values()) == {200}
    key = "?password=open%20sesame"
    stranger = sharing.stranger
    stranger.post(sharing.at("/guest", locked), {}, status=404)
    guest = stranger.post(sharing.at("/guest", locked) + key, {})
    said = sharing.body(guest_id=guest["id"])
    stranger.post(sharing.at("/comments", locked), said, status=404)
    comment = stranger.post(sharing.at("/comments", locked) + key, said)
    stranger.put(sharing.at(f"/comments/{comment['id']}", locked), said, status=404)
    stranger.put(sharing.at(f"/comments/{comment['id']}", locked) + key, said)
    drawn = {"guest_id": guest["id"], "preview_file_id": sharing.shown["id"]}
    stranger.put(sharing.at("/annotations", locked), drawn, status=404)
    stranger.put(sharing.at("/annotations", locked) + key, drawn)
    own = sharing.at(f"/comments/{comment['id']}", locked)
    assert sharing.send(f"{own}/attachments", ("a.png", b"x", "image/png"), guest_id=guest["id"]).status == 404
    sent = sharing.send(f"{own}/attachments{key}", ("a.png", b"x", "image/png"), guest_id=guest["id"])
    [file] = sent.json["attachment_files"]
    fetched = sharing.at(f"/attachment-files/{file['id']}/file/a.png", locked)
    stranger.get(fetched, status=404)
    stranger.get(fetched + key)
    stranger.delete(f"{own}/attachments/{file['id']}?guest_id={guest['id']}", status=404)
    stranger.delete(f"{own}/attachments/{file['id']}{key}", {"guest_id": guest["id"]})
    stranger.delete(own, {"guest_id": guest["id"]}, status=404)
    stranger.delete(own + key, {"guest_id": guest["id"]})


def test_a_password_at_a_link_that_has_none_is_passed_over(sharing: Sharing) -> None:
    assert set(dict(reads(sharing, query="?password=x")).values()) == {200}


def test_a_wrong_password_looks_like_no_link(sharing: Sharing, locked: Row) -> None:
    unknown = sharing.stranger.get(f"/shared/playlists/{NOBODY}?password=x", status=404)
    for query in ("?password=x", "?password=Open%20sesame", "?password=%00", "?password=" + "x" * 5000):
        assert sharing.stranger.get(sharing.at(link=locked) + query, status=404) == unknown


def test_a_bcrypt_password_of_an_imported_studio_opens_its_link(sharing: Sharing, locked: Row) -> None:
    sharing.change(locked, password=bcrypt.hashpw(b"old", bcrypt.gensalt(4)).decode())
    sharing.stranger.get(sharing.at(link=locked) + "?password=open%20sesame", status=404)
    sharing.stranger.get(sharing.at(link=locked) + "?password=old")


def cookie_of(answer: Answered) -> str:
    """The pass that an answer gives, as a browser sends it back."""
    [cookie] = [cookie for cookie in answer.result.cookies.values() if cookie.name.startswith("share_")]
    return f"{cookie.name}={cookie.value}"


def test_a_right_password_gives_a_pass_for_every_route(sharing: Sharing, locked: Row) -> None:
    answer = sharing.stranger.call("GET", sharing.at(link=locked) + "?password=open%20sesame")
    [cookie] = answer.result.cookies.values()
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.max_age == 12 * 60 * 60
    assert locked["token"] not in f"{cookie.name}={cookie.value}"
    headers = {"Cookie": cookie_of(answer)}
    for path, _ in reads(sharing, locked):
        assert sharing.stranger.call("GET", sharing.at(path, locked), headers=headers).status == 200
    guest = sharing.stranger.post(sharing.at("/guest", locked), {}, headers=headers)
    sharing.stranger.post(sharing.at("/comments", locked), sharing.body(guest_id=guest["id"]), headers=headers)
    assert not sharing.stranger.call("GET", sharing.at(link=locked), headers=headers).result.cookies


def test_a_link_without_password_gives_no_pass(sharing: Sharing) -> None:
    assert not sharing.stranger.call("GET", sharing.at() + "?password=x").result.cookies


def test_a_pass_does_not_stand_for_a_wrong_password(sharing: Sharing, locked: Row) -> None:
    answer = sharing.stranger.call("GET", sharing.at(link=locked) + "?password=open%20sesame")
    headers = {"Cookie": cookie_of(answer)}
    sharing.stranger.get(sharing.at(link=locked) + "?password=x", headers=headers, status=404)


def test_a_pass_ends_with_its_time_its_password_and_its_link(sharing: Sharing, locked: Row) -> None:
    path, key = sharing.at(link=locked), "?password=open%20sesame"
    headers = {"Cookie": cookie_of(sharing.stranger.call("GET", path + key))}
    with time_machine.travel(time.time() + 11 * 3600, tick=False):
        sharing.stranger.get(path, headers=headers)
    with time_machine.travel(time.time() + 13 * 3600, tick=False):
        sharing.stranger.get(path, headers=headers, status=404)
    sharing.change(locked, password=passwords.hash_password("open sesame"))
    sharing.stranger.get(path, headers=headers, status=404)
    headers = {"Cookie": cookie_of(sharing.stranger.call("GET", path + key))}
    sharing.stranger.get(path, headers=headers)
    sharing.moe.delete(f"{sharing.links}/{locked['token']}", status=200)
    sharing.stranger.get(path, headers=headers, status=404)


def test_a_pass_of_another_link_or_of_ones_own_making_opens_nothing(sharing: Sharing, locked: Row) -> None:
    other = sharing.share(password="open sesame")
    value = cookie_of(sharing.stranger.call("GET", sharing.at(link=other) + "?password=open%20sesame")).split("=", 1)[1]
    own = cookie_of(sharing.stranger.call("GET", sharing.at(link=locked) + "?password=open%20sesame"))
    name, right = own.split("=", 1)
    signed, _, signature = right.rpartition(".")
    other_signature = ("A" if signature[0] != "A" else "B") + signature[1:]
    for forged in (value, "", "x", signed, f"{signed}.{other_signature}", f"x{right}", sharing.ada.token):
        sharing.stranger.get(sharing.at(link=locked), headers={"Cookie": f"{name}={forged}"}, status=404)
    sharing.stranger.get(sharing.at(link=locked), headers={"Cookie": own})


def test_guessing_passwords_is_slow(sharing: Sharing, locked: Row) -> None:
    path = sharing.at(link=locked)
    headers = {"Cookie": cookie_of(sharing.stranger.call("GET", path + "?password=open%20sesame"))}
    for number in range(5):
        sharing.stranger.get(f"{path}/context?password={number}", status=404)
    sharing.stranger.get(path + "?password=open%20sesame", status=404)
    sharing.stranger.post(sharing.at("/guest", locked) + "?password=open%20sesame", {}, status=404)
    sharing.stranger.get(path, headers=headers)
    other = sharing.share(password="other")
    sharing.stranger.get(sharing.at(link=other) + "?password=other")
    with time_machine.travel(time.time() + 61, tick=False):
        sharing.stranger.get(path + "?password=open%20sesame")


def test_a_link_that_ends_while_a_file_comes_in_takes_it_no_more(sharing: Sharing, locked: Row) -> None:
    """The link is looked at when the request comes, and again with its whole body there."""
    studio, at = sharing.studio, sharing.at("/guest")

    class Slow:
        """A body whose reading takes as long as somebody needs to revoke the link."""

        def read(self, size: int = -1) -> bytes:
            sharing.moe.delete(f"{sharing.links}/{sharing.link['token']}", status=200)
            return b'{"first_name": "Late"}'

    environ = falcon.testing.create_environ(at, method="POST", headers={"Content-Type": "application/json"})
    environ |= {"wsgi.input": Slow(), "CONTENT_LENGTH": "22"}
    answered: list[str] = []
    b"".join(studio.app(environ, lambda status, headers, problem=None: answered.append(status)))
    assert answered == ["404 Not Found"]
    assert studio.stored(PlaylistShareLink, sharing.link["id"])["is_active"] in (False, 0)


# --- previews ---


def test_the_previews_of_the_shown_revision_are_open_and_no_others(sharing: Sharing) -> None:
    for preview in (sharing.shown, sharing.sibling):
        row = sharing.stranger.get(sharing.at(f"/preview-files/{preview['id']}"))
        whole = sharing.studio.row(PreviewFile, preview["id"])
        assert row == {key: value for key, value in whole.items() if key != "comments"}
    for preview in (sharing.older, sharing.lit, sharing.foreign):
        sharing.keep(preview, MOVIE, b"secret")
        for path in ("", "/download"):
            sharing.stranger.get(sharing.at(f"/preview-files/{preview['id']}{path}"), status=403)
        sharing.stranger.get(sharing.at(f"/movies/originals/preview-files/{preview['id']}.mp4"), status=403)
        sharing.stranger.get(sharing.at(f"/pictures/originals/preview-files/{preview['id']}.exe"), status=403)
    for unknown in (NOBODY, "x"):
        sharing.stranger.get(sharing.at(f"/preview-files/{unknown}"), status=404)


def test_a_preview_listed_under_an_entity_that_is_not_its_own_stays_closed(sharing: Sharing) -> None:
    crossed = sharing.playlist(shots=[{"entity_id": sharing.shot["id"], "preview_file_id": sharing.foreign["id"]}])
    link = sharing.moe.post(f"/data/playlists/{crossed['id']}/share", {})
    sharing.stranger.get(sharing.at(f"/preview-files/{sharing.foreign['id']}", link), status=403)


def test_a_deleted_preview_in_the_list_is_skipped(sharing: Sharing) -> None:
    gone = {"entity_id": sharing.shot["id"], "preview_file_id": NOBODY}
    with sharing.studio.tracker.work() as work:
        work.update(Playlist, sharing.shared_playlist["id"], shots=[gone, *sharing.shared_playlist["shots"]])
    sharing.stranger.get(sharing.at(f"/preview-files/{sharing.sibling['id']}"))
    sharing.stranger.get(sharing.at(f"/preview-files/{sharing.older['id']}"), status=403)
    sharing.stranger.get(sharing.at(f"/preview-files/{NOBODY}"), status=404)


def test_a_playlist_without_entries_opens_no_preview_not_even_an_unknown_one(sharing: Sharing) -> None:
    link = sharing.moe.post(f"/data/playlists/{sharing.playlist(shots=[])['id']}/share", {})
    sharing.stranger.get(sharing.at(f"/preview-files/{NOBODY}", link), status=403)


def test_movies_fall_back_and_pictures_do_not(sharing: Sharing) -> None:
    movie = sharing.at(f"/movies/originals/preview-files/{sharing.shown['id']}.mp4")
    sharing.stranger.get(movie, status=404)
    for kind in (SOURCE, LOW, MOVIE):
        sharing.keep(sharing.shown, kind, kind.encode())
        answer = sharing.stranger.call("GET", movie)
        assert (answer.content, answer.headers["content-type"]) == (kind.encode(), "video/mp4")
    assert answer.headers["cache-control"] == "max-age=604800, private"
    part = sharing.stranger.call("GET", movie, headers={"Range": "bytes=1-2"})
    assert (part.status, part.content) == (206, MOVIE.encode()[1:3])
    assert sharing.stranger.call("HEAD", movie).headers["content-length"] == str(len(MOVIE))
    sharing.stranger.get(sharing.at(f"/pictures/originals/preview-files/{sharing.shown['id']}.png"), status=404)
    sharing.stranger.get(sharing.at(f"/movies/tiles/preview-files/{sharing.shown['id']}.png"), status=404)


def test_other_files_come_as_they_were_sent(sharing: Sharing) -> None:
    scene = sharing.preview(sharing.animating, 2, position=3, extension="gif")
    sharing.keep(scene, FILE, b"GIF89a")
    original = sharing.at(f"/pictures/originals/preview-files/{scene['id']}")
    answer = sharing.stranger.call("GET", f"{original}.gif")
    assert (answer.content, answer.headers["content-type"]) == (b"GIF89a", "application/octet-stream")
    assert sharing.stranger.get(f"{original}.exe", status=400)["message"] == "Extension not allowed: exe"
    saved = sharing.stranger.call("GET", sharing.at(f"/preview-files/{scene['id']}/download"))
    name = "big_fox_e01_se01_sh01_animation_v2-3.gif"
    assert saved.headers["content-disposition"] == f"attachment; filename={name}"
    assert saved.content == b"GIF89a"


def test_what_is_not_shared_is_not_there(sharing: Sharing) -> None:
    preview = f"preview-files/{sharing.shown['id']}"
    for path in (
        f"/pictures/previews/{preview}.png",
        f"/pictures/thumbnails-square/{preview}.png",
        f"/movies/low/{preview}.mp4",
        f"/movies/source/{preview}.mp4",
    ):
        sharing.stranger.get(sharing.at(path), status=404)
        sharing.stranger.get(path, status=401)
