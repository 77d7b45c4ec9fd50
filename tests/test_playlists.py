"""Playlists: listing them, looking at them (contract 06, 4.7, 5.1 and 5.4)."""

from typing import Any

import pytest
from review import Review
from studio import Member, Studio

from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.reviews import BuildJob, Playlist, PreviewFile
from kitsulite.models.tasks import TaskPersonLink

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def review(studio: Studio) -> Review:
    return Review(studio)


# --- lists ---


def test_a_listed_playlist_tells_what_it_shows_first_and_not_what_follows(review: Review) -> None:
    shown = review.preview(review.animating)
    made = review.playlist(
        "Dailies", [(review.shot, shown), (review.other,)], for_entity=None, created_by=review.sue.id
    )
    [listed] = review.art.get(review.path())
    assert listed == {
        "type": "Playlist",
        "id": made["id"],
        "name": "Dailies",
        "project_id": review.project["id"],
        "episode_id": None,
        "task_type_id": None,
        "for_client": False,
        "for_entity": "shot",
        "is_for_all": False,
        "created_at": made["created_at"],
        "updated_at": made["updated_at"],
        "created_by": review.sue.id,
        "first_preview_file_id": shown["id"],
    }


@pytest.mark.parametrize("shots", [None, [], {}, "x", ["x"], [{}], [{"preview_file_id": None}], 3])
def test_a_playlist_that_shows_no_preview_first_does_not_tell_of_one(review: Review, shots: Any) -> None:
    review.playlist(shots=shots)
    [listed] = review.moe.get(review.path())
    assert "first_preview_file_id" not in listed


def test_playlists_come_by_twenties_the_latest_change_first(review: Review) -> None:
    for number in range(25):
        review.playlist(f"P{number:02d}", updated_at=f"2024-05-01T10:00:{number:02d}.000000")
    names = [f"P{number:02d}" for number in reversed(range(25))]
    assert review.names(review.moe) == review.names(review.moe, "?page=1") == names[:20]
    assert review.names(review.moe, "?page=-1") == names[:20]
    assert review.names(review.moe, "?page=2") == names[20:]
    assert review.names(review.moe, "?page=3") == []
    review.moe.get(f"{review.path()}?page=x", status=400)


def test_playlists_are_sorted_by_any_column(review: Review) -> None:
    for number, name in enumerate("BCA"):
        moments = {
            "created_at": f"2024-05-01T10:00:0{number}.000000",
            "updated_at": f"2024-05-01T11:00:0{2 - number}.000000",
        }
        review.playlist(
            name, is_for_all=name == "B", episode_id=review.episode["id"] if name == "C" else None, **moments
        )
    assert review.names(review.moe, "?sort_by=name") == ["A", "B", "C"]
    assert review.names(review.moe, "?sort_by=created_at") == ["A", "C", "B"]
    assert review.names(review.moe, "?sort_by=updated_at") == review.names(review.moe, "?sort_by=x") == ["B", "C", "A"]
    assert review.names(review.moe, "?sort_by=is_for_all")[-1] == "B"
    assert review.names(review.moe, "?sort_by=episode_id")[0] == "C"
    assert len(review.names(review.moe, "?sort_by=shots")) == 3


def test_playlists_of_a_task_type(review: Review) -> None:
    review.playlist("Any")
    review.playlist("Lit", task_type_id=review.lighting["id"])
    assert review.names(review.moe, f"?task_type_id={review.lighting['id']}") == ["Lit"]
    assert len(review.names(review.moe, "?task_type_id=")) == 2
    review.moe.get(f"{review.path()}?task_type_id=x", status=400)


def test_playlists_of_an_episode_of_the_main_pack_and_of_all(review: Review) -> None:
    review.playlist("E01", episode_id=review.episode["id"])
    review.playlist("Main")
    review.playlist("Null", is_for_all=None)
    review.playlist("All", is_for_all=True)

    def of(episode_id: str, project_id: str = review.project["id"]) -> set[str]:
        path = f"/data/projects/{project_id}/episodes/{episode_id}/playlists"
        return {row["name"] for row in review.moe.get(path)}

    assert of(review.episode["id"]) == {"E01"}
    assert of("main") == {"Main", "Null"}
    assert of("all") == {"All"}
    elsewhere = review.studio.project(team=[review.moe])
    assert of(review.episode["id"], elsewhere["id"]) == set()
    for unknown in (NOBODY, "x", review.shot["id"]):
        review.moe.get(f"/data/projects/{review.project['id']}/episodes/{unknown}/playlists", status=404)


def test_the_team_lists_playlists_but_vendors_do_not(review: Review) -> None:
    for who in (review.ada, review.moe, review.sue, review.art, review.clo):
        who.get(review.path())
    review.vic.get(review.path(), status=403)
    review.studio.person(role="manager").get(review.path(), status=403)
    review.moe.get(f"/data/projects/{NOBODY}/playlists", status=404)


def test_clients_are_shown_what_is_made_for_them(review: Review) -> None:
    inside = review.playlist("Inside")
    outside = review.playlist("Outside", for_client=True)
    assert review.names(review.clo) == ["Outside"]
    review.clo.get(review.path(outside))
    review.clo.get(review.path(inside), status=403)
    lent = review.studio.person("Lee", role="manager")
    review.studio.join(review.project, lent, role="client")
    assert review.names(lent) == ["Outside"]
    lent.get(review.path(inside), status=403)


def test_admins_get_the_rows_of_all_playlists(review: Review) -> None:
    made = review.playlist("A", [(review.shot,)], updated_at="2024-05-01T10:00:00.000000")
    review.playlist("B")
    build = review.studio.add(BuildJob, playlist_id=made["id"])
    rows = review.ada.get(f"{review.path()}/all")
    assert [row["name"] for row in rows] == ["B", "A"]
    assert rows[1] == {**made, "build_jobs": [build["id"]]}
    page = review.ada.get(f"{review.path()}/all?page=1")
    assert {key: page[key] for key in page if key != "data"} == {
        "total": 2,
        "nb_pages": 1,
        "limit": 100,
        "offset": 0,
        "page": 1,
    }
    assert page["data"] == rows
    review.moe.get(f"{review.path()}/all", status=403)
    review.ada.get(f"/data/projects/{NOBODY}/playlists/all", status=404)


# --- one playlist ---


def light(preview: dict[str, Any]) -> dict[str, Any]:
    keys = ("id", "revision", "extension", "width", "height", "duration", "created_at", "task_id")
    return {**{key: preview[key] for key in keys}, "status": preview["status"].capitalize()}


def test_an_entry_has_the_previews_of_its_entity_and_tells_of_its_own(review: Review) -> None:
    first = review.preview(review.animating, 1, annotations=[{"time": 0}])
    beside = review.preview(review.animating, 2, position=2)
    second = review.preview(review.animating, 2, status="broken", duration=None, annotations=[{"time": 1}])
    lit = review.preview(review.lighting_it, extension="png")
    made = review.playlist("Dailies", [(review.shot, second), (review.other,)])
    old, new = (review.studio.add(BuildJob, playlist_id=made["id"], created_at=f"2024-05-0{day}") for day in (1, 2))
    detail = review.art.get(review.path(made))
    entry, empty = detail.pop("shots")
    assert detail == {key: made[key] for key in made if key != "shots"} | {
        "build_jobs": [{"id": job["id"], "status": "running", "created_at": job["created_at"]} for job in (new, old)]
    }
    leading = {**light(second), "duration": 0.0}
    assert entry == {
        "id": review.shot["id"],
        "entity_id": review.shot["id"],
        "preview_files": {
            review.animation["id"]: [{**leading, "previews": [light(beside)]}, {**light(first), "previews": []}],
            review.lighting["id"]: [{**light(lit), "previews": []}],
        },
        **{f"preview_file_{key}": leading[key] for key in leading if key != "created_at"},
        "preview_file_previews": [light(beside)],
    }
    assert entry["preview_file_status"] == "Broken"
    assert list(entry["preview_files"]) == [review.animation["id"], review.lighting["id"]]
    assert empty == {"id": review.other["id"], "entity_id": review.other["id"], "preview_files": []}


def test_a_preview_that_is_not_the_first_of_its_revision_has_none_beside_it(review: Review) -> None:
    review.preview(review.animating)
    beside = review.preview(review.animating, position=2)
    [entry] = review.art.get(review.path(review.playlist(entries=[(review.shot, beside)])))["shots"]
    assert entry["preview_file_id"] == beside["id"]
    assert entry["preview_file_previews"] == []


def test_a_revision_goes_by_position_and_not_by_age(review: Review) -> None:
    oldest = review.preview(review.animating, position=2)
    leading = review.preview(review.animating, position=1)
    [entry] = review.art.get(review.path(review.playlist(entries=[(review.shot,)])))["shots"]
    [revision] = entry["preview_files"][review.animation["id"]]
    assert (revision["id"], [other["id"] for other in revision["previews"]]) == (leading["id"], [oldest["id"]])


def test_a_preview_may_be_of_another_entity_of_the_playlist(review: Review) -> None:
    foreign = review.preview(review.others_task)
    both = review.playlist("Both", [(review.shot, foreign), (review.other,)])
    one = review.playlist("One", [(review.shot, foreign)])
    assert review.art.get(review.path(both))["shots"][0]["preview_file_task_id"] == review.others_task["id"]
    assert "preview_file_id" not in review.art.get(review.path(one))["shots"][0]


def test_an_entry_keeps_what_was_stored_with_it_but_for_a_preview_that_is_gone(review: Review) -> None:
    stored: list[Any] = [
        {"id": review.shot["id"], "preview_file_id": NOBODY, "note": "look", "preview_file_task_id": "x"},
        {"shot_id": review.shot["id"], "preview_file_task_id": "kept"},
        {"entity_id": "x", "preview_file_id": 3},
        {"id": "", "entity_id": review.shot["id"], "preview_file_id": None},
        "no entry",
    ]
    entries = review.art.get(review.path(review.playlist(shots=stored)))["shots"]
    assert entries == [
        {"id": review.shot["id"], "note": "look", "preview_file_task_id": "x", "preview_files": []},
        {"id": review.shot["id"], "shot_id": review.shot["id"], "preview_file_task_id": "kept", "preview_files": []},
        {"id": "x", "entity_id": "x", "preview_files": []},
        {"id": "", "entity_id": review.shot["id"], "preview_files": []},
    ]


def test_a_playlist_without_entries_is_an_empty_one(review: Review) -> None:
    for shots in (None, [], {}, "x"):
        assert review.art.get(review.path(review.playlist(shots=shots)))["shots"] == []


def test_the_same_shot_may_be_there_twice(review: Review) -> None:
    one, two = (review.preview(review.animating, revision) for revision in (1, 2))
    made = review.playlist(entries=[(review.shot, one), (review.shot, two)])
    assert [entry["preview_file_revision"] for entry in review.art.get(review.path(made))["shots"]] == [1, 2]


def test_two_tasks_of_a_type_keep_their_revisions_apart(review: Review) -> None:
    second = review.studio.task(review.shot, review.animation, name="second")
    made = {review.preview(task)["id"] for task in (review.animating, second)}
    [entry] = review.art.get(review.path(review.playlist(entries=[(review.shot,)])))["shots"]
    revisions = entry["preview_files"][review.animation["id"]]
    assert {revision["id"] for revision in revisions} == made
    assert [revision["previews"] for revision in revisions] == [[], []]


def test_a_playlist_is_looked_at_in_its_own_project(review: Review) -> None:
    made = review.playlist()
    elsewhere = review.studio.project(team=[review.moe])
    review.moe.get(f"/data/projects/{elsewhere['id']}/playlists/{made['id']}", status=404)
    for unknown in (NOBODY, "x"):
        review.moe.get(f"{review.path()}/{unknown}", status=404)
    review.vic.get(review.path(made), status=403)
    review.studio.person(role="manager").get(review.path(made), status=403)


def test_the_number_of_queries_does_not_grow_with_the_playlist(review: Review) -> None:
    small = review.playlist(entries=[(review.shot, review.preview(review.animating))])
    shots = [review.studio.entity("Shot", f"X{number}", review.project, review.sequence) for number in range(15)]
    entries = [(shot, review.preview(review.studio.task(shot, review.animation))) for shot in shots]
    large = review.playlist(entries=entries)
    db = review.studio.tracker.db

    def statements(playlist: dict[str, Any]) -> int:
        before = db.statements
        review.moe.get(review.path(playlist))
        return db.statements - before

    statements(small)
    assert statements(small) == statements(large)


# --- the previews of an entity ---


def test_the_previews_of_an_entity_are_offered_with_what_is_drawn_on_them(review: Review) -> None:
    oldest = review.preview(review.animating, position=2, annotations=[{"time": 0}])
    later = review.preview(review.animating, position=1, data={"original_width": 4096})
    path = f"/data/playlists/entities/{review.shot['id']}/preview-files"
    [revision] = review.art.get(path)[review.animation["id"]]
    assert (revision["id"], revision["status"], revision["annotations"]) == (oldest["id"], "ready", [{"time": 0}])
    [sibling] = revision["previews"]
    assert (sibling["id"], sibling["position"], sibling["original_width"]) == (later["id"], 1, 4096)
    assert review.art.get(f"/data/playlists/entities/{review.other['id']}/preview-files") == {}


def test_vendors_look_at_the_previews_of_what_they_work_on(review: Review) -> None:
    path = f"/data/playlists/entities/{review.shot['id']}/preview-files"
    review.vic.get(path, status=403)
    review.studio.link(TaskPersonLink, task_id=review.animating["id"], person_id=review.vic.id)
    review.vic.get(path)
    review.art.get(f"/data/playlists/entities/{NOBODY}/preview-files", status=404)


# --- previews under way ---


def test_previews_that_are_not_ready_are_listed_for_admins(review: Review) -> None:
    broken = review.preview(review.animating, 1, status="broken")
    running = review.preview(review.animating, 2, status="processing")
    missing = review.preview(review.lighting_it, status="missing")
    review.preview(review.lighting_it, 2)
    closed = review.studio.project("Old", status="Closed")
    review.preview(review.studio.task(review.studio.entity("Shot", "SH09", closed)), status="broken")
    path = "/data/playlists/preview-files/running"
    rows = review.ada.get(path)
    assert [row["id"] for row in rows] == [missing["id"], running["id"], broken["id"]]
    assert rows[0] == {key: missing[key] for key in missing if key != "comments"} | {
        "project_id": review.project["id"],
        "task_type_id": review.lighting["id"],
        "full_entity_name": "E01 / SE01 / SH01",
    }
    assert [row["id"] for row in review.ada.get(f"{path}?limit=1")] == [missing["id"]]
    after = review.ada.get(f"{path}?limit=1&cursor_preview_file_id={missing['id']}")
    assert [row["id"] for row in after] == [running["id"]]
    review.moe.get(path, status=403)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("cursor_preview_file_id=x", "The cursor_preview_file_id parameter is not a valid id"),
        (f"cursor_preview_file_id={NOBODY}", f"No preview file found with id: {NOBODY}"),
        ("limit=x", "Wrong value for parameter limit."),
    ],
)
def test_an_end_of_the_list_that_makes_no_sense_is_refused(review: Review, query: str, message: str) -> None:
    answer = review.ada.get(f"/data/playlists/preview-files/running?{query}", status=400)
    assert answer["message"] == message


# --- telling clients ---


def told(review: Review) -> list[str]:
    """Who was notified of a playlist, by first name."""
    members = [value for value in vars(review).values() if isinstance(value, Member)]
    rows = {member.row["first_name"]: member.get("/data/user/notifications") for member in members}
    return sorted(
        name for name, found in rows.items() if any(row["notification_type"] == "playlist-ready" for row in found)
    )


def notify(who: Member, playlist: dict[str, Any], body: Any = None, status: int = 200) -> Any:
    return who.post(f"/data/playlists/{playlist['id']}/notify-clients", body, status=status)


def test_the_clients_of_the_team_are_told_of_a_playlist(review: Review) -> None:
    made = review.playlist("Dailies", for_client=True)
    assert notify(review.moe, made) == {"status": "success"}
    assert told(review) == ["Clo"]
    [notification] = review.clo.get("/data/user/notifications")
    assert (notification["author_id"], notification["playlist_id"]) == (review.moe.id, made["id"])
    assert (notification["playlist_name"], notification["project_name"]) == ("Dailies", "Big Fox")


def test_who_is_a_client_is_said_by_the_team(review: Review) -> None:
    with review.studio.tracker.work() as work:
        for member, role in ((review.art, "client"), (review.clo, "user")):
            own = (ProjectPersonLink.person_id == member.id) & (ProjectPersonLink.project_id == review.project["id"])
            work.db.run(ProjectPersonLink.update(role=role).where(own))
    notify(review.moe, review.playlist())
    assert told(review) == ["Art"]


def test_clients_of_one_studio_or_department_are_told(review: Review) -> None:
    from kitsulite.models.people import Person
    from kitsulite.models.people import Studio as StudioRow

    house = review.studio.add(StudioRow, name="House", color="#000000")
    department = review.studio.department("Sales")
    made = review.playlist()
    for body in ({"studio_id": house["id"]}, {"department_id": department["id"]}):
        notify(review.moe, made, body)
        assert told(review) == []
    with review.studio.tracker.work() as work:
        work.update(Person, review.clo.id, studio_id=house["id"])
    notify(review.moe, made, {"studio_id": house["id"], "department_id": ""})
    assert told(review) == ["Clo"]
    notify(review.moe, made, {"studio_id": "x"}, status=400)


def test_managers_tell_clients(review: Review) -> None:
    made = review.playlist()
    for who in (review.sue, review.art, review.clo, review.vic):
        notify(who, made, status=403)
    notify(review.ada, {"id": NOBODY}, status=404)


def test_a_notified_playlist_can_be_deleted(review: Review) -> None:
    made = review.playlist()
    notify(review.moe, made)
    review.moe.delete(f"/data/playlists/{made['id']}")
    assert told(review) == []


def test_nothing_of_a_playlist_changes_by_looking(review: Review) -> None:
    shown = review.preview(review.animating)
    made = review.playlist(entries=[(review.shot, shown)])
    review.moe.get(review.path(made))
    assert review.studio.row(Playlist, made["id"]) == made
    assert review.studio.row(PreviewFile, shown["id"]) == shown
