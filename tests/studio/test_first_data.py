"""What a studio has before anybody works in it (docs/api/studio.md)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from studio import Studio

from kitsulite import Settings, Tracker
from kitsulite.areas.studio import firstdata
from kitsulite.models.entity_shapes import TEMPORAL
from kitsulite.models.people import Person


@pytest.fixture
def fresh(bare: str, tmp_path: Path) -> Iterator[Studio]:
    """A studio that was made just now."""
    with Tracker(Settings(data=str(tmp_path / "fresh"), database=bare)) as tracker:
        yield Studio(tracker)


def test_a_fresh_studio_has_what_others_of_its_kind_have(fresh: Studio) -> None:
    admin = fresh.person(role="admin")
    statuses = admin.get("/data/task-status")
    assert [(row["short_name"], row["color"], row["priority"]) for row in statuses] == [
        ("todo", "#f5f5f5", 1),
        ("wip", "#3273dc", 1),
        ("wfa", "#ab26ff", 1),
        ("retake", "#ff3860", 1),
        ("done", "#22d160", 1),
        ("ready", "#fbc02d", 1),
        ("neutral", "#CCCCCC", 1),
        ("approved", "#66BB6A", 1),
        ("rejected", "#E81123", 1),
    ]
    kinds = {row["name"] for row in admin.get("/data/entity-types")}
    assert {"Concept", "Scene", "ConceptFolder"} < kinds
    assert kinds == {*TEMPORAL, "Character", "Prop", "Environment", "FX"}
    types = admin.get("/data/task-types")
    assert {row["short_name"] for row in types} == {""}
    concepts = {row["for_entity"]: row["department_id"] for row in types if row["name"] == "Concept"}
    assert concepts["Concept"] is None
    assert concepts["Asset"] is not None
    for row in types:
        kept = {key: row[key] for key in ("name", "for_entity", "allow_timelog")}
        assert admin.put(f"/data/task-types/{row['id']}", {**kept, "color": "#8D6E64"})["color"] == "#8D6E64"


def test_the_first_admin_has_a_phone_and_a_login_that_are_empty(fresh: Studio) -> None:
    with fresh.tracker.work() as work:
        firstdata.create_admin(work, "a hash")
        [admin] = work.db.rows(Person.select())
    assert (admin["phone"], admin["desktop_login"]) == ("", "")


def test_a_show_begins_with_an_episode(fresh: Studio) -> None:
    admin = fresh.person(role="admin")
    project = admin.post("/data/projects", {"name": "Fox", "production_type": "tvshow"})
    [episode] = admin.get(f"/data/projects/{project['id']}/episodes")
    found = {key: episode[key] for key in ("id", "name", "status", "description", "data", "created_by")}
    assert found == {
        "id": project["first_episode_id"],
        "name": "E01",
        "status": "running",
        "description": "",
        "data": {},
        "created_by": admin.id,
    }
