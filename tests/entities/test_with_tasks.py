"""Entities with their tasks: one listing in four encodings, narrowed for vendors (docs/api/entities.md)."""

import json
from typing import Any

import pytest
from film import Film, film, names
from studio import Member

from kitsulite.models.reviews import Subscription
from kitsulite.storage import Row

__all__ = ["film"]


@pytest.fixture
def busy(film: Film) -> Film:
    """Two tasks on the first shot, of which one is the vendor's and Stan's; one on the second."""
    film.studio.task(film.shot, "Animation", assignees=[film.vic, film.stan], priority=2)
    film.studio.task(film.shot, "Lighting", assignees=[film.stan])
    film.studio.task(film.other_shot, "Animation", assignees=[film.stan])
    film.studio.task(film.asset, "Modeling", assignees=[film.vic])
    return film


def four_ways(member: Member, path: str, header: str) -> list[list[Row]]:
    """A listing in its four encodings, each read back into objects."""
    whole = member.get(path)
    compact = member.get(f"{path}&compact=true")
    lines, compact_lines = (streamed(member, f"{path}&stream=true{form}") for form in ("", "&compact=true"))
    assert compact["compact"] is True
    assert lines[0] == {"compact": False}
    assert compact_lines[0] == {key: value for key, value in compact.items() if key != "rows"}
    unpacked = [unpack(compact, header, row) for row in compact["rows"]]
    return [whole, lines[1:], unpacked, [unpack(compact_lines[0], header, row) for row in compact_lines[1:]]]


@pytest.mark.parametrize(("path", "header"), [("shots", "shot_fields"), ("assets", "asset_fields")])
def test_some_keys_of_a_listing_are_sent_in_each_encoding(busy: Film, path: str, header: str) -> None:
    query = f"/data/{path}/with-tasks?project_id={busy.id}"
    wanted = [{key: row[key] for key in ("id", "type", "name", "tasks") if key in row} for row in busy.ann.get(query)]
    for found in four_ways(busy.ann, f"{query}&fields=name, tasks,nonsense", header):
        assert found == wanted
    for found in four_ways(busy.ann, f"{query}&fields=name", header):
        assert [row.keys() - {"type"} for row in found] == [{"id", "name"}] * len(wanted)


def streamed(member: Member, path: str) -> list[Any]:
    """The lines of a stream."""
    return [json.loads(line) for line in member.call("GET", path).text.splitlines()]


def unpack(head: Row, header: str, row: list[Any]) -> Row:
    """A row of the compact form as an object."""
    entity = dict(zip(head[header], row, strict=True))
    if "tasks" in entity:
        entity["tasks"] = [dict(zip(head["task_fields"], task, strict=True)) for task in entity["tasks"]]
    return entity


@pytest.mark.parametrize(("path", "header"), [("shots", "shot_fields"), ("assets", "asset_fields")])
def test_the_four_encodings_carry_the_same(busy: Film, path: str, header: str) -> None:
    whole, *others = four_ways(busy.ann, f"/data/{path}/with-tasks?project_id={busy.id}", header)
    assert [len(row["tasks"]) for row in whole] == ([2, 1] if path == "shots" else [1])
    assert all(other == whole for other in others)


def test_a_stream_is_lines_of_json_and_only_the_word_true_asks_for_it(busy: Film) -> None:
    path = f"/data/shots/with-tasks?project_id={busy.id}"
    answer = busy.ann.call("GET", f"{path}&stream=true")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert answer.text.endswith("\n")
    assert isinstance(busy.ann.get(f"{path}&stream=True&compact=1"), list)


def test_a_shot_is_told_with_where_it_stands_and_what_it_is_cut_like(busy: Film) -> None:
    busy.ann.put(f"/data/shots/{busy.shot['id']}", {"data": {"frame_in": 10, "frame_out": 109, "mood": "blue"}})
    loose = busy.studio.entity("Shot", "Loose", busy.project)
    first, second = busy.ann.get(f"/data/shots/with-tasks?project_id={busy.id}")
    place = ("sequence_id", "sequence_name", "episode_id", "episode_name", "project_name", "frame_in", "fps", "type")
    assert [first[key] for key in place] == [
        busy.sequence["id"], "SQ01", busy.episode["id"], "E01", "Film", 10, None, "Shot",
    ]  # fmt: skip
    assert second["data"] == {}
    assert second["preview_file_id"] is None
    assert names(busy.ann.get(f"/data/shots/with-tasks?id={loose['id']}&project_id={busy.id}")) == ["Loose"]


def test_a_vendor_sees_only_shots_with_a_task_of_theirs_and_no_data_of_other_departments(busy: Film) -> None:
    fx, layout = busy.studio.department("FX"), busy.studio.department("Layout", busy.vic)
    busy.keep("secret", fx)
    busy.keep("lens", layout)
    data = {"secret": "x", "lens": 35, "free": 1}
    for shot in (busy.shot, busy.other_shot):
        busy.ann.put(f"/data/shots/{shot['id']}", {"data": data})
    path = f"/data/shots/with-tasks?project_id={busy.id}"
    for rows in four_ways(busy.vic, path, "shot_fields"):
        assert names(rows) == ["SH01"]
        assert rows[0]["data"] == {"lens": 35, "free": 1}
        assert [sorted(task["assignees"]) for task in rows[0]["tasks"]] == [sorted([busy.vic.id, busy.stan.id])]
    assert [row["data"] for row in busy.stan.get(path)] == [data, data]


@pytest.mark.parametrize("listing", ["/data/assets", "/data/assets/with-tasks"])
def test_a_vendor_of_one_project_is_none_on_the_others(busy: Film, listing: str) -> None:
    """Where no project is asked for, each row counts by the role on its own project."""
    studio, stan = busy.studio, busy.stan
    secrets = studio.department("FX")
    elsewhere = studio.project("Elsewhere")
    studio.join(elsewhere, stan, role="vendor")
    mine, other = (studio.entity("Prop", name, elsewhere, data={"secret": 1}) for name in ("Mine", "Other"))
    studio.task(mine, "Modeling", assignees=[stan])
    studio.task(mine, "Rigging")
    studio.task(other, "Modeling")
    busy.keep("secret", secrets, "Asset")
    field = {"name": "secret", "entity_type": "Asset", "departments": [secrets["id"]]}
    busy.admin.post(f"/data/projects/{elsewhere['id']}/metadata-descriptors", field)
    busy.admin.put(f"/data/entities/{busy.asset['id']}", {"data": {"secret": 2}})
    rows = {row["name"]: row for row in stan.get(listing)}
    assert {name: row["data"] for name, row in rows.items()} == {"Tree": {"secret": 2}, "Mine": {}}
    if "tasks" in rows["Tree"]:
        assert {name: len(row["tasks"]) for name, row in rows.items()} == {"Tree": 1, "Mine": 1}


def test_subscriptions_are_told_only_within_a_project(busy: Film) -> None:
    first = busy.ann.get(f"/data/shots/with-tasks?project_id={busy.id}")[0]["tasks"][0]
    busy.studio.add(Subscription, person_id=busy.ann.id, task_id=first["id"], entity_id=busy.shot["id"])

    def subscribed(member: Member, query: str) -> set[str]:
        rows = member.get(f"/data/shots/with-tasks?{query}")
        return {task["id"] for row in rows for task in row["tasks"] if task["is_subscribed"]}

    assert subscribed(busy.ann, f"project_id={busy.id}") == {first["id"]}
    assert subscribed(busy.stan, f"project_id={busy.id}") == set()
    assert subscribed(busy.admin, f"id={busy.shot['id']}") == set()


def test_an_episode_narrows_each_listing_in_its_own_way(busy: Film) -> None:
    def listed(kind: str, episode: str) -> list[str]:
        return names(busy.ann.get(f"/data/{kind}/with-tasks?project_id={busy.id}&episode_id={episode}"))

    cut, nowhere = busy.episode["id"], busy.shot["id"]
    assert (listed("shots", cut), listed("shots", "all"), listed("shots", "main")) == (
        ["SH01", "SH02"], ["SH01", "SH02"], [],
    )  # fmt: skip
    assert listed("shots", nowhere) == []
    assert (listed("sequences", cut), listed("sequences", "all"), listed("sequences", "main")) == (["SQ01"], [], [])
    assert listed("episodes", cut) == []
    assert (listed("assets", cut), listed("assets", "all"), listed("assets", "main")) == ([], ["Tree"], ["Tree"])


@pytest.mark.parametrize("kind", ["shots", "assets", "sequences", "episodes", "scenes"])
def test_what_is_no_id_is_refused_by_name(busy: Film, kind: str) -> None:
    for key in ("project_id", "episode_id"):
        for text in ("", "x"):
            answer = busy.admin.call("GET", f"/data/{kind}/with-tasks?{key}={text}")
            assert (answer.status, answer.json["message"]) == (400, f"Invalid UUID format for {key}: {text}")
    busy.mallory.get(f"/data/{kind}/with-tasks?project_id={busy.id}", status=403)


def test_the_tasks_of_one_person_leave_the_sequences_themselves(busy: Film) -> None:
    busy.studio.task(busy.sequence, "Storyboard", assignees=[busy.stan])
    path = f"/data/sequences/with-tasks?project_id={busy.id}"
    assert [len(row["tasks"]) for row in busy.ann.get(f"{path}&assigned_to={busy.stan.id}")] == [1]
    assert [len(row["tasks"]) for row in busy.ann.get(f"{path}&assigned_to={busy.ann.id}")] == [0]
    assert busy.ann.get(path)[0]["preview_file_id"] == ""
    assert busy.ann.get(f"/data/episodes/with-tasks?project_id={busy.id}")[0]["episode_id"] == "None"
    assert names(busy.vic.get(path)) == ["SQ01"]
    busy.vic.get(f"/data/scenes/with-tasks?project_id={busy.id}", status=403)


LISTINGS = (
    "/data/shots/with-tasks?project_id={project}",
    "/data/shots/with-tasks?project_id={project}&compact=true",
    "/data/sequences/with-tasks?project_id={project}",
    "/data/episodes/with-tasks?project_id={project}",
    "/data/scenes/with-tasks?project_id={project}",
    "/data/assets/with-tasks?project_id={project}",
    "/data/shots?project_id={project}",
    "/data/scenes/all?project_id={project}",
    "/data/sequences?project_id={project}",
    "/data/episodes?project_id={project}",
    "/data/assets?project_id={project}",
    "/data/assets",
    "/data/asset-types",
    "/data/projects/{project}/shots",
    "/data/projects/{project}/scenes",
    "/data/projects/{project}/sequences",
    "/data/projects/{project}/episodes",
    "/data/projects/{project}/assets",
    "/data/projects/{project}/assets/shared-used",
    "/data/projects/{project}/asset-types",
    "/data/projects/{project}/episodes/stats",
    "/data/projects/{project}/episodes/retake-stats",
    "/data/projects/{project}/quotas/{task_type}",
    "/data/projects/{project}/team",
    "/data/projects/{project}/task-types",
    "/data/projects/{project}/settings/task-status",
    "/data/projects/{project}/metadata-descriptors",
    "/data/projects/{project}/schedule-items",
    "/data/projects/{project}/schedule-items/task-types",
    "/data/projects/{project}/schedule-items/{task_type}/sequences",
    "/data/projects/{project}/budgets",
    "/data/projects/{project}/time-spents",
    "/data/projects/{project}/milestones",
    "/data/projects/open",
    "/data/projects/all",
    "/data/episodes/{episode}/sequences",
    "/data/episodes/{episode}/shots",
    "/data/sequences/{sequence}/shots",
    "/data/sequences/{sequence}/scenes",
    "/data/shots/{shot}",
    "/data/shots/{shot}/assets",
    "/data/shots/{shot}/versions",
)


def test_a_listings_number_of_statements_does_not_depend_on_its_length(busy: Film) -> None:
    ids = {
        "project": busy.id,
        "task_type": busy.studio.task_type()["id"],
        "episode": busy.episode["id"],
        "sequence": busy.sequence["id"],
        "shot": busy.shot["id"],
    }
    finished = busy.studio.entity("Shot", "Finished", busy.project, busy.sequence)
    busy.studio.task(finished, "Animation", assignees=[busy.stan], end_date="2026-03-02T10:00:00.000000")
    paths = [path.format(**ids) for path in LISTINGS]
    for path in paths:  # schedules are made by looking at them
        busy.admin.get(path)
    few = {path: busy.statements(busy.admin, path) for path in paths}
    fill(busy)
    for path in paths:
        busy.admin.get(path)
    many = {path: busy.statements(busy.admin, path) for path in paths}
    assert many == few
    assert max(many.values()) < 15


def fill(busy: Film) -> None:
    """Ten times as much of everything."""
    studio = busy.studio
    for number in range(10):
        episode = studio.entity("Episode", f"X{number}", busy.project)
        sequence = studio.entity("Sequence", f"X{number}", busy.project, busy.episode)
        for parent in (sequence, busy.sequence, studio.entity("Sequence", f"Y{number}", busy.project, episode)):
            shot = studio.entity("Shot", f"X{number}", busy.project, parent)
            studio.task(shot, "Animation", assignees=[busy.stan], end_date="2026-03-02T10:00:00.000000")
            studio.task(shot, f"Kind {number}")
            studio.entity("Scene", f"X{number}", busy.project, parent)
        studio.task(studio.entity(f"Sort {number}", "X", busy.project), "Modeling")
        studio.join(busy.project, studio.person())
        other = studio.project(team=[busy.admin])
        for project in (busy.project, other):
            field = {"name": f"Field {number}", "entity_type": "Project"}
            busy.admin.post(f"/data/projects/{project['id']}/metadata-descriptors", field)
        busy.admin.post(f"{busy.path}/budgets", {"name": f"Budget {number}"}, status=200)
