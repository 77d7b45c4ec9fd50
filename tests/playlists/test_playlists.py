"""Playlists: listing them, looking at them (docs/api/previews.md)."""

from typing import Any

import pytest
from screening import Screening
from studio import NOBODY, Member, Studio

from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.reviews import BuildJob, Playlist, PreviewFile
from kitsulite.models.tasks import TaskPersonLink


@pytest.fixture
def screening(studio: Studio) -> Screening:
    return Screening(studio)


# --- lists ---


def test_a_listed_playlist_tells_what_it_shows_first_and_not_what_follows(screening: Screening) -> None:
    shown = screening.preview(screening.animating)
    made = screening.playlist(
        "Dailies", [(screening.shot, shown), (screening.other,)], for_entity=None, created_by=screening.sue.id
    )
    [listed] = screening.art.get(screening.path())
    assert listed == {
        "type": "Playlist",
        "id": made["id"],
        "name": "Dailies",
        "project_id": screening.project["id"],
        "episode_id": None,
        "task_type_id": None,
        "for_client": False,
        "for_entity": "shot",
        "is_for_all": False,
        "created_at": made["created_at"],
        "updated_at": made["updated_at"],
        "created_by": screening.sue.id,
        "first_preview_file_id": shown["id"],
    }


@pytest.mark.parametrize("shots", [None, [], {}, "x", ["x"], [{}], [{"preview_file_id": None}], 3])
def test_a_playlist_that_shows_no_preview_first_does_not_tell_of_one(screening: Screening, shots: Any) -> None:
    screening.playlist(shots=shots)
    [listed] = screening.moe.get(screening.path())
    assert "first_preview_file_id" not in listed


def test_playlists_come_by_twenties_the_latest_change_first(screening: Screening) -> None:
    for number in range(25):
        screening.playlist(f"P{number:02d}", updated_at=f"2024-05-01T10:00:{number:02d}.000000")
    names = [f"P{number:02d}" for number in reversed(range(25))]
    assert screening.names(screening.moe) == screening.names(screening.moe, "?page=1") == names[:20]
    assert screening.names(screening.moe, "?page=-1") == names[:20]
    assert screening.names(screening.moe, "?page=2") == names[20:]
    assert screening.names(screening.moe, "?page=3") == []
    screening.moe.get(f"{screening.path()}?page=x", status=400)


def test_playlists_are_sorted_by_any_column(screening: Screening) -> None:
    for number, name in enumerate("BCA"):
        moments = {
            "created_at": f"2024-05-01T10:00:0{number}.000000",
            "updated_at": f"2024-05-01T11:00:0{2 - number}.000000",
        }
        screening.playlist(
            name, is_for_all=name == "B", episode_id=screening.episode["id"] if name == "C" else None, **moments
        )
    assert screening.names(screening.moe, "?sort_by=name") == ["A", "B", "C"]
    assert screening.names(screening.moe, "?sort_by=created_at") == ["A", "C", "B"]
    assert (
        screening.names(screening.moe, "?sort_by=updated_at")
        == screening.names(screening.moe, "?sort_by=x")
        == ["B", "C", "A"]
    )
    assert screening.names(screening.moe, "?sort_by=is_for_all")[-1] == "B"
    assert screening.names(screening.moe, "?sort_by=episode_id")[0] == "C"
    assert len(screening.names(screening.moe, "?sort_by=shots")) == 3


def test_playlists_of_a_task_type(screening: Screening) -> None:
    screening.playlist("Any")
    screening.playlist("Lit", task_type_id=screening.lighting["id"])
    assert screening.names(screening.moe, f"?task_type_id={screening.lighting['id']}") == ["Lit"]
    assert len(screening.names(screening.moe, "?task_type_id=")) == 2
    screening.moe.get(f"{screening.path()}?task_type_id=x", status=400)


def test_playlists_of_an_episode_of_the_main_pack_and_of_all(screening: Screening) -> None:
    screening.playlist("E01", episode_id=screening.episode["id"])
    screening.playlist("Main")
    screening.playlist("Null", is_for_all=None)
    screening.playlist("All", is_for_all=True)

    def of(episode_id: str, project_id: str = screening.project["id"]) -> set[str]:
        path = f"/data/projects/{project_id}/episodes/{episode_id}/playlists"
        return {row["name"] for row in screening.moe.get(path)}

    assert of(screening.episode["id"]) == {"E01"}
    assert of("main") == {"Main", "Null"}
    assert of("all") == {"All"}
    elsewhere = screening.studio.project(team=[screening.moe])
    assert of(screening.episode["id"], elsewhere["id"]) == set()
    for unknown in (NOBODY, "x", screening.shot["id"]):
        screening.moe.get(f"/data/projects/{screening.project['id']}/episodes/{unknown}/playlists", status=404)


def test_the_team_lists_playlists_but_vendors_do_not(screening: Screening) -> None:
    for who in (screening.ada, screening.moe, screening.sue, screening.art, screening.clo):
        who.get(screening.path())
    screening.vic.get(screening.path(), status=403)
    screening.studio.person(role="manager").get(screening.path(), status=403)
    screening.moe.get(f"/data/projects/{NOBODY}/playlists", status=404)


def test_clients_are_shown_what_is_made_for_them(screening: Screening) -> None:
    inside = screening.playlist("Inside")
    outside = screening.playlist("Outside", for_client=True)
    assert screening.names(screening.clo) == ["Outside"]
    screening.clo.get(screening.path(outside))
    screening.clo.get(screening.path(inside), status=403)
    lent = screening.studio.person("Lee", role="manager")
    screening.studio.join(screening.project, lent, role="client")
    assert screening.names(lent) == ["Outside"]
    lent.get(screening.path(inside), status=403)


def test_the_rows_of_playlists_follow_the_role_in_each_production(screening: Screening) -> None:
    studio = screening.studio
    inside, outside = screening.playlist("Inside"), screening.playlist("Outside", for_client=True)

    def listed(who: Member) -> set[str]:
        return {row["id"] for row in who.get("/data/playlists")}

    both = {inside["id"], outside["id"]}
    assert listed(screening.art) == listed(screening.moe) == both
    assert listed(screening.clo) == {outside["id"]}
    screening.vic.get("/data/playlists", status=403)
    elsewhere = studio.project("Small Fox")
    for role, seen in (("client", {outside["id"]}), ("vendor", set()), ("user", both)):
        for in_studio in ("manager", "vendor", "client"):
            member = studio.person(role=in_studio)
            studio.join(screening.project, member, role)
            studio.join(elsewhere, member, "user")
            assert listed(member) == seen, (in_studio, role)


def test_an_entry_that_is_pinned_to_a_preview_of_another_entity_loses_the_pin_in_a_new_playlist(
    screening: Screening,
) -> None:
    own, others = screening.preview(screening.animating), screening.preview(screening.others_task)
    entries = [
        {"entity_id": screening.shot["id"], "preview_file_id": own["id"]},
        {"entity_id": screening.shot["id"], "preview_file_id": others["id"]},
        {"entity_id": screening.other["id"], "preview_file_id": others["id"].upper()},
        {"entity_id": screening.other["id"], "preview_file_id": []},
        {"preview_file_id": others["id"]},
    ]
    body = {"name": "New", "project_id": screening.project["id"], "shots": entries}
    made = screening.moe.post("/data/playlists", body)
    assert [entry.get("preview_file_id") for entry in made["shots"]] == [
        own["id"],
        None,
        others["id"].upper(),
        None,
        others["id"],
    ]
    changed = screening.moe.put(f"/data/playlists/{made['id']}", {"shots": entries[1:2]})
    assert changed["shots"] == entries[1:2], "in one that is there it is meant so"


def test_playlists_of_an_episode_by_what_they_show(screening: Screening) -> None:
    for kind in ("shot", "asset"):
        screening.playlist(kind, episode_id=screening.episode["id"], for_entity=kind)
    path = f"/data/projects/{screening.project['id']}/episodes/{screening.episode['id']}/playlists"
    assert [row["name"] for row in screening.moe.get(f"{path}?for_entity=asset")] == ["asset"]
    assert len(screening.moe.get(path)) == 2
    assert screening.moe.get(f"{path}?for_entity=edit") == []


def test_admins_get_the_rows_of_all_playlists(screening: Screening) -> None:
    made = screening.playlist("A", [(screening.shot,)], updated_at="2024-05-01T10:00:00.000000")
    screening.playlist("B")
    build = screening.studio.add(BuildJob, playlist_id=made["id"])
    rows = screening.ada.get(f"{screening.path()}/all")
    assert [row["name"] for row in rows] == ["B", "A"]
    assert rows[1] == {**made, "build_jobs": [build["id"]]}
    page = screening.ada.get(f"{screening.path()}/all?page=1")
    assert {key: page[key] for key in page if key != "data"} == {
        "total": 2,
        "nb_pages": 1,
        "limit": 100,
        "offset": 0,
        "page": 1,
    }
    assert page["data"] == rows
    screening.moe.get(f"{screening.path()}/all", status=403)
    screening.ada.get(f"/data/projects/{NOBODY}/playlists/all", status=404)


# --- one playlist ---


def light(preview: dict[str, Any]) -> dict[str, Any]:
    keys = ("id", "revision", "extension", "width", "height", "duration", "created_at", "task_id")
    return {**{key: preview[key] for key in keys}, "status": preview["status"].capitalize()}


def test_an_entry_has_the_previews_of_its_entity_and_tells_of_its_own(screening: Screening) -> None:
    first = screening.preview(screening.animating, 1, annotations=[{"time": 0}])
    beside = screening.preview(screening.animating, 2, position=2)
    second = screening.preview(screening.animating, 2, status="broken", duration=None, annotations=[{"time": 1}])
    lit = screening.preview(screening.lighting_it, extension="png")
    made = screening.playlist("Dailies", [(screening.shot, second), (screening.other,)])
    old, new = (screening.studio.add(BuildJob, playlist_id=made["id"], created_at=f"2024-05-0{day}") for day in (1, 2))
    detail = screening.art.get(screening.path(made))
    entry, empty = detail.pop("shots")
    assert detail == {key: made[key] for key in made if key != "shots"} | {
        "build_jobs": [{"id": job["id"], "status": "running", "created_at": job["created_at"]} for job in (new, old)]
    }
    leading = {**light(second), "duration": 0.0}
    assert entry == {
        "id": screening.shot["id"],
        "entity_id": screening.shot["id"],
        "preview_files": {
            screening.animation["id"]: [{**leading, "previews": [light(beside)]}, {**light(first), "previews": []}],
            screening.lighting["id"]: [{**light(lit), "previews": []}],
        },
        **{f"preview_file_{key}": leading[key] for key in leading if key != "created_at"},
        "preview_file_previews": [light(beside)],
    }
    assert entry["preview_file_status"] == "Broken"
    assert list(entry["preview_files"]) == [screening.animation["id"], screening.lighting["id"]]
    assert empty == {"id": screening.other["id"], "entity_id": screening.other["id"], "preview_files": []}


def test_a_preview_that_is_not_the_first_of_its_revision_has_none_beside_it(screening: Screening) -> None:
    screening.preview(screening.animating)
    beside = screening.preview(screening.animating, position=2)
    [entry] = screening.art.get(screening.path(screening.playlist(entries=[(screening.shot, beside)])))["shots"]
    assert entry["preview_file_id"] == beside["id"]
    assert entry["preview_file_previews"] == []


def test_a_revision_goes_by_position_and_not_by_age(screening: Screening) -> None:
    oldest = screening.preview(screening.animating, position=2)
    leading = screening.preview(screening.animating, position=1)
    [entry] = screening.art.get(screening.path(screening.playlist(entries=[(screening.shot,)])))["shots"]
    [revision] = entry["preview_files"][screening.animation["id"]]
    assert (revision["id"], [other["id"] for other in revision["previews"]]) == (leading["id"], [oldest["id"]])


def test_a_preview_may_be_of_another_entity_of_the_playlist(screening: Screening) -> None:
    foreign = screening.preview(screening.others_task)
    both = screening.playlist("Both", [(screening.shot, foreign), (screening.other,)])
    one = screening.playlist("One", [(screening.shot, foreign)])
    assert screening.art.get(screening.path(both))["shots"][0]["preview_file_task_id"] == screening.others_task["id"]
    assert "preview_file_id" not in screening.art.get(screening.path(one))["shots"][0]


def test_an_entry_keeps_what_was_stored_with_it_but_for_a_preview_that_is_gone(screening: Screening) -> None:
    stored: list[Any] = [
        {"id": screening.shot["id"], "preview_file_id": NOBODY, "note": "look", "preview_file_task_id": "x"},
        {"shot_id": screening.shot["id"], "preview_file_task_id": "kept"},
        {"entity_id": "x", "preview_file_id": 3},
        {"id": "", "entity_id": screening.shot["id"], "preview_file_id": None},
        "no entry",
    ]
    entries = screening.art.get(screening.path(screening.playlist(shots=stored)))["shots"]
    assert entries == [
        {"id": screening.shot["id"], "note": "look", "preview_file_task_id": "x", "preview_files": []},
        {
            "id": screening.shot["id"],
            "shot_id": screening.shot["id"],
            "preview_file_task_id": "kept",
            "preview_files": [],
        },
        {"id": "x", "entity_id": "x", "preview_files": []},
        {"id": "", "entity_id": screening.shot["id"], "preview_files": []},
    ]


def test_a_playlist_without_entries_is_an_empty_one(screening: Screening) -> None:
    for shots in (None, [], {}, "x"):
        assert screening.art.get(screening.path(screening.playlist(shots=shots)))["shots"] == []


def test_the_same_shot_may_be_there_twice(screening: Screening) -> None:
    one, two = (screening.preview(screening.animating, revision) for revision in (1, 2))
    made = screening.playlist(entries=[(screening.shot, one), (screening.shot, two)])
    assert [entry["preview_file_revision"] for entry in screening.art.get(screening.path(made))["shots"]] == [1, 2]


def test_two_tasks_of_a_type_keep_their_revisions_apart(screening: Screening) -> None:
    second = screening.studio.task(screening.shot, screening.animation, name="second")
    made = {screening.preview(task)["id"] for task in (screening.animating, second)}
    [entry] = screening.art.get(screening.path(screening.playlist(entries=[(screening.shot,)])))["shots"]
    revisions = entry["preview_files"][screening.animation["id"]]
    assert {revision["id"] for revision in revisions} == made
    assert [revision["previews"] for revision in revisions] == [[], []]


def test_a_playlist_is_looked_at_in_its_own_project(screening: Screening) -> None:
    made = screening.playlist()
    elsewhere = screening.studio.project(team=[screening.moe])
    screening.moe.get(f"/data/projects/{elsewhere['id']}/playlists/{made['id']}", status=404)
    for unknown in (NOBODY, "x"):
        screening.moe.get(f"{screening.path()}/{unknown}", status=404)
    screening.vic.get(screening.path(made), status=403)
    screening.studio.person(role="manager").get(screening.path(made), status=403)


def test_the_number_of_queries_does_not_grow_with_the_playlist(screening: Screening) -> None:
    small = screening.playlist(entries=[(screening.shot, screening.preview(screening.animating))])
    shots = [
        screening.studio.entity("Shot", f"X{number}", screening.project, screening.sequence) for number in range(15)
    ]
    entries = [(shot, screening.preview(screening.studio.task(shot, screening.animation))) for shot in shots]
    large = screening.playlist(entries=entries)
    db = screening.studio.tracker.db

    def statements(playlist: dict[str, Any]) -> int:
        before = db.statements
        screening.moe.get(screening.path(playlist))
        return db.statements - before

    statements(small)
    assert statements(small) == statements(large)


# --- the previews of an entity ---


def test_the_previews_of_an_entity_are_offered_with_what_is_drawn_on_them(screening: Screening) -> None:
    oldest = screening.preview(screening.animating, position=2, annotations=[{"time": 0}])
    later = screening.preview(screening.animating, position=1, data={"original_width": 4096})
    path = f"/data/playlists/entities/{screening.shot['id']}/preview-files"
    [revision] = screening.art.get(path)[screening.animation["id"]]
    assert (revision["id"], revision["status"], revision["annotations"]) == (oldest["id"], "ready", [{"time": 0}])
    [sibling] = revision["previews"]
    assert (sibling["id"], sibling["position"], sibling["original_width"]) == (later["id"], 1, 4096)
    assert screening.art.get(f"/data/playlists/entities/{screening.other['id']}/preview-files") == {}


def test_vendors_look_at_the_previews_of_what_they_work_on(screening: Screening) -> None:
    path = f"/data/playlists/entities/{screening.shot['id']}/preview-files"
    screening.vic.get(path, status=403)
    screening.studio.link(TaskPersonLink, task_id=screening.animating["id"], person_id=screening.vic.id)
    screening.vic.get(path)
    screening.art.get(f"/data/playlists/entities/{NOBODY}/preview-files", status=404)


# --- previews under way ---


def test_previews_that_are_not_ready_are_listed_for_admins(screening: Screening) -> None:
    broken = screening.preview(screening.animating, 1, status="broken")
    running = screening.preview(screening.animating, 2, status="processing")
    missing = screening.preview(screening.lighting_it, status="missing")
    screening.preview(screening.lighting_it, 2)
    closed = screening.studio.project("Old", status="Closed")
    screening.preview(screening.studio.task(screening.studio.entity("Shot", "SH09", closed)), status="broken")
    path = "/data/playlists/preview-files/running"
    rows = screening.ada.get(path)
    assert [row["id"] for row in rows] == [missing["id"], running["id"], broken["id"]]
    assert rows[0] == {key: missing[key] for key in missing if key != "comments"} | {
        "project_id": screening.project["id"],
        "task_type_id": screening.lighting["id"],
        "full_entity_name": "E01 / SE01 / SH01",
    }
    assert [row["id"] for row in screening.ada.get(f"{path}?limit=1")] == [missing["id"]]
    after = screening.ada.get(f"{path}?limit=1&cursor_preview_file_id={missing['id']}")
    assert [row["id"] for row in after] == [running["id"]]
    screening.moe.get(path, status=403)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("cursor_preview_file_id=x", "The cursor_preview_file_id parameter is not a valid id"),
        (f"cursor_preview_file_id={NOBODY}", f"No preview file found with id: {NOBODY}"),
        ("limit=x", "Wrong value for parameter limit."),
    ],
)
def test_an_end_of_the_list_that_makes_no_sense_is_refused(screening: Screening, query: str, message: str) -> None:
    answer = screening.ada.get(f"/data/playlists/preview-files/running?{query}", status=400)
    assert answer["message"] == message


# --- telling clients ---


def told(screening: Screening) -> list[str]:
    """Who was notified of a playlist, by first name."""
    members = [value for value in vars(screening).values() if isinstance(value, Member)]
    rows = {member.row["first_name"]: member.get("/data/user/notifications") for member in members}
    return sorted(
        name for name, found in rows.items() if any(row["notification_type"] == "playlist-ready" for row in found)
    )


def notify(who: Member, playlist: dict[str, Any], body: Any = None, status: int = 200) -> Any:
    return who.post(f"/data/playlists/{playlist['id']}/notify-clients", body, status=status)


def test_the_clients_of_the_team_are_told_of_a_playlist(screening: Screening) -> None:
    made = screening.playlist("Dailies", for_client=True)
    assert notify(screening.moe, made) == {"status": "success"}
    assert told(screening) == ["Clo"]
    [notification] = screening.clo.get("/data/user/notifications")
    assert (notification["author_id"], notification["playlist_id"]) == (screening.moe.id, made["id"])
    assert (notification["playlist_name"], notification["project_name"]) == ("Dailies", "Big Fox")


def test_who_is_a_client_is_said_by_the_team(screening: Screening) -> None:
    with screening.studio.tracker.work() as work:
        for member, role in ((screening.art, "client"), (screening.clo, "user")):
            own = (ProjectPersonLink.person_id == member.id) & (ProjectPersonLink.project_id == screening.project["id"])
            work.db.run(ProjectPersonLink.update(role=role).where(own))
    notify(screening.moe, screening.playlist())
    assert told(screening) == ["Art"]


def test_clients_of_one_studio_or_department_are_told(screening: Screening) -> None:
    from kitsulite.models.people import Person
    from kitsulite.models.people import Studio as StudioRow

    house = screening.studio.add(StudioRow, name="House", color="#000000")
    department = screening.studio.department("Sales")
    made = screening.playlist()
    for body in ({"studio_id": house["id"]}, {"department_id": department["id"]}):
        notify(screening.moe, made, body)
        assert told(screening) == []
    with screening.studio.tracker.work() as work:
        work.update(Person, screening.clo.id, studio_id=house["id"])
    notify(screening.moe, made, {"studio_id": house["id"], "department_id": ""})
    assert told(screening) == ["Clo"]
    notify(screening.moe, made, {"studio_id": "x"}, status=400)


def test_managers_tell_clients(screening: Screening) -> None:
    made = screening.playlist()
    for who in (screening.sue, screening.art, screening.clo, screening.vic):
        notify(who, made, status=403)
    notify(screening.ada, {"id": NOBODY}, status=404)


def test_a_notified_playlist_can_be_deleted(screening: Screening) -> None:
    made = screening.playlist()
    notify(screening.moe, made)
    screening.moe.delete(f"/data/playlists/{made['id']}")
    assert told(screening) == []


def test_nothing_of_a_playlist_changes_by_looking(screening: Screening) -> None:
    shown = screening.preview(screening.animating)
    made = screening.playlist(entries=[(screening.shot, shown)])
    screening.moe.get(screening.path(made))
    assert screening.studio.row(Playlist, made["id"]) == made
    assert screening.studio.row(PreviewFile, shown["id"]) == shown
